"""The scores of a finder of patterns, which ``scoring.boxes`` makes, for the terminal, the card and ``model-index``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from cryptoai_common.percent import with_interval

if TYPE_CHECKING:
    from huggingface_hub import EvalResult

SIDES, FIRST, NAMES = ("spans", "boxes"), ("first_5", "first_20"), ("any_name", "right_name")
NONE = "–"


class Row(NamedTuple):
    """One line of the table: what the marks have in common, the scores of ``score_boxes``, and average precisions."""

    title: str
    recall: dict[str, Any]
    precisions: tuple[float | None, float | None]  # by spans and by boxes


def rows(entry: dict[str, Any]) -> Iterator[Row]:
    """The lines of the table of one evaluation."""
    recall, precision = entry["recall"], entry["average_precision"]
    nothing = (None, None)
    yield Row("all marks", recall["all"], (precision["spans"]["mean"], precision["boxes"]["mean"]))
    if recall["named"]["marks"] != recall["all"]["marks"]:
        yield Row("marks of a known class", recall["named"], nothing)
    if recall["right_edge"]:
        yield Row("at the right edge", recall["right_edge"], nothing)
    for name, row in recall["widths"].items():
        yield Row(f"width {name}", row, nothing)
    for name, row in recall["stages"].items():
        yield Row(f"stage {name}", row, nothing)
    for name, row in recall["classes"].items():
        each = (precision["spans"]["classes"].get(name), precision["boxes"]["classes"].get(name))
        yield Row(name, row, each)


def headline(entry: dict[str, Any]) -> str:
    """The scores of one evaluation in one line."""
    named, five = entry["recall"]["named"], entry["recall"]["all"]
    text = f"{entry['weights']} on {place(entry)}: of {entry['marks']} marks on {entry['screens']} screens"
    for side in SIDES:
        any_name, right = five[side]["first_5"], named[side]["first_5"]
        text += (
            f", by {side} the first five places find {_with_interval(any_name, 'any_name')},"
            f" and name {_with_interval(right, 'right_name')} right"
        )
    return text


def shown(entry: dict[str, Any]) -> str:
    """How many patterns are shown a screen, in one sentence without a stop."""
    text = f"{entry['shown_a_screen']:.2f} patterns a screen reach the threshold of {entry['threshold']:.2f}"
    if entry["screens_without_marks"]:
        bare = entry["shown_a_screen_without_marks"]
        text += f"; on the {entry['screens_without_marks']} screens without a mark {bare:.2f}"
    right = entry["recall"]["named"]["spans"]["shown"]
    return f"{text}; they find, by spans, and name {_with_interval(right, 'right_name')} of the marks right"


def table(entry: dict[str, Any]) -> str:
    """The table for the terminal: recall in percent, by spans and by boxes, with any name / the right name."""
    lines = [row.title for row in rows(entry)]
    width = max(map(len, lines))
    head = f"{'':{width}}  {'marks':>5}" + "".join(
        f"  {side + ', first ' + first.removeprefix('first_'):>16}" for side in SIDES for first in FIRST
    )
    text = [
        f"{'':{width}}         recall in %: with any name / named right; AP: average precision",
        head + "   AP spans  boxes",
    ]
    for row in rows(entry):
        cells = "".join(f"  {_pair(row.recall[side][first]):>16}" for side in SIDES for first in FIRST)
        spans, boxes = (_precision(each) for each in row.precisions)
        text.append(f"{row.title:{width}}  {row.recall['marks']:5}{cells}   {spans:>8}  {boxes:>5}")
    return "\n".join(text)


def section(entries: list[dict[str, Any]]) -> str:
    """The card's section on the finder; empty without entries."""
    if not entries:
        return ""
    parts = [
        "## Finding patterns on whole screenshots",
        "Recall of marked patterns among the first 5 and 20 places of a screen at an intersection over union of 0.5,\n"
        "by time spans (left to right) and by boxes: found with any name / found and named right, in %, with the 95 %\n"
        "interval of the first five. AP is the average precision.",
    ]
    for entry in entries:
        parts += [f"{headline(entry)}. {shown(entry)[0].upper()}{shown(entry)[1:]}.", _markdown(entry)]
    return "\n\n".join(parts)


def finder_results(entries: list[dict[str, Any]], sources: dict[str, dict[str, str]]) -> list[EvalResult]:
    """Entries of ``model-index``. ``sources`` maps a dataset's fingerprint to its place on the Hub."""
    from huggingface_hub import EvalResult  # the summary does not need it

    results = []
    for entry in entries:
        source = sources.get(entry["fingerprint"])
        values = {f"AP at IoU 0.5, {side}": entry["average_precision"][side]["mean"] for side in SIDES}
        for side in SIDES:
            values[f"recall of the first five, {side}"] = entry["recall"]["all"][side]["first_5"]["any_name"]
            values[f"recall of the first five, {side}, named right"] = entry["recall"]["named"][side]["first_5"][
                "right_name"
            ]
        results += [
            EvalResult(
                task_type="object-detection",
                dataset_type=source["repo"] if source else "imagefolder",
                dataset_revision=source["commit"] if source else None,
                dataset_name=f"{entry['dataset']} ({entry['weights']})",
                dataset_split=entry["split"],
                metric_type="mean_average_precision" if name.startswith("AP") else "recall",
                metric_name=name,
                metric_value=round(value, 4),
            )
            for name, value in values.items()
            if value is not None
        ]
    return results


def place(entry: dict[str, Any]) -> str:
    """The name of the dataset, and of its split where it has any."""
    return f"{entry['dataset']}/{entry['split']}" if entry["split"] else str(entry["dataset"])


def _markdown(entry: dict[str, Any]) -> str:
    lines = [
        "| marks | number | spans, first 5 | first 20 | boxes, first 5 | first 20 | AP, spans | AP, boxes |",
        "|---|---:|---|---:|---|---:|---:|---:|",
    ]
    for row in rows(entry):
        cells = []
        for side in SIDES:
            five = row.recall[side]["first_5"]
            cells += [" / ".join(_with_interval(five, name) for name in NAMES), _pair(row.recall[side]["first_20"])]
        text = " | ".join([*cells, *(_precision(each) for each in row.precisions)])
        lines.append(f"| {row.title} | {row.recall['marks']} | {text} |")
    return "\n".join(lines)


def _pair(share: dict[str, Any]) -> str:
    return " / ".join(NONE if share[name] is None else f"{100 * share[name]:.1f}" for name in NAMES)


def _with_interval(share: dict[str, Any], name: str) -> str:
    if share[name] is None:
        return NONE
    return with_interval(share[name], share[f"{name}_interval"])


def _precision(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"

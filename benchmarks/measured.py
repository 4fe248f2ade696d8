"""What the instruments found of one model → one table, in the run and in its card.

    python -m benchmarks.sets RUN … --json sets.json
    python -m benchmarks.renderers --model RUN --json renderers.json
    python -m benchmarks.finder RUN … --json finder.json
    python -m benchmarks.measured RUN --sets sets.json --renderers renderers.json [--finder finder.json]

`make measured RUN=…` does all four. All files must be of the run's weights. The README shows the tables of the base and
of the run that `make figures` is given.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import dataset_builder
from benchmarks.finder import BARS, KEPT, SCREEN, recall
from benchmarks.sets import SIMPLE
from benchmarks.told import in_percent, tell
from cryptoai_common.errors import UserError
from cryptoai_common.files import write_json
from trainer.models.deployed import Deployed
from trainer.runs.card import write_card
from trainer.runs.measured import FILE_NAME, section
from trainer.scoring.boxes import SIDES

Row = dict[str, str]


def main(arguments: Sequence[str] | None = None) -> int:
    """Store the table and print it; returns the exit code."""
    parser = argparse.ArgumentParser(prog="benchmarks.measured", description=__doc__.split("\n")[0])
    parser.add_argument("run", type=Path)
    parser.add_argument("--sets", type=Path, required=True, help="what benchmarks.sets wrote")
    parser.add_argument("--renderers", type=Path, required=True, help="what benchmarks.renderers wrote")
    parser.add_argument("--finder", type=Path, help="what benchmarks.finder wrote")
    options = parser.parse_args(arguments)
    return tell(lambda: store(options), lambda _: section(options.run), None)


def store(options: argparse.Namespace) -> None:
    """Write the run's table and card. Raises UserError for a file of other weights, or that cannot be read."""
    model = Deployed(options.run)
    if model.classifier is None or model.finder is None:
        raise UserError(f"{options.run} lacks a file for cut charts or for screenshots: export it first")
    rows = cut_rows(_read(options.sets, model.classifier.version)["rows"])
    rendered = _read(options.renderers, model.classifier.version)["rows"]
    rows += renderer_rows(rendered)
    if options.finder:
        rows += finder_rows(_read(options.finder, model.finder.version), rendered)
    told = {"version": dataset_builder.__version__, "date": date.today().isoformat(), "rows": rows}
    write_json(options.run / FILE_NAME, told)
    write_card(options.run)


def _read(file: Path, version: str) -> dict[str, Any]:
    try:
        told: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        measured = told["model_version"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(f"{file} cannot be read ({error!r}); measure again") from None
    if measured != version:
        raise UserError(f"{file} was measured of {measured}, and the run holds {version}: measure again")
    return told


def cut_rows(sets: list[dict[str, Any]]) -> list[Row]:
    """Of ``benchmarks.sets``: cut charts."""
    rows = []
    for row in sets:
        what = f"{row['set']} ({row['charts']:,})"
        if "called" in row:
            text = f"called a pattern {_share(row['called'])}"
            if "called_simple" in row:
                text += f"; at the threshold that keeps as many of those {SIMPLE} {_share(row['called_simple'])}"
        else:
            text = f"right {_share(row['right'])}, balanced {100 * row['balanced']:.1f}, "
            text += f"of the surest third {_share(row['surest_third'])}"
        rows.append({"what": f"cut charts: {what}", "figures": text})
    return rows


def renderer_rows(cells: list[dict[str, Any]]) -> list[Row]:
    """Of ``benchmarks.renderers``: the least and the most of all looks, beside our own drawing."""
    ours = [cell for cell in cells if cell["library"] == "our drawing"]
    theirs = [cell for cell in cells if cell["library"] != "our drawing"]
    rows = [
        {
            "what": f"charts that other libraries drew: {title}",
            "figures": f"right {_range([cell for cell in theirs if cell['framing'] == framing], 'balanced_accuracy')}",
        }
        for framing, title in (
            ("whole", "whole export"),
            ("pane", "cut to the price pane"),
            ("page", "in a 1440 × 900 page"),
            ("half_cut", "half of the width, cut to the pattern"),
            ("quarter_cut", "a quarter, cut to the pattern"),
        )
    ]
    looks = len({(cell["library"], cell["look"]) for cell in theirs})
    text = f"right {_range(ours, 'balanced_accuracy')} (above: the least and the most of {looks} looks"
    text += f" of {ours[0]['charts']} charts)"
    return [*rows, {"what": "the same charts in our drawing", "figures": text}]


def finder_rows(told: dict[str, Any], cells: list[dict[str, Any]]) -> list[Row]:
    """Of ``benchmarks.finder``, and of the finder in the pictures of ``benchmarks.renderers``."""
    rows = []
    for name, scores in told["sets"].items():
        for title, key in ((name, "named"), (f"{name}, at the right edge", "right_edge")):
            row = scores["recall"][key]
            if not row:
                continue
            parts = [f"{side} {_found(row[side]['first_5'])}" for side in SIDES]
            text = "; ".join(parts)
            if key == "named":
                text += f"; average precision {scores['average_precision']['spans']['mean']:.2f}"
            rows.append(
                {"what": f"found among the first five places: {title} ({row['marks']:,} marks)", "figures": text}
            )
    for framing, title in (
        ("half", "half of the width"),
        ("quarter", "a quarter"),
        ("whole", "whole export"),
        ("page", "as large as in a page"),
    ):
        of = [cell for cell in cells if cell["framing"] == framing and "found" in cell]
        if of:
            text = f"{_range(of, 'found')}, named right {_range(of, 'found_and_named')}"
            rows.append({"what": f"found in charts that other libraries drew: {title}", "figures": text})
    random, times = told["random_markets"], told["milliseconds"]
    rows.append(
        {
            "what": f"patterns shown on a random market of {BARS} candles",
            "figures": f"{random['shown_at_own_threshold']:.1f}; {random['shown_a_screen']:.1f} at the threshold that"
            f" keeps {100 * KEPT:.0f} % of the own patterns",
        }
    )
    text = f"{times['1_threads']:.0f} ms on one thread, {times['2_threads']:.0f} ms on two ({told['cpu']})"
    rows.append({"what": f"one screenshot of {SCREEN[0]} × {SCREEN[1]} pixels", "figures": text})
    return rows


def _share(share: Sequence[float]) -> str:
    value, *interval = share
    return in_percent(value, interval, digits=1)


def _found(row: dict[str, Any]) -> str:
    return ", ".join(
        f"{title} {recall(row, name)}"
        for name, title in (("any_name", "found"), ("right_name", "named right"))
        if row[name] is not None
    )


def _range(cells: list[dict[str, Any]], name: str) -> str:
    """The least and the most of several looks."""
    shares = sorted(cell[name] for cell in cells)
    return f"{100 * shares[0]:.0f} to {100 * shares[-1]:.0f}"


if __name__ == "__main__":
    sys.exit(main())

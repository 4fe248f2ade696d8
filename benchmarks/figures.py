"""The figures of the README, from one run and one benchmark: `make figures` writes them, nobody does by hand.

    python benchmarks/figures.py models/charts-default --speed benchmarks/results/charts.json --minutes 8.6

reads ``metrics.json`` of the run and the output of ``bench_charts.py``, stores what the README shows of both in
``docs/figures.json``, with the version that they belong to, and writes the tables between the README's markers. Every
evaluation that the run holds is shown, those of other folders too: `make evaluate DATASET=my_charts` adds one. Only the
validation split of the run's own dataset is left out, because training chose by it.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from datetime import date
from pathlib import Path
from typing import Any

import dataset_builder
from cryptoai_common.errors import UserError
from cryptoai_common.files import write_json, write_text
from cryptoai_common.percent import percent
from trainer.models.pattern_model import CLASSIFIER_QUANTIZED, PatternModel
from trainer.runs.directory import read_resolved
from trainer.runs.measured import read_measured
from trainer.runs.results import FILE_NAME, accuracy_text, read_results
from trainer.runs.trained_on import fingerprints
from trainer.shipped import SHIPPED, find_shipped

ROOT = Path(__file__).parents[1]
README, STORED = ROOT / "README.md", ROOT / "docs" / "figures.json"
ALWAYS = ("dataset", "split", "weights", "charts")
PATTERN = (*ALWAYS, "accuracy", "accuracy_interval", "balanced_accuracy", "surest_third")
NO_PATTERN = (*ALWAYS, "false_alarms", "false_alarms_interval")
REFERENCE = "mplfinance"  # what the speed of drawing is compared with
MARKED = re.compile(r"<!-- figures: (\w+) -->\n(.*?)<!-- end -->", re.DOTALL)
NAMES = {  # what the README calls the charts of a split
    "test": "`{dataset}`, test",
    "test_unseen_styles": "`{dataset}`, styles never trained on",
}


def collect(run: Path, speed: Path, minutes: float) -> dict[str, Any]:
    """What the README shows, ready for JSON.

    ``minutes`` is how long plain `make` took. Raises UserError that names what ``run`` or ``speed`` lacks.
    """
    results = read_results(run)
    if "export" not in results:
        raise UserError(f"{run} is not exported: run `make export` first")
    made_by = PatternModel(run / CLASSIFIER_QUANTIZED).version.partition("+")[0]
    if made_by != dataset_builder.__version__:
        raise UserError(
            f"{run} was exported by version {made_by}, and this is version {dataset_builder.__version__}: export and"
            " evaluate it again"
        )
    try:
        evaluations = _shown(results, fingerprints(read_resolved(run)["dataset"]))
        files = {name: _file(file) for name, file in results["export"]["files"].items()}
        export = {name: results["export"][name] for name in ("cpu", "charts")}
    except KeyError as error:
        raise UserError(f"{run / FILE_NAME} lacks {error}: export and evaluate the run again") from None
    if not evaluations:
        raise UserError(f"{run} was evaluated on no split but its validation split: run `make evaluate` first")
    return {
        "version": made_by,
        "date": date.today().isoformat(),
        "minutes": minutes,
        **export,
        "evaluations": evaluations,
        "files": files,
        "speed": _read_speed(speed),
        "measured": _read_measured({"the base in the box": find_shipped(SHIPPED), "plain `make`": run}),
    }


def _shown(results: dict[str, Any], trained_on: list[str]) -> list[dict[str, Any]]:
    return [
        {name: entry[name] for name in (NO_PATTERN if "false_alarms" in entry else PATTERN)}
        for entry in results["evaluations"]
        if entry["split"] != "validation" or entry["fingerprint"] not in trained_on
    ]


def _file(file: dict[str, Any]) -> dict[str, Any]:
    latency = file["latency_ms"]
    return {
        "bytes": file["bytes"],
        "latency_ms": {name: latency[name] for name in ("one_thread", "cores")},
        **({"class_flips": file["class_flips"]} if "class_flips" in file else {}),
    }


def _read_measured(runs: dict[str, Path]) -> dict[str, Any]:
    """The tables of ``benchmarks.measured`` of those runs that have one, by what the README calls the run."""
    found = {name: read_measured(run) for name, run in runs.items()}
    return {name: measured for name, measured in found.items() if measured is not None}


def _read_speed(path: Path) -> dict[str, float]:
    """Charts a second by name."""
    remedy = "make it with `python benchmarks/bench_charts.py --json FILE`"
    try:
        rates: dict[str, float] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UserError(f"{path} cannot be read ({error}): {remedy}") from None
    if not isinstance(rates, dict) or REFERENCE not in rates:
        raise UserError(f"{path} has no speed of {REFERENCE}: {remedy}")
    return rates


def blocks(figures: dict[str, Any]) -> dict[str, str]:
    """The text between each pair of markers, by the markers' name."""
    return {
        "model": _model(figures),
        "files": _files(figures),
        "speed": _speed(figures),
        "measured": _measured(figures),
    }


def written(text: str) -> dict[str, str]:
    """What stands between each pair of markers in the text of a page, by the markers' name."""
    return {name: block.removesuffix("\n") for name, block in MARKED.findall(text)}


def write_readme(figures: dict[str, Any], readme: Path) -> None:
    """Put the tables between the markers. Raises UserError if a pair is missing or there twice."""
    text, made = readme.read_text(encoding="utf-8"), blocks(figures)
    pairs = [name for name, _ in MARKED.findall(text)]
    if sorted(pairs) != sorted(made) or text.count("<!-- figures:") != len(made):
        raise UserError(
            f"{readme} must have the markers <!-- figures: NAME --> and <!-- end --> once for each of {', '.join(made)}"
        )
    write_text(readme, MARKED.sub(lambda found: f"<!-- figures: {found[1]} -->\n{made[found[1]]}\n<!-- end -->", text))


def _model(figures: dict[str, Any]) -> str:
    cores = max(file["latency_ms"]["cores"] for file in figures["files"].values())
    lines = [
        f"Version {figures['version']}, {figures['date']}, plain `make` on {cores} cores ({figures['cpu']}) in"
        f" {figures['minutes']:.1f} minutes:",
        "",
        "| charts | file | number | accuracy (95 % interval) | balanced | of the surest third |",
        "|---|---|---:|---|---:|---:|",
    ]
    for entry in figures["evaluations"]:
        if "false_alarms" not in entry:
            charts = NAMES.get(entry["split"], "`{dataset}`, {split}").format(**entry)
            lines.append(
                f"| {charts} | `{entry['weights']}` | {entry['charts']:,} | {accuracy_text(entry)}"
                f" | {percent(entry['balanced_accuracy'])} | {percent(entry['surest_third'])} |"
            )
    for entry in figures["evaluations"]:
        if "false_alarms" in entry:
            low, high = entry["false_alarms_interval"]
            lines += [
                "",
                f"Of {entry['charts']:,} charts without a pattern in `{entry['dataset']}` `{entry['weights']}` calls"
                f" {percent(entry['false_alarms'])} one ({percent(low)} to {percent(high)}).",
            ]
    return "\n".join(lines)


def _files(figures: dict[str, Any]) -> str:
    lines = ["| file | MB | ms a picture, one core | other class than the checkpoint |", "|---|---:|---:|---:|"]
    for name, file in figures["files"].items():
        flips = f"{file['class_flips']} of {figures['charts']:,}" if "class_flips" in file else ""
        shown = f"**`{name}`**" if name == CLASSIFIER_QUANTIZED.name else f"`{name}`"
        lines.append(f"| {shown} | {file['bytes'] / 1e6:.1f} | {file['latency_ms']['one_thread']:.1f} | {flips} |")
    return "\n".join(lines)


def _speed(figures: dict[str, Any]) -> str:
    rates = figures["speed"]
    lines = [f"| 224 × 224, PNG on disk, one core | charts/s | times {REFERENCE} |", "|---|---:|---:|"]
    lines += [f"| {name} | {rate:.1f} | {rate / rates[REFERENCE]:.1f} |" for name, rate in rates.items()]
    return "\n".join(lines)


def _measured(figures: dict[str, Any]) -> str:
    """A column a run; rows that only one of them has, such as those of the finder that both share, are there too."""
    runs = {
        name: {row["what"]: row["figures"] for row in measured["rows"]}
        for name, measured in figures["measured"].items()
    }
    if not runs:
        return "Nothing was measured: `make measured`."
    told = " and ".join(f"{name} by version {each['version']}" for name, each in figures["measured"].items())
    lines = [f"Measured: {told}.", "", f"| what | {' | '.join(runs)} |", f"|---|{'---|' * len(runs)}"]
    for what in dict.fromkeys(what for rows in runs.values() for what in rows):
        lines.append(f"| {what} | {' | '.join(rows.get(what, '') for rows in runs.values())} |")
    return "\n".join(lines)


def main(words: list[str] | None = None) -> int:
    """Write both files, or print what is missing and return 2."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run", type=Path, help="finished and exported run")
    parser.add_argument("--speed", type=Path, required=True, help="what bench_charts.py --json wrote")
    parser.add_argument("--minutes", type=float, required=True, help="minutes that plain `make` took")
    given = parser.parse_args(words)
    try:
        figures = collect(given.run, given.speed, given.minutes)
        write_readme(figures, README)
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    write_json(STORED, figures)
    return 0


if __name__ == "__main__":
    sys.exit(main())

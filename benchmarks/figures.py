"""The figures of the README, from one run and one benchmark: `make figures` writes them, nobody does by hand.

    python benchmarks/figures.py models/charts-default --speed benchmarks/results/charts.json --minutes 8.6

reads ``metrics.json`` of the run and the output of ``bench_charts.py``, stores what the README shows of both in
``docs/figures.json``, with the version that they belong to, and writes the tables between the README's markers.
"""

from __future__ import annotations

import argparse
import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import dataset_builder
from cryptoai_common.files import write_json, write_text

ROOT = Path(__file__).parents[1]
README, STORED = ROOT / "README.md", ROOT / "docs" / "figures.json"
KEPT = ("dataset", "split", "weights", "charts", "accuracy", "accuracy_interval", "balanced_accuracy", "surest_third")
FALSE = ("dataset", "split", "weights", "charts", "false_alarms", "false_alarms_interval")
DEFAULT_FILE = "crypto_pattern_model_quantized.onnx"
NAMES = {  # what the README calls the charts of a split
    "test": "`{dataset}`, test",
    "test_unseen_styles": "`{dataset}`, styles never trained on",
}


def collect(run: Path, speed: Path, minutes: float) -> dict[str, Any]:
    """What the README shows, ready for JSON."""
    results, timed = json.loads((run / "metrics.json").read_text()), json.loads(speed.read_text())
    evaluations = [
        {name: entry[name] for name in (FALSE if "false_alarms" in entry else KEPT)}
        for entry in results["evaluations"]
        if entry["split"] != "validation"
    ]
    return {
        "version": dataset_builder.__version__,
        "date": date.today().isoformat(),
        "cpu": results["export"]["cpu"],
        "minutes": minutes,
        "evaluations": evaluations,
        "files": results["export"]["files"],
        "charts": results["export"]["charts"],
        "speed": timed,
    }


def blocks(figures: dict[str, Any]) -> dict[str, str]:
    """The text between each pair of markers, by the markers' name."""
    return {"model": _model(figures), "files": _files(figures), "speed": _speed(figures)}


def write_readme(figures: dict[str, Any]) -> None:
    """Put the tables between the markers. Raises ValueError if a pair is missing."""
    text = README.read_text()
    for name, block in blocks(figures).items():
        text, found = re.subn(
            rf"(<!-- figures: {name} -->\n).*?(<!-- end -->)", rf"\g<1>{block}\n\2", text, flags=re.DOTALL
        )
        if found != 1:
            raise ValueError(f"README.md must have the markers of {name} once")
    write_text(README, text)


def _model(figures: dict[str, Any]) -> str:
    lines = [
        f"Version {figures['version']}, {figures['date']}, plain `make` on 2 cores ({figures['cpu']}) in"
        f" {figures['minutes']:.1f} minutes:",
        "",
        "| charts | file | number | accuracy (95 % interval) | balanced | of the surest third |",
        "|---|---|---:|---|---:|---:|",
    ]
    for entry in figures["evaluations"]:
        if "false_alarms" not in entry:
            low, high = entry["accuracy_interval"]
            charts = NAMES.get(entry["split"], "`{dataset}`, {split}").format(**entry)
            lines.append(
                f"| {charts} | `{entry['weights']}` | {entry['charts']:,} | {entry['accuracy']:.1%} ({low:.1%} to"
                f" {high:.1%}) | {entry['balanced_accuracy']:.1%} | {entry['surest_third']:.1%} |"
            )
    for entry in figures["evaluations"]:
        if "false_alarms" in entry:
            low, high = entry["false_alarms_interval"]
            lines += [
                "",
                f"Of {entry['charts']} drawn charts without a pattern `{entry['weights']}` calls"
                f" {entry['false_alarms']:.1%} one ({low:.1%} to {high:.1%}).",
            ]
    return "\n".join(lines)


def _files(figures: dict[str, Any]) -> str:
    lines = ["| file | MB | ms a picture, one core | other class than the checkpoint |", "|---|---:|---:|---:|"]
    for name, file in figures["files"].items():
        flips = f"{file['class_flips']} of {figures['charts']:,}" if "class_flips" in file else ""
        shown = f"**`{name}`**" if name == DEFAULT_FILE else f"`{name}`"
        lines.append(f"| {shown} | {file['bytes'] / 1e6:.1f} | {file['latency_ms']['one_thread']:.1f} | {flips} |")
    return "\n".join(lines)


def _speed(figures: dict[str, Any]) -> str:
    rates = figures["speed"]
    lines = ["| 224 × 224, PNG on disk, one core | charts/s | times mplfinance |", "|---|---:|---:|"]
    lines += [f"| {name} | {rate:.1f} | {rate / rates['mplfinance']:.1f} |" for name, rate in rates.items()]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run", type=Path, help="finished and exported run")
    parser.add_argument("--speed", type=Path, required=True, help="what bench_charts.py --json wrote")
    parser.add_argument("--minutes", type=float, required=True, help="minutes that plain `make` took")
    given = parser.parse_args()
    figures = collect(given.run, given.speed, given.minutes)
    write_json(STORED, figures)
    write_readme(figures)


if __name__ == "__main__":
    main()

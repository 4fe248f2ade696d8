"""Scores as text, for the terminal at the end of a command."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from cryptoai_common.percent import percent
from cryptoai_common.tool_files import is_of_a_tool
from trainer.models.pattern_model import CLASSIFIER
from trainer.runs.baselines import read_baselines
from trainer.runs.baselines import table as table_of_baselines
from trainer.runs.finder_figures import headline, shown
from trainer.runs.results import FINDER, read_results


def print_summary(run: Path) -> None:
    """Print a run's scores, the size and latency of its files, and their paths. Raises UserError if it is no run."""
    results = read_results(run)
    print()
    for entry in results["evaluations"]:
        if "false_alarms" in entry:
            print(false_alarms_line(entry))
        elif entry["split"] != "validation":
            print(figures_line(entry))
    for entry in results.get(FINDER, []):
        print(f"{headline(entry)}\n{shown(entry)}")
    compared = read_baselines(run)
    if compared:
        print(table_of_baselines(compared))
    print("\n".join(export_lines(results["export"]) if "export" in results else []))
    print("\n".join(f"  {run / name}" for name in _made(run)))


def figures_line(entry: dict[str, Any]) -> str:
    """The scores of one evaluation in one line."""
    low, high = entry["accuracy_interval"]
    return (
        f"{entry['weights']} on {entry['dataset']}/{entry['split']}: accuracy {percent(entry['accuracy'])}"
        f" (95 % interval {percent(low)} to {percent(high)}) on {entry['charts']} charts,"
        f" balanced {percent(entry['balanced_accuracy'])}, macro-F1 {entry['macro_f1']:.3f},"
        f" calibration error {entry['calibration_error']:.3f}, {percent(entry['clear'], 0)} called a pattern"
    )


def false_alarms_line(entry: dict[str, Any]) -> str:
    """The false alarms of one evaluation on charts without a pattern in one line."""
    low, high = entry["false_alarms_interval"]
    return (
        f"{entry['weights']} on {entry['dataset']}/{entry['split']}: {percent(entry['false_alarms'])} of"
        f" {entry['charts']} charts without a pattern are called one (95 % interval {percent(low)} to {percent(high)})"
    )


def table(entry: dict[str, Any]) -> str:
    """Precision and recall of each class that is present."""
    width = max(map(len, entry["per_class"]))
    lines = [f"{'':{width}}  precision  recall  charts"]
    for name, figures in entry["per_class"].items():
        precision, recall = percent(figures["precision"]), percent(figures["recall"])
        lines.append(f"{name:{width}}  {precision:>9}  {recall:>6}  {figures['charts']:6}")
    return "\n".join(lines)


def export_lines(export: dict[str, Any]) -> list[str]:
    """Size, latency and agreement with the checkpoint of each file, and the fused nodes of the deployable ones."""
    lines = [_file_line(name, file, export["charts"]) for name, file in export["files"].items()]
    fused = ", ".join(f"{count} {kind}" for kind, count in export.get("fused_nodes", {}).items())
    return [*lines, f"fused nodes of {CLASSIFIER.name}: {fused}"] if fused else lines


def _file_line(name: str, file: dict[str, Any], charts: int) -> str:
    latency = file["latency_ms"]
    line = (
        f"{name}: {file['bytes'] / 1e6:.1f} MB, {latency['one_thread']:.1f} ms a picture on one core,"
        f" {latency['all_threads']:.1f} ms on {latency['cores']}"
    )
    if "largest_probability_difference" in file:
        line += (
            f"; {file['class_flips']} of {charts} get another class than the checkpoint gives,"
            f" largest probability difference {file['largest_probability_difference']:.2g}"
        )
    return line


def _made(run: Path) -> list[str]:
    files = (path.relative_to(run) for path in run.rglob("*") if path.is_file())
    return sorted(path.as_posix() for path in files if not is_of_a_tool(path))

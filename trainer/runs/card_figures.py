"""The scores in a model card: ``model-index`` for the Hub, and tables for readers."""

from __future__ import annotations

from typing import Any

from huggingface_hub import EvalResult

from cryptoai_common.percent import percent
from trainer.runs.results import accuracy_text
from trainer.runs.summary import false_alarms_line

METRICS = {"accuracy": "accuracy", "macro_f1": "f1"}  # our name -> the Hub's


def eval_results(evaluations: list[dict[str, Any]], sources: dict[str, dict[str, str]]) -> list[EvalResult]:
    """Entries of ``model-index``. ``sources`` maps a dataset's fingerprint to its place on the Hub."""
    return [
        EvalResult(
            task_type="image-classification",
            dataset_type=sources[entry["fingerprint"]]["repo"] if entry["fingerprint"] in sources else "imagefolder",
            dataset_revision=sources[entry["fingerprint"]]["commit"] if entry["fingerprint"] in sources else None,
            dataset_name=f"{entry['dataset']} ({entry['weights']})",
            dataset_split=entry["split"],
            metric_type=hub_name,
            metric_name=ours.replace("_", " "),
            metric_value=round(entry[ours], 4),
        )
        for entry in evaluations
        if "accuracy" in entry
        for ours, hub_name in METRICS.items()
    ]


def figures(evaluations: list[dict[str, Any]]) -> str:
    """Markdown tables of all evaluations, and of each class in the test split."""
    lines = [
        "## Figures",
        "",
        "| charts | split | weights | number | accuracy (95 % interval) | balanced | surest third | macro-F1"
        " | calibration error | called a pattern |",
        "|---|---|---|---:|---|---:|---:|---:|---:|---:|",
    ]
    for entry in evaluations:
        if "false_alarms" in entry:
            continue
        lines.append(
            f"| {entry['dataset']} | {entry['split']} | `{entry['weights']}` | {entry['charts']}"
            f" | {accuracy_text(entry)} | {percent(entry['balanced_accuracy'])}"
            f" | {percent(entry['surest_third'])} | {entry['macro_f1']:.3f} | {entry['calibration_error']:.3f}"
            f" | {percent(entry['clear'], 0)} |"
        )
    lines += ["", *(f"{false_alarms_line(entry)}." for entry in evaluations if "false_alarms" in entry)]
    shown = next((entry for entry in evaluations if entry["split"] == "test"), None)
    if shown:
        lines += ["", f"Of each class, `{shown['weights']}` on {shown['dataset']}, test split:", ""]
        lines += ["| class | precision | recall | charts |", "|---|---:|---:|---:|"]
        for name, row in shown["per_class"].items():
            lines.append(f"| {name} | {percent(row['precision'])} | {percent(row['recall'])} | {row['charts']} |")
    lines += ["", "![Confusion matrix](confusion_matrix.png)", "![Predictions](predictions_visualization.png)"]
    return "\n".join(lines)

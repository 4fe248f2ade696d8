"""The model card of a run, made anew from what its files say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from huggingface_hub import EvalResult, ModelCardData

from trainer.baselines.results import read_baselines, table
from trainer.classifier import QUANTIZED, read_classes
from trainer.files import write_text
from trainer.pattern_model import DEPLOYABLE_QUANTIZED
from trainer.results import read_results
from trainer.run import read_resolved
from trainer.summary import false_alarms_line

METRICS = {"accuracy": "accuracy", "macro_f1": "f1"}  # ours -> the Hub's


def write_card(directory: Path) -> None:
    """Write ``README.md``. Raises UserError if ``directory`` is not a finished run."""
    results, resolved = read_results(directory), read_resolved(directory)
    name = directory.resolve().name.removesuffix(".partial")
    base = resolved["config"]["base"]
    data = ModelCardData(
        license="mit",
        library_name="transformers",
        pipeline_tag="image-classification",
        tags=["vision", "finance", "candlestick-charts", "chart-patterns", "onnx"],
        base_model=base if base and not _is_local(base) else None,
        metrics=list(METRICS.values()),
        model_name=name,
        eval_results=_eval_results(results["evaluations"]) or None,
    )
    sections = [
        f"---\n{data.to_yaml()}\n---",
        f"# {name}",
        _introduction(read_classes(directory)),
        _usage(name, directory),
        _figures(results["evaluations"]),
        _baselines(directory),
        _files(results.get("export", {})),
        _training(resolved, results["training"]),
        LIMITS,
    ]
    write_text(directory / "README.md", "\n\n".join(section for section in sections if section) + "\n")


def _is_local(base: str) -> bool:
    """Whether a base is a directory, here or where the run was made, and no name on the Hub."""
    return Path(base).exists() or base.startswith(("models/", "/", "."))


def _eval_results(evaluations: list[dict[str, Any]]) -> list[EvalResult]:
    return [
        EvalResult(
            task_type="image-classification",
            dataset_type="imagefolder",
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


def _introduction(classes: tuple[str, ...]) -> str:
    names = ", ".join(name.replace("_", " ") for name in classes)
    return f"A Vision Transformer that names the chart pattern in a picture of a price chart: {names}."


def _usage(name: str, directory: Path) -> str:
    text = f"""## Use

```python
from transformers import pipeline

pipeline("image-classification", model="{name}")("chart.png")
```"""
    if (directory / QUANTIZED).exists():
        text += f"""

Without torch, from the INT8 file:

```python
from optimum.onnxruntime import ORTModelForImageClassification

ORTModelForImageClassification.from_pretrained("{name}", subfolder="{QUANTIZED.parent}", file_name="{QUANTIZED.name}")
```"""
    if (directory / DEPLOYABLE_QUANTIZED).exists():
        text += f"""

With onnxruntime, numpy and Pillow alone, from a picture of any size:

```python
import json

import numpy as np
import onnxruntime
from PIL import Image

session = onnxruntime.InferenceSession("{name}/{DEPLOYABLE_QUANTIZED}")
classes = json.loads(session.get_modelmeta().custom_metadata_map["classes"])
image = np.asarray(Image.open("chart.png").convert("RGB"))[np.newaxis]  # uint8 [1, height, width, 3]
probabilities, label = session.run(None, {{"input": image}})
print(classes[label[0]] if label[0] >= 0 else "no clear pattern")
```"""
    return text


def _figures(evaluations: list[dict[str, Any]]) -> str:
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
        low, high = entry["accuracy_interval"]
        lines.append(
            f"| {entry['dataset']} | {entry['split']} | `{entry['weights']}` | {entry['charts']}"
            f" | {entry['accuracy']:.1%} ({low:.1%} to {high:.1%}) | {entry['balanced_accuracy']:.1%}"
            f" | {entry['surest_third']:.1%} | {entry['macro_f1']:.3f} | {entry['calibration_error']:.3f}"
            f" | {entry['clear']:.0%} |"
        )
    lines += ["", *(f"{false_alarms_line(entry)}." for entry in evaluations if "false_alarms" in entry)]
    shown = next((entry for entry in evaluations if entry["split"] == "test"), None)
    if shown:
        lines += ["", f"Of each class, `{shown['weights']}` on {shown['dataset']}, test split:", ""]
        lines += ["| class | precision | recall | charts |", "|---|---:|---:|---:|"]
        for name, row in shown["per_class"].items():
            lines.append(f"| {name} | {row['precision']:.1%} | {row['recall']:.1%} | {row['charts']} |")
    lines += ["", "![Confusion matrix](confusion_matrix.png)", "![Predictions](predictions_visualization.png)"]
    return "\n".join(lines)


def _baselines(directory: Path) -> str:
    compared = read_baselines(directory)
    return f"## Beside simpler answers\n\n{table(compared)}" if compared else ""


def _files(export: dict[str, Any]) -> str:
    if not export:
        return ""
    lines = [
        "## Files",
        "",
        f"Latency is the median for one picture on {export['cpu']}, preprocessing not included.",
        "",
        "| file | MB | ms on one core | ms on all | class differs from the checkpoint's"
        " | largest probability difference |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for name, file in export["files"].items():
        if "largest_probability_difference" not in file:  # the checkpoint itself
            continue
        lines.append(
            f"| `{name}` | {file['bytes'] / 1e6:.1f} | {file['latency_ms']['one_thread']:.1f}"
            f" | {file['latency_ms']['all_threads']:.1f} | {file['class_flips']} of {export['charts']}"
            f" | {file['largest_probability_difference']:.2g} |"
        )
    return "\n".join(lines)


def _training(resolved: dict[str, Any], training: dict[str, Any]) -> str:
    dataset, config = resolved["dataset"], resolved["config"]
    start = f"fine-tuned from {Path(config['base']).name}" if config["base"] else "trained from random weights"
    return f"""## Training

{training["parameters"] / 1e6:.1f} million parameters, {start} with the recipe `{Path(config["recipe"]).stem}`:
{training["steps"]} steps, {training["epochs"]:.1f} epochs, {training["charts_per_second"]:.0f} charts a second,
{training["seconds"] / 60:.1f} minutes. Every setting and library version is in `config_resolved.yaml`.

{_trained_on(dataset)}

![Training curves](training_curves.png)"""


def _trained_on(dataset: dict[str, Any]) -> str:
    return "\n\n".join(
        f"Dataset: {part['name']}, {part['splits'].get('train', 0)} charts in the train split, fingerprint\n"
        f"`{part['fingerprint']}`."
        for part in dataset.get("parts", [dataset])
    )


LIMITS = """## Limits

The model learnt from charts that a program drew, not from a market. It names the nearest pattern in any picture,
also in one that has none. A pattern says nothing certain about the price that follows: this is no financial advice."""

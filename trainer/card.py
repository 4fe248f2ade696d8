"""The model card of a run, made anew from what its files say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from huggingface_hub import ModelCardData

from trainer.card_figures import METRICS, eval_results, figures
from trainer.classifier import ONNX, QUANTIZED, read_classes
from trainer.files import write_text
from trainer.results import read_results
from trainer.run import read_resolved


def write_card(directory: Path) -> None:
    """Write ``README.md``. Raises UserError if ``directory`` is not a finished run."""
    write_text(directory / "README.md", card_text(directory, directory.resolve().name.removesuffix(".partial")))


def card_text(directory: Path, name: str, source: dict[str, str] | None = None) -> str:
    """The card of a run that stock libraries know as ``name``. Raises UserError if ``directory`` is not a finished run.

    ``source`` says where on the Hub the dataset is that it was trained on, unless the run says so itself.
    """
    results, resolved = read_results(directory), read_resolved(directory)
    base, dataset = resolved["config"]["base"], {"source": source, **resolved["dataset"]}
    data = ModelCardData(
        license="mit",
        library_name="transformers",
        pipeline_tag="image-classification",
        tags=["vision", "finance", "candlestick-charts", "chart-patterns", *_formats(directory)],
        datasets=[dataset["source"]["repo"]] if dataset["source"] else None,
        base_model=base if base and not _is_local(base) else None,
        metrics=list(METRICS.values()),
        model_name=name,
        eval_results=eval_results(results["evaluations"], dataset) or None,
    )
    sections = [
        f"---\n{data.to_yaml()}\n---",
        f"# {name}",
        _introduction(read_classes(directory)),
        _usage(name, directory),
        figures(results["evaluations"]),
        _files(results.get("export", {})),
        _training(resolved["config"], dataset, results["training"]),
        LIMITS,
    ]
    return "\n\n".join(section for section in sections if section) + "\n"


def _is_local(base: str) -> bool:
    """Whether a base is a directory, here or where the run was made, and no name on the Hub."""
    return Path(base).exists() or base.startswith(("models/", "/", "."))


def _formats(directory: Path) -> list[str]:
    """What can load a run beside transformers, as the Hub calls it."""
    return ["onnx", "transformers.js"] if (directory / QUANTIZED).exists() else []


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
    return text


def _files(export: dict[str, Any]) -> str:
    if not export:
        return ""
    lines = [
        "## Files",
        "",
        f"Latency is the median for one picture on {export['cpu']}, preprocessing not included.",
        "",
        "| file | MB | ms on one core | ms on all | class differs from the checkpoint's | largest logit difference |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for name in (ONNX.as_posix(), QUANTIZED.as_posix()):
        file = export["files"][name]
        lines.append(
            f"| `{name}` | {file['bytes'] / 1e6:.1f} | {file['latency_ms']['one_thread']:.1f}"
            f" | {file['latency_ms']['all_threads']:.1f} | {file['class_flips']} of {export['charts']}"
            f" | {file['largest_logit_difference']:.2g} |"
        )
    return "\n".join(lines)


def _training(config: dict[str, Any], dataset: dict[str, Any], training: dict[str, Any]) -> str:
    start = f"fine-tuned from {Path(config['base']).name}" if config["base"] else "trained from random weights"
    return f"""## Training

{training["parameters"] / 1e6:.1f} million parameters, {start} with the recipe `{Path(config["recipe"]).stem}`:
{training["steps"]} steps, {training["epochs"]:.1f} epochs, {training["charts_per_second"]:.0f} charts a second,
{training["seconds"] / 60:.1f} minutes. Every setting and library version is in `config_resolved.yaml`.

Dataset: {_dataset(dataset)}, {dataset["splits"]["train"]} synthetic charts in the train split, fingerprint
`{dataset["fingerprint"]}`.

![Training curves](training_curves.png)"""


def _dataset(dataset: dict[str, Any]) -> str:
    """Its name, or where on the Hub it is and which commit of it."""
    source = dataset["source"]
    if source is None:
        return dataset["name"]
    return f"`{source['repo']}` on the Hub, revision `{source['revision']}` (commit `{source['commit'][:12]}`)"


LIMITS = """## Limits

The model learnt from charts that a program drew, not from a market. It names the nearest pattern in any picture,
also in one that has none. A pattern says nothing certain about the price that follows: this is no financial advice."""

"""The model card of a run, written from the other files of the run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from huggingface_hub import ModelCardData

from cryptoai_common.files import PARTIAL, write_text
from trainer.data.manifest import Manifest
from trainer.models.classifier import QUANTIZED, read_classes
from trainer.models.pattern_model import CLASSIFIER_QUANTIZED, FINDER_QUANTIZED, PRICE_FINDER
from trainer.runs.baselines import read_baselines, table
from trainer.runs.card_figures import METRICS, eval_results, figures
from trainer.runs.directory import read_resolved
from trainer.runs.finder_figures import finder_results, section
from trainer.runs.measured import section as measured
from trainer.runs.results import FINDER, read_results


def write_card(directory: Path) -> None:
    """Write ``README.md``. Raises UserError if ``directory`` is not a finished run."""
    write_text(directory / "README.md", card_text(directory, directory.resolve().name.removesuffix(PARTIAL)))


def card_text(directory: Path, name: str, known: Manifest | None = None) -> str:
    """The text of the model card; ``name`` is what libraries load the run by: its directory, or its name on the Hub.

    ``known`` is a dataset whose place on the Hub is added to the card, if the run was trained on it and does not record
    its place. Raises UserError if ``directory`` is not a finished run.
    """
    results, resolved = read_results(directory), read_resolved(directory)
    base, parts = resolved["config"]["base"], _with_sources(resolved["dataset"], known)
    sources = {part["fingerprint"]: part["source"] for part in parts if part["source"]}
    data = ModelCardData(
        license="mit",
        library_name="transformers",
        pipeline_tag="image-classification",
        tags=["vision", "finance", "candlestick-charts", "chart-patterns", *_formats(directory)],
        datasets=[source["repo"] for source in sources.values()] or None,
        base_model=base if base and not _is_local(base) else None,
        metrics=list(METRICS.values()),
        model_name=name,
        eval_results=[
            *eval_results(results["evaluations"], sources),
            *finder_results(results.get(FINDER, []), sources),
        ]
        or None,
    )
    sections = [
        f"---\n{data.to_yaml()}\n---",
        f"# {name}",
        _introduction(read_classes(directory)),
        _usage(name, directory),
        figures(results["evaluations"]),
        section(results.get(FINDER, [])),
        measured(directory),
        _baselines(directory),
        _files(results.get("export", {})),
        _training(resolved["config"], parts, results["training"]),
        LIMITS,
    ]
    return "\n\n".join(section for section in sections if section) + "\n"


def _is_local(base: str) -> bool:
    """Whether a base is a directory, on this machine or the one that trained the run, and not a name on the Hub."""
    return Path(base).exists() or base.startswith(("models/", "/", "."))


def _formats(directory: Path) -> list[str]:
    """The Hub's tags for the formats of a run beside that of transformers."""
    return ["onnx", "transformers.js"] if (directory / QUANTIZED).exists() else []


def _has(directory: Path, *files: Path) -> bool:
    return all((directory / file).exists() for file in files)


def _introduction(classes: tuple[str, ...]) -> str:
    names = ", ".join(name.replace("_", " ") for name in classes)
    return f"A Vision Transformer that names the chart pattern in a picture of a price chart: {names}."


def _usage(name: str, directory: Path) -> str:
    finder = _finder_program(name) if _has(directory, CLASSIFIER_QUANTIZED, FINDER_QUANTIZED) else ""
    text = f"""## Use

{_first_program(name, _has(directory, CLASSIFIER_QUANTIZED))}
{finder}
With transformers, the same `picture`:

```python
from transformers import pipeline

pipeline("image-classification", model="{name}")(picture)
```"""
    if (directory / QUANTIZED).exists():
        text += f"""

Without torch, from the INT8 file:

```python
import os

os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # read when onnxruntime is imported
from optimum.onnxruntime import ORTModelForImageClassification

ORTModelForImageClassification.from_pretrained("{name}", subfolder="{QUANTIZED.parent}", file_name="{QUANTIZED.name}")
```"""
    return text


def _first_program(name: str, deployable: bool) -> str:
    """Opens a picture as ``open_rgb`` does and, if the run has a deployable file, answers with that."""
    numpy, pillow = "import numpy as np\n", "from PIL import Image, ImageOps\n"
    start = 'import json\nimport os\n\nos.environ["ORT_DISABLE_TELEMETRY"] = "1"  # read when onnxruntime is imported\n'
    opening = """
picture = ImageOps.exif_transpose(Image.open("chart.png"))  # upright
if picture.mode[0] in "IF":  # wide grey: 16 bits become 8; other numbers do not say what white is
    wide = np.asarray(picture)
    assert picture.mode.startswith("I;16") and wide.max() >= 2**14, "save it with 8 bits a channel"
    picture = Image.fromarray(np.rint(wide / 257).astype(np.uint8))
picture = picture.convert("RGBA")
picture = Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture).convert("RGB")
"""
    if not deployable:
        return f"Open a picture of any size:\n\n```python\n{numpy}{pillow}{opening}```"
    answering = f"""
session = onnxruntime.InferenceSession("{name}/{CLASSIFIER_QUANTIZED}")
classes = json.loads(session.get_modelmeta().custom_metadata_map["classes"])
image = np.asarray(picture)[np.newaxis]  # uint8 [1, height, width, 3]
probabilities, label = session.run(None, {{"input": image}})
print(classes[label[0]] if label[0] >= 0 else "no clear pattern")
"""
    program = start + numpy + "import onnxruntime\n" + pillow + opening + answering
    heading = (
        "With onnxruntime, numpy and Pillow alone, from a chart that is cut to its prices, of any size (`predict --cut`"
        f" asks `{PRICE_FINDER}` too, where it lies beside this file and knows the same classes):"
    )
    return f"{heading}\n\n```python\n{program}```"


def _finder_program(name: str) -> str:
    """Follows the program of ``_first_program``, whose picture it takes."""
    return f"""
In a whole screenshot, opened the same way, the patterns with their boxes (left, top, right, bottom in pixels):

```python
finder = onnxruntime.InferenceSession("{name}/{FINDER_QUANTIZED}")
boxes, found, chances = finder.run(None, {{"input": np.asarray(picture)[np.newaxis]}})
for box, number, chance in zip(boxes, found, chances):
    print(f"{{chance:.0%}} {{classes[number]}} at {{box.round()}}")
```
"""


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


def _with_sources(dataset: dict[str, Any], known: Manifest | None) -> list[dict[str, Any]]:
    """The datasets that a run was trained on, each with its ``source`` on the Hub, or None."""
    parts = [{"source": None, **part} for part in dataset.get("parts", [dataset])]
    for part in parts:
        if known and known.fingerprint == part["fingerprint"]:
            part["source"] = part["source"] or known.source
    return parts


def _training(config: dict[str, Any], parts: list[dict[str, Any]], training: dict[str, Any]) -> str:
    start = f"fine-tuned from {Path(config['base']).name}" if config["base"] else "trained from random weights"
    return f"""## Training

{training["parameters"] / 1e6:.1f} million parameters, {start} with the recipe `{Path(config["recipe"]).stem}`:
{training["steps"]} steps, {training["epochs"]:.1f} epochs, {training["charts_per_second"]:.0f} charts a second,
{training["seconds"] / 60:.1f} minutes. Every setting and library version is in `config_resolved.yaml`.

{_trained_on(parts)}

![Training curves](training_curves.png)"""


def _trained_on(parts: list[dict[str, Any]]) -> str:
    return "\n\n".join(
        f"Dataset: {_place(part)}, {part['splits'].get('train', 0)} charts in the train split, fingerprint\n"
        f"`{part['fingerprint']}`."
        for part in parts
    )


def _place(part: dict[str, Any]) -> str:
    """A dataset's name, or where on the Hub it is and which commit of it."""
    source = part["source"]
    if source is None:
        return str(part["name"])
    return f"`{source['repo']}` on the Hub, revision `{source['revision']}` (commit `{source['commit'][:12]}`)"


LIMITS = """## Limits

The model learnt from charts that a program drew, not from a market. It names the nearest pattern in any picture,
also in one that has none. A pattern says nothing certain about the price that follows: this is no financial advice."""

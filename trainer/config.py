"""Settings of the commands that make runs and publish them: the fields are options, the text under each is its help.

Those of the commands that ask a model are in ``config_asking``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal

from cryptoai_common.options import FromRecipe, Positional, Repeated

Quantize = Literal["int8", "int4", "fp16"]
Target = Literal["auto", "avx2", "avx512_vnni", "arm64"]


@dataclass(frozen=True)
class TrainConfig:
    """Train a model on a dataset directory.

    Takes every argument of transformers.TrainingArguments as well, such as --learning-rate 1e-4 or
    --num-train-epochs 20. The command line wins over the recipe, and the recipe over the defaults below.
    """

    dataset: Repeated[tuple[Path, ...]]
    """Dataset directory, as `python -m dataset_builder build` writes it, hub:user/name@revision, or a folder of your
    own labelled pictures: CLASS/PICTURE, or train/CLASS/PICTURE and so on. Repeat the option to add another dataset;
    its new classes come last."""
    output: Path
    """Run directory. It appears when the run is finished; until then its files are in OUTPUT.partial."""
    recipe: str = "default"
    """Name of a recipe in trainer/recipes, such as default, scratch, vit-base or vit-small, or a YAML file."""
    base: str | None = None
    """Checkpoint to fine-tune: a directory, or a name on the Hub. null: a new network of the five sizes below."""
    revision: str | None = None
    """Revision of the base on the Hub."""
    keep_layers: int = 0
    """Lowest layers of the base to keep; those above are dropped before training. 0: all."""
    image_size: int = 224
    """Pixels on each side of the picture that a new network sees."""
    patch_size: int = 16
    """Pixels on each side of a new network's patches."""
    hidden_size: int = 192
    """Width of a new network."""
    num_hidden_layers: int = 7
    """Layers of a new network."""
    num_attention_heads: int = 3
    """Attention heads of a new network."""
    freeze_backbone: bool = False
    """Train the classifier only. Turns off the losses that train the backbone."""
    read_chart: float = 0.0
    """Weight of the loss for reading the highest and lowest price in each column of patches. 0: labels only."""
    find_pivots: float = 0.0
    """Weight of the loss for finding the patches in which the pattern's turning points lie."""
    outlier_exposure: float = 0.0
    """Weight of the loss that pushes the probabilities on charts without a pattern to be equal. 0: no such loss."""
    keep_patches: float = 1.0
    """Share of each picture's patches that training uses, those whose grey values vary most. 0.4 is four times as fast
    on a CPU."""
    augment: bool = True
    """Vary colours, sharpness and noise, and turn by at most 2 degrees. Never flips or crops."""
    early_stopping_patience: int = 0
    """Stop after this many evaluations without a better model. 0: never."""
    resume: bool = False
    """Continue an unfinished run from its last checkpoint."""
    overwrite: bool = False
    """Replace a run that differs, finished or not."""
    REFUSED: ClassVar[Mapping[str, str]] = FromRecipe.REFUSED


@dataclass(frozen=True)
class TrainFinderConfig:
    """Train one of the two networks that find patterns on whole screenshots: the reader of prices, or that of spans.

    Takes every argument of transformers.TrainingArguments as well. The command line wins over the recipe.
    """

    dataset: Path
    """Dataset directory with a split of screenshots, as `python -m dataset_builder build --screenshots` writes it."""
    output: Path
    """Directory for the weights. The run is in OUTPUT.partial until it is finished."""
    recipe: str = "finder-reader"
    """Name of a recipe in trainer/recipes, finder-reader or finder-spans, or a YAML file."""
    part: Literal["reader", "spans"] = "reader"
    """The network: the reader of prices from pictures, or the finder of spans in prices."""
    markets: Path | None = None
    """Markets without pictures to learn spans from as well: an output of `python -m dataset_builder markets`."""
    base: Path | None = None
    """Weights to go on from: an output of this command."""
    resume: bool = False
    """Continue an unfinished run from its last checkpoint."""
    overwrite: bool = False
    """Replace a run that differs, finished or not."""
    REFUSED: ClassVar[Mapping[str, str]] = FromRecipe.REFUSED


@dataclass(frozen=True)
class ExportFinderConfig:
    """Export the two networks that find patterns on screenshots into a run, and compare every file with them."""

    run: Positional[Path]
    """Run directory, as `train` writes it: the files of the finder lie beside those of its classifier."""
    reader: Path
    """Output of `train-finder` for the reader, or a run with a finder."""
    spans: tuple[Path, ...]
    """Output of `train-finder` for the spans, or a run with a finder. Of several the answers' mean is taken for
    pictures, and the last alone for candles."""
    dataset: Path
    """Dataset with screenshots, to calibrate and compare on those that are held back from training."""


@dataclass(frozen=True)
class ExportConfig:
    """Export a run to ONNX, quantize it, and compare every file with the checkpoint on the validation split."""

    run: Positional[Path]
    """Run directory, as `train` writes it."""
    dataset: Path
    """The dataset that the run was trained on, or one of them: a directory, or hub:user/name@revision."""
    quantize: Quantize = "int8"
    """Number format of crypto_chart_classifier_quantized.onnx. The quantized file in onnx/ is always INT8."""
    target: Target = "auto"
    """Processor that INT8 weights are made for. auto gives correct results on every processor."""


@dataclass(frozen=True)
class EvaluateConfig:
    """Score a model on a split of a dataset: ours, or any ImageFolder with the same class names.

    With --boxes, score how well it finds patterns in whole screenshots.
    """

    run: Positional[Path]
    """Run directory, or any other model directory."""
    dataset: Path | None = None
    """Dataset directory, or hub:user/name@revision, whose charts are to be named."""
    boxes: Path | None = None
    """Folder of screenshots with boxes, in which patterns are to be found: COCO's annotations.json, a JSONL file with
    file and boxes, or a dataset built with --screenshots (or hub:user/name@revision)."""
    split: str | None = None
    """Split of the dataset. None: test, or with --boxes screenshots."""
    onnx: Path | None = None
    """Score this ONNX file instead of the checkpoint, or of the finder of the run."""
    cut: bool = False
    """Score what `predict --cut` answers: the deployable classifier, and the finder beside it."""
    json: Path | None = None
    """Write the scores to this file too."""
    batch_size: int = 32
    """Pictures at a time."""
    REFUSED: ClassVar[Mapping[str, str]] = {
        "model": "name the run first, as in `python -m trainer evaluate models/charts-default --dataset data/charts`"
    }


@dataclass(frozen=True)
class BaselinesConfig:
    """Score baselines on the same charts as a run: the commonest class, rules, a small convolutional network."""

    run: Positional[Path]
    """Run directory."""
    dataset: Path
    """The dataset that the run was trained on: the network is trained on it as well."""
    split: str = "test"
    """Split to score."""
    epochs: int = 3
    """Epochs that the network is trained for."""


@dataclass(frozen=True)
class SummaryConfig:
    """Print a run's scores, the size and latency of its files, and where they are."""

    run: Positional[Path]
    """Run directory."""


@dataclass(frozen=True)
class CompareConfig:
    """Compare the scores of runs in a table and a picture."""

    runs: Positional[tuple[Path, ...]]
    """Run directories. Any other directory is skipped."""
    output: Path = Path("models/comparison.md")
    """Markdown file to write; the picture lies beside it, as .png."""


@dataclass(frozen=True)
class FetchConfig:
    """Fetch a dataset from the Hub into data/hub, verify it and print its directory."""

    name: Positional[str]
    """The dataset, as hub:user/name@revision."""


@dataclass(frozen=True)
class PushConfig:
    """Publish a run on the Hugging Face Hub with its card. An interrupted push is continued."""

    run: Positional[Path]
    """Run directory."""
    repo: str
    """Repository, as user/name; created if it does not exist."""
    private: bool = False
    """If the repository is created, make it private."""
    revision: str | None = None
    """Tag for this version, such as v1."""
    dataset: Path | None = None
    """The dataset that the run was trained on, a directory or hub:user/name@revision, to check that it still is."""


@dataclass(frozen=True)
class PushSpaceConfig:
    """Publish a page that `site` built as a static Space on the Hugging Face Hub."""

    site: Positional[Path]
    """Folder, as `site` writes it."""
    repo: str
    """Space, as user/name; created if it does not exist."""
    private: bool = False
    """If the Space is created, make it private."""
    revision: str | None = None
    """Tag for this version, such as v1."""

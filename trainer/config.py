"""Settings of each command: the fields are its options, and the text under each is its help."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal

from cryptoai_common.cores import usable_cores
from cryptoai_common.options import FromRecipe, Positional, Repeated
from trainer.shipped import SHIPPED

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
    spans: Path
    """Output of `train-finder` for the spans, or a run with a finder."""
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
    json: Path | None = None
    """Write the scores to this file too."""
    batch_size: int = 32
    """Pictures at a time."""
    REFUSED: ClassVar[Mapping[str, str]] = {
        "model": "name the run first, as in `python -m trainer evaluate models/charts-default --dataset data/charts`"
    }


@dataclass(frozen=True)
class PredictConfig:
    """Find the patterns in screenshots of charts, or name the one in a chart that is cut out."""

    pictures: Positional[tuple[Path, ...]]
    """Picture files."""
    model: Path = SHIPPED
    """Model directory, or one of its files: crypto_pattern_model_quantized.onnx for whole screenshots, and with --cut
    crypto_chart_classifier_quantized.onnx. The default comes with the project."""
    cut: bool = False
    """The pictures are charts that are cut to their prices: name the pattern that fills each of them."""
    picture: Path | None = None
    """Write the picture with a box and a name at each pattern into this file, such as found.png; of several pictures,
    into this folder."""
    onnx: Path | None = None
    """With --cut, use this ONNX file of the model directory."""
    json: bool = False
    """Print one JSON object a line."""


@dataclass(frozen=True)
class ScanConfig:
    """Find the patterns in files of candles, or in the markets of an exchange.

    Writes one ranked table, hits.csv and hits.json, and report.html, which opens without a network.
    """

    prices: Positional[tuple[Path, ...]] = ()
    """Files of candles, folders of them, or patterns such as data/*.csv."""
    exchange: str | None = None
    """Scan markets of this exchange instead, by its name in ccxt, such as binance. Only public data: no key is used."""
    symbols: tuple[str, ...] = ()
    """Markets, such as BTC/USDT ETH/USDT, or top:200: those with the largest volume of a day in USDT (top:200:EUR in
    EUR). Of files with several series, those to read."""
    timeframe: str = "1h"
    """Interval of the exchange's candles, such as 5m, 1h or 1d."""
    history: int = 1000
    """Candles of each market to have at least, counted back from now. 0: all that the exchange has."""
    exchange_url: str | None = None
    """Ask this host instead of the exchange's own, such as a mirror: https://data-api.binance.vision."""
    markets: Path = Path("data/markets")
    """Directory for the exchange's candles: EXCHANGE/BTC-USDT_1h.parquet, fetched on from where they end."""
    window: tuple[int, ...] = (30, 45, 60, 90, 120)
    """Candles in a picture; several lengths may be given."""
    stride: int = 6
    """Candles between the ends of two windows; the last one ends with the newest finished candle."""
    latest: bool = False
    """Look only at windows that end at the newest finished candle: what is there now."""
    follow: bool = False
    """Go on with each new candle of an exchange; each pattern is a line on the terminal and in follow.jsonl, once."""
    backtest: bool = False
    """Tell how often the move that textbooks expect followed, and how often it follows in any window."""
    model: Path = SHIPPED
    """Model directory, of which crypto_chart_classifier_quantized.onnx is used, or such a file."""
    output: Path | None = None
    """Directory for the results. None: scans/EXCHANGE, or scans/files."""
    workers: int = usable_cores()
    """Processes that draw and ask the model."""
    engine: Literal["processes", "ray"] = "processes"
    """What runs them: this machine's processes, or a Ray cluster that shares the disk with the candles."""


@dataclass(frozen=True)
class ExplainConfig:
    """Draw what the model saw in a picture: of a whole screenshot the prices that were read and the patterns found.

    Of a chart that is cut out, the patches that the model attended to, too.
    """

    picture: Positional[Path]
    """Picture file."""
    model: Path = SHIPPED
    """Model directory. Its finder and its reader of prices are used, and with --cut its checkpoint."""
    cut: bool = False
    """The picture is a chart that is cut to its prices."""
    output: Path | None = None
    """Picture to write. None: PICTURE_explained.png beside the picture."""


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
class ServeConfig:
    """Find the patterns in pictures and candles that come over HTTP, as the Lambda container does.

    docs/deployment.md shows what to send.
    """

    model: Path
    """Run directory, as `export` completes it, or a deployable file in it."""
    host: str = "127.0.0.1"
    """Address to listen on. The default takes requests from this machine only."""
    port: int = 8000
    """Port to listen on. 0: any free one."""


@dataclass(frozen=True)
class SiteConfig:
    """Build the page as a folder of static files, in which the model runs in the visitor's browser.

    Needs npm, which fetches onnxruntime-web. The folder is for any static host, or for `push-space`.
    """

    model: Path = SHIPPED
    """Model directory, or a file in it: crypto_pattern_model_quantized.onnx and crypto_price_reader.onnx are used."""
    out: Path = Path("site")
    """Folder for the page; an earlier page in it is replaced."""


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

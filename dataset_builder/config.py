"""Settings of each command, and where they come from: the command line over a YAML file over these defaults."""

from __future__ import annotations

import re
from dataclasses import MISSING, asdict, dataclass, fields
from pathlib import Path
from typing import Literal

from cryptoai_common.cores import usable_cores
from cryptoai_common.errors import UserError
from dataset_builder.limits import DEFAULT_STYLE, check_bars, check_image_size


@dataclass(frozen=True)
class BuildConfig:
    """Draw a dataset. A killed build goes on where it was; a finished one is never touched again."""

    output: Path = Path("data/default")
    """Directory to make."""
    size: int = 1000
    """Charts in train, validation and test together, spread evenly over the classes."""
    seed: int = 42
    """Root seed: the same seed gives the same bytes."""
    image_size: int = 224
    """Width and height of a picture, in pixels."""
    validation_fraction: float = 0.1
    """Share of the charts in the validation split."""
    test_fraction: float = 0.1
    """Share of the charts in the test split."""
    unseen_styles: int | None = None
    """Charts in a further split, test_unseen_styles, drawn in styles kept out of the others (default: as many as in
    test)."""
    negatives: int = 0
    """Charts without any pattern, in a further split, none."""
    format: Literal["imagefolder", "parquet"] = "imagefolder"
    """PNG files beside a metadata.jsonl, or Parquet shards with the pictures inside."""
    workers: int = usable_cores()
    """Processes that draw."""
    engine: Literal["processes", "ray"] = "processes"
    """What runs them: this machine's processes, or a Ray cluster that shares the output's disk."""
    shard: str = "1/1"
    """Draw only the I-th of N parts, as I/N: on as many machines as you like, to be joined by 'merge'."""

    def content(self) -> dict:
        """What settles the dataset's bytes, ready for JSON: not where it lies nor who draws it."""
        settings = asdict(self)
        for name in ("output", "workers", "engine", "shard"):
            del settings[name]
        return settings

    def shard_numbers(self) -> tuple[int, int]:
        """Part and number of parts. Raises UserError for anything but I/N with 1 <= I <= N."""
        match = re.fullmatch(r"(\d+)/(\d+)", self.shard)
        part, parts = map(int, match.groups()) if match else (0, 0)
        if not 1 <= part <= parts:
            raise UserError(f"--shard must be I/N with I from 1 to N, such as 2/4, not {self.shard!r}")
        return part, parts

    def check(self, classes: int) -> None:
        """Raises UserError for settings that no dataset can have."""
        if self.size < classes:
            raise UserError(f"--size {self.size} is less than one chart for each of the {classes} classes")
        check_image_size("--image-size", self.image_size)
        if self.workers < 1:
            raise UserError(f"--workers must be at least 1, not {self.workers}")
        if self.seed < 0:
            raise UserError(f"--seed must be 0 or more, not {self.seed}")
        if self.negatives < 0 or (self.unseen_styles or 0) < 0:
            raise UserError("--negatives and --unseen-styles must be 0 or more")
        self.shard_numbers()
        shares = (self.validation_fraction, self.test_fraction)
        if min(shares) < 0 or sum(shares) >= 1:
            raise UserError(
                f"--validation-fraction {shares[0]:g} and --test-fraction {shares[1]:g} must be 0 or more and leave a "
                "share for train: their sum must be under 1"
            )


@dataclass(frozen=True)
class MergeConfig:
    """Join the parts that 'build --shard' made into one dataset."""

    parts: tuple[Path, ...]
    """The parts, in any order."""
    output: Path = Path("data/default")
    """Directory to make."""


@dataclass(frozen=True)
class VerifyConfig:
    """Re-hash a dataset and name what was altered, is missing or does not belong to it."""

    directory: Path
    """The dataset."""


@dataclass(frozen=True)
class PushConfig:
    """Publish a dataset on the Hugging Face Hub, as Parquet files with a card. A push that broke off goes on."""

    directory: Path
    """The dataset."""
    repo: str = ""
    """Where to, as user/name; made if it is not there."""
    private: bool = False
    """Make a new repository one that only its owner sees."""
    revision: str | None = None
    """Tag for this version, such as v1: hub:user/name@v1 then names it for ever."""


@dataclass(frozen=True)
class RenderConfig:
    """Draw windows of a file of candles, for a model to look at."""

    prices: Path
    """File of candles: CSV, JSON, Parquet or Feather, with a time and open, high, low and close in each row."""
    output: Path = Path("scans/default/charts")
    """Directory to make. One that this command made before is replaced."""
    window: tuple[int, ...] = (60,)
    """Candles in a picture; several lengths may be given."""
    stride: int = 12
    """Candles between the ends of two windows; the last one ends with the file."""
    style: str = DEFAULT_STYLE
    """Chart style, a file's name in dataset_builder/styles."""
    volume: bool = False
    """Draw traded volume in a pane under the price."""
    image_size: int = 224
    """Width and height of a picture, in pixels."""
    symbol: str | None = None
    """Of several series in the file, the one to draw."""

    def check(self) -> None:
        """Raises UserError for settings that no picture can have."""
        for length in self.window or (0,):
            check_bars("--window", length)
        if self.stride < 1:
            raise UserError(f"--stride must be at least 1, not {self.stride}")
        check_image_size("--image-size", self.image_size)


@dataclass(frozen=True)
class DiffConfig:
    """Say how two datasets differ. The exit code is 0 if they are the same, 1 if they differ."""

    first: Path
    """A dataset."""
    second: Path
    """Another one."""


@dataclass(frozen=True)
class AuditConfig:
    """Measure whether a dataset is good: true labels, no leaks, no duplicates, candles like a market's."""

    directory: Path
    """The dataset."""
    ohlcv: tuple[Path, ...] = ()
    """Files of real candles to show beside it."""
    workers: int = usable_cores()
    """Processes that measure."""


def defaults_from_yaml(config_class: type, path: Path):
    """An instance with the file's values in place of the defaults. Raises UserError for a bad file or unknown key."""
    import tyro
    import yaml

    try:
        values = yaml.safe_load(path.read_text()) or {}
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise UserError(f"cannot read the configuration {path}: {' '.join(str(error).split())}") from error
    if not isinstance(values, dict):
        raise UserError(f"the configuration {path} must hold 'key: value' lines")
    known = {field.name: field for field in fields(config_class)}
    for key in values:
        if key not in known:
            raise UserError.unknown(f"key in {path}:", str(key), known)
    required = {name: tyro.MISSING for name, field in known.items() if field.default is MISSING}
    return config_class(**required | {key: _as_type(known[key].type, value) for key, value in values.items()})


def _as_type(annotation: str, value):
    """A YAML value as the field holds it."""
    if annotation == "Path":
        return Path(value)
    return tuple(value) if isinstance(value, list) else value

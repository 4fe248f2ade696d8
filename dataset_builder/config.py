"""The settings of each command: the fields are its options, and the text under each field is the option's help."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from cryptoai_common.cores import usable_cores
from cryptoai_common.errors import UserError
from cryptoai_common.files import file_hash
from cryptoai_common.options import FromRecipe, Positional
from dataset_builder.limits import DEFAULT_STYLE, check_bars, check_image_size

HASH_MARK = "@sha256:"  # between the name of a file of candles and the hash of its content


@dataclass(frozen=True)
class BuildConfig(FromRecipe):
    """Draw a dataset. A build that was killed continues where it stopped; a finished dataset is never changed."""

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
    found: float = 0.5
    """Share of the charts of each class whose candles are found in a market that nobody sketched; the others are drawn
    along a sketch of the pattern."""
    ohlcv: tuple[Path, ...] = ()
    """Files of your own candles to find patterns in; without any, random markets are drawn."""
    screens: float = 0.4
    """Share of the charts of each class that lie on a whole page or in a library's export; the others are cut to the
    chart."""
    screenshots: int = 0
    """Whole screenshots of long markets, 960 x 600 pixels, with none, one or several patterns, each with its box, in a
    further split, screenshots."""
    format: Literal["imagefolder", "parquet"] = "imagefolder"
    """PNG files beside a metadata.jsonl, or Parquet shards with the pictures inside."""
    workers: int = usable_cores()
    """Processes that draw."""
    engine: Literal["processes", "ray"] = "processes"
    """What runs them: this machine's processes, or a Ray cluster that shares the output's disk."""
    shard: str = "1/1"
    """Draw only the I-th of N parts, written I/N. 'merge' joins parts that several machines drew."""

    def content(self) -> dict[str, Any]:
        """The settings that the bytes of the dataset depend on, as JSON values: not where it lies or who draws it."""
        settings = asdict(self)
        for name in ("recipe", "output", "workers", "engine", "shard"):
            del settings[name]
        settings["ohlcv"] = [_named_by_content(path) for path in self.ohlcv]
        return settings

    def shard_numbers(self) -> tuple[int, int]:
        """Part and number of parts. Raises UserError for anything but I/N with 1 <= I <= N."""
        match = re.fullmatch(r"(\d+)/(\d+)", self.shard)
        part, parts = map(int, match.groups()) if match else (0, 0)
        if not 1 <= part <= parts:
            raise UserError(f"--shard must be I/N with I from 1 to N, such as 2/4, not {self.shard!r}")
        return part, parts

    def check(self, classes: int) -> None:
        """Check the settings for a dataset of that many classes. Raises UserError for what no dataset can have."""
        if self.size < classes:
            raise UserError(f"--size {self.size} is less than one chart for each of the {classes} classes")
        check_image_size("--image-size", self.image_size)
        if self.workers < 1:
            raise UserError(f"--workers must be at least 1, not {self.workers}")
        if self.seed < 0:
            raise UserError(f"--seed must be 0 or more, not {self.seed}")
        if min(self.negatives, self.screenshots, self.unseen_styles or 0) < 0:
            raise UserError("--negatives, --screenshots and --unseen-styles must be 0 or more")
        self.shard_numbers()
        for name, share in (("--found", self.found), ("--screens", self.screens)):
            if not 0 <= share <= 1:
                raise UserError(f"{name} is a share from 0 to 1, not {share:g}")
        shares = (self.validation_fraction, self.test_fraction)
        if min(shares) < 0 or sum(shares) >= 1:
            raise UserError(
                f"--validation-fraction {shares[0]:g} and --test-fraction {shares[1]:g} must be 0 or more and leave a "
                "share for train: their sum must be under 1"
            )


def _named_by_content(path: Path) -> str:
    """A file's name and the SHA-256 of its content. A name that has one already, as in a shard, stays as it is.

    Raises UserError for a file that cannot be read.
    """
    if HASH_MARK in path.name:
        return str(path)
    try:
        return f"{path.name}{HASH_MARK}{file_hash(path)}"
    except OSError as error:
        raise UserError(f"--ohlcv {path} cannot be read ({error.strerror}): name a file of candles") from None


@dataclass(frozen=True)
class MarketsConfig(FromRecipe):
    """Draw long markets without pictures, and look for patterns in them: what the finder's span network learns from.

    A run that was killed continues where it stopped.
    """

    output: Path = Path("data/long-markets")
    """Directory to make."""
    count: int = 10_000
    """Markets to draw."""
    seed: int = 42
    """Root seed: the same seed gives the same markets."""
    workers: int = usable_cores()
    """Processes that draw."""
    engine: Literal["processes", "ray"] = "processes"
    """What runs them: this machine's processes, or a Ray cluster that shares the output's disk."""

    def content(self) -> dict[str, Any]:
        """The settings that the markets depend on, as JSON values."""
        return {"count": self.count, "seed": self.seed}

    def check(self) -> None:
        """Check the settings. Raises UserError for what cannot be drawn."""
        for name, value, least in (("count", self.count, 1), ("workers", self.workers, 1), ("seed", self.seed, 0)):
            if value < least:
                raise UserError(f"--{name} must be at least {least}, not {value}")


@dataclass(frozen=True)
class MergeConfig(FromRecipe):
    """Join the parts that 'build --shard' made into one dataset."""

    parts: Positional[tuple[Path, ...]]
    """The parts, in any order."""
    output: Path = Path("data/default")
    """Directory to make."""


@dataclass(frozen=True)
class VerifyConfig:
    """Re-hash a dataset and name what was altered, is missing or does not belong to it."""

    directory: Positional[Path]
    """The dataset."""


@dataclass(frozen=True)
class PushConfig(FromRecipe):
    """Publish a dataset on the Hugging Face Hub, as Parquet files with a card. A push that failed can be run again."""

    directory: Positional[Path]
    """The dataset."""
    repo: str = ""
    """Repository on the Hub, as user/name; made if it does not exist."""
    private: bool = False
    """If the repository is made, let only its owner see it."""
    revision: str | None = None
    """Tag for this version, such as v1; hub:user/name@v1 then always names this version."""


@dataclass(frozen=True)
class RenderConfig(FromRecipe):
    """Draw charts of the windows of a file of candles, for a model to classify."""

    prices: Positional[Path]
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
        """Check the settings. Raises UserError for a length, stride or size that no picture can have."""
        for length in self.window or (0,):
            check_bars("--window", length)
        if self.stride < 1:
            raise UserError(f"--stride must be at least 1, not {self.stride}")
        check_image_size("--image-size", self.image_size)


@dataclass(frozen=True)
class DiffConfig:
    """Say how two datasets differ. The exit code is 0 if they are the same, 1 if they differ."""

    first: Positional[Path]
    """A dataset."""
    second: Positional[Path]
    """Another one."""


@dataclass(frozen=True)
class AuditConfig(FromRecipe):
    """Measure whether a dataset is good: true labels, no leaks, no duplicates, candles like a market's."""

    directory: Positional[Path]
    """The dataset."""
    ohlcv: tuple[Path, ...] = ()
    """Files of real candles to show beside it."""
    workers: int = usable_cores()
    """Processes that measure."""

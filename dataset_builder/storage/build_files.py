"""The files of a dataset that is being built: ``NAME.partial`` beside the output, with the finished chunks in it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import dataset_builder
from cryptoai_common.errors import UserError
from cryptoai_common.files import locked, partial_path, write_json
from cryptoai_common.tool_files import remove_if_empty
from dataset_builder.config import BuildConfig, MarketsConfig, RenderConfig
from dataset_builder.storage.plan import Chunk


@dataclass(frozen=True)
class BuildFiles:
    """Where and how a dataset is made: all that a worker process needs besides its chunk."""

    directory: Path  # the dataset as it will be
    rows: Path  # for each chunk a file of rows, and a mark: a file that shows that the chunk is complete
    seed: int
    image_size: int  # pixels
    format: str  # "imagefolder" or "parquet"
    found: float  # share of charts whose candles are found in a market
    screens: float  # share of charts on a whole page

    @property
    def markets(self) -> Path:
        """The file with the candles that patterns are found in, if the user gave any."""
        return self.rows.parent / "markets.npz"

    def rows_of(self, chunk: Chunk) -> Path:
        """The file with the rows of a chunk, a line of JSON for each chart."""
        return self.rows / f"{chunk.name}.jsonl"

    def mark_of(self, chunk: Chunk) -> Path:
        """The mark of a chunk: the last of its files to be written, with the counts of draws and rejections."""
        return self.rows / f"{chunk.name}.json"

    def files_of(self, chunk: Chunk) -> list[str]:
        """Paths of the chunk's pictures, or of its Parquet file, relative to the dataset."""
        if self.format == "parquet":
            return [f"data/{chunk.name}.parquet"]
        return [f"{chunk.split}/{item.path}" for item in chunk.items]

    def is_done(self, chunk: Chunk) -> bool:
        """Whether the chunk is complete."""
        return self.mark_of(chunk).exists()


def is_there(output: Path, listing: str, what: str) -> bool:
    """Whether a finished output is there, which has a file named ``listing``. Removes an empty directory of that name.

    Raises UserError, which calls the output ``what``, if something else has its name.
    """
    if not output.exists():
        return False
    if not output.is_dir():
        raise UserError(f"{output} is a file: name a directory to make with --output")
    if remove_if_empty(output):
        return False
    if not (output / listing).exists():
        raise UserError(f"{output} holds other files and no {what}: choose another --output, or empty it")
    return True


@contextmanager
def partial_directory(config: BuildConfig | MarketsConfig | RenderConfig) -> Iterator[Path]:
    """Make the directory of the unfinished output, or use the one that is there, for this process alone.

    Raises UserError if a file has its name or another process works in it.
    """
    partial = partial_path(config.output)
    if partial.exists() and not partial.is_dir():
        raise UserError(f"{partial} is in the way: the unfinished output needs that name, move it")
    partial.mkdir(parents=True, exist_ok=True)
    with locked(partial, f"another process is at work in {partial}: wait for it, or choose another --output"):
        yield partial


def open_build_files(config: BuildConfig, partial: Path) -> BuildFiles:
    """The files of a build. Keeps what is in ``partial`` if configuration and version are the same, else deletes it."""
    settings = {"version": dataset_builder.__version__} | config.content()
    note = partial / "config.json"
    if not note.exists() or json.loads(note.read_text(encoding="utf-8")) != settings:
        for name in ("dataset", "rows"):
            shutil.rmtree(partial / name, ignore_errors=True)
        write_json(note, settings)
    build_files = BuildFiles(
        partial / "dataset",
        partial / "rows",
        config.seed,
        config.image_size,
        config.format,
        config.found,
        config.screens,
    )
    build_files.directory.mkdir(exist_ok=True)
    build_files.rows.mkdir(exist_ok=True)
    return build_files

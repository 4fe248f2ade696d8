"""Where a dataset is made: ``NAME.partial`` beside the output, with the finished chunks in it."""

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
from dataset_builder.config import BuildConfig, RenderConfig
from dataset_builder.storage.plan import Chunk


@dataclass(frozen=True)
class BuildFiles:
    """Where a dataset is made and how: all that a worker needs beside its chunk."""

    directory: Path  # the dataset as it will be
    rows: Path  # one file of rows a chunk, and one that says the chunk is whole
    seed: int
    image_size: int
    format: str

    def rows_of(self, chunk: Chunk) -> Path:
        return self.rows / f"{chunk.name}.jsonl"

    def mark_of(self, chunk: Chunk) -> Path:
        """The last file of a chunk to be written: counts of draws and rejections."""
        return self.rows / f"{chunk.name}.json"

    def files_of(self, chunk: Chunk) -> list[str]:
        """The chunk's pictures, or its shard, relative to the dataset."""
        if self.format == "parquet":
            return [f"data/{chunk.name}.parquet"]
        return [f"{chunk.split}/{item.path}" for item in chunk.items]

    def is_done(self, chunk: Chunk) -> bool:
        return self.mark_of(chunk).exists()


@contextmanager
def partial_directory(config: BuildConfig | RenderConfig) -> Iterator[Path]:
    """The directory of the unfinished output, for this process alone."""
    partial = partial_path(config.output)
    if partial.exists() and not partial.is_dir():
        raise UserError(f"{partial} is in the way: the unfinished output needs that name, move it")
    partial.mkdir(parents=True, exist_ok=True)
    with locked(partial, f"another process is at work in {partial}: wait for it, or choose another --output"):
        yield partial


def open_build_files(config: BuildConfig, partial: Path) -> BuildFiles:
    """Go on with what lies there if it is of the same configuration and version; else start anew."""
    settings = {"version": dataset_builder.__version__} | config.content()
    note = partial / "config.json"
    if not note.exists() or json.loads(note.read_text(encoding="utf-8")) != settings:
        for name in ("dataset", "rows"):
            shutil.rmtree(partial / name, ignore_errors=True)
        write_json(note, settings)
    build_files = BuildFiles(partial / "dataset", partial / "rows", config.seed, config.image_size, config.format)
    build_files.directory.mkdir(exist_ok=True)
    build_files.rows.mkdir(exist_ok=True)
    return build_files

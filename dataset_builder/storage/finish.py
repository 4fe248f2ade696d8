"""Makes the finished dataset from finished chunks."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

from cryptoai_common.dataset import MANIFEST, Fingerprint
from cryptoai_common.files import atomic, file_hash, write_json
from dataset_builder.config import BuildConfig
from dataset_builder.patterns import CLASSES
from dataset_builder.storage.build_files import BuildFiles
from dataset_builder.storage.card import write_card
from dataset_builder.storage.manifest import make_manifest
from dataset_builder.storage.plan import Chunk, Members, chunks


def finish(config: BuildConfig, build_files: BuildFiles, splits: dict[str, Members]) -> None:
    """Join the rows of all chunks, write manifest and card, rename the dataset, and delete what is not part of it.

    The dataset takes its final name in one step, after everything else is written.
    """
    fingerprint, portions = Fingerprint(), chunks(splits)
    for split in splits:
        for text in _join_rows(config, build_files, split, [chunk for chunk in portions if chunk.split == split]):
            fingerprint.add_text(split, text)
    files = {
        str(path.relative_to(build_files.directory)): file_hash(path) for path in _unnamed_files(config, build_files)
    }
    marks = (json.loads(build_files.mark_of(chunk).read_text(encoding="utf-8")) for chunk in portions)
    manifest = make_manifest(config, CLASSES, splits, marks, files, fingerprint.hexdigest())
    write_card(build_files.directory, config.output.name, manifest)
    write_json(build_files.directory / MANIFEST, manifest)
    build_files.directory.replace(config.output)
    shutil.rmtree(build_files.rows.parent)


def _join_rows(config: BuildConfig, build_files: BuildFiles, split: str, own: list[Chunk]) -> Iterator[str]:
    """Yields the text of every row of a split in order, and writes the rows to their final place meanwhile."""
    if config.format == "parquet":
        for chunk in own:
            shard = build_files.directory / "data" / f"{chunk.name}.parquet"
            if shard.exists():  # otherwise it already has its final name, from a run that was killed at this point
                shard.replace(shard.with_stem(f"{chunk.name}-of-{len(own):05d}"))
            yield from _texts(build_files, chunk)
        return
    with atomic(build_files.directory / split / "metadata.jsonl") as metadata:
        for chunk in own:
            for item, text in zip(chunk.items, _texts(build_files, chunk), strict=True):
                metadata.write(f'{{"file_name":{json.dumps(item.path)},{text[1:]}\n')
                yield text


def _texts(build_files: BuildFiles, chunk: Chunk) -> Iterator[str]:
    with build_files.rows_of(chunk).open(encoding="utf-8") as rows:
        for line in rows:
            yield line.rstrip("\n")


def _unnamed_files(config: BuildConfig, build_files: BuildFiles) -> list[Path]:
    """The files whose hash is in no row: the manifest lists them."""
    pattern = "data/*.parquet" if config.format == "parquet" else "*/metadata.jsonl"
    return sorted(build_files.directory.glob(pattern))

"""From finished chunks to a finished dataset."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from dataset_builder.config import BuildConfig
from dataset_builder.files import atomic, write_json
from dataset_builder.patterns import CLASSES
from dataset_builder.storage.card import write_card
from dataset_builder.storage.manifest import NAME, Fingerprint, file_hash, make_manifest
from dataset_builder.storage.plan import NONE, Chunk
from dataset_builder.storage.workshop import Workshop


def finish(config: BuildConfig, workshop: Workshop, portions: list[Chunk]) -> None:
    """Join the chunks' rows, write manifest and card, give the dataset its name and clear up."""
    counts: dict[str, Counter] = {}
    fingerprint = Fingerprint()
    for split in dict.fromkeys(chunk.split for chunk in portions):
        own = [chunk for chunk in portions if chunk.split == split]
        counts[split] = Counter()
        for row in _join_rows(config, workshop, split, own):
            fingerprint.add(split, row)
            counts[split][row["label"] or NONE] += 1
    files = {str(path.relative_to(workshop.directory)): file_hash(path) for path in _unnamed_files(config, workshop)}
    marks = (json.loads(workshop.mark_of(chunk).read_text()) for chunk in portions)
    manifest = make_manifest(config, CLASSES, counts, marks, files, fingerprint.hexdigest())
    write_card(workshop.directory, config.output.name, manifest)
    write_json(workshop.directory / NAME, manifest)
    workshop.directory.replace(config.output)
    shutil.rmtree(workshop.rows.parent)


def _join_rows(config: BuildConfig, workshop: Workshop, split: str, own: list[Chunk]) -> Iterator[dict]:
    """The rows of a split in order, while they are written to where the dataset keeps them."""
    if config.format == "parquet":
        for chunk in own:
            shard = workshop.directory / "data" / f"{chunk.name}.parquet"
            if shard.exists():  # else it has its final name from a run that was killed here
                shard.replace(shard.with_stem(f"{chunk.name}-of-{len(own):05d}"))
            yield from map(json.loads, workshop.rows_of(chunk).open())
        return
    with atomic(workshop.directory / split / "metadata.jsonl") as metadata:
        for chunk in own:
            with workshop.rows_of(chunk).open() as rows:
                for line in rows:
                    metadata.write(line)
                    yield json.loads(line)


def _unnamed_files(config: BuildConfig, workshop: Workshop) -> list[Path]:
    """The files whose hash stands in no row."""
    pattern = "data/*.parquet" if config.format == "parquet" else "*/metadata.jsonl"
    return sorted(workshop.directory.glob(pattern))

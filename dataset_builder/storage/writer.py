"""Draws one chunk of charts and puts it on disk: what a worker process does."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator

from dataset_builder.draft import Sample, render_all
from dataset_builder.files import atomic, disk_errors, write_json
from dataset_builder.sample import settle, variety
from dataset_builder.storage.manifest import row_text
from dataset_builder.storage.plan import NONE, Chunk, Item
from dataset_builder.storage.schema import ROW, write_shard
from dataset_builder.storage.workshop import Workshop


def draw_chunk(workshop: Workshop, chunk: Chunk) -> int:
    """Draw and write a chunk's charts; returns how many. Raises UserError where the disk refuses."""
    draws: Counter[str] = Counter()
    rejections: dict[str, Counter[str]] = {}
    with disk_errors(workshop.directory):
        sink = {"imagefolder": _write_pictures, "parquet": _write_shard}[workshop.format]
        with atomic(workshop.rows_of(chunk)) as rows:
            for row in sink(workshop, chunk, _count(_draw(workshop, chunk), draws, rejections)):
                rows.write(row + "\n")
        write_json(workshop.mark_of(chunk), {"draws": draws, "rejections": rejections})
    return len(chunk)


def _draw(workshop: Workshop, chunk: Chunk) -> Iterator[tuple[Item, Sample]]:
    items, kind = list(chunk.items), variety(chunk.split)
    drafts = (settle(workshop.seed, item.label, item.index, workshop.image_size, *kind) for item in items)
    return zip(items, render_all(drafts), strict=True)


def _count(samples, draws: Counter, rejections: dict[str, Counter]) -> Iterator[tuple[Item, Sample]]:
    for item, sample in samples:
        name = item.label or NONE
        draws[name] += 1 + sum(sample.rejections.values())
        rejections.setdefault(name, Counter()).update(sample.rejections)
        yield item, sample


def _write_pictures(workshop: Workshop, chunk: Chunk, samples) -> Iterator[str]:
    """Yields each chart's row as text."""
    folder = workshop.directory / chunk.split
    for parent in {(folder / item.path).parent for item in chunk.items}:
        parent.mkdir(parents=True, exist_ok=True)
    for item, sample in samples:
        png = sample.png
        (folder / item.path).write_bytes(png)
        yield _row(item, sample, png)


def _write_shard(workshop: Workshop, chunk: Chunk, samples) -> Iterator[str]:
    """The same into one file."""
    path = workshop.directory / workshop.files_of(chunk)[0]
    path.parent.mkdir(exist_ok=True)
    pngs = ((item, sample, sample.png) for item, sample in samples)
    with atomic(path, "wb") as file:
        yield from write_shard(file, ((_row(item, sample, png), png, item.id) for item, sample, png in pngs))


def _row(item: Item, sample: Sample, png: bytes) -> str:
    values = sample.metadata | {"id": item.id, "sha256": hashlib.sha256(png).hexdigest()}
    return row_text({name: values[name] for name in ROW})

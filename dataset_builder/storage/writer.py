"""Draws one chunk of charts and writes it to disk: the work of a worker process."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator

from cryptoai_common.dataset import NONE, SCREENSHOTS, row_text
from cryptoai_common.files import atomic, disk_errors, write_json
from dataset_builder.charts.draft import Sample, render_all
from dataset_builder.charts.sample import settle
from dataset_builder.charts.screenshot import settle_screenshot
from dataset_builder.charts.variety import variety
from dataset_builder.storage.build_files import BuildFiles
from dataset_builder.storage.markets import read_markets
from dataset_builder.storage.plan import Chunk, Item
from dataset_builder.storage.schema import ROW, write_shard

Charts = Iterator[tuple[Item, Sample]]


def draw_chunk(build_files: BuildFiles, chunk: Chunk) -> int:
    """Draw and write the charts of a chunk; returns how many there are. Raises UserError if the disk refuses."""
    draws: Counter[str] = Counter()
    rejections: dict[str, Counter[str]] = {}
    with disk_errors(build_files.directory):
        sink = {"imagefolder": _write_pictures, "parquet": _write_shard}[build_files.format]
        with atomic(build_files.rows_of(chunk)) as rows:
            for row in sink(build_files, chunk, _count(_draw(build_files, chunk), draws, rejections)):
                rows.write(row + "\n")
        write_json(build_files.mark_of(chunk), {"draws": draws, "rejections": rejections})
    return len(chunk)


def _draw(build_files: BuildFiles, chunk: Chunk) -> Charts:
    items, markets = list(chunk.items), read_markets(build_files.markets, chunk.split)
    kind = variety(chunk.split, build_files.found, build_files.screens, markets)
    seed, size = build_files.seed, build_files.image_size
    if chunk.split == SCREENSHOTS:
        drafts = (settle_screenshot(seed, item.index, kind) for item in items)
    else:
        drafts = (settle(seed, item.label, item.index, size, kind) for item in items)
    return zip(items, render_all(drafts), strict=True)


def _count(charts: Charts, draws: Counter[str], rejections: dict[str, Counter[str]]) -> Charts:
    """Yield the charts as they are, and add their draws and rejections to the counts of their class."""
    for item, sample in charts:
        name = item.label or NONE
        draws[name] += 1 + sum(sample.rejections.values())
        rejections.setdefault(name, Counter()).update(sample.rejections)
        yield item, sample


def _write_pictures(build_files: BuildFiles, chunk: Chunk, charts: Charts) -> Iterator[str]:
    """Write each picture to a file of its own; yields the text of each row."""
    folder = build_files.directory / chunk.split
    for parent in {(folder / item.path).parent for item in chunk.items}:
        parent.mkdir(parents=True, exist_ok=True)
    for item, sample in charts:
        png = sample.png
        (folder / item.path).write_bytes(png)
        yield _row(item, sample, png)


def _write_shard(build_files: BuildFiles, chunk: Chunk, charts: Charts) -> Iterator[str]:
    """Write all charts to one Parquet file; yields the text of each row."""
    path = build_files.directory / build_files.files_of(chunk)[0]
    path.parent.mkdir(exist_ok=True)
    pngs = ((item, sample, sample.png) for item, sample in charts)
    with atomic(path, "wb") as file:
        yield from write_shard(file, ((_row(item, sample, png), png, item.id) for item, sample, png in pngs))


def _row(item: Item, sample: Sample, png: bytes) -> str:
    """The row of a chart as a line of JSON with the fields of ROW."""
    values = sample.metadata | {"id": item.id, "sha256": hashlib.sha256(png).hexdigest()}
    return row_text({name: values[name] for name in ROW})

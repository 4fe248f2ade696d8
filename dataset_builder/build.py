"""Build a dataset: plan it, draw its chunks over processes, and finish it under its final name.

Everything is made in ``NAME.partial`` beside the output and renamed at the very end, so a kill at any moment
leaves either no dataset (and a partial one to go on from) or the whole.
"""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from filelock import FileLock, Timeout
from tqdm import tqdm

import dataset_builder
from dataset_builder import engine
from dataset_builder.card import write_card
from dataset_builder.config import BuildConfig
from dataset_builder.errors import UserError
from dataset_builder.files import atomic, disk_errors, write_json
from dataset_builder.manifest import NAME, Fingerprint, file_hash, make_manifest, read_manifest
from dataset_builder.patterns import PATTERNS
from dataset_builder.plan import UNSEEN, Chunk, chunks, plan
from dataset_builder.writer import Workshop, draw_chunk

CLASSES = tuple(pattern.name for pattern in PATTERNS)


def build(config: BuildConfig) -> Path:
    """Draw the dataset that the configuration describes; returns its directory.

    Raises UserError for settings, an output or a disk that can't hold a dataset.
    """
    config.check(len(CLASSES))
    items = plan(config, CLASSES)
    config = replace(config, unseen_styles=len(items.get(UNSEEN, ())))
    if is_finished(config):
        print(f"{config.output} is already there, finished, with this configuration: nothing to do")
        return config.output
    with disk_errors(config.output), _partial(config) as partial:
        workshop = _open_workshop(config, partial)
        portions = chunks(items)
        _draw(workshop, portions, config.workers)
        _finish(config, workshop, portions)
        shutil.rmtree(partial)
    print(f"{config.output} is finished: {', '.join(f'{split} {len(members)}' for split, members in items.items())}")
    return config.output


def is_finished(config: BuildConfig) -> bool:
    """Whether the output holds this dataset already. Raises UserError if it holds something else."""
    output = config.output
    if not output.exists():
        return False
    if not output.is_dir():
        raise UserError(f"{output} is a file: name a directory to make with --output")
    if not any(output.iterdir()):
        return False
    if not (output / NAME).exists():
        raise UserError(f"{output} holds other files and no dataset: choose another --output, or empty it")
    there, wanted = read_manifest(output)["config"], json.loads(json.dumps(config.content()))
    differing = [key for key in wanted if there.get(key) != wanted[key]]
    if differing:
        what = ", ".join(f"{key} {there.get(key)}, not {wanted[key]}" for key in differing)
        raise UserError(f"{output} is a frozen dataset of another configuration ({what}): choose another --output")
    return True


@contextmanager
def _partial(config: BuildConfig) -> Iterator[Path]:
    """The directory of the unfinished dataset, for this process alone."""
    partial = config.output.with_name(config.output.name + ".partial")
    if partial.exists() and not partial.is_dir():
        raise UserError(f"{partial} is in the way: the unfinished dataset needs that name, move it")
    partial.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(partial / "lock", timeout=0):
            yield partial
    except Timeout as error:
        raise UserError(f"another build is at work in {partial}: wait for it, or choose another --output") from error


def _open_workshop(config: BuildConfig, partial: Path) -> Workshop:
    """Go on with what lies there if it is of the same configuration and version; else start anew."""
    settings = {"version": dataset_builder.__version__} | config.content()
    note = partial / "config.json"
    if not note.exists() or json.loads(note.read_text()) != json.loads(json.dumps(settings)):
        for name in ("dataset", "rows"):
            shutil.rmtree(partial / name, ignore_errors=True)
        write_json(note, settings)
    workshop = Workshop(partial / "dataset", partial / "rows", config.seed, config.image_size, config.format)
    workshop.directory.mkdir(exist_ok=True)
    workshop.rows.mkdir(exist_ok=True)
    return workshop


def _draw(workshop: Workshop, portions: list[Chunk], workers: int) -> None:
    todo = [chunk for chunk in portions if not workshop.is_done(chunk)]
    total = sum(len(chunk.items) for chunk in portions)
    done = total - sum(len(chunk.items) for chunk in todo)
    if done:
        print(f"going on after {done} of {total} charts")
    with tqdm(total=total, initial=done, unit="chart", desc="drawing", smoothing=0.1) as progress:
        for count in engine.run(draw_chunk, workshop, todo, workers):
            progress.update(count)


def _finish(config: BuildConfig, workshop: Workshop, portions: list[Chunk]) -> None:
    """Join the chunks' rows, write manifest and card, and give the dataset its name."""
    counts: dict[str, Counter] = {}
    fingerprint = Fingerprint()
    for split in dict.fromkeys(chunk.split for chunk in portions):
        own = [chunk for chunk in portions if chunk.split == split]
        counts[split] = Counter()
        for row in _join_rows(config, workshop, split, own):
            fingerprint.add(split, row)
            counts[split][row["label"] or "none"] += 1
    files = {str(path.relative_to(workshop.directory)): file_hash(path) for path in _unnamed_files(config, workshop)}
    marks = (json.loads(workshop.mark_of(chunk).read_text()) for chunk in portions)
    manifest = make_manifest(config, CLASSES, counts, marks, files, fingerprint.hexdigest())
    write_card(workshop.directory, config.output.name, manifest)
    write_json(workshop.directory / NAME, manifest)
    workshop.directory.replace(config.output)


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

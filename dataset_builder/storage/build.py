"""Build a dataset: plan it, draw its chunks in several processes, and finish it under its final name.

Everything is made in ``NAME.partial`` beside the output ``NAME`` and renamed at the end. A build that is killed at any
moment leaves either the whole dataset or a partial one, from which the next run continues. A shard stops before the
finish; ``merge`` joins the shards and finishes the dataset.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tqdm import tqdm

from cryptoai_common import engine
from cryptoai_common.dataset import MANIFEST, UNSEEN, read_manifest
from cryptoai_common.errors import UserError
from cryptoai_common.files import disk_errors
from dataset_builder.config import BuildConfig
from dataset_builder.patterns import CLASSES
from dataset_builder.storage.build_files import BuildFiles, is_there, open_build_files, partial_directory
from dataset_builder.storage.finish import finish
from dataset_builder.storage.markets import keep_markets
from dataset_builder.storage.plan import Chunk, chunks, plan
from dataset_builder.storage.writer import draw_chunk


def build(config: BuildConfig) -> Path:
    """Draw the dataset that the configuration describes; returns its directory.

    Raises UserError for settings, an output or a disk that cannot hold a dataset.
    """
    config.check(len(CLASSES))
    splits = plan(config, CLASSES)
    config = replace(config, unseen_styles=len(splits.get(UNSEEN, ())))
    if is_finished(config):
        print(f"{config.output} is already there, finished, with this configuration: nothing to do")
        return config.output
    with disk_errors(config.output), partial_directory(config) as partial:
        build_files = open_build_files(config, partial)
        keep_markets(config.ohlcv, build_files.markets)
        part, parts = config.shard_numbers()
        _draw(build_files, chunks(splits)[part - 1 :: parts], config)
        if parts > 1:
            return _keep_shard(config, partial)
        finish(config, build_files, splits)
    print(f"{config.output} is finished: {', '.join(f'{split} {len(members)}' for split, members in splits.items())}")
    return config.output


def is_finished(config: BuildConfig) -> bool:
    """Whether the output holds this dataset already. Raises UserError if it holds something else."""
    output = config.output
    if not is_there(output, MANIFEST, "dataset"):
        return False
    there, wanted = read_manifest(output)["config"], config.content()
    differing = [key for key in wanted if there.get(key) != wanted[key]]
    if differing:
        what = ", ".join(f"{key} {there.get(key)}, not {wanted[key]}" for key in differing)
        raise UserError(f"{output} is a frozen dataset of another configuration ({what}): choose another --output")
    return True


def _keep_shard(config: BuildConfig, partial: Path) -> Path:
    """Give a complete shard its name."""
    part, parts = config.shard_numbers()
    shard = config.output.with_name(f"{config.output.name}.shard-{part}-of-{parts}")
    if shard.exists():
        raise UserError(f"{shard} is already there: merge it, or move it away")
    partial.replace(shard)
    print(f"{shard} is finished: when all {parts} are, join them with 'merge --output {config.output} PART...'")
    return shard


def _draw(build_files: BuildFiles, portions: list[Chunk], config: BuildConfig) -> None:
    """Draw the chunks that are not finished yet, and show the progress."""
    todo = [chunk for chunk in portions if not build_files.is_done(chunk)]
    total = sum(map(len, portions))
    done = total - sum(map(len, todo))
    if done:
        print(f"going on after {done} of {total} charts")
    with tqdm(total=total, initial=done, unit="chart", desc="drawing", smoothing=0.1) as progress:
        preload = ["dataset_builder.storage.writer"]
        for count in engine.run(draw_chunk, build_files, todo, config.workers, config.engine, preload):
            progress.update(count)

"""Joins the parts that ``build --shard`` made, on one or several machines, into one dataset."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

from tqdm import tqdm

from cryptoai_common.errors import UserError
from cryptoai_common.files import disk_errors
from dataset_builder.config import BuildConfig, MergeConfig
from dataset_builder.patterns import CLASSES
from dataset_builder.storage.build import is_finished
from dataset_builder.storage.build_files import BuildFiles, open_build_files, partial_directory
from dataset_builder.storage.finish import finish
from dataset_builder.storage.plan import Chunk, chunks, plan


def merge(config: MergeConfig) -> Path:
    """Join the shards of one dataset; the result is that of a single build, byte for byte.

    Raises UserError for directories that are no shards, shards of different configurations, or if one is missing.
    """
    settings = [_shard_settings(part) for part in config.parts]
    for part, other in zip(config.parts, settings, strict=True):
        if other != settings[0]:
            raise UserError(f"{part} was built with other settings than {config.parts[0]}: they are no parts of one")
    known = {name: value for name, value in settings[0].items() if name != "version"}
    known["ohlcv"] = tuple(map(Path, known["ohlcv"]))
    build_config = BuildConfig(config.output, **known)
    if is_finished(build_config):
        print(f"{config.output} is already there, finished: nothing to do")
        return config.output
    splits = plan(build_config, CLASSES)
    portions = chunks(splits)
    with disk_errors(config.output), partial_directory(build_config) as partial:
        build_files = open_build_files(build_config, partial)
        for part in config.parts:
            _take_over(replace(build_files, directory=part / "dataset", rows=part / "rows"), build_files, portions)
        missing = [chunk.name for chunk in portions if not build_files.is_done(chunk)]
        if missing:
            raise UserError(
                f"{len(missing)} of {len(portions)} chunks, {missing[0]} first, are in no part: name all parts"
            )
        finish(build_config, build_files, splits)
    print(f"{config.output} is finished")
    return config.output


def _shard_settings(part: Path) -> dict[str, Any]:
    """The configuration and version that a shard was built with."""
    try:
        settings: dict[str, Any] = json.loads((part / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UserError(f"{part} is no shard of a dataset: name directories that 'build --shard' made") from error
    return settings


def _take_over(source: BuildFiles, target: BuildFiles, portions: list[Chunk]) -> None:
    """Copy the finished chunks of a shard. The mark of a chunk is copied last: it shows that the chunk is complete."""
    for chunk in tqdm([chunk for chunk in portions if source.is_done(chunk)], unit="chunk", desc="merging"):
        for path in source.files_of(chunk):
            copy = target.directory / path
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source.directory / path, copy)
        shutil.copyfile(source.rows_of(chunk), target.rows_of(chunk))
        shutil.copyfile(source.mark_of(chunk), target.mark_of(chunk))

"""Long markets without pictures, as Parquet files: what the finder's span network learns from.

They are made in ``NAME.partial`` beside the output ``NAME`` and renamed at the end. A run that is killed leaves whole
files, from which the next one goes on.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tqdm import tqdm

import dataset_builder
from cryptoai_common import engine
from cryptoai_common.errors import UserError
from cryptoai_common.files import atomic, disk_errors, file_hash, write_json
from cryptoai_common.long_markets import FORMAT_VERSION, LIST, read_list, schema
from dataset_builder.charts.draft import Place
from dataset_builder.charts.long_market import LongMarket, settle_long_market
from dataset_builder.config import MarketsConfig
from dataset_builder.patterns import CLASSES
from dataset_builder.storage.build_files import is_there, partial_directory

EACH = 500  # markets in a file: about half a minute of work, which is what a killed run loses


@dataclass(frozen=True)
class Portion:
    """The markets of one file."""

    number: int
    indices: range

    @property
    def name(self) -> str:
        """The name of the file."""
        return f"markets-{self.number:05d}.parquet"


def make_markets(config: MarketsConfig) -> Path:
    """Draw the markets and look for patterns in them; returns their directory.

    Raises UserError for settings, an output or a disk that cannot hold them.
    """
    config.check()
    if _is_finished(config):
        print(f"{config.output} is already there, finished, with this configuration: nothing to do")
        return config.output
    starts = range(0, config.count, EACH)
    portions = [Portion(number, range(start, min(start + EACH, config.count))) for number, start in enumerate(starts)]
    with disk_errors(config.output), partial_directory(config) as partial:
        directory = _open(config, partial)
        _draw(config, directory, portions)
        files = {portion.name: file_hash(directory / portion.name) for portion in portions}
        write_json(directory / LIST, _described(config) | {"files": files})
        directory.replace(config.output)
        shutil.rmtree(partial)
    print(f"{config.output} is finished: {config.count} markets")
    return config.output


def draw_portion(shared: tuple[Path, int], portion: Portion) -> int:
    """Draw the markets of one file and write it; returns their number. Raises UserError if the disk refuses."""
    import pyarrow as pa
    from pyarrow.parquet import write_table

    directory, seed = shared
    rows = [_row(settle_long_market(seed, index)) for index in portion.indices]
    with disk_errors(directory), atomic(directory / portion.name, "wb") as file:
        write_table(pa.Table.from_pylist(rows, schema()), file)
    return len(rows)


def _row(market: LongMarket) -> dict[str, Any]:
    candles = market.candles
    return {
        "high": candles.high.tolist(),
        "low": candles.low.tolist(),
        "close": candles.close.tolist(),
        "line": market.line,
        "patterns": list(map(_pattern, market.places)),
        "overlapping": list(map(_pattern, market.overlapping)),
    }


def _pattern(place: Place) -> dict[str, Any]:
    first, last = place.match.span
    return {"label": place.label, "first": first, "last": last}


def _draw(config: MarketsConfig, directory: Path, portions: list[Portion]) -> None:
    """Draw the files that are not there yet, and show the progress."""
    todo = [portion for portion in portions if not (directory / portion.name).exists()]
    done = config.count - sum(len(portion.indices) for portion in todo)
    if done:
        print(f"going on after {done} of {config.count} markets")
    with tqdm(total=config.count, initial=done, unit="market", desc="drawing", smoothing=0.1) as progress:
        preload = ["dataset_builder.storage.long_markets"]
        shared = (directory, config.seed)
        for count in engine.run(draw_portion, shared, todo, config.workers, config.engine, preload):
            progress.update(count)


def _described(config: MarketsConfig) -> dict[str, Any]:
    return {
        "format_version": FORMAT_VERSION,
        "generator_version": dataset_builder.__version__,
        "config": config.content(),
        "classes": list(CLASSES),
    }


def _open(config: MarketsConfig, partial: Path) -> Path:
    """The directory of the unfinished markets: what an earlier run left there, if it had this configuration."""
    note, directory = partial / "config.json", partial / "markets"
    if not note.exists() or json.loads(note.read_text(encoding="utf-8")) != _described(config):
        shutil.rmtree(directory, ignore_errors=True)
        write_json(note, _described(config))
    directory.mkdir(exist_ok=True)
    return directory


def _is_finished(config: MarketsConfig) -> bool:
    """Whether the output holds these markets already. Raises UserError if it holds something else."""
    output = config.output
    if not is_there(output, LIST, "markets"):
        return False
    there = read_list(output).config
    if there != config.content():
        raise UserError(f"{output} holds other markets ({there}): choose another --output")
    return True

"""Render a file of candles: a picture of every window, and what is needed to find each in the series again."""

from __future__ import annotations

import json
import shutil
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits
from tqdm import tqdm

import dataset_builder
from cryptoai_common.candles import PRICES
from cryptoai_common.errors import UserError
from cryptoai_common.files import LOCK, atomic, disk_errors, write_json
from cryptoai_common.ohlcv.holes import MOST_IN_A_ROW, MOST_SHARE
from cryptoai_common.tool_files import remove_if_empty
from dataset_builder.charts.plain import find_style
from dataset_builder.charts.render import render_candles
from dataset_builder.config import RenderConfig
from dataset_builder.drawing.chart import encode_png
from dataset_builder.readers.ohlcv import CandleSeries, read_ohlcv
from dataset_builder.series.windows import Hole, Window, slide, without_holes
from dataset_builder.storage.build_files import partial_directory

NAME = "render.json"  # in every directory that this makes, and written there last
PICTURES = "windows"
MOST_TOLD = 10  # holes on the terminal


def render(config: RenderConfig) -> Path:
    """Draw the windows; returns their directory. An older one of this kind that lies there is replaced.

    Raises UserError for settings, a file of candles, an output or a disk that can't be used.
    """
    config.check()
    find_style(config.style)
    _refuse_foreign(config.output)
    series = read_ohlcv(config.prices, config.symbol)
    series.tell()
    bars, times = len(series.candles), _iso(series.times)
    if max(config.window) > bars:
        raise UserError(
            f"{config.prices} has {bars} candles, too few for --window {max(config.window)}: give a longer file, or "
            "shorter windows"
        )
    windows, holes = without_holes(slide(bars, config.window, config.stride), series.missing)
    with disk_errors(config.output), partial_directory(config) as partial:
        directory, old = partial / "charts", partial / "old"
        for left in (directory, old):  # by a run that was killed
            shutil.rmtree(left, ignore_errors=True)
        (directory / PICTURES).mkdir(parents=True)
        _draw(config, series, times, windows, directory)
        _write_prices(series, times, directory / "prices.csv")
        write_json(directory / NAME, _summary(config, series, times, windows, holes))
        if config.output.exists():
            config.output.replace(old)
        directory.replace(config.output)
        shutil.rmtree(old, ignore_errors=True)
        (partial / LOCK).unlink()
        with suppress(OSError):  # an unfinished dataset of that name may lie there too
            partial.rmdir()
    print(f"{config.output} is finished: {len(windows)} windows of {bars} candles, {series.gaps} candles missing")
    _tell_holes(holes, times, windows)
    return config.output


def _tell_holes(holes: list[Hole], times: list[str], windows: list[Window]) -> None:
    """What was not drawn, on standard error."""
    if not holes:
        return
    left = sum(hole.windows for hole in holes)
    remedy = "" if windows else ": give shorter windows, or a longer file"
    print(
        f"warning: {left} windows are not drawn, since more than {MOST_IN_A_ROW} candles in a row are missing in them,"
        f" or more than {MOST_SHARE:.0%} of their candles{remedy}",
        file=sys.stderr,
    )
    for hole in sorted(holes, key=lambda hole: -hole.windows)[:MOST_TOLD]:
        print(
            f"  {hole.windows} across {times[hole.before - 1]} to {times[hole.before]}, {hole.missing} candles missing",
            file=sys.stderr,
        )
    if len(holes) > MOST_TOLD:
        print(f"  the others are in {NAME}, under skipped", file=sys.stderr)


def _refuse_foreign(output: Path) -> None:
    if output.is_file() or (output.is_dir() and not (output / NAME).exists() and not remove_if_empty(output)):
        raise UserError(f"{output} holds something else than rendered windows: choose another --output")


def _draw(config: RenderConfig, series: CandleSeries, times: list[str], windows: list[Window], directory: Path) -> None:
    # charts are too small for several threads: BLAS would spend its time on waking them
    with threadpool_limits(1), atomic(directory / "metadata.jsonl") as rows:
        for window in tqdm(windows, unit="chart", desc="drawing", disable=None):
            shown = slice(window.first, window.last + 1)
            picture = render_candles(series.candles[shown], config.style, config.image_size, config.volume)
            name = f"{PICTURES}/{window.bars:03d}-{window.last:08d}.png"
            (directory / name).write_bytes(encode_png(np.asarray(picture)))
            row = {
                "file_name": name,
                "start": times[window.first],
                "end": times[window.last],
                "first": window.first,
                "last": window.last,
                "window": window.bars,
                "missing": int(series.missing[window.first + 1 : window.last + 1].sum()),
            }
            rows.write(json.dumps(row) + "\n")


def _write_prices(series: CandleSeries, times: list[str], path: Path) -> None:
    """The candles as they were read, in one form whatever the file's."""
    columns = dict(zip((*PRICES, "volume"), series.candles.series(), strict=True))
    with atomic(path) as file:
        pd.DataFrame({"time": times, **columns}).to_csv(file, index=False, lineterminator="\n")


def _summary(
    config: RenderConfig, series: CandleSeries, times: list[str], windows: list[Window], holes: list[Hole]
) -> dict[str, Any]:
    gaps = [
        {"after": times[bar - 1], "before": times[bar], "missing": int(series.missing[bar])}
        for bar in series.missing.nonzero()[0].tolist()
    ]
    return {
        "version": dataset_builder.__version__,
        "source": config.prices.name if config.symbol is None else f"{config.prices.name} {config.symbol}",
        "read_as": series.read_as,
        "style": config.style,
        "image_size": config.image_size,
        "volume": config.volume,
        "window": sorted(set(config.window)),
        "stride": config.stride,
        "candles": len(series.candles),
        "start": times[0],
        "end": times[-1],
        "windows": len(windows),
        "gaps": gaps,
        "skipped": [
            {
                "after": times[hole.before - 1],
                "before": times[hole.before],
                "missing": hole.missing,
                "windows": hole.windows,
            }
            for hole in holes
        ],
    }


def _iso(times: pd.DatetimeIndex) -> list[str]:
    """Times as ISO 8601 in UTC, ending in Z, all to the second or all to the microsecond."""
    values = times.tz_localize(None).to_numpy()
    whole = (values == values.astype("M8[s]")).all()
    texts: list[str] = np.datetime_as_string(values, unit="s" if whole else "us", timezone="UTC").tolist()
    return texts

"""The command: classify every window of a rendered series, and write the hits and their pictures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from tqdm import tqdm

from cryptoai_common.errors import UserError
from trainer.config import ScanConfig
from trainer.data.picture import open_rgb
from trainer.models.pattern_model import DEPLOYABLE, DEPLOYABLE_QUANTIZED, PatternModel
from trainer.models.session import at_once
from trainer.scan.hits import find_hits, write_hits
from trainer.scan.pictures import SHEET, draw_series, draw_surest
from trainer.scan.series import RenderedWindow, read_series
from trainer.shipped import find_shipped

MOST_TOLD = 10  # holes on the terminal


def scan(config: ScanConfig) -> Path:
    """Write ``hits.csv``, ``hits.json``, ``hits.png`` and ``surest.png``; returns the directory that they are in.

    Raises UserError for a model or a directory of windows that can't be used.
    """
    model, series = PatternModel(_model_file(find_shipped(config.model)), threads=1), read_series(config.windows)
    probabilities, labels = classify(model, series.windows)
    hits = find_hits(series.windows, probabilities, labels, model.classes)
    output = config.output or config.windows.with_name(f"{config.windows.resolve().name}-hits")
    try:
        output.mkdir(parents=True, exist_ok=True)
        write_hits(hits, series, model, output)
        draw_series(series, hits, output / "hits.png")
        draw_surest(hits, output / "surest.png")
    except OSError as error:
        raise UserError(f"{output} cannot be written ({error}); choose another --output") from None
    print(f"{output}: {len(hits)} hits in {len(series.windows)} windows of {series.source}")
    for hit in hits[:SHEET]:
        lacking = f", {hit.shown.missing} candles missing" if hit.shown.missing else ""
        print(f"  {hit.probability:6.1%}  {hit.pattern:22} {hit.shown.start} to {hit.shown.end}{lacking}")
    if series.skipped:
        windows, missing = (sum(getattr(hole, name) for hole in series.skipped) for name in ("windows", "missing"))
        print(f"{windows} more windows were not looked at: {missing} candles are missing in them, between")
    for hole in series.skipped[:MOST_TOLD]:
        print(f"  {hole.after} and {hole.before}: {hole.missing} candles, {hole.windows} windows")
    if len(series.skipped) > MOST_TOLD:
        print(f"  and {len(series.skipped) - MOST_TOLD} more, in {output / 'hits.csv'}")
    return output


def classify(model: PatternModel, windows: Sequence[RenderedWindow]) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities [windows, classes] and labels [windows]. Raises UserError that names an unreadable picture."""
    if not windows:
        return np.zeros((0, len(model.classes))), np.zeros(0, np.int64)
    answers = at_once(lambda window: model(np.asarray(open_rgb(window.file))[np.newaxis]), windows)
    bar = tqdm(answers, desc="scan", total=len(windows), unit=" windows", leave=False, disable=None)
    probabilities, labels = (np.concatenate(output) for output in zip(*bar, strict=True))
    return probabilities, labels


def _model_file(model: Path) -> Path:
    """The file itself, or the smaller one in a model directory."""
    if not model.is_dir():
        return model
    return model / (DEPLOYABLE_QUANTIZED if (model / DEPLOYABLE_QUANTIZED).exists() else DEPLOYABLE)

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
        print(f"  {hit.probability:6.1%}  {hit.pattern:22} {hit.shown.start} to {hit.shown.end}")
    return output


def classify(model: PatternModel, windows: Sequence[RenderedWindow]) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities [windows, classes] and labels [windows]. Raises UserError that names an unreadable picture."""
    answers = at_once(lambda window: model(np.asarray(open_rgb(window.file))[np.newaxis]), windows)
    bar = tqdm(answers, desc="scan", total=len(windows), unit=" windows", leave=False, disable=None)
    probabilities, labels = (np.concatenate(output) for output in zip(*bar, strict=True))
    return probabilities, labels


def _model_file(model: Path) -> Path:
    """The file itself, or the smaller one in a model directory."""
    if not model.is_dir():
        return model
    return model / (DEPLOYABLE_QUANTIZED if (model / DEPLOYABLE_QUANTIZED).exists() else DEPLOYABLE)

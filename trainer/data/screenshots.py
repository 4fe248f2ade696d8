"""Which screenshots of a dataset are for training, which for calibration and which for measuring.

One in ten, of the stage ``UNSEEN_SCREENSHOT``, has a style that no training chart has. Every other one of these is for
calibration, and the others are for measuring.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import datasets

from cryptoai_common.dataset import HELD_BACK_EVERY, SCREENSHOTS, UNSEEN_SCREENSHOT
from cryptoai_common.errors import UserError
from trainer.data.charts import cached

Row = Mapping[str, Any]  # with ``stage`` and ``index``


def for_training(row: Row) -> bool:
    """Whether a screenshot is one to learn from."""
    return bool(row["stage"] != UNSEEN_SCREENSHOT)


def for_calibration(row: Row) -> bool:
    """Whether a screenshot is one to fit probabilities and threshold on."""
    return not for_training(row) and row["index"] // HELD_BACK_EVERY % 2 == 0


def for_measuring(row: Row) -> bool:
    """Whether a screenshot is one to measure on."""
    return not for_training(row) and not for_calibration(row)


def load_screenshots(directory: Path, wanted: Callable[[Row], bool]) -> datasets.Dataset:
    """The screenshots of a dataset that are ``wanted``, their pictures undecoded. Raises UserError if it has none."""
    try:
        rows = cached(directory, SCREENSHOTS)[SCREENSHOTS]
    except (ValueError, KeyError, FileNotFoundError):
        raise UserError(
            f"{directory} has no screenshots: build it with `python -m dataset_builder build --screenshots NUMBER`"
        ) from None
    stages, indices = rows["stage"][:], rows["index"][:]
    kept = [
        place
        for place, (stage, index) in enumerate(zip(stages, indices, strict=True))
        if wanted({"stage": stage, "index": index})
    ]
    if not kept:
        raise UserError(f"{directory} has too few screenshots: build it with 40 or more")
    return rows.cast_column("image", datasets.Image(decode=False)).select(kept)

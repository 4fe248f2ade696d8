"""Charts without a pattern: half to train with, a quarter to fit the threshold, a quarter to measure false alarms."""

from __future__ import annotations

from pathlib import Path

import datasets

from cryptoai_common.dataset import NONE  # the name of their configuration and of its only split
from cryptoai_common.errors import UserError
from trainer.data.charts import cached

NO_LABEL = -1  # stands for a class id
MOST_USED = 6000  # charts that the quarters are taken from: 1,500 measure a share of 15 % to within 2 points (95 %)


def load_without_pattern(directory: Path) -> datasets.Dataset:
    """The charts without a pattern in a dataset directory, undecoded. Raises UserError if it has none."""
    try:
        rows = cached(directory, NONE)[NONE]
    except UserError:
        raise
    except Exception as error:  # datasets raises a dozen kinds
        reason = str(error).split("\n")[0]
        raise UserError(
            f"{directory} has no charts without a pattern ({reason}); build some with --negatives"
        ) from None
    return rows.cast_column("image", datasets.Image(decode=False))


def training_half(rows: datasets.Dataset) -> datasets.Dataset:
    """Every other chart, for a recipe with ``outlier_exposure``; they are used for nothing else."""
    return rows.select(range(0, len(rows), 2))


def fitting_quarter(rows: datasets.Dataset) -> datasets.Dataset:
    """Charts to fit the threshold on."""
    return rows.select(range(1, min(len(rows), MOST_USED), 4))


def measuring_quarter(rows: datasets.Dataset) -> datasets.Dataset:
    """Charts on which neither weights nor threshold were fitted."""
    return rows.select(range(3, min(len(rows), MOST_USED), 4))

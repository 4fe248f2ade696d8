"""Charts without a pattern: half of them to learn doubt from, a quarter to fit the threshold, a quarter to measure."""

from __future__ import annotations

from pathlib import Path

import datasets

from cryptoai_common.dataset import NONE  # their configuration, and its only split
from cryptoai_common.errors import UserError
from trainer.data.charts import cached

NO_LABEL = -1
ENOUGH = 6000  # of a large split: 1,500 charts tell a share to within 2 points


def load_without_pattern(directory: Path) -> datasets.Dataset:
    """Those of one of our datasets. Raises UserError if it has none."""
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
    """Every other chart, for a recipe with ``outlier_exposure``; nothing else may look at them."""
    return rows.select(range(0, len(rows), 2))


def fitting_quarter(rows: datasets.Dataset) -> datasets.Dataset:
    """For fitting the threshold."""
    return rows.select(range(1, min(len(rows), ENOUGH), 4))


def measuring_quarter(rows: datasets.Dataset) -> datasets.Dataset:
    """Those that neither weights nor threshold were fitted on."""
    return rows.select(range(3, min(len(rows), ENOUGH), 4))

"""Whether the label can be predicted without the price: classifiers try, and must do no better than chance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.decomposition import PCA
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from cryptoai_common.arrays import Floats
from dataset_builder.audit.finding import Finding, chance_interval

FOLDS = 5  # of a cross-validation
# Cross-validations that are averaged, each with another division into folds: the accuracy of a single one varies by as
# much as the interval of chance is wide.
DIVISIONS = 5
THUMBNAIL = 28  # pixels of a side of the pictures without price that the classifier sees
COMPONENTS = 64  # principal components of these, at most: enough for colours, margins and overlays
TREES, SMALLEST_LEAF = 100, 5  # charts in a leaf: fewer would learn single charts by heart


def nuisance_leak(labels: NDArray[np.str_], table: Floats) -> Finding:
    """The accuracy of a classifier that sees every nuisance field: all of a look, and nothing of the prices.

    ``labels`` has shape (charts,), ``table`` has shape (charts, columns).
    """
    return _leak("label from all nuisance fields", labels, table, _forest())


def pixel_leak(labels: NDArray[np.str_], thumbnails: NDArray[np.float32]) -> Finding:
    """The accuracy of a classifier that sees charts drawn without their price.

    ``labels`` has shape (charts,), ``thumbnails`` has shape (charts, THUMBNAIL * THUMBNAIL * 3).
    """
    components = min(COMPONENTS, *thumbnails.shape)
    model = make_pipeline(StandardScaler(), PCA(components, random_state=0), _forest())
    return _leak("label from pixels without price", labels, thumbnails, model)


def _forest() -> ExtraTreesClassifier:
    return ExtraTreesClassifier(TREES, min_samples_leaf=SMALLEST_LEAF, n_jobs=-1, random_state=0)


def _leak(name: str, labels: NDArray[np.str_], table: NDArray[Any], model: BaseEstimator) -> Finding:
    """The cross-validated accuracy of a classifier, which must not be above the interval of chance."""
    right = []
    for division in range(DIVISIONS):
        folds = StratifiedKFold(FOLDS, shuffle=True, random_state=division)
        right.append(np.mean(cross_val_predict(model, table, labels, cv=folds) == labels))
    _, high = chance_interval(labels)
    return Finding(name, float(np.mean(right)), high=high, detail=f"{FOLDS}-fold accuracy on {len(labels)} charts")


def nuisance_table(rows: Sequence[dict[str, Any]]) -> Floats:
    """Every nuisance field of the rows as numbers, shape (charts, columns).

    A field of text becomes a column of 0 and 1 for each of its values, a list a column for each of its places.
    """
    fields = [row["look"] | {name: row[name] for name in ("style", "candles", "bytes")} for row in rows]
    return np.array([column for name in fields[0] for column in _columns([field[name] for field in fields])]).T


def _columns(values: list[Any]) -> list[list[float]]:
    """One field of all charts as columns of numbers; -1 stands where a list is shorter than the longest."""
    if isinstance(values[0], str):
        return [[float(value == option) for value in values] for option in sorted(set(values))]
    if isinstance(values[0], list):
        places = range(max(map(len, values)))
        return [[_flat(value[place]) if place < len(value) else -1.0 for value in values] for place in places]
    return [list(map(float, values))]


def _flat(value: Any) -> float:
    """A colour as one number; any other number as it is."""
    return float(value[0] * 65536 + value[1] * 256 + value[2]) if isinstance(value, list) else float(value)

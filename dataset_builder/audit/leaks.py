"""Whether the label can be predicted without the price: classifiers try, and must do no better than chance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata
from sklearn.base import BaseEstimator
from sklearn.decomposition import PCA
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from cryptoai_common.arrays import Floats
from dataset_builder.audit.finding import Finding, chance_interval

FOLDS = 5  # of a cross-validation
# Cross-validations that are averaged, each with another division into folds: the accuracy of a single one varies by as
# much as the interval of chance is wide.
DIVISIONS = 5
# Random orders of the labels that bound the field that differs most: so one good dataset in a thousand is refused.
RELABELLINGS = 1000
THUMBNAIL = 28  # pixels of a side of the pictures without price that the classifier sees
COMPONENTS = 64  # principal components of these, at most: enough for colours, margins and overlays
TREES, SMALLEST_LEAF = 100, 5  # charts in a leaf: fewer would learn single charts by heart


def nuisance_leak(labels: NDArray[np.str_], table: Floats) -> Finding:
    """The accuracy of a classifier that sees every nuisance field: all of a look, and nothing of the prices.

    ``labels`` has shape (charts,), ``table`` has shape (charts, columns).
    """
    return _leak("label from all nuisance fields", labels, table, _forest())


def field_leak(rows: Sequence[dict[str, Any]]) -> Finding:
    """The field whose values lie highest or lowest in one class, beside what the same labels in any order give.

    A leak in one field of one class, such as a tenth fewer candles, hardly moves the accuracy of a classifier of all
    fields. The mean rank of a class's values shows it, in standard deviations; the bound is the largest of all fields
    and classes over RELABELLINGS random orders of the labels.
    """
    fields = {name: _columns(values) for name, values in _fields(rows).items()}
    names = [name for name, columns in fields.items() for _ in columns]
    placed = rankdata(np.array([column for columns in fields.values() for column in columns]), axis=1).T
    deviation = placed.std(axis=0)
    ranks = ((placed - placed.mean(axis=0)) / np.where(deviation > 0, deviation, 1.0)).astype(np.float32)
    classes, places = np.unique([row["label"] for row in rows], return_inverse=True)
    own = (places == np.arange(len(classes))[:, None]).astype(np.float32)
    counts = own.sum(axis=1, keepdims=True)
    own /= np.sqrt(counts * (1 - counts / len(rows)))
    rng = np.random.default_rng(0)
    found = np.abs(own @ ranks)
    with threadpool_limits(1):  # products too small for two threads
        bound = max(float(np.abs(own[:, rng.permutation(len(rows))] @ ranks).max()) for _ in range(RELABELLINGS))
    label, column = np.unravel_index(found.argmax(), found.shape)
    detail = f"{names[column]} of {classes[label]}"
    return Finding("field that differs most, standard deviations", float(found.max()), high=bound, detail=detail)


def pixel_leak(labels: NDArray[np.str_], thumbnails: NDArray[np.float32]) -> Finding:
    """The accuracy of a classifier that sees charts drawn without their price.

    ``labels`` has shape (charts,), ``thumbnails`` has shape (charts, THUMBNAIL * THUMBNAIL * 3).
    """
    components = min(COMPONENTS, len(labels) // 2, thumbnails.shape[1])  # a fold of a small dataset has fewer charts
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
    return np.array([column for values in _fields(rows).values() for column in _columns(values)]).T


def _fields(rows: Sequence[dict[str, Any]]) -> dict[str, list[Any]]:
    """The values of every nuisance field in all rows."""
    fields = [row["look"] | {name: row[name] for name in ("style", "source", "candles", "bytes")} for row in rows]
    return {name: [field[name] for field in fields] for name in fields[0]}


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

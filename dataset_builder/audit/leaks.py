"""Can the label be told from anything but the price? Classifiers try, and must do no better than chance."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.stats import rankdata
from sklearn.decomposition import PCA
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from dataset_builder.audit.finding import Finding, chance_interval

DIVISIONS = 5
RELABELLINGS = 1000  # so one good dataset in a thousand is refused for the field that differs most
THUMBNAIL = 28  # pixels a side of the pictures without price that the classifier sees


def nuisance_leak(labels: np.ndarray, table: np.ndarray) -> Finding:
    """A classifier on every nuisance field at once; ``table`` has shape (charts, fields)."""
    return _leak("label from all nuisance fields", labels, table, _forest())


def field_leak(rows: Sequence[dict]) -> Finding:
    """The field whose values lie highest or lowest in one class, beside what the same labels in any order give.

    A leak in one field of one class, such as a tenth fewer candles, hardly moves the accuracy of a classifier of all
    fields. The mean rank of a class's values shows it, in standard deviations; the bound is the largest of all fields
    and classes over RELABELLINGS random orders of the labels.
    """
    fields = {name: _columns(values) for name, values in _fields(rows).items()}
    names = [name for name, columns in fields.items() for _ in columns]
    ranks = rankdata(np.array([column for columns in fields.values() for column in columns]), axis=1).T
    deviation = ranks.std(axis=0)
    ranks = np.float32((ranks - ranks.mean(axis=0)) / np.where(deviation > 0, deviation, 1.0))
    classes, places = np.unique([row["label"] for row in rows], return_inverse=True)
    own = np.float32(places == np.arange(len(classes))[:, None])
    counts = own.sum(axis=1, keepdims=True)
    own /= np.sqrt(counts * (1 - counts / len(rows)))
    rng = np.random.default_rng(0)
    found = np.abs(own @ ranks)
    with threadpool_limits(1):  # products too small for two threads
        bound = max(float(np.abs(own[:, rng.permutation(len(rows))] @ ranks).max()) for _ in range(RELABELLINGS))
    label, column = np.unravel_index(found.argmax(), found.shape)
    detail = f"{names[column]} of {classes[label]}"
    return Finding("field that differs most, standard deviations", float(found.max()), high=bound, detail=detail)


def pixel_leak(labels: np.ndarray, thumbnails: np.ndarray) -> Finding:
    """A classifier on charts drawn without their price; ``thumbnails`` has shape (charts, values)."""
    components = min(64, len(labels) // 2, thumbnails.shape[1])  # a fold of a small dataset has fewer charts
    model = make_pipeline(StandardScaler(), PCA(components, random_state=0), _forest())
    return _leak("label from pixels without price", labels, thumbnails, model)


def _forest() -> ExtraTreesClassifier:
    return ExtraTreesClassifier(100, min_samples_leaf=5, n_jobs=-1, random_state=0)


def _leak(name: str, labels: np.ndarray, table: np.ndarray, model) -> Finding:
    """The mean over several divisions into folds: one alone wobbles by as much as the interval of chance is wide."""
    right = [
        np.mean(cross_val_predict(model, table, labels, cv=StratifiedKFold(5, shuffle=True, random_state=i)) == labels)
        for i in range(DIVISIONS)
    ]
    _, high = chance_interval(labels)
    return Finding(name, float(np.mean(right)), high=high, detail=f"5-fold accuracy on {len(labels)} charts")


def nuisance_table(rows: Sequence[dict]) -> np.ndarray:
    """Every nuisance field of the rows as numbers, shape (charts, columns): text one column a value, lists padded."""
    return np.array([column for values in _fields(rows).values() for column in _columns(values)]).T


def _fields(rows: Sequence[dict]) -> dict[str, list]:
    """The values of every nuisance field in all rows."""
    fields = [row["look"] | {name: row[name] for name in ("style", "candles", "bytes")} for row in rows]
    return {name: [field[name] for field in fields] for name in fields[0]}


def _columns(values: list) -> list[list[float]]:
    """One field of all charts as columns of numbers."""
    if isinstance(values[0], str):
        return [[float(value == option) for value in values] for option in sorted(set(values))]
    if isinstance(values[0], list):
        places = range(max(map(len, values)))
        return [[_flat(value[place]) if place < len(value) else -1.0 for value in values] for place in places]
    return [list(map(float, values))]


def _flat(value) -> float:
    """A colour as one number; any other number as it is."""
    return float(value[0] * 65536 + value[1] * 256 + value[2]) if isinstance(value, list) else float(value)

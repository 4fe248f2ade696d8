"""Can the label be told from anything but the price? Classifiers try, and must do no better than chance."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.stats import mannwhitneyu
from sklearn.decomposition import PCA
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from dataset_builder.audit.finding import Finding, chance_interval

DIVISIONS = 5
UNLIKELY = 1e-4  # one good dataset in ten thousand is refused by the field that differs most
THUMBNAIL = 28  # pixels a side of the pictures without price that the classifier sees


def nuisance_leak(labels: np.ndarray, table: np.ndarray) -> Finding:
    """A classifier on every nuisance field at once; ``table`` has shape (charts, fields)."""
    return _leak("label from all nuisance fields", labels, table, _forest())


def field_leak(rows: Sequence[dict]) -> Finding:
    """The field whose values lie higher or lower in one class than in the others, and how likely that is by chance.

    A leak in one field of one class, such as a tenth fewer candles, moves the accuracy of a classifier of all fields
    hardly at all. Mann-Whitney tests see it; their smallest p is multiplied by their number (Bonferroni).
    """
    labels = np.array([row["label"] for row in rows])
    tests = []
    for name, values in _fields(rows).items():
        for column in np.array(_columns(values)):
            for label in np.unique(labels) if np.ptp(column) > 0 else ():
                own = labels == label
                tests.append((float(mannwhitneyu(column[own], column[~own]).pvalue), f"{name} of {label}"))
    least, detail = min(tests)
    return Finding("chance of the field that differs most", min(least * len(tests), 1.0), low=UNLIKELY, detail=detail)


def pixel_leak(labels: np.ndarray, thumbnails: np.ndarray) -> Finding:
    """A classifier on charts drawn without their price; ``thumbnails`` has shape (charts, values)."""
    components = min(64, *thumbnails.shape)
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

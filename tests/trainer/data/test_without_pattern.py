import numpy as np

from trainer.data.charts import ChartDataset, label_ids, load_split
from trainer.data.manifest import read_manifest
from trainer.data.preprocess import Preprocessor
from trainer.data.without_pattern import (
    NO_LABEL,
    fitting_quarter,
    load_without_pattern,
    measuring_quarter,
    training_half,
)
from trainer.training.assembly import WithOutliers

PREPROCESS = Preprocessor((64, 64), (0.5,) * 3, (0.5,) * 3)


def test_no_chart_is_trained_on_and_fitted_or_measured_with(charts):
    rows = load_without_pattern(charts)
    parts = [part(rows)["index"] for part in (training_half, fitting_quarter, measuring_quarter)]
    assert sorted(index for part in parts for index in part) == sorted(rows["index"])
    assert [len(part) for part in parts] == [5, 3, 2]


def test_outliers_come_after_the_charts_and_have_targets_but_no_label_and_no_pivot(charts):
    dense = {"grid": 8, "reads": True, "finds_pivots": True, "augment": True}
    train, none = load_split(charts, "train"), load_without_pattern(charts)
    labelled = ChartDataset(train, label_ids(train, read_manifest(charts).classes), PREPROCESS, **dense)
    both = WithOutliers([labelled, ChartDataset(none, [NO_LABEL] * len(none), PREPROCESS, **dense)])
    assert len(both) == len(train) + len(none)
    first, last = both[0], both[len(both) - 1]
    assert first["labels"] >= 0 and first["pivot_map"].any()
    assert last["labels"] == NO_LABEL and not last["pivot_map"].any() and not np.isnan(last["high_low"]).all()
    before = last["pixel_values"]
    both.set_epoch(1)
    assert not np.array_equal(both[len(both) - 1]["pixel_values"], before)

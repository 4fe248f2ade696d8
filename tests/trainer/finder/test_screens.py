"""What the networks learn from: pictures with the prices in their columns, and prices with their patterns."""

import numpy as np
import pytest

from dataset_builder.patterns import CLASSES
from trainer.data.screenshots import for_calibration, for_measuring, for_training, load_screenshots
from trainer.finder.charts import ScreenshotCharts
from trainer.finder.columns import column_prices
from trainer.finder.screens import MOST, ChartPrices, ScreenPictures
from trainer.finder.sizes import COLUMNS, ROWS


@pytest.fixture(scope="module")
def rows(screenshots):
    return load_screenshots(screenshots, for_training)


def test_each_screenshot_has_one_use(screenshots):
    parts = [load_screenshots(screenshots, use) for use in (for_training, for_calibration, for_measuring)]
    indices = [set(part["index"][:]) for part in parts]
    assert sum(map(len, indices)) == len(set.union(*indices)) == 60
    assert [len(each) for each in indices] == [54, 3, 3]


def test_an_unchanged_picture_has_its_prices_where_they_are_drawn(rows):
    item, row = ScreenPictures(rows, change=False)[2], rows[2]
    assert item["pixels"].shape == (ROWS, COLUMNS, 3)
    width, height = 960, 600
    known = column_prices(row, 0, width, COLUMNS) / height
    np.testing.assert_allclose(item["prices"], known, atol=1e-6)
    assert np.nanmin(item["prices"][:, 0]) == pytest.approx(min(row["high"]) / height, abs=0.002)


def test_a_changed_picture_is_a_function_of_seed_epoch_and_index(rows):
    charts = ScreenPictures(rows, change=True, seed=3)
    first = charts[5]
    np.random.default_rng().random(10)
    again = charts[5]
    assert np.array_equal(first["pixels"], again["pixels"])
    np.testing.assert_array_equal(first["prices"], again["prices"])
    charts.set_epoch(1)
    assert not np.array_equal(first["pixels"], charts[5]["pixels"])


def test_prices_of_changed_pictures_lie_inside(rows):
    charts = ScreenPictures(rows, change=True)
    for index in range(20):
        prices = charts[index]["prices"]
        seen = ~np.isnan(prices).any(axis=1)
        assert seen.sum() > COLUMNS / 8
        assert (prices[seen] >= 0).all()
        assert (prices[seen] <= 1).all()
        assert (prices[seen, 0] <= prices[seen, 1]).all()


def test_patterns_lie_where_the_chart_is(rows):
    charts = ChartPrices([ScreenshotCharts(rows)], CLASSES, change=False)
    found = 0
    for index in range(len(rows)):
        item, row = charts[index], rows[index]
        known = item["labels"] >= 0
        found += int(known.sum())
        assert [CLASSES[label] for label in item["labels"][known & item["clear"]]] == [
            pattern["label"] for pattern in row["patterns"]
        ]
        seen = np.flatnonzero(~np.isnan(item["prices"]).any(axis=1))
        assert (item["spans"][known, 0] >= seen[0] - 2).all()
        assert (item["spans"][known, 1] <= seen[-1] + 3).all()
        for pattern, (start, stop) in zip(row["patterns"], item["spans"][known & item["clear"]], strict=True):
            share = (stop - start) / (0.8 * COLUMNS) * len(row["x"])
            assert share == pytest.approx(pattern["last"] - pattern["first"] + 1, abs=0.51)
    assert found > 30


def test_a_part_of_a_chart_marks_what_it_cuts(rows):
    charts = ChartPrices([ScreenshotCharts(rows)], CLASSES, change=True)
    cut = 0
    for epoch in range(4):
        charts.set_epoch(epoch)
        for index in range(len(rows)):
            item = charts[index]
            assert item["labels"].shape == (MOST,)
            cut += int((item["labels"] == -2).sum())
            assert (item["spans"] >= -1e-3).all()
            assert (item["spans"] <= COLUMNS + 1e-3).all()
    assert cut > 5


def test_charts_of_several_sources_follow_each_other(rows):
    sources = [ScreenshotCharts(rows.select([0, 1])), ScreenshotCharts(rows.select([2, 3, 4]))]
    apart, together = ChartPrices(sources, CLASSES, change=False), ChartPrices([ScreenshotCharts(rows)], CLASSES, False)
    assert len(apart) == 5
    for index in range(5):
        for name, value in together[index].items():
            np.testing.assert_array_equal(apart[index][name], value)

"""How pictures and prices are changed for training: what may not change with them, and how often it happens."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from PIL import Image

from dataset_builder.patterns import CLASSES
from trainer.data.screenshots import for_training, load_screenshots
from trainer.finder import screens
from trainer.finder.charts import ScreenshotCharts
from trainer.finder.screens import LEAST_CANDLES, MOST, ChartPrices, ScreenPictures, _cut, _draw_on, _part, _read_badly
from trainer.finder.sizes import COLUMNS

seeds = some.integers(0, 2**32 - 1)


@pytest.fixture(scope="module")
def rows(screenshots):
    return load_screenshots(screenshots, for_training)


@pytest.mark.parametrize(
    "kind", [ScreenPictures, lambda rows, **more: ChartPrices([ScreenshotCharts(rows)], CLASSES, **more)]
)
def test_seed_epoch_and_index_each_change_it_and_nothing_else_does(rows, kind):
    def first(seed: int, epoch: int, index: int) -> bytes:
        charts = kind(rows, change=True, seed=seed)
        charts.set_epoch(epoch)
        return b"".join(value.tobytes() for value in charts[index].values())

    assert first(3, 1, 5) == first(3, 1, 5)
    assert len({first(3, 1, 5), first(4, 1, 5), first(3, 2, 5), first(3, 1, 6)}) == 4


def test_the_prices_of_a_part_of_the_page_are_shares_of_that_part(rows, monkeypatch):
    """Pictures are never turned: the prices would no longer be where they are said to be."""
    box, turned, cut = (200.0, 150.0, 800.0, 450.0), [], 0
    monkeypatch.setattr(screens, "_cut", lambda rng, size, pane: box)
    monkeypatch.setattr(screens, "augment", lambda seen, rng, turns=True: (turned.append(turns), (seen, 0.0))[1])
    for index in range(8):
        row, prices = rows[index], ScreenPictures(rows, change=True)[index]["prices"]
        x, high, low = (np.array(row[name]) for name in ("x", "high", "low"))
        half = (x[-1] - x[0]) / (len(x) - 1) / 2
        for column in range(0, COLUMNS, 7):
            at = box[0] + (column + 0.5) / COLUMNS * 600
            near = np.abs(x - at) <= half + 600 / COLUMNS  # the candles of this column and beside it
            heights = np.concatenate((high[near], low[near])) / 300 - 0.5
            if not near.any() or heights.max() < 0 or heights.min() > 1:
                assert np.isnan(prices[column]).all()
            elif not np.isnan(prices[column]).any():
                assert prices[column, 0] >= heights.min().clip(0) - 1e-6
                assert prices[column, 1] <= heights.max().clip(max=1) + 1e-6
            if near.any() and ((high[near] < 450) & (low[near] > 150)).all():
                assert not np.isnan(prices[column]).any(), "a candle that the edge cuts is seen"
                cut += int((high[near] < 150).any() or (low[near] > 450).any())
    assert cut > 20 and turned == [False] * 8


page = some.tuples(some.integers(200, 2000), some.integers(200, 1500))
corner = some.tuples(some.floats(0, 0.4), some.floats(0, 0.4), some.floats(0.6, 1), some.floats(0.6, 1))


@given(seeds, page, corner)
def test_a_part_of_a_page_lies_on_it_and_shows_half_of_the_chart_either_way(seed, size, shares):
    pane = [share * size[side % 2] for side, share in enumerate(shares)]
    left, top, right, bottom = _cut(np.random.default_rng(seed), size, pane)
    assert 0 <= left < right <= size[0] and 0 <= top < bottom <= size[1]
    assert min(right, pane[2]) - max(left, pane[0]) >= 0.5 * (pane[2] - pane[0]) - 1e-6
    assert min(bottom, pane[3]) - max(top, pane[1]) >= 0.8 * (pane[3] - pane[1]) - 1e-6


def test_a_chart_that_fills_its_page_leaves_no_room_around_it():
    size = (400, 300)
    for seed in range(100):
        left, top, right, bottom = _cut(np.random.default_rng(seed), size, [0.0, 0.0, *size])
        assert 0 <= left <= 100 and 0 <= top <= 30 and 300 <= right <= 400 and 270 <= bottom <= 300


def test_parts_of_pages_are_of_each_kind_as_often_as_stated():
    size, pane, pages = (1000, 600), [200.0, 100.0, 800.0, 500.0], 2000
    boxes = [_cut(np.random.default_rng(seed), size, pane) for seed in range(pages)]
    whole = np.mean([box == (0, 0, *size) for box in boxes])
    around = np.mean([128 <= box[0] <= 218 and 52 <= box[1] <= 112 and box[3] <= 548 for box in boxes])
    assert whole == pytest.approx(0.45, abs=0.04) and around == pytest.approx(0.55 * 0.4, abs=0.05)


@given(seeds, some.integers(2, 200), some.booleans())
def test_a_part_of_a_chart_begins_and_ends_beside_a_candle(seed, candles, cut):
    x = (10 + 4.0 * np.arange(candles)).tolist()
    left, right = _part(np.random.default_rng(seed), x, cut)
    first, last = (left + 2 - 10) / 4, (right - 2 - 10) / 4
    assert first == int(first) and last == int(last) and 0 <= first <= last <= candles - 1
    assert last - first + 1 >= min(candles, max(LEAST_CANDLES, round(0.35 * candles)) if cut else candles)


def test_parts_of_charts_may_lie_anywhere():
    x = np.arange(100.0).tolist()
    ends = np.array([_part(np.random.default_rng(seed), x, True) for seed in range(500)])
    assert ends.min(axis=0).tolist() == [-0.5, pytest.approx(34.5, abs=6)]
    assert ends.max(axis=0).tolist() == [pytest.approx(64.5, abs=6), 99.5]


def test_pictures_are_drawn_on_and_charts_cut_in_time_as_often_as_stated(rows, monkeypatch):
    drawn, cut = [], []
    monkeypatch.setattr(screens, "picture_of", lambda row: Image.new("RGB", (8, 8)))
    monkeypatch.setattr(screens, "augment", lambda seen, rng, turns: (seen, 0.0))
    monkeypatch.setattr(screens, "_cut", lambda rng, size, pane: (0, 0, *size))
    monkeypatch.setattr(screens, "_draw_on", lambda picture, rng, pane: drawn.append(0))
    monkeypatch.setattr(screens, "_part", lambda rng, x, part: (cut.append(part), (x[0], x[-1]))[1])
    pictures, prices = (
        ScreenPictures([rows[0]], change=True),
        ChartPrices([ScreenshotCharts(rows.select([0]))], CLASSES, change=True),
    )
    for epoch in range(400):
        pictures.set_epoch(epoch)
        prices.set_epoch(epoch)
        pictures[0], prices[0]
    assert len(drawn) == pytest.approx(0.35 * 400, abs=35) and sum(cut) == pytest.approx(0.5 * 400, abs=35)


def test_no_price_beside_the_part_that_is_seen_is_read(rows, monkeypatch):
    monkeypatch.setattr(screens, "_part", lambda rng, x, cut: (x[len(x) // 4], x[3 * len(x) // 4]))
    for index in range(5):
        prices = ChartPrices([ScreenshotCharts(rows)], CLASSES, change=False)[index]["prices"]
        seen = np.flatnonzero(~np.isnan(prices).any(axis=1))
        assert seen[[0, -1]] == pytest.approx([0.1 * COLUMNS, 0.9 * COLUMNS], abs=2)


def test_the_prices_of_a_changed_chart_are_read_badly(rows, monkeypatch):
    monkeypatch.setattr(screens, "_read_badly", lambda prices, rng: np.full_like(prices, 7.0))
    assert (ChartPrices([ScreenshotCharts(rows)], CLASSES, change=True)[0]["prices"] == 7).all()
    assert not (ChartPrices([ScreenshotCharts(rows)], CLASSES, change=False)[0]["prices"] == 7).any()


def test_an_unchanged_chart_is_neither_drawn_on_nor_cut(rows, monkeypatch):
    for name in ("_draw_on", "augment", "_cut", "_read_badly"):
        monkeypatch.setattr(screens, name, lambda *_: pytest.fail("it is changed"))
    for index in range(5):
        ScreenPictures(rows, change=False)[index]
        spans = ChartPrices([ScreenshotCharts(rows)], CLASSES, change=False)[index]["prices"]
        seen = np.flatnonzero(~np.isnan(spans).any(axis=1))
        assert seen[[0, -1]] == pytest.approx([0.1 * COLUMNS, 0.9 * COLUMNS], abs=2)


def test_a_chart_takes_two_fifths_of_the_columns_at_least_and_its_patterns_stay_on_their_candles(rows, monkeypatch):
    monkeypatch.setattr(screens, "IN_TIME", 0.0)
    monkeypatch.setattr(screens, "SPOILT", 0.0)
    charts, widths = ChartPrices([ScreenshotCharts(rows)], CLASSES, change=True), []
    for epoch in range(4):
        charts.set_epoch(epoch)
        for index in range(12):
            item, row = charts[index], rows[index]
            seen = np.flatnonzero(~np.isnan(item["prices"]).any(axis=1))
            widths.append(seen[-1] - seen[0] + 1)
            for pattern, span in zip(row["patterns"], item["spans"], strict=False):
                shares = (span - seen[0]) / widths[-1] * len(row["x"])
                assert shares == pytest.approx([pattern["first"], pattern["last"] + 1], abs=2)
    assert 0.39 * COLUMNS <= min(widths) < 0.5 * COLUMNS and 0.9 * COLUMNS < max(widths) <= COLUMNS


@given(seeds, seeds)
@settings(max_examples=40)
def test_prices_that_are_read_badly_keep_their_order(seed, market):
    """High above low in every column, whatever trembles; no price where there was none; gaps are short."""
    rng = np.random.default_rng(market)
    prices = np.cumsum(rng.normal(0, 5, COLUMNS))[:, None] + np.sort(rng.uniform(0, 20, (COLUMNS, 2)), axis=1)
    prices[: rng.integers(100)] = np.nan
    read = _read_badly(prices.copy(), np.random.default_rng(seed))
    known, seen = ~np.isnan(prices).any(axis=1), ~np.isnan(read).any(axis=1)
    assert not seen[~known].any() and known.sum() - seen.sum() <= 4 * 16
    assert (read[seen, 0] <= read[seen, 1]).all()
    middle, true = read[seen].mean(axis=1), prices[seen].mean(axis=1)
    assert np.corrcoef(np.argsort(np.argsort(middle)), np.argsort(np.argsort(true)))[0, 1] > 0.95


def test_what_is_drawn_on_a_picture_lies_on_its_chart():
    changed = np.zeros((300, 400), bool)
    for seed in range(80):
        picture = Image.new("RGB", (400, 300), (1, 2, 3))
        assert _draw_on(picture, np.random.default_rng(seed), [100.0, 80.0, 250.0, 200.0]) is None
        found = (np.asarray(picture) != (1, 2, 3)).any(axis=2)
        assert found.any()
        changed |= found
    assert not changed[:78].any() and not changed[:, :98].any()  # words may reach over the right and lower side
    assert changed[80:200, 100:250].mean() > 0.75


def test_a_screenshot_with_more_patterns_than_are_learnt_from_keeps_the_first(rows):
    row = dict(rows[0])
    start, stop = row["x"][0], row["x"][-1]
    many = [{"label": CLASSES[number % 10], "box": [start + number, 0, stop, 9]} for number in range(80)]
    source = ScreenshotCharts(rows.select([0]))
    source.rows = [row | {"patterns": many, "overlapping": []}]
    item = ChartPrices([source], CLASSES, change=False)[0]
    assert item["labels"].tolist() == [number % 10 for number in range(MOST)] and item["clear"].all()
    assert (np.diff(item["spans"][:, 0]) > 0).all()

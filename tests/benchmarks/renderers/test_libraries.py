"""Every library that is installed here draws what it is given, and says rightly where it lies in the picture."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.renderers.charts import Chart, alone, draw_drafts, with_market_before
from benchmarks.renderers.framings import crop
from benchmarks.renderers.libraries import LIBRARIES
from cryptoai_common.candles import Candles

SIZE = (640, 420)
BARS, CHANGED = 25, 15
VOLUME_LINE = 2  # pixels
LOOKS = [(library, look) for library in LIBRARIES for look in library.looks]


@pytest.fixture(scope="module", params=LIBRARIES, ids=lambda library: library.name)
def library(request):
    if reason := request.param.missing():
        pytest.skip(reason)
    return request.param


@pytest.fixture(scope="module")
def draw(library):
    with library.open() as draw:
        yield draw


@pytest.fixture
def chart() -> Chart:
    """A flat market with one tall candle, which opens the pattern and has no volume."""
    prices = np.full(BARS, 100.0) + np.arange(BARS) % 2
    candles = Candles(prices, prices + 0.5, prices - 0.5, prices + 0.25, np.full(BARS, 1000.0))
    for series, value in zip(candles.series(), (90, 110, 90, 110, 0), strict=True):
        series[CHANGED] = value
    return Chart("none", candles, next(alone(draw_drafts(10))).start, first=CHANGED)


def turned(chart: Chart) -> Chart:
    """The same with its tall candle the other way round: it falls from 110 to 90."""
    opening, close = chart.candles.open.copy(), chart.candles.close.copy()
    opening[CHANGED], close[CHANGED] = close[CHANGED], opening[CHANGED]
    return replace(chart, candles=replace(chart.candles, open=opening, close=close))


def test_there_are_light_and_dark_looks_of_several_libraries():
    assert {"plotly", "mplfinance", "lightweight-charts"} <= {library.name for library in LIBRARIES}
    assert {look.dark for _, look in LOOKS} == {True, False}
    names = [f"{library.name}-{look.name}" for library, look in LOOKS]
    assert len(set(names)) == len(names)


def test_a_drawing_has_the_size_that_is_asked_for_or_always_the_same(library, draw, chart):
    for look in library.looks:
        assert draw(chart, look, SIZE).image.size == SIZE
        assert draw(chart, look, None).image.size == draw(with_market_before(chart, 1), look, None).image.size


def test_the_pattern_lies_where_the_library_says(library, draw, chart):
    """A candle that is turned round changes pixels from its open to its close, and no others of the pane."""
    for look in library.looks:
        drawing, other = (draw(given, look, SIZE) for given in (chart, turned(chart)))
        assert drawing.pattern == other.pattern
        pane, changed = (np.asarray(crop(given.image, drawing.pane), int) for given in (drawing, other))
        differs = np.abs(pane - changed).max(axis=2)
        differs[-VOLUME_LINE:] = 0  # a volume of 0 may be drawn as a line of its bar's colour on the pane's floor
        rows, columns = differs.nonzero()
        left, top, _, bottom = drawing.pattern
        left, top, bottom = left - drawing.pane[0], top - drawing.pane[1], bottom - drawing.pane[1]
        assert rows.min() == pytest.approx(top, abs=2.5), look
        assert rows.max() == pytest.approx(bottom, abs=2.5), look
        bar = (drawing.pattern[2] - drawing.pattern[0]) / (BARS - CHANGED)
        assert left - 1 <= columns.min() < columns.max() <= left + bar + 1, look
        assert columns.max() - columns.min() > 0.4 * bar, look


def test_the_pane_ends_where_the_axes_begin(library, draw, chart):
    """All candles lie in its middle, and other times change the picture below it."""
    for look in library.looks:
        drawing = draw(chart, look, SIZE)
        left, top, right, bottom = drawing.pane
        assert 0 <= left < right <= SIZE[0] and 0 <= top < bottom <= SIZE[1]
        assert left - 1 <= drawing.pattern[0] < drawing.pattern[2] <= right + 1
        first, _, last, _ = draw(replace(chart, first=0), look, SIZE).pattern
        assert first - left == pytest.approx(right - last, abs=2.5), look
        assert top <= drawing.pattern[1] < drawing.pattern[3] <= bottom
        later = draw(replace(chart, start=chart.start + 12 * (chart.times[1] - chart.times[0])), look, SIZE)
        assert later.pane == drawing.pane
        rows = np.abs(np.asarray(later.image, int) - np.asarray(drawing.image, int)).max(axis=(1, 2)).nonzero()[0]
        assert len(rows) and rows.max() >= bottom  # other times below the pane


def test_what_is_missing_is_said_in_one_line(library, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert library.missing() is None  # the modules hold their own reference
    for module in ("benchmarks.renderers.browser", library.open.__module__):
        monkeypatch.setattr(f"{module}.find_spec", lambda name: None, raising=False)
    assert library.missing().endswith("make setup-renderers")

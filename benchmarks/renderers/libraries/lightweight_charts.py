"""TradingView's Lightweight Charts in a browser: https://tradingview.github.io/lightweight-charts/

Volume lies under the price in the same pane, as in the library's own example of price and volume.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.renderers.browser import browser_version, missing_browser, open_page, resize, shoot
from benchmarks.renderers.charts import Chart
from benchmarks.renderers.library import Draw, Drawing, Library, Look, Size

if TYPE_CHECKING:
    from playwright.sync_api import Page

PACKAGE = Path(__file__).parents[1] / "node_modules" / "lightweight-charts"
SCRIPT = PACKAGE / "dist" / "lightweight-charts.standalone.production.js"
LOOKS = (Look("light"), Look("dark", dark=True))
SIZE = (800, 500)  # the library fills whatever element it is given: as large as mplfinance's pictures, or nearly
THEMES = {  # nothing, and the dark colours of the library's tutorial
    "light": {},
    "dark": {
        "layout": {"background": {"color": "#222"}, "textColor": "#DDD"},
        "grid": {"vertLines": {"color": "#444"}, "horzLines": {"color": "#444"}},
    },
}
UP, DOWN = "#26a69a", "#ef5350"  # the candles' default colours, for the bars of volume
DRAW = """async ([theme, bars, volumes, decimals, first, low, high, width, height]) => {
    const {createChart, CandlestickSeries, HistogramSeries} = LightweightCharts
    const element = document.getElementById('chart')
    element.replaceChildren()
    const chart = createChart(element, {...theme, width, height})
    const format = {type: 'price', precision: decimals, minMove: Math.pow(10, -decimals)}
    const price = chart.addSeries(CandlestickSeries, {priceFormat: format})
    price.priceScale().applyOptions({scaleMargins: {top: 0.1, bottom: 0.4}})
    const volume = chart.addSeries(HistogramSeries, {priceFormat: {type: 'volume'}, priceScaleId: ''})
    volume.priceScale().applyOptions({scaleMargins: {top: 0.7, bottom: 0}})
    price.setData(bars)
    volume.setData(volumes)
    chart.timeScale().applyOptions({timeVisible: true})
    chart.timeScale().fitContent()
    const painted = () => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))
    await painted()
    const time = chart.timeScale(), pane = chart.paneSize(0), left = chart.priceScale('left').width()
    const x = bar => left + time.logicalToCoordinate(bar)
    const half = (x(bars.length - 1) - x(0)) / (bars.length - 1) / 2
    return {
        pane: [left, 0, left + pane.width, pane.height],
        pattern: [x(first) - half, price.priceToCoordinate(high),
                  x(bars.length - 1) + half, price.priceToCoordinate(low)],
    }
}"""


def _missing() -> str | None:
    return missing_browser() if SCRIPT.is_file() else "lightweight-charts is not installed: make setup-renderers"


def _version() -> str:
    package = json.loads((PACKAGE / "package.json").read_text())
    return f"lightweight-charts {package['version']}, {browser_version()}"


@contextmanager
def _open() -> Iterator[Draw]:
    with open_page() as page:
        page.add_script_tag(path=SCRIPT)
        yield partial(_draw, page)


def _draw(page: Page, chart: Chart, look: Look, size: Size | None) -> Drawing:
    width, height = size or SIZE
    resize(page, (width, height))
    table = chart.table
    table["time"] = [int(time.timestamp()) for time in table.index]
    bars = table.drop(columns="Volume").rename(columns=str.lower).to_dict("records")
    volumes = [
        {"time": time, "value": value, "color": UP if close >= opening else DOWN}
        for time, value, opening, close in zip(table.time, table.Volume, table.Open, table.Close, strict=True)
    ]
    theme = THEMES[look.name]
    found = page.evaluate(DRAW, [theme, bars, volumes, chart.decimals, chart.first, *chart.prices, width, height])
    return Drawing(shoot(page, (width, height)), tuple(found["pane"]), tuple(found["pattern"]))


LIBRARY = Library("lightweight-charts", LOOKS, _missing, _version, _open)

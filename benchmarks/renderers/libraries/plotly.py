"""Plotly in a browser, with the plotly.js that its Python package holds: https://plotly.com/python/"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.renderers.browser import browser_version, missing_browser, open_page, resize, shoot
from benchmarks.renderers.charts import Chart
from benchmarks.renderers.library import Draw, Drawing, Library, Look, Size

if TYPE_CHECKING:
    from playwright.sync_api import Page

LOOKS = (Look("plotly"), Look("plotly_dark", dark=True))  # its templates; the first is the default
SIZE = (700, 500)  # of a picture file by default
# `_size` holds the plot area of the picture; an axis turns its data into pixels of that area.
DRAW = """async ([figure, first, last, low, high]) => {
    const chart = document.getElementById('chart')
    const {data, layout} = JSON.parse(figure)
    await Plotly.newPlot(chart, data, layout)
    const {_size: pane, xaxis, yaxis} = chart._fullLayout
    const bar = (xaxis.d2p(last) - xaxis.d2p(first.time)) / first.bars_to_last
    return {
        pane: [pane.l, pane.t, pane.l + pane.w, pane.t + pane.h],
        pattern: [pane.l + xaxis.d2p(first.time) - bar / 2, pane.t + yaxis.d2p(high),
                  pane.l + xaxis.d2p(last) + bar / 2, pane.t + yaxis.d2p(low)],
    }
}"""


def _missing() -> str | None:
    return missing_browser() if find_spec("plotly") else "plotly is not installed: make setup-renderers"


def _version() -> str:
    return f"plotly {version('plotly')}, {browser_version()}"


@contextmanager
def _open() -> Iterator[Draw]:
    import plotly

    with open_page() as page:
        page.add_script_tag(path=Path(plotly.__file__).parent / "package_data" / "plotly.min.js")
        yield partial(_draw, page)


def _draw(page: Page, chart: Chart, look: Look, size: Size | None) -> Drawing:
    from plotly import graph_objects

    width, height = size or SIZE
    resize(page, (width, height))
    table = chart.table
    trace = graph_objects.Candlestick(x=table.index, open=table.Open, high=table.High, low=table.Low, close=table.Close)
    layout = {"template": look.name, "width": width, "height": height}
    figure = graph_objects.Figure(trace, layout).to_json()
    times = table.index.strftime("%Y-%m-%d %H:%M")
    first = {"time": times[chart.first], "bars_to_last": len(times) - 1 - chart.first}
    found = page.evaluate(DRAW, [figure, first, times[-1], *chart.prices])
    return Drawing(shoot(page, (width, height)), tuple(found["pane"]), tuple(found["pattern"]))


LIBRARY = Library("plotly", LOOKS, _missing, _version, _open)

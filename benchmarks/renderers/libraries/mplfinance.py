"""mplfinance: https://github.com/matplotlib/mplfinance"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from importlib.util import find_spec

import numpy as np
from PIL import Image

from benchmarks.renderers.charts import Chart
from benchmarks.renderers.library import Box, Draw, Drawing, Library, Look, Size

PLAIN = Look("default")  # drawn without volume, as a call without options does; the others have its pane
LOOKS = (PLAIN, Look("yahoo"), Look("nightclouds", dark=True))


def _missing() -> str | None:
    return None if find_spec("mplfinance") else "mplfinance is not installed: make setup-renderers"


def _version() -> str:
    return f"mplfinance {version('mplfinance')}, matplotlib {version('matplotlib')}"


@contextmanager
def _open() -> Iterator[Draw]:
    import matplotlib

    matplotlib.use("Agg")
    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)  # styles ask for weights that fonts lack
    yield _draw


def _draw(chart: Chart, look: Look, size: Size | None) -> Drawing:
    import matplotlib.pyplot as plt
    import mplfinance

    options = {"figsize": (size[0] / 100, size[1] / 100)} if size else {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # mplfinance warns of many candles and of its own use of pandas
        figure, axes = mplfinance.plot(
            chart.table, type="candle", style=look.name, volume=look != PLAIN, returnfig=True, **options
        )
        figure.canvas.draw()
    image = Image.fromarray(np.asarray(figure.canvas.buffer_rgba())).convert("RGB")
    low, high = chart.prices
    pane = _box(axes[0].get_window_extent().get_points(), image.height)
    corners = [(chart.first - 0.5, low), (len(chart.candles) - 0.5, high)]
    pattern = _box(axes[0].transData.transform(corners), image.height)
    plt.close(figure)
    return Drawing(image, pane, pattern)


def _box(corners: np.ndarray, height: int) -> Box:
    """Lower left and upper right corner, which matplotlib counts from the lower left, from the upper left."""
    (left, bottom), (right, top) = corners.tolist()
    return left, height - top, right, height - bottom


LIBRARY = Library("mplfinance", LOOKS, _missing, _version, _open)

"""Panes under the price that show the same candles: volume, three indicators, and the whole chart once more."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from cryptoai_common.arrays import Floats
from cryptoai_common.candles import Candles
from dataset_builder.drawing import price
from dataset_builder.drawing.canvas import Canvas
from dataset_builder.drawing.indicators import exponential_average
from dataset_builder.drawing.layer import Layer
from dataset_builder.drawing.look import LINE_COLOURS, Look
from dataset_builder.drawing.page import Page
from dataset_builder.drawing.plot import FLATTEST, Plot

# The usual settings of platforms: RSI 14 with bands at 30 and 70, Wilder, New Concepts in Technical Trading Systems,
# 1978; MACD 12, 26, 9, Appel, 1979; stochastic 14, 3 with bands at 20 and 80, Lane, 1984.
RSI_BARS, RSI_BANDS = 14, (30, 70)
FAST, SLOW, SIGNAL = 12, 26, 9
STOCHASTIC_BARS, STOCHASTIC_SMOOTH, STOCHASTIC_BANDS = 14, 3, (20, 80)
LINE_WIDTH, BAND_DASH, BAND_OPACITY = 1.2, 4.0, 0.7  # screen pixels in units of the smallest mark; screen pixels
HISTOGRAM_OPACITY = 0.7
TALLEST = 0.92  # of a study's height that its highest value takes


def draw_studies(screen: Canvas, plot: Plot, look: Look, page: Page, candles: Candles) -> None:
    """Draw the content of every study of the page, in its own pane."""
    for study in page.studies:
        DRAW[study.kind](screen.window(study.box), plot, look, candles)


def relative_strength(close: Floats, period: int) -> Floats:
    """Wilder's relative strength index, 0 to 100, shape (bars,); 50 where nothing moves.

    The averages start with the mean of the first ``period`` changes, as his do.
    """
    change = np.diff(close, prepend=close[0])
    gain, loss = np.maximum(change, 0), np.maximum(-change, 0)
    gain[0], loss[0] = gain[1 : period + 1].mean(), loss[1 : period + 1].mean()
    # Wilder's average of n bars is an exponential one of 2 n - 1.
    gain, loss = exponential_average(gain, 2 * period - 1), exponential_average(loss, 2 * period - 1)
    total = gain + loss
    strength: Floats = np.where(total > 0, 100 * gain / np.where(total > 0, total, 1), 50.0)
    return strength


def stochastic(candles: Candles, period: int) -> Floats:
    """Where each close lies between the lowest low and the highest high of ``period`` bars: 0 to 100, shape (bars,)."""
    low = _windows(candles.low, period).min(axis=1)
    high = _windows(candles.high, period).max(axis=1)
    place: Floats = 100 * (candles.close - low) / np.maximum(high - low, FLATTEST)
    return place


def _windows(series: Floats, period: int) -> Floats:
    """The last ``period`` values at each bar, shape (bars, period); the first value stands for those before it."""
    history = np.concatenate((np.full(period - 1, series[0]), series))
    return np.lib.stride_tricks.sliding_window_view(history, period)


def _volume(canvas: Canvas, plot: Plot, look: Look, candles: Candles) -> None:
    half = plot.spacing * look.body_width / 2
    top = canvas.height * (1 - TALLEST * candles.volume / candles.volume.max())
    boxes = np.column_stack((plot.centres - half, top, plot.centres + half, np.full(len(top), canvas.height)))
    up = candles.close >= candles.open
    opacity = look.page.volume_opacity if look.page else 1.0
    canvas.paint(Layer(look.up, boxes[up]), Layer(look.down, boxes[~up]), opacity=opacity)


def _rsi(canvas: Canvas, plot: Plot, look: Look, candles: Candles) -> None:
    _bands(canvas, look, RSI_BANDS)
    _line(canvas, plot, look, 0, relative_strength(candles.close, RSI_BARS) / 100)


def _stochastic(canvas: Canvas, plot: Plot, look: Look, candles: Candles) -> None:
    _bands(canvas, look, STOCHASTIC_BANDS)
    fast = stochastic(candles, STOCHASTIC_BARS)
    _line(canvas, plot, look, 0, fast / 100)
    _line(canvas, plot, look, 1, exponential_average(fast, STOCHASTIC_SMOOTH) / 100)


def _macd(canvas: Canvas, plot: Plot, look: Look, candles: Candles) -> None:
    macd = exponential_average(candles.close, FAST) - exponential_average(candles.close, SLOW)
    signal = exponential_average(macd, SIGNAL)
    largest = max(float(np.abs((macd, signal)).max()), FLATTEST)
    bars = (macd - signal) / largest
    half, middle = plot.spacing * look.body_width / 2, canvas.height / 2
    ends = middle - bars * (middle * TALLEST)
    top, bottom = np.minimum(ends, middle), np.maximum(ends, middle)
    boxes = np.column_stack((plot.centres - half, top, plot.centres + half, bottom))
    layers = [Layer(look.up, boxes[bars >= 0]), Layer(look.down, boxes[bars < 0])]
    canvas.paint(*layers, opacity=HISTOGRAM_OPACITY)
    for place, values in enumerate((macd, signal)):
        _line(canvas, plot, look, place, 0.5 + values / largest / 2)


def _slider(canvas: Canvas, plot: Plot, look: Look, candles: Candles) -> None:
    """All candles once more, as high as the pane, in the kind of chart that the price has."""
    shown = price.heikin_ashi(candles) if look.style.kind == "heikin_ashi" else candles
    price.DRAW[look.style.kind](canvas, _squeezed(canvas, plot, candles), look, shown)


def _navigator(canvas: Canvas, plot: Plot, look: Look, candles: Candles) -> None:
    """The closes as an area."""
    price.DRAW["area"](canvas, _squeezed(canvas, plot, candles), look, candles)


def _squeezed(canvas: Canvas, plot: Plot, candles: Candles) -> Plot:
    """The plot with all prices between the canvas's edges."""
    low, high = float(candles.low.min()), float(candles.high.max())
    room = canvas.height * (1 - TALLEST) / 2
    scale = (canvas.height - 2 * room) / max(high - low, FLATTEST)
    return replace(plot, bottom=canvas.height - room, top=room, floor=canvas.height - room, low=low, scale=scale)


def _bands(canvas: Canvas, look: Look, levels: tuple[int, int]) -> None:
    y = np.floor([canvas.height * (1 - level / 100) for level in levels])
    canvas.rows(y, y + 1, look.style.text, BAND_OPACITY, BAND_DASH)


def _line(canvas: Canvas, plot: Plot, look: Look, place: int, values: Floats) -> None:
    """A curve through values from 0, the lower edge, to 1, the upper one."""
    colour = LINE_COLOURS[look.line_colours[place]]
    margin = canvas.height * (1 - TALLEST) / 2
    y = canvas.height - margin - values * (canvas.height - 2 * margin)
    canvas.curve(plot.centres, y, colour, LINE_WIDTH * plot.pixel[1] ** 0.5)


# For each kind of study, the function that draws its content.
DRAW: dict[str, Callable[[Canvas, Plot, Look, Candles], None]] = {
    "volume": _volume,
    "rsi": _rsi,
    "macd": _macd,
    "stochastic": _stochastic,
    "slider": _slider,
    "navigator": _navigator,
}

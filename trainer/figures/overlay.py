"""The picture that ``explain`` writes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import Normal, Stroke
from PIL import Image

from cryptoai_common.percent import percent
from trainer.figures.colours import BLUE, FAINT, INK, ORANGE, spoken
from trainer.figures.report import save_figure
from trainer.models.answer import Answer

OUTLINE = [Stroke(linewidth=4, foreground="white"), Normal()]  # legible on dark and light charts
TINY = 1e-6  # least divisor, for attention that is the same everywhere


def draw_explanation(
    picture: Image.Image, looked: np.ndarray, read: np.ndarray | None, answer: Answer, path: Path
) -> None:
    """Three panels: the chart with the prices read, where the model looked, and the probability of each class.

    ``looked`` [grid, grid] is the attention to each patch and adds up to 1; ``read`` [grid, 2] are the highest and
    lowest price in each column of patches, as fractions of the height, y downwards.
    """
    height = min(max(5 * picture.height / picture.width, 2.5), 8)
    figure = Figure(figsize=(15, height + 0.9), layout="constrained")
    line, heat, bars = figure.subplots(1, 3, width_ratios=(1, 1, 0.6))
    _panel(line, picture, "the chart and the prices read" if read is not None else "the chart")
    if read is not None:
        _draw_read(line, read, picture.size)
    _panel(heat, picture.convert("L"), "where the model looked")
    _draw_looked(heat, looked, picture.size)
    _draw_probabilities(bars, answer)
    best = f"{spoken(answer['best_guess'] or '')}, {percent(answer['score'], 0)}"
    title = best if answer["clear"] else f"no clear pattern; the best guess is {best}"
    figure.suptitle(title, fontsize=15, color=INK, weight="bold")
    save_figure(figure, path)


def _panel(axes: Axes, picture: Image.Image, title: str) -> None:
    axes.imshow(picture, cmap="gray", vmin=0, vmax=255, extent=(0, picture.width, picture.height, 0))
    axes.set_title(title, loc="left", fontsize=11, color=INK)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines[:].set_color(FAINT)


def _draw_read(axes: Axes, read: np.ndarray, size: tuple[int, int]) -> None:
    width, height = size
    x = (np.arange(len(read)) + 0.5) / len(read) * width
    for side, colour in ((0, ORANGE), (1, BLUE)):
        style: dict[str, Any] = {
            "color": colour,
            "linewidth": 2,
            "marker": "o",
            "markersize": 4,
            "path_effects": OUTLINE,
        }
        axes.plot(x, read[:, side] * height, **style)
    axes.set_xlabel("orange: highest in each column of patches; blue: lowest", fontsize=10, color=INK)


def _draw_looked(axes: Axes, looked: np.ndarray, size: tuple[int, int]) -> None:
    """Colour where a patch got more attention than the average patch, and nothing where it got less."""
    times = looked * looked.size
    smooth = Image.fromarray(times.astype(np.float32)).resize(size, Image.Resampling.BICUBIC)
    strength = np.clip((np.asarray(smooth) - 1) / max(times.max() - 1, TINY), 0, 1)
    axes.imshow(strength, cmap="autumn_r", alpha=0.75 * strength, vmin=0, vmax=1, extent=(0, size[0], size[1], 0))
    axes.set_xlabel(
        f"colour: more attention than the average patch; darkest: {times.max():.1f} times", fontsize=10, color=INK
    )


def _draw_probabilities(axes: Axes, answer: Answer) -> None:
    ranking = sorted(answer["probabilities"].items(), key=lambda item: item[1])
    names, chances = zip(*ranking, strict=True)
    colours = [INK if name == answer["best_guess"] else FAINT for name in names]
    bars = axes.barh([spoken(name) for name in names], chances, color=colours)
    axes.bar_label(bars, [percent(chance) for chance in chances], padding=3, fontsize=10, color=INK)
    axes.set_xlim(0, 1.18)
    axes.set_xticks([])
    axes.tick_params(length=0, labelsize=10, labelcolor=INK)
    axes.spines[:].set_visible(False)
    axes.set_title("probability of each class", loc="left", fontsize=11, color=INK)

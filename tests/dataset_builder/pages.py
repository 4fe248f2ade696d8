"""Looks with pages to draw in tests."""

from dataclasses import replace

import numpy as np
from drawings import TRAINING, plain_look

from dataset_builder.drawing.look import Look
from dataset_builder.drawing.page import Page
from dataset_builder.drawing.pages.random_page import with_page
from dataset_builder.drawing.random_look import draw_look
from dataset_builder.drawing.style import Style


def page_look(seed: int, size: int | tuple[int, int] = 224) -> Look:
    """A look with a page, both drawn at random."""
    side = size if isinstance(size, int) else min(size)
    look = draw_look(TRAINING, np.random.default_rng(seed), side)
    return with_page(look, np.random.default_rng(seed + 10**6), size)


def plain_page(style: Style, **changes) -> Look:
    """A plain look on a page of 448 x 448 pixels that has nothing but the pane and a margin around it."""
    bare = {
        "kind": "export", "width": 448, "height": 448, "chart": (0, 0, 448, 448), "pane": (60, 40, 380, 300),
        "ground": (255, 255, 255), "paper": (255, 255, 255), "panel": (250, 250, 250), "line": (220, 220, 220),
        "text": (90, 90, 90), "label": (60, 60, 60), "accent": (41, 98, 255), "frame": "none",
        "frame_colour": (0, 0, 0), "axes": (False, False, False), "times": 300, "tilt": 0, "studies": (), "panels": (),
        "letter": 12.0, "volume_opacity": 0.5, "seed": 0,
    }  # fmt: skip
    page = Page(**(bare | changes))
    left, top, right, bottom = page.pane
    return replace(plain_look(style), page=page, width=right - left, height=bottom - top)

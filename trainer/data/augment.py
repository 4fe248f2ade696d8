"""Mild random changes to a training picture that keep its label.

Never a flip: mirrored left to right time runs backwards, and upside down a top becomes a bottom. Never a crop: it may
cut the pattern. Rotation stays within ``MAX_DEGREES``, as in a photograph of a screen. 22 % of the pictures
remain unchanged.
"""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageEnhance, ImageFilter

COLOUR_CHANCE, TURN_CHANCE, BLUR_CHANCE, NOISE_CHANCE = 0.5, 0.3, 0.2, 0.2  # of each change, independently
COLOUR_FACTORS = (0.75, 1.25)  # by which brightness, contrast and saturation are multiplied
MAX_DEGREES = 2.0
BLUR_RADII = (0.2, 0.8)  # pixels, all under one
NOISE_LEVELS = (1, 6)  # standard deviation, in levels of 256
HUE_STEPS = 12  # largest shift, of 256 around the colour circle (17 degrees): green stays green, red stays red
CORNER = (0, 0)  # pixel whose colour fills what rotation uncovers: almost always the background


def augment(picture: Image.Image, rng: np.random.Generator, turns: bool = True) -> tuple[Image.Image, float]:
    """An RGB picture → a changed one of the same size, and by how many degrees it was turned anticlockwise.

    Without ``turns`` it is not turned.
    """
    if rng.random() < COLOUR_CHANCE:
        picture = _colours(picture, rng)
    degrees = 0.0
    if turns and rng.random() < TURN_CHANCE:
        degrees = rng.uniform(-MAX_DEGREES, MAX_DEGREES)
        picture = picture.rotate(degrees, resample=Image.Resampling.BILINEAR, fillcolor=picture.getpixel(CORNER))
    if rng.random() < BLUR_CHANCE:
        picture = picture.filter(ImageFilter.GaussianBlur(rng.uniform(*BLUR_RADII)))
    if rng.random() < NOISE_CHANCE:
        picture = _noise(picture, rng)
    return picture, degrees


def turn(x: np.ndarray, y: np.ndarray, size: tuple[int, int], degrees: float) -> tuple[np.ndarray, np.ndarray]:
    """Where points of a picture are after ``augment`` turned it by ``degrees``.

    ``x`` and ``y`` [n] are pixels, y downwards; ``size`` is the picture's (width, height).
    """
    centre_x, centre_y = size[0] / 2, size[1] / 2
    cosine, sine = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    right, down = x - centre_x, y - centre_y
    return centre_x + cosine * right + sine * down, centre_y - sine * right + cosine * down


def _colours(picture: Image.Image, rng: np.random.Generator) -> Image.Image:
    for enhancer in (ImageEnhance.Brightness, ImageEnhance.Contrast, ImageEnhance.Color):
        picture = enhancer(picture).enhance(rng.uniform(*COLOUR_FACTORS))
    hue, saturation, value = picture.convert("HSV").split()
    shift = int(rng.integers(-HUE_STEPS, HUE_STEPS + 1))
    hue = hue.point([(level + shift) % 256 for level in range(256)])
    return Image.merge("HSV", (hue, saturation, value)).convert("RGB")


def _noise(picture: Image.Image, rng: np.random.Generator) -> Image.Image:
    pixels = np.asarray(picture, dtype=np.float32)
    noisy = pixels + rng.normal(0, rng.uniform(*NOISE_LEVELS), pixels.shape).astype(np.float32)
    return Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8))

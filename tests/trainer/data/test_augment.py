import colorsys

import numpy as np
import pytest
from PIL import Image

from trainer.data.augment import MAX_DEGREES, augment, turn


def _rng(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


def _chart() -> Image.Image:
    """White, with a black square at the left and a small one at the top."""
    pixels = np.full((100, 100, 3), 255, np.uint8)
    pixels[40:60, 5:25] = 0
    pixels[10:20, 45:55] = 0
    return Image.fromarray(pixels)


def test_the_same_stream_gives_the_same_picture_whatever_the_global_state():
    np.random.seed(1)
    first, degrees = augment(_chart(), _rng(7))
    np.random.seed(2)
    second, again = augment(_chart(), _rng(7))
    assert degrees == again and np.array_equal(np.asarray(first), np.asarray(second))


def test_it_never_flips_crops_or_turns_far():
    for seed in range(60):
        picture, degrees = augment(_chart(), _rng(seed))
        assert picture.size == (100, 100) and picture.mode == "RGB"
        assert abs(degrees) <= MAX_DEGREES <= 3
        dark = np.asarray(picture.convert("L")) < 100
        rows, columns = np.nonzero(dark)
        assert columns.min() < 12 and columns.max() < 60, "flipped left to right, or cut"
        assert rows.min() < 14 and rows.max() < 65, "flipped upside down, or cut"


def test_it_changes_most_pictures_and_not_all_alike():
    outcomes = [np.asarray(augment(_chart(), _rng(seed))[0]).tobytes() for seed in range(40)]
    assert len(set(outcomes)) > 25
    assert any(augment(_chart(), _rng(seed))[1] != 0 for seed in range(40))


@pytest.mark.parametrize("colour", [(200, 40, 40), (40, 200, 40), (40, 40, 200), (220, 160, 40)])
def test_a_colour_keeps_its_name(colour):
    """Green stays green: no hue turns by more than a twentieth of the circle (17 degrees), and most turn a little."""
    picture = Image.new("RGB", (40, 40), colour)
    before = colorsys.rgb_to_hsv(*(level / 255 for level in colour))[0]
    turns = []
    for seed in range(150):
        level = np.asarray(augment(picture, _rng(seed))[0])[10:30, 10:30].mean(axis=(0, 1)) / 255
        turns.append((colorsys.rgb_to_hsv(*level)[0] - before + 0.5) % 1 - 0.5)
    assert np.abs(turns).max() < 0.06
    assert min(turns) < -0.03 and max(turns) > 0.03


def test_brightness_contrast_blur_and_noise_stay_mild():
    """Over many draws a picture is never darker or brighter by more than its enhancers' two quarters, or washed out."""
    pixels = np.full((64, 64, 3), 120, np.uint8)
    pixels[:, 32:] = 180
    picture = Image.fromarray(pixels)
    steps, noise, lightness = [], [], []
    for seed in range(300):
        changed = np.asarray(augment(picture, _rng(seed))[0].convert("L"), float)[16:48]
        left, right = changed[:, 4:24], changed[:, 40:60]
        lightness.append(changed[:, 4:60].mean() / 150)
        steps.append((right.mean() - left.mean()) / 60)
        noise.append(left.std())
    assert 0.7 < min(lightness) < 0.85 and 1.15 < max(lightness) < 1.3
    assert 0.5 < min(steps) < 0.8 and 1.2 < max(steps) < 1.6
    assert 3 < max(noise) < 7
    assert 0.1 < np.mean(np.array(noise) > 0.5) < 0.3  # one picture in five


def test_points_turn_as_the_picture_does():
    pixels = np.zeros((200, 300), np.uint8)
    pixels[29:32, 249:252] = 255
    turned = np.asarray(Image.fromarray(pixels).rotate(2.0, resample=Image.Resampling.BILINEAR), dtype=float)
    rows, columns = np.mgrid[:200, :300] + 0.5
    x, y = turn(np.array([250.5]), np.array([30.5]), (300, 200), 2.0)
    np.testing.assert_allclose(
        [x[0], y[0]], [np.average(columns, weights=turned), np.average(rows, weights=turned)], atol=0.1
    )

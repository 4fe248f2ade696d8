import numpy as np
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


def test_points_turn_as_the_picture_does():
    pixels = np.zeros((200, 300), np.uint8)
    pixels[29:32, 249:252] = 255
    turned = np.asarray(Image.fromarray(pixels).rotate(2.0, resample=Image.Resampling.BILINEAR), dtype=float)
    rows, columns = np.mgrid[:200, :300] + 0.5
    x, y = turn(np.array([250.5]), np.array([30.5]), (300, 200), 2.0)
    np.testing.assert_allclose(
        [x[0], y[0]], [np.average(columns, weights=turned), np.average(rows, weights=turned)], atol=0.1
    )

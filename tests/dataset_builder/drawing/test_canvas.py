"""The rasteriser against brute force, and the promises that its callers rely on."""

import hashlib

import numpy as np
import pytest

from dataset_builder.drawing.axis import SUB, Axis
from dataset_builder.drawing.canvas import Canvas
from dataset_builder.drawing.layer import Layer

WHITE, BLACK, RED = (255, 255, 255), (0, 0, 0), (200, 0, 0)


def pixels(canvas: Canvas) -> np.ndarray:
    return canvas.pixels().astype(int)


def brute_cover(axis: Axis, low: float, high: float, samples: int = 2000) -> np.ndarray:
    """Share of [low, high) in the window over which each pixel looks, by counting points."""
    centres = (np.arange(axis.size) + 0.5) * axis.scale
    points = centres[:, None] + (np.arange(samples) + 0.5)[None, :] / samples * 2 * axis.reach - axis.reach
    return ((points >= low) & (points < high)).mean(axis=1)


@pytest.mark.parametrize(("screen", "size", "blur"), [(64, 64, 1.0), (40, 64, 1.0), (150, 64, 1.0), (90, 64, 1.7)])
def test_coverage_is_what_supersampling_finds(screen, size, blur):
    axis = Axis(screen, size, blur)
    rng = np.random.default_rng(0)
    low = rng.uniform(-10, screen, 50)
    high = low + rng.exponential(8, 50)
    found = axis.cover(low, high) / SUB
    expected = np.array([brute_cover(axis, *ends) for ends in zip(low, high, strict=True)])
    assert np.abs(found - expected).max() <= 1.2 / SUB  # both ends are rounded to half a level


def test_rectangles_at_the_pictures_own_size_cover_their_exact_area():
    canvas = Canvas((20, 20), (20, 20), BLACK)
    canvas.rectangle(3.5, 4, 6, 9.25, WHITE)
    found = pixels(canvas)[..., 0] / 255
    assert found[5, 3] == pytest.approx(0.5, abs=0.01)
    assert found[9, 5] == pytest.approx(0.25, abs=0.01)
    assert found[9, 3] == pytest.approx(0.125, abs=0.01)
    assert found.sum() == pytest.approx(2.5 * 5.25, abs=0.1)


@pytest.mark.parametrize("screen", [100, 37, 300])
def test_neighbours_fill_the_seam_between_them(screen):
    edges = np.sort(np.random.default_rng(1).uniform(5, screen - 5, 12))
    canvas = Canvas((screen, screen), (100, 100), BLACK, blur=1.6)
    boxes = np.column_stack((edges[:-1], 0 * edges[1:] - 9, edges[1:], 0 * edges[1:] + screen + 9))
    canvas.paint(Layer(WHITE, boxes[::2]), Layer((254, 254, 254), boxes[1::2]))
    inside = slice(int(edges[0] * 100 / screen) + 4, int(edges[-1] * 100 / screen) - 4)
    assert pixels(canvas)[:, inside].min() >= 253


def test_a_body_and_its_wick_unite_and_holes_are_cut_out():
    canvas = Canvas((30, 30), (30, 30), BLACK)
    body, wick, hole = np.array([[[5.0, 10, 15, 20]], [[9.0, 2, 11, 28]], [[7.0, 12, 13, 18]]])
    canvas.paint(Layer(WHITE, body, wick, hole))
    found = pixels(canvas)[..., 0]
    assert found[5, 9] == found[25, 10] == found[11, 6] == 255  # wick above, wick below, rim of the body
    assert found[15, 10] == found[15, 20] == 0  # the hole, outside


def test_opacity_mixes_with_what_lies_below():
    canvas = Canvas((10, 10), (10, 10), WHITE)
    canvas.rectangle(0, 0, 10, 10, BLACK, opacity=0.25)
    assert pixels(canvas).min() == pixels(canvas).max() == pytest.approx(191, abs=1)


def test_bands_and_dashes():
    canvas = Canvas((20, 20), (20, 20), BLACK)
    canvas.rows(np.array([3.0]), np.array([4.0]), WHITE)
    canvas.columns(np.array([10.0]), np.array([11.0]), RED, dash=2.0)
    found = pixels(canvas)
    assert (found[3, :10] == 255).all() and (found[[2, 4], :10] == 0).all()
    assert found[:, 10, 0].tolist()[4:12] == [200, 200, 0, 0, 200, 200, 0, 0]


def test_a_curve_runs_through_its_points_and_nowhere_else():
    canvas = Canvas((60, 60), (60, 60), BLACK)
    canvas.curve([10, 50], [10, 30], WHITE, thickness=2)
    found = pixels(canvas)[..., 0]
    centre = (found * np.arange(60)[:, None]).sum(axis=0)[12:48] / found.sum(axis=0)[12:48]
    assert np.abs(centre - (10 + (np.arange(12, 48) + 0.5 - 10) / 2 - 0.5)).max() < 0.3
    assert found[:, :9].max() == found[:, 52:].max() == 0


@pytest.mark.parametrize("where", [(-500, 3), (500, 3), (3, -500), (3, 500), (-3, -3), (17, 17)])
def test_what_lies_outside_is_cut(where):
    canvas = Canvas((20, 20), (20, 20), BLACK)
    mask = np.full((6, 6), 255, np.uint8)
    canvas.stamp(mask, *where, WHITE)
    canvas.rectangle(where[0], where[1], where[0] + 6, where[1] + 6, WHITE)
    x, y = where
    expected = max(0, min(20, x + 6) - max(0, x)) * max(0, min(20, y + 6) - max(0, y))
    assert (pixels(canvas)[..., 0] > 0).sum() == expected


BOXES = [(10, 20, 90, 70), (33, 7, 34, 100), (0, 0, 120, 110), (17, 31, 118, 109)]


@pytest.mark.parametrize("box", BOXES)
@pytest.mark.parametrize("picture", [(120, 110), (50, 64), (200, 41)])
def test_a_window_paints_the_same_as_the_whole_canvas_and_nothing_outside(box, picture):
    whole, part = Canvas((120, 110), picture, WHITE, blur=1.2), Canvas((120, 110), picture, WHITE, blur=1.2)
    window, (x, y) = part.window(box), box[:2]
    assert (window.width, window.height) == (box[2] - box[0], box[3] - box[1])
    for canvas, left, top in ((whole, x, y), (window, 0, 0)):
        canvas.rectangle(left - 5, top + 3, left + 30.5, top + 9.25, RED)
        canvas.paint(
            Layer(BLACK, np.array([[left + 8.0, top - 9, left + 11, top + 60], [left + 50, top, left + 66, top + 9]]))
        )
        canvas.curve([left - 20, left + 90], [top + 5, top + 44], (0, 90, 0), 2.0)
        canvas.stamp(np.full((6, 9), 255, np.uint8), left + 4, top + 12, (0, 0, 99))
    edges = [(box[side] * picture[0] / 120, box[side + 1] * picture[1] / 110) for side in (0, 2)]
    columns, rows = (slice(int(np.floor(low)), int(np.ceil(high))) for low, high in zip(*edges, strict=True))
    found, expected = pixels(part), pixels(whole)
    error = np.abs(found[rows, columns] - expected[rows, columns])
    assert error.max() <= 40 and error.mean() < 2  # both ends of a shape are rounded to one of 16 levels
    found[rows, columns] = 255
    assert (found == 255).all()


@pytest.mark.parametrize("count", [0, 1, 2, 40])
def test_many_rectangles_at_once_are_those_painted_one_by_one(count):
    rng = np.random.default_rng(count)
    corner = rng.uniform(-10, 160, (count, 2))
    boxes = np.hstack((corner, corner + rng.uniform(0.5, 60, (count, 2))))
    colours = [((200, 0, 0), (0, 90, 200), (9, 9, 9))[i // 3 % 3] for i in range(count)]
    one, many = (Canvas((173, 150), (96, 90), WHITE, blur=1.3) for _ in range(2))
    many.rectangles(boxes, colours)
    for box, colour in zip(boxes, colours, strict=True):
        one.rectangle(*box, colour)
    assert np.mean(pixels(one) == pixels(many)) > 0.95  # but where edges of two of one colour cross
    assert np.abs(pixels(one) - pixels(many)).max() <= 64


def test_a_tint_is_a_mask_as_large_as_the_picture():
    canvas, mask = Canvas((40, 40), (20, 20), WHITE), np.zeros((20, 20), np.uint8)
    canvas.tint(mask, BLACK)
    assert (pixels(canvas) == 255).all()
    mask[4:7, 9] = 255
    canvas.tint(mask, BLACK)
    assert np.argwhere(pixels(canvas)[..., 0] == 0).tolist() == [[4, 9], [5, 9], [6, 9]]


def test_positions_far_outside_do_not_wrap_around():
    canvas = Canvas((1024, 20), (1024, 20), BLACK)
    canvas.paint(Layer(WHITE, np.array([[-1e7, -1e7, -1e6, 1e7], [500.0, -1e9, 501.0, 1e9]])))
    assert np.flatnonzero(pixels(canvas)[10, :, 0]).tolist() == [500]


def test_the_same_drawing_has_the_same_pixels_on_every_machine():
    canvas = Canvas((173, 211), (96, 96), (12, 20, 30), blur=1.3)
    rng = np.random.default_rng(3)
    left, top = rng.integers(0, 160, 40) + 0.25, rng.integers(0, 200, 40) + 0.75
    for i in range(40):
        canvas.rectangle(left[i], top[i], left[i] + 9.5, top[i] + 20, (i * 6, 90, 200 - i), opacity=0.75)
    canvas.curve(np.arange(0, 170, 10), np.arange(0, 170, 10) ** 2 / 170, RED, 1.5)
    assert hashlib.sha256(canvas.pixels().tobytes()).hexdigest() == GOLDEN


GOLDEN = "b89cacb8685ee16075010d3aeb1bbaafabfaa6e1a4c02b82374a1e9fea3826a4"

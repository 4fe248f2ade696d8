"""Near-duplicates are told from charts that merely resemble each other."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageEnhance

from dataset_builder.audit.duplicates import NEAR, near_duplicates, picture_hash, price_hash, shared_prices
from dataset_builder.charts.generator import ChartPatternGenerator


def test_a_recompressed_brightened_copy_is_near_and_other_charts_are_not():
    generator = ChartPatternGenerator(seed=3)
    charts = [generator.generate_pattern(i % 10) for i in range(60)]
    buffer = io.BytesIO()
    ImageEnhance.Brightness(charts[7]).enhance(0.95).save(buffer, "JPEG", quality=70)
    hashes = np.stack([picture_hash(chart) for chart in [*charts, Image.open(buffer)]])
    splits = np.array(["train"] * 60 + ["test"])
    ids = np.array([str(i) for i in range(61)])
    finding = near_duplicates(splits, ids, hashes)
    assert (finding.value, finding.detail) == (1, "7 and 60")
    assert not finding.passed
    among_themselves = [
        int(np.bitwise_count(a ^ b).sum()) for i, a in enumerate(hashes[:60]) for b in hashes[i + 1 : 60]
    ]
    assert min(among_themselves) > NEAR


def test_faint_charts_that_share_no_bit_are_not_near():
    """A thin dark line on black sets a few bits of its hash, and so does another."""
    bits = np.zeros((3, 512), bool)
    bits[0, :3], bits[1:, 100:104] = True, True
    hashes = np.packbits(bits, axis=1).view(np.uint64)
    assert (np.bitwise_count(hashes[0] ^ hashes[1])).sum() <= NEAR
    finding = near_duplicates(np.array(["train", "test", "none"]), np.array(["a", "b", "c"]), hashes)
    assert finding.detail == "b and c"


def test_the_same_path_at_another_price_is_the_same():
    close = [1.0, 1.5, 1.2, 2.0]
    hashes = [price_hash({"close": [scale * c + 7 for c in close]}) for scale in (1, 300)]
    hashes.append(price_hash({"close": close[::-1]}))
    finding = shared_prices(np.array(["train", "test", "test"]), np.array(["a", "b", "c"]), hashes)
    assert finding.detail == "a and b"


@pytest.mark.parametrize(("step", "bits"), [(0, 0), (4, 0), (5, 256), (100, 256)])
def test_a_cell_differs_only_by_more_than_noise(step, bits):
    """A grid of cells that are dark and bright by turns, from left to right."""
    grid = np.full((16, 17), 100, np.uint8)
    grid[:, 1::2] += np.uint8(step)
    found = np.bitwise_count(picture_hash(Image.fromarray(grid))).sum()
    assert found == bits


def test_pictures_that_get_brighter_at_the_same_places_are_not_near_if_they_get_darker_at_others():
    """Bars that begin at one place and end at many, and a block that begins there too."""
    block, bars = (np.zeros((16, 17), np.uint8) for _ in range(2))
    block[:, 5:9] = 200
    for row in range(16):
        bars[row, 5 : 7 + row % 8] = 200
    hashes = np.stack([picture_hash(Image.fromarray(grid)) for grid in (block, bars, block)])
    finding = near_duplicates(np.array(["train", "test", "none"]), np.array(["a", "b", "c"]), hashes)
    assert finding.detail == "a and c"


@pytest.mark.parametrize(("close", "same"), [(1.5001, True), (1.51, False), (1.6, False)])
def test_paths_are_the_same_to_a_thousandth_of_their_range(close, same):
    first, second = (price_hash({"close": [1.0, value, 2.0]}) for value in (1.5, close))
    assert (first == second) == same

"""Near-duplicates are told from charts that merely resemble each other."""

from __future__ import annotations

import io

import numpy as np
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
    bits = np.zeros((3, 256), bool)
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

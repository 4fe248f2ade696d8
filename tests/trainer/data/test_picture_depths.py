"""Pictures of other depths than 8 bits a channel: read rightly, or refused."""

import struct

import numpy as np
import pytest
from picture_files import mostly, png, saved
from PIL import Image

from cryptoai_common.errors import UserError
from trainer.data.picture import open_rgb


def _tiff(bits: int, kind: int, pixels: bytes, photometric: int = 1, side: int = 8) -> bytes:
    """A TIFF of one strip, ``kind`` its SampleFormat."""
    tags = [(256, 3, side), (257, 3, side), (258, 3, bits), (259, 3, 1), (262, 3, photometric), (273, 4, 8)]
    tags += [(277, 3, 1), (278, 3, side), (279, 4, len(pixels)), (339, 3, kind)]
    entries = b"".join(struct.pack("<HHII", tag, size, 1, value) for tag, size, value in tags)
    directory = struct.pack("<H", len(tags)) + entries + struct.pack("<I", 0)
    return b"II*\0" + struct.pack("<I", 8 + len(pixels)) + pixels + directory


def test_a_tiff_of_twelve_bits_says_so_and_is_scaled_by_them():
    twice = bytes([0x80, 0x08, 0x00])  # 2048 and 2048
    assert mostly(open_rgb(_tiff(12, 1, twice * 32))) == (128, 128, 128)


def test_a_16_bit_tiff_whose_zero_is_white_is_turned_round():
    pixels = np.full((8, 8), 65_535 - 30_000, "<u2").tobytes()
    assert mostly(open_rgb(_tiff(16, 1, pixels, photometric=0))) == (117, 117, 117)


def test_16_bit_colours_plane_by_plane_are_refused():
    """Three planes of 8 × 8, one after another, which Pillow reads as if each byte were a pixel."""
    planes = np.repeat([51_000, 2_500, 25_000], 64).astype("<u2").tobytes()
    at = 8 + len(planes)
    lists = struct.pack("<3HH3I3I", 16, 16, 16, 0, 8, 8 + 128, 8 + 256, 128, 128, 128)
    tags = [(256, 3, 1, 8), (257, 3, 1, 8), (258, 3, 3, at), (259, 3, 1, 1), (262, 3, 1, 2), (273, 4, 3, at + 8)]
    tags += [(277, 3, 1, 3), (278, 3, 1, 8), (279, 4, 3, at + 20), (284, 3, 1, 2)]
    entries = b"".join(struct.pack("<HHII", *tag) for tag in tags)
    directory = struct.pack("<H", len(tags)) + entries + struct.pack("<I", 0)
    with pytest.raises(
        UserError, match="stores 16-bit colours plane by plane, which Pillow cannot read; save it as PNG"
    ):
        open_rgb(b"II*\0" + struct.pack("<I", at + len(lists)) + planes + lists + directory)


def _saved_wide(path, samples: np.ndarray):
    """A PNG of 16 bits a channel, which Pillow does not write."""
    height, width, channels = samples.shape
    kind = {2: 4, 3: 2, 4: 6}[channels]
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in samples)
    path.write_bytes(png(width, height, depth=16, kind=kind, rows=rows))
    return path


@pytest.mark.parametrize(
    ("samples", "expected"),
    [((51_400, 2_570, 25_700), (200, 10, 100)), ((0, 0, 0, 26_214), (153,) * 3), ((30_000, 65_535), (117,) * 3)],
)
def test_colour_and_grey_with_alpha_in_16_bits(tmp_path, samples, expected):
    path = _saved_wide(tmp_path / "wide.png", np.full((8, 8, len(samples)), samples))
    assert mostly(open_rgb(path)) == pytest.approx(expected, abs=1)


def _narrow(path):
    """12 bits in 16, of a bright picture."""
    Image.fromarray(np.linspace(1900, 4095, 64).reshape(8, 8).astype(np.uint16)).save(path)


@pytest.mark.parametrize(
    ("name", "write", "sentence"),
    [
        ("12_in_16.png", _narrow, "has 16 bits a channel and uses only the lowest 12"),
        ("12_in_16.tif", _narrow, "has 16 bits a channel and uses only the lowest 12"),
        ("14_in_16.png", lambda p: Image.fromarray(np.full((8, 8), 16_000, np.uint16)).save(p), "the lowest 14"),
        ("8_in_16.png", lambda p: Image.fromarray(np.full((8, 8), 255, np.uint16)).save(p), "the lowest 8"),
        ("12_in_16.png", lambda p: _saved_wide(p, np.full((8, 8, 3), 4095)), "the lowest 12"),
        ("8_in_16.png", lambda p: _saved_wide(p, np.full((8, 8, 3), 255)), "the lowest 8"),
        ("12_in_16.png", lambda p: _saved_wide(p, np.full((8, 8, 4), 4095)), "the lowest 12"),
        ("opaque.png", lambda p: _saved_wide(p, np.full((8, 8, 4), (255, 255, 255, 65_535))), "the lowest 8"),
        ("float.tif", lambda p: Image.fromarray(np.full((8, 8), 0.7, np.float32)).save(p), "as numbers with a point"),
        ("float255.tif", lambda p: Image.fromarray(np.full((8, 8), 200, np.float32)).save(p), "numbers with a point"),
        ("int32.tif", lambda p: Image.fromarray(np.full((8, 8), 200, np.int32)).save(p), "as signed or 32-bit"),
        ("uint32.tif", lambda p: p.write_bytes(_tiff(32, 1, b"\xff" * 256)), "as signed or 32-bit numbers"),
        ("int16.tif", lambda p: p.write_bytes(_tiff(16, 2, b"\x70" * 128)), "as signed or 32-bit numbers"),
        (
            "float64.tif",
            lambda p: p.write_bytes(_tiff(64, 3, bytes(512))),
            "is a TIFF file of a kind that Pillow cannot",
        ),
        ("lab.tif", lambda p: Image.new("LAB", (8, 8)).save(p), "in mode LAB"),
    ],
)
def test_depths_whose_black_and_white_cannot_be_known_are_refused(tmp_path, name, write, sentence):
    write(tmp_path / name)
    with pytest.raises(UserError) as caught:
        open_rgb(tmp_path / name)
    assert sentence in str(caught.value) and "save it as PNG with 8 bits a channel" in str(caught.value)


def test_a_dark_16_bit_picture_that_has_one_bright_pixel_is_taken(tmp_path):
    grey = np.full((8, 8), 4_000, np.uint16)
    grey[0, 0] = 16_384
    assert np.asarray(open_rgb(saved(Image.fromarray(grey), tmp_path / "dark.png")))[0, :2, 0].tolist() == [64, 16]


def test_a_transparent_grey_of_16_bits_is_laid_on_white(tmp_path):
    grey = np.full((8, 8), 40_000, np.uint16)
    grey[:, 4:] = 0
    shown = open_rgb(saved(Image.fromarray(grey), tmp_path / "clear.png", transparency=0))
    assert np.asarray(shown)[0, :, 0].tolist() == [156] * 4 + [255] * 4

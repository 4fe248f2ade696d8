import io
import os
import struct
import sys
import zlib

import numpy as np
import pytest
from PIL import Image

from cryptoai_common.errors import UserError
from trainer.data.picture import MAX_PIXELS, open_rgb, say_once


def _saved(picture: Image.Image, path, **options):
    picture.save(path, **options)
    return path


def _mostly(picture: Image.Image) -> tuple[int, int, int]:
    assert picture.mode == "RGB"
    return tuple(np.asarray(picture).mean(axis=(0, 1)).round().astype(int).tolist())


@pytest.mark.parametrize(
    ("picture", "name", "expected"),
    [
        (Image.new("RGB", (8, 8), (10, 20, 30)), "rgb.png", (10, 20, 30)),
        (Image.new("L", (8, 8), 77), "grey.png", (77, 77, 77)),
        (Image.new("1", (8, 8), 1), "bits.png", (255, 255, 255)),
        (Image.fromarray(np.full((8, 8), 30_000, np.uint16)), "grey16.png", (117, 117, 117)),
        (Image.new("CMYK", (8, 8), (0, 0, 0, 255)), "cmyk.jpg", (0, 0, 0)),
        (Image.new("CMYK", (8, 8), (0, 0, 0, 0)), "cmyk.tiff", (255, 255, 255)),
        (Image.new("RGBA", (8, 8), (255, 0, 0, 0)), "clear.png", (255, 255, 255)),
        (Image.new("RGBA", (8, 8), (255, 0, 0, 255)), "opaque.png", (255, 0, 0)),
        (Image.new("RGBA", (8, 8), (0, 0, 0, 51)), "half.png", (204, 204, 204)),
        (Image.new("LA", (8, 8), (0, 0)), "grey_clear.png", (255, 255, 255)),
        (Image.fromarray(np.full((8, 8), 30_000, np.uint16)), "grey16.tif", (117, 117, 117)),
        (Image.fromarray(np.full((8, 8), 30_000, ">u2")), "grey16_big_endian.tif", (117, 117, 117)),
        (Image.fromarray(np.zeros((8, 8), np.uint16)), "black16.png", (0, 0, 0)),
        (Image.new("RGB", (8, 8), (200, 10, 10)), "colour.avif", (200, 10, 10)),
        (Image.new("YCbCr", (8, 8), (255, 128, 128)), "video.tif", (255, 255, 255)),
        (Image.new("RGB", (1, 1), (1, 2, 3)), "dot.png", (1, 2, 3)),
        (Image.new("RGB", (8, 8), (200, 10, 10)).quantize(4), "palette.gif", (200, 10, 10)),
    ],
)
def test_every_kind_of_picture_becomes_rgb(tmp_path, picture, name, expected):
    assert _mostly(open_rgb(_saved(picture, tmp_path / name))) == pytest.approx(expected, abs=2)


def test_a_palette_with_a_transparent_colour_is_laid_on_white(tmp_path):
    path = _saved(Image.new("P", (8, 8), 0), tmp_path / "p.png", transparency=0)
    assert _mostly(open_rgb(path)) == (255, 255, 255)


CORNERS = np.array([[40, 80], [120, 200]], np.uint8)  # no two turns of it are alike


def _stored_for(orientation: int, upright: np.ndarray) -> np.ndarray:
    """The array that a file with this EXIF orientation holds of an upright picture."""
    return {
        1: upright,
        2: upright[:, ::-1],
        3: upright[::-1, ::-1],
        4: upright[::-1],
        5: upright.T,
        6: np.rot90(upright),
        7: upright[::-1, ::-1].T,
        8: np.rot90(upright, -1),
    }[orientation]


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize(
    ("name", "kind"),
    [("8.jpg", "u1"), ("8.png", "u1"), ("8.webp", "u1"), ("8.tif", "u1"), ("8.avif", "u1")]
    + [("16.png", "<u2"), ("16.tif", "<u2"), ("16.tif", ">u2")],
)
def test_a_turned_picture_is_put_upright(tmp_path, orientation, name, kind):
    upright = np.repeat(np.repeat(CORNERS, 16, axis=0), 24, axis=1)
    wide = upright.astype(kind) * (257 if "2" in kind else 1)
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = Image.fromarray(np.ascontiguousarray(_stored_for(orientation, wide)).astype(kind))
    shown = np.asarray(open_rgb(_saved(stored, tmp_path / name, exif=exif, quality=95)).convert("L"), int)
    assert shown.shape == upright.shape and np.abs(shown - upright).mean() < 3


def _tiff(bits: int, kind: int, pixels: bytes, photometric: int = 1, side: int = 8) -> bytes:
    """A TIFF of one strip, ``kind`` its SampleFormat."""
    tags = [(256, 3, side), (257, 3, side), (258, 3, bits), (259, 3, 1), (262, 3, photometric), (273, 4, 8)]
    tags += [(277, 3, 1), (278, 3, side), (279, 4, len(pixels)), (339, 3, kind)]
    entries = b"".join(struct.pack("<HHII", tag, size, 1, value) for tag, size, value in tags)
    directory = struct.pack("<H", len(tags)) + entries + struct.pack("<I", 0)
    return b"II*\0" + struct.pack("<I", 8 + len(pixels)) + pixels + directory


def test_a_tiff_of_twelve_bits_says_so_and_is_scaled_by_them():
    twice = bytes([0x80, 0x08, 0x00])  # 2048 and 2048
    assert _mostly(open_rgb(_tiff(12, 1, twice * 32))) == (128, 128, 128)


def test_a_16_bit_tiff_whose_zero_is_white_is_turned_round():
    pixels = np.full((8, 8), 65_535 - 30_000, "<u2").tobytes()
    assert _mostly(open_rgb(_tiff(16, 1, pixels, photometric=0))) == (117, 117, 117)


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
    path.write_bytes(_png(width, height, depth=16, kind=kind, rows=rows))
    return path


@pytest.mark.parametrize(
    ("samples", "expected"),
    [((51_400, 2_570, 25_700), (200, 10, 100)), ((0, 0, 0, 26_214), (153,) * 3), ((30_000, 65_535), (117,) * 3)],
)
def test_colour_and_grey_with_alpha_in_16_bits(tmp_path, samples, expected):
    path = _saved_wide(tmp_path / "wide.png", np.full((8, 8, len(samples)), samples))
    assert _mostly(open_rgb(path)) == pytest.approx(expected, abs=1)


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
    assert np.asarray(open_rgb(_saved(Image.fromarray(grey), tmp_path / "dark.png")))[0, :2, 0].tolist() == [64, 16]


def test_a_transparent_grey_of_16_bits_is_laid_on_white(tmp_path):
    grey = np.full((8, 8), 40_000, np.uint16)
    grey[:, 4:] = 0
    shown = open_rgb(_saved(Image.fromarray(grey), tmp_path / "clear.png", transparency=0))
    assert np.asarray(shown)[0, :, 0].tolist() == [156] * 4 + [255] * 4


@pytest.mark.parametrize("name", ["a.gif", "a.webp", "a.png", "a.avif", "a.tif"])
def test_of_an_animated_picture_the_first_frame_is_taken_and_said(tmp_path, name):
    frames = [Image.new("RGB", (32, 32), colour) for colour in ("red", "lime", "blue")]
    path = _saved(frames[0], tmp_path / name, save_all=True, append_images=frames[1:])
    told = []
    assert _mostly(open_rgb(path, notice=told.append)) == pytest.approx((255, 0, 0), abs=3)
    part = "page" if name.endswith("tif") else "frame"
    assert told == [f"{path} has more than one {part}; the first is taken"]
    _saved(frames[0], tmp_path / name)
    open_rgb(tmp_path / name, notice=told.append)
    assert len(told) == 1, "this one has one frame"


def test_nothing_is_said_unless_asked(tmp_path, capfd):
    frames = [Image.new("RGB", (32, 32), colour) for colour in ("red", "lime")]
    path = _saved(frames[0], tmp_path / "a.gif", save_all=True, append_images=frames[1:])
    open_rgb(path)
    assert capfd.readouterr() == ("", "")
    for _ in range(2):
        open_rgb(path, notice=say_once)
    assert capfd.readouterr().err == f"{path} has more than one frame; the first is taken\n"


HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"


def test_heic_without_its_package_is_refused_by_name(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    (tmp_path / "photo.heic").write_bytes(HEIC)
    with pytest.raises(UserError, match=r"photo\.heic is a HEIC picture; `pip install pillow-heif`, or save it as PNG"):
        open_rgb(tmp_path / "photo.heic")


def test_heic_with_its_package_is_read(tmp_path):
    pillow_heif = pytest.importorskip("pillow_heif")
    pillow_heif.register_heif_opener()
    path = _saved(Image.new("RGB", (64, 64), (200, 10, 10)), tmp_path / "photo.heic")
    assert _mostly(open_rgb(path)) == pytest.approx((200, 10, 10), abs=3)
    (tmp_path / "photo.heic").write_bytes(HEIC)
    with pytest.raises(UserError, match=r"photo\.heic is truncated or damaged|is not a picture"):
        open_rgb(tmp_path / "photo.heic")


def test_bytes_are_opened_too():
    buffer = io.BytesIO()
    Image.new("RGB", (4, 4), (9, 9, 9)).save(buffer, "PNG")
    assert _mostly(open_rgb(buffer.getvalue(), "shard 1")) == (9, 9, 9)
    with pytest.raises(UserError, match="shard 1 is not a picture"):
        open_rgb(b"no picture", "shard 1")


def _png(width: int, height: int, depth: int = 8, kind: int = 2, rows: bytes = b"") -> bytes:
    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    header = struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        chunk(*each) for each in ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    )


def _truncated() -> bytes:
    buffer = io.BytesIO()
    Image.effect_noise((64, 64), 50).convert("RGB").save(buffer, "PNG")
    return buffer.getvalue()[:2000]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is not a picture; it must be one of PNG"),
        (b"<svg></svg>", "is not a picture; it must be one of PNG"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "is not a picture; it must be one of PNG"),
        (_truncated(), "is truncated or damaged"),
        (_png(8, 8), "is truncated or damaged"),
        (_png(10_000, 8_000), "is 10000×8000, larger than 50 million pixels"),
        (_png(60_000, 60_000), "larger than 50 million pixels"),
    ],
)
def test_what_cannot_be_read_is_named_in_one_sentence(tmp_path, content, sentence):
    path = tmp_path / "chart.png"
    path.write_bytes(content)
    with pytest.raises(UserError) as caught:
        open_rgb(path)
    assert str(caught.value).startswith(str(path)) and sentence in str(caught.value)


def test_missing_files_and_directories(tmp_path):
    with pytest.raises(UserError, match=r"none\.png: no such file"):
        open_rgb(tmp_path / "none.png")
    with pytest.raises(UserError, match="is a directory"):
        open_rgb(tmp_path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_refused_and_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.png")
    with pytest.raises(UserError, match=r"pipe\.png is a pipe or a device; save the picture as a file first"):
        open_rgb(tmp_path / "pipe.png")


def test_the_limit_lets_real_screens_through(tmp_path):
    assert MAX_PIXELS > 7680 * 4320

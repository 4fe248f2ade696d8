import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from cryptoai_common.errors import UserError
from trainer.data.picture import MAX_PIXELS, open_rgb


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
        (Image.new("RGB", (1, 1), (1, 2, 3)), "dot.png", (1, 2, 3)),
        (Image.new("RGB", (8, 8), (200, 10, 10)).quantize(4), "palette.gif", (200, 10, 10)),
    ],
)
def test_every_kind_of_picture_becomes_rgb(tmp_path, picture, name, expected):
    assert _mostly(open_rgb(_saved(picture, tmp_path / name))) == pytest.approx(expected, abs=2)


def test_a_palette_with_a_transparent_colour_is_laid_on_white(tmp_path):
    path = _saved(Image.new("P", (8, 8), 0), tmp_path / "p.png", transparency=0)
    assert _mostly(open_rgb(path)) == (255, 255, 255)


def test_a_turned_photo_is_put_upright(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6  # turn clockwise to look at it
    path = _saved(Image.new("RGB", (20, 10)), tmp_path / "photo.jpg", exif=exif)
    assert open_rgb(path).size == (10, 20)


def test_bytes_are_opened_too():
    buffer = io.BytesIO()
    Image.new("RGB", (4, 4), (9, 9, 9)).save(buffer, "PNG")
    assert _mostly(open_rgb(buffer.getvalue(), "shard 1")) == (9, 9, 9)
    with pytest.raises(UserError, match="shard 1 is not a picture"):
        open_rgb(b"no picture", "shard 1")


def _png(width: int, height: int, extra: bytes = b"") -> bytes:
    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
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


def test_the_limit_lets_real_screens_through(tmp_path):
    assert MAX_PIXELS > 7680 * 4320

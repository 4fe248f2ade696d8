import io
import os
import sys

import numpy as np
import pytest
from picture_files import mostly, png, saved
from PIL import Image

from cryptoai_common.errors import UserError
from trainer.data.picture import MAX_PIXELS, open_rgb, say_once


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
    assert mostly(open_rgb(saved(picture, tmp_path / name))) == pytest.approx(expected, abs=2)


def test_a_palette_with_a_transparent_colour_is_laid_on_white(tmp_path):
    path = saved(Image.new("P", (8, 8), 0), tmp_path / "p.png", transparency=0)
    assert mostly(open_rgb(path)) == (255, 255, 255)


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
    shown = np.asarray(open_rgb(saved(stored, tmp_path / name, exif=exif, quality=95)).convert("L"), int)
    assert shown.shape == upright.shape and np.abs(shown - upright).mean() < 3


@pytest.mark.parametrize("name", ["a.gif", "a.webp", "a.png", "a.avif", "a.tif"])
def test_of_an_animated_picture_the_first_frame_is_taken_and_said(tmp_path, name):
    frames = [Image.new("RGB", (32, 32), colour) for colour in ("red", "lime", "blue")]
    path = saved(frames[0], tmp_path / name, save_all=True, append_images=frames[1:])
    told = []
    assert mostly(open_rgb(path, notice=told.append)) == pytest.approx((255, 0, 0), abs=3)
    part = "page" if name.endswith("tif") else "frame"
    assert told == [f"{path} has more than one {part}; the first is taken"]
    saved(frames[0], tmp_path / name)
    open_rgb(tmp_path / name, notice=told.append)
    assert len(told) == 1, "this one has one frame"


def test_nothing_is_said_unless_asked(tmp_path, capfd):
    frames = [Image.new("RGB", (32, 32), colour) for colour in ("red", "lime")]
    path = saved(frames[0], tmp_path / "a.gif", save_all=True, append_images=frames[1:])
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
    path = saved(Image.new("RGB", (64, 64), (200, 10, 10)), tmp_path / "photo.heic")
    assert mostly(open_rgb(path)) == pytest.approx((200, 10, 10), abs=3)
    (tmp_path / "photo.heic").write_bytes(HEIC)
    with pytest.raises(UserError, match=r"photo\.heic is truncated or damaged|is not a picture"):
        open_rgb(tmp_path / "photo.heic")


def test_bytes_are_opened_too():
    buffer = io.BytesIO()
    Image.new("RGB", (4, 4), (9, 9, 9)).save(buffer, "PNG")
    assert mostly(open_rgb(buffer.getvalue(), "shard 1")) == (9, 9, 9)
    with pytest.raises(UserError, match="shard 1 is not a picture"):
        open_rgb(b"no picture", "shard 1")


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
        (png(8, 8), "is truncated or damaged"),
        (png(10_000, 8_000), "is 10000×8000, larger than 50 million pixels"),
        (png(60_000, 60_000), "larger than 50 million pixels"),
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

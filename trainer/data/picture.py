"""Any picture file → an RGB picture. Training, evaluation and prediction all open pictures here."""

from __future__ import annotations

import functools
import io
import struct
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from cryptoai_common.errors import UserError

# What charts come in. Pillow knows many more, some of which start other programs (EPS runs Ghostscript).
FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "AVIF")
HEIF_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")  # ISO/IEC 23008-12
HEIF_PACKAGE = "pillow-heif"  # Pillow itself reads no HEIC
TIFF_STARTS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
MAX_PIXELS = 50_000_000  # an 8K screen has 33 million; 50 million decode into 150 MB
# Samples of 10, 12 or 14 bits come in 16 without a word. A picture that stays below this is one of those, or so dark
# that it shows no chart.
LEAST_OF_16_BITS = 2**14
TIFF_BITS, TIFF_PHOTOMETRIC, TIFF_PLANES = 258, 262, 284
WHITE_IS_ZERO, PLANE_BY_PLANE = 0, 2
UNBOUNDED_MODES = {"F": "as numbers with a point", "I": "as signed or 32-bit numbers"}
EIGHT_BIT_MODES = ("1", "L", "LA", "La", "P", "PA", "RGB", "RGBA", "RGBa", "RGBX", "CMYK", "YCbCr")
SAVE_ANEW = "save it as PNG with 8 bits a channel"


def open_rgb(
    source: Path | bytes,
    name: str | None = None,
    max_pixels: int = MAX_PIXELS,
    notice: Callable[[str], None] | None = None,
) -> Image.Image:
    """Decode a picture file (a path, or its bytes) as RGB, upright, transparency laid on white.

    16-bit samples are scaled to 8. ``name`` is what errors call the picture; the path by default. ``notice`` is given
    a sentence about an animated picture or one of several pages, of which the first is taken. Raises UserError if the
    file is missing, not a picture, truncated, larger than ``max_pixels``, or of samples whose black and white cannot be
    known: numbers with a point, 32-bit ones, and 16-bit ones that do not reach a quarter of their range.
    """
    name = name or (str(source) if isinstance(source, Path) else "the picture")
    try:
        if isinstance(source, Path) and not source.is_dir() and is_no_file(source):  # to open a pipe may take for ever
            raise UserError(f"{name} is a pipe or a device; save the picture as a file first")
        # Never by its path: Pillow would map an uncompressed TIFF into memory, and garble one that EXIF turns by 90°.
        with io.BytesIO(source) if isinstance(source, bytes) else source.open("rb") as file:
            picture = _open(file, name)
            _refuse_if_huge(picture, name, max_pixels)
            if notice and getattr(picture, "is_animated", False) and picture.format != "MPO":  # a photo and its preview
                part = "page" if picture.format == "TIFF" else "frame"
                notice(f"{name} has more than one {part}; the first is taken")
            wide = picture.format in ("PNG", "TIFF") and any(
                ";16" in str(tile.args) for tile in getattr(picture, "tile", ())
            )
            picture.load()
            tags = dict(getattr(picture, "tag_v2", {}))
            return _to_rgb(ImageOps.exif_transpose(picture), name, wide, tags)
    except FileNotFoundError:
        raise UserError(f"{name}: no such file") from None
    except IsADirectoryError:
        raise UserError(f"{name} is a directory; name the pictures in it") from None
    except PermissionError:
        raise UserError(f"{name} may not be read; check its permissions") from None
    except Image.DecompressionBombError:
        raise UserError(f"{name} is larger than {max_pixels // 1_000_000} million pixels; scale it down") from None
    except (OSError, SyntaxError, ValueError, EOFError, struct.error) as error:
        raise UserError(f"{name} is truncated or damaged ({error}); save it again") from None


@functools.cache
def say_once(sentence: str) -> None:
    """A ``notice`` for commands: each sentence once on stderr."""
    print(sentence, file=sys.stderr)


def is_no_file(path: Path) -> bool:
    """Whether a path that is there is no regular file: a directory, a pipe, a socket or a device."""
    return path.exists() and not path.is_file()


def is_picture(path: Path) -> bool:
    """Whether a file starts like a picture of ``FORMATS`` or HEIC, by its content alone. Raises OSError."""
    with path.open("rb") as file:
        try:
            _quietly(file, FORMATS)
        except Image.DecompressionBombError:
            return True
        except (UnidentifiedImageError, SyntaxError, ValueError, EOFError, struct.error):
            return _is_heif(file)
    return True


def _is_heif(file: BinaryIO) -> bool:
    """Whether it is a HEIC picture, such as an iPhone saves."""
    file.seek(4)
    start = file.read(8)
    return start[:4] == b"ftyp" and start[4:] in HEIF_BRANDS


def _open(file: BinaryIO, name: str) -> Image.Image:
    try:
        return _quietly(file, FORMATS)
    except UnidentifiedImageError:
        if _is_heif(file):
            return _open_heif(file, name)
        file.seek(0)
        if file.read(4) in TIFF_STARTS:
            raise UserError(f"{name} is a TIFF file of a kind that Pillow cannot read; {SAVE_ANEW}") from None
        raise UserError(f"{name} is not a picture; it must be one of {', '.join(FORMATS)}") from None


def _open_heif(file: BinaryIO, name: str) -> Image.Image:
    try:
        import pillow_heif
    except ImportError:
        raise UserError(f"{name} is a HEIC picture; `pip install {HEIF_PACKAGE}`, or save it as PNG") from None
    pillow_heif.register_heif_opener()
    try:
        return _quietly(file, ("HEIF",))
    except UnidentifiedImageError as error:
        raise UserError(f"{name} is truncated or damaged ({error}); save it again") from None


def _quietly(file: BinaryIO, formats: tuple[str, ...]) -> Image.Image:
    file.seek(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # our own limit is lower
        return Image.open(file, formats=formats)


def _refuse_if_huge(picture: Image.Image, name: str, max_pixels: int) -> None:
    """By the size in the header, before anything is decoded."""
    width, height = picture.size
    if width * height > max_pixels:
        limit = max_pixels // 1_000_000
        raise UserError(f"{name} is {width}×{height}, larger than {limit} million pixels; scale it down")


def _to_rgb(picture: Image.Image, name: str, wide: bool, tags: dict[int, Any]) -> Image.Image:
    """``wide``: of a colour picture Pillow has kept the higher 8 of 16 bits. ``tags`` are those of a TIFF."""
    if picture.mode.startswith("I;16"):
        return _from_wide_grey(picture, name, tags).convert("RGB")
    if tags.get(TIFF_PLANES) == PLANE_BY_PLANE and max(tags.get(TIFF_BITS, (8,))) > 8:  # it reads each byte as a pixel
        raise UserError(f"{name} stores 16-bit colours plane by plane, which Pillow cannot read; {SAVE_ANEW}")
    if picture.mode not in EIGHT_BIT_MODES:
        kind = UNBOUNDED_MODES.get(picture.mode, f"in mode {picture.mode}")
        raise UserError(f"{name} stores its pixels {kind}, which do not say what black and white are; {SAVE_ANEW}")
    if picture.has_transparency_data:
        clear = picture.info.get("transparency")
        if wide and isinstance(clear, tuple):  # Pillow leaves it in 16 bits
            picture.info["transparency"] = tuple(channel >> 8 for channel in clear)
        picture = picture.convert("RGBA")
        if wide:
            _refuse_if_narrow(_low(picture.getchannel("A")), name)
        white = Image.new("RGBA", picture.size, "white")
        picture = Image.alpha_composite(white, picture)
    picture = picture.convert("RGB")
    if wide:
        _refuse_if_narrow(_low(picture), name)
    return picture


def _from_wide_grey(picture: Image.Image, name: str, tags: dict[int, Any]) -> Image.Image:
    """Grey in 16 bits, or in the 12 that a TIFF states → in 8; Pillow's own way clips what is above 255 to white."""
    grey = np.asarray(picture).astype(np.uint32)
    bits = 12 if tags.get(TIFF_BITS, (16,))[0] == 12 else 16
    if bits == 16:
        _refuse_if_narrow(int(grey.max()), name)
    most = 2**bits - 1
    scaled = ((grey * 255 + most // 2) // most).astype(np.uint8)
    white_is_zero = tags.get(TIFF_PHOTOMETRIC) == WHITE_IS_ZERO  # Pillow turns 8 bits round, and leaves 16 as they are
    if white_is_zero:
        scaled = 255 - scaled
    scaled[grey == picture.info.get("transparency", -1)] = 255
    return Image.fromarray(scaled)


def _low(picture: Image.Image) -> int:
    """The most that the 16-bit samples can have been of which these are the higher 8 bits."""
    return int(np.asarray(picture).max()) << 8 | 255


def _refuse_if_narrow(brightest: int, name: str) -> None:
    """``brightest`` 0: black, however many bits there are."""
    if 0 < brightest < LEAST_OF_16_BITS:
        raise UserError(
            f"{name} has 16 bits a channel and uses only the lowest {brightest.bit_length()}: it may be dark, or of"
            f" fewer bits; {SAVE_ANEW}"
        )

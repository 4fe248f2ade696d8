"""Any picture file → an RGB picture. Training, evaluation and prediction all open pictures here."""

from __future__ import annotations

import io
import struct
import warnings
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from cryptoai_common.errors import UserError

# What charts come in. Pillow knows many more, some of which start other programs (EPS runs Ghostscript).
FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")
MAX_PIXELS = 50_000_000  # an 8K screen has 33 million; 50 million decode into 150 MB


def open_rgb(source: Path | bytes, name: str | None = None, max_pixels: int = MAX_PIXELS) -> Image.Image:
    """Decode a picture file (a path, or its bytes) as RGB, transparency laid on white.

    ``name`` is what errors call it; the path by default. Raises UserError if it is missing, not a picture,
    truncated, or larger than ``max_pixels``.
    """
    name = name or (str(source) if isinstance(source, Path) else "the picture")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # our own limit is lower
            picture = Image.open(io.BytesIO(source) if isinstance(source, bytes) else source, formats=FORMATS)
        _refuse_if_huge(picture, name, max_pixels)
        picture.load()
        return _to_rgb(ImageOps.exif_transpose(picture))
    except FileNotFoundError:
        raise UserError(f"{name}: no such file") from None
    except IsADirectoryError:
        raise UserError(f"{name} is a directory; name the pictures in it") from None
    except PermissionError:
        raise UserError(f"{name} may not be read; check its permissions") from None
    except UnidentifiedImageError:
        raise UserError(f"{name} is not a picture; it must be one of {', '.join(FORMATS)}") from None
    except Image.DecompressionBombError:
        raise UserError(f"{name} is larger than {max_pixels // 1_000_000} million pixels; scale it down") from None
    except (OSError, SyntaxError, ValueError, EOFError, struct.error) as error:
        raise UserError(f"{name} is truncated or damaged ({error}); save it again") from None


def _refuse_if_huge(picture: Image.Image, name: str, max_pixels: int) -> None:
    """By the size in the header, before anything is decoded."""
    width, height = picture.size
    if width * height > max_pixels:
        limit = max_pixels // 1_000_000
        raise UserError(f"{name} is {width}×{height}, larger than {limit} million pixels; scale it down")


def _to_rgb(picture: Image.Image) -> Image.Image:
    if picture.mode.startswith("I"):
        return _from_wide_grey(picture).convert("RGB")
    if picture.has_transparency_data:
        picture = picture.convert("RGBA")
        white = Image.new("RGBA", picture.size, "white")
        return Image.alpha_composite(white, picture).convert("RGB")
    return picture.convert("RGB")


def _from_wide_grey(picture: Image.Image) -> Image.Image:
    """16-bit grey → 8-bit; Pillow's own conversion would clip everything above 255 to white."""
    grey = np.asarray(picture, dtype=np.float64)
    return Image.fromarray(np.clip(np.rint(grey / 257), 0, 255).astype(np.uint8))

"""Pictures on disk for the tests of how they are opened."""

import struct
import zlib

import numpy as np
from PIL import Image


def saved(picture: Image.Image, path, **options):
    picture.save(path, **options)
    return path


def mostly(picture: Image.Image) -> tuple[int, int, int]:
    assert picture.mode == "RGB"
    return tuple(np.asarray(picture).mean(axis=(0, 1)).round().astype(int).tolist())


def png(width: int, height: int, depth: int = 8, kind: int = 2, rows: bytes = b"") -> bytes:
    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    header = struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        chunk(*each) for each in ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    )

"""A file → its table, by its first bytes."""

from __future__ import annotations

import bz2
import codecs
import gzip
import io
import lzma
import zipfile
import zlib
from pathlib import Path

from cryptoai_common.errors import UserError
from cryptoai_common.ohlcv.table import TableError
from cryptoai_common.tool_files import is_of_a_tool
from dataset_builder.readers.formats import columnar, delimited, json_rows
from dataset_builder.readers.formats.parsed import Parsed

PACKED = {b"\x1f\x8b": gzip.decompress, b"BZh": bz2.decompress, b"\xfd7zXZ": lzma.decompress}
# What is known not to be a table of candles, by its first bytes, and what to do about it.
FOREIGN = {
    b"\x89HDF": "is an HDF5 file: save its table as Parquet or CSV",
    b"\xd0\xcf\x11\xe0": "is an Excel workbook: save its sheet as CSV",
    b"SQLite format 3": "is a SQLite database: export its table as CSV",
    b"%PDF": "is a PDF document: name a CSV, JSON, Parquet or Feather file",
    b"<!DOCTYPE": "is a web page: download the CSV file that it links to",
    b"<!doctype": "is a web page: download the CSV file that it links to",
    b"<html": "is a web page: download the CSV file that it links to",
    b"\x28\xb5\x2f\xfd": "is packed with zstd: unpack it first",
    b"7z\xbc\xaf": "is a 7-Zip archive: unpack it first",
    b"Rar!": "is a RAR archive: unpack it first",
}
BLANK = codecs.BOM_UTF8 + b" \r\n"  # which may stand before a web page
BOMS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


def parse(path: Path, symbol: str | None) -> Parsed:
    """Raises UserError for a file that can't be read, TableError for one without a table of candles."""
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise UserError(f"{path} does not exist: name a CSV, JSON, Parquet or Feather file with OHLCV rows") from error
    except OSError as error:
        raise UserError(f"cannot read {path}: {error.strerror or error}") from error
    try:
        return _parse(_unpack(content), symbol)
    except UserError:
        raise
    # the errors of pandas, pyarrow and the decoders are ValueErrors
    except (OSError, ValueError, EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, RecursionError) as error:
        raise UserError(f"cannot read {path} as a table: {' '.join(str(error).split())[:300]}") from error


def _unpack(content: bytes) -> bytes:
    for start, unpack in PACKED.items():
        if content.startswith(start):
            return unpack(content)
    if not content.startswith(b"PK\x03\x04"):
        return content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = [name for name in archive.namelist() if not name.endswith("/") and not is_of_a_tool(name)]
        if "xl/workbook.xml" in names:
            raise TableError("is an Excel workbook: save its sheet as CSV")
        if "mimetype" in names and "content.xml" in names:
            raise TableError("is an OpenDocument spreadsheet: save its sheet as CSV")
        if len(names) != 1:
            raise TableError(f"holds {len(names)} files ({', '.join(names[:5])}): unpack it, and name one of them")
        try:
            return archive.read(names[0])
        except RuntimeError as error:  # a password, or a method of packing that Python does not have
            raise TableError(f"is a ZIP archive that can't be read here ({error}): unpack it first") from error


def _parse(content: bytes, symbol: str | None) -> Parsed:
    for start, what in FOREIGN.items():
        if content.lstrip(BLANK).startswith(start):
            raise TableError(what)
    if content.startswith(columnar.STARTS):
        return columnar.parse(content, symbol)
    text = _decode(content)
    if json_rows.is_json(text):
        return json_rows.parse(text, symbol)
    return delimited.parse(text, symbol)


def _decode(content: bytes) -> str:
    for bom, encoding in BOMS.items():
        if content.startswith(bom):
            return content.decode(encoding)
    if b"\0" in content[:200]:
        encoding = "utf-16-le" if content[1:2] == b"\0" else "utf-16-be"
        text = content.decode(encoding, errors="replace")
        if not text[:100].isascii() or "\0" in text[:1000]:
            raise TableError("is neither text nor JSON, Parquet or Feather: name a file of candles")
        return text
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")  # names of columns may have umlauts; numbers don't

"""The columns of a dataset row and their types: one table for the card's YAML and for Parquet.

A leaf is a type name; a list of one element is a list of that; a dictionary is a struct.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from dataset_builder.drawing.look import NUISANCES

if TYPE_CHECKING:
    import pyarrow

Kind = str | list[Any] | dict[str, Any]  # the type of a column, or of a part of one
PRICES = ["float64"]
PIXELS = ["float64"]
PATTERN: dict[str, Kind] = {
    "label": "string",
    "stage": "string",
    "first": "int64",  # candle, from 0
    "last": "int64",
    "box": PIXELS,  # left, top, right, bottom
    "window": ["int64"],  # first candle, and the one after the last, of the stretch that its check accepts
}
ROW: dict[str, Kind] = {
    "id": "string",
    "label": "label",  # one of the classes; null for a chart without a pattern
    "sha256": "string",  # of the PNG file
    "seed": "int64",
    "index": "int64",
    "style": "string",
    "stage": "string",  # forming, complete, broken, failed; without a pattern none, beside, unselected, no_chart
    "source": "string",  # of the candles: sketch, random_market or the name of a file; of a no_chart what it shows
    "candles": "int64",
    "pivots": [PIXELS],  # (x, y) of each turning point, y downwards
    "bbox": PIXELS,  # left, top, right, bottom of the pattern
    "x": PIXELS,  # centre of each candle
    "high": PIXELS,  # highest drawn pixel of each candle
    "low": PIXELS,  # lowest drawn pixel of each candle
    "pane": PIXELS,  # left, top, right, bottom of what shows the price: the whole picture without a page or a chart
    "ohlcv": {"open": PRICES, "high": PRICES, "low": PRICES, "close": PRICES, "volume": PRICES},
    "patterns": [PATTERN],
    "overlapping": [PATTERN],  # stretches of a screenshot that a check accepts too, over a clearer pattern
    "look": NUISANCES,
}


def card_features(classes: tuple[str, ...]) -> list[dict[str, Any]]:
    """The features of a dataset of these classes, in the form that the YAML of a dataset card has."""
    names = {str(id): name for id, name in enumerate(classes)}
    return [{"name": "image", "dtype": "image"}] + [_card_field(name, kind, names) for name, kind in ROW.items()]


def _card_field(name: str, kind: Kind, classes: dict[str, str]) -> dict[str, Any]:
    if kind == "label":
        return {"name": name, "dtype": {"class_label": {"names": classes}}}
    return {"name": name, **_card_type(kind)}


def _card_type(kind: Kind) -> dict[str, Any]:
    if isinstance(kind, dict):
        return {"struct": [{"name": name, **_card_type(part)} for name, part in kind.items()]}
    if isinstance(kind, list):
        inner = _card_type(kind[0])
        return {"list": inner.get("dtype", inner)}
    return {"dtype": kind}


ROW_GROUP = 50  # rows of a Parquet file that are held in memory while it is written


def arrow_schema() -> pyarrow.Schema:
    """The columns of a Parquet file: a picture, as {bytes, path}, then those of ROW, with the label as text."""
    import pyarrow as pa

    def arrow(kind: Kind) -> pyarrow.DataType:
        if isinstance(kind, dict):
            return pa.struct([(name, arrow(part)) for name, part in kind.items()])
        if isinstance(kind, list):
            return pa.list_(arrow(kind[0]))
        return {"label": pa.string(), "bool": pa.bool_(), "string": pa.string()}.get(kind) or pa.type_for_alias(kind)

    image = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
    return pa.schema([("image", image), *((name, arrow(kind)) for name, kind in ROW.items())])


def arrow_table(rows: Sequence[str], pngs: Sequence[bytes], names: Sequence[str]) -> pyarrow.Table:
    """Rows of JSON text, their pictures and the names of these as a table with the columns of ``arrow_schema``.

    Arrow parses the text itself. A table made from Python objects would import pandas, which takes 50 MB and half a
    second in every worker.
    """
    import pyarrow as pa
    from pyarrow.json import ParseOptions, ReadOptions, read_json

    schema, text = arrow_schema(), "\n".join(rows).encode()
    table = read_json(
        pa.BufferReader(text),
        ReadOptions(use_threads=False, block_size=len(text) + 1),
        ParseOptions(explicit_schema=schema.remove(0), unexpected_field_behavior="error"),
    )
    image = schema.field("image").type
    pictures = [_arrow_bytes(pngs, image[0].type), _arrow_bytes([name.encode() for name in names], image[1].type)]
    return table.select(list(ROW)).add_column(
        0, schema.field("image"), pa.StructArray.from_arrays(pictures, fields=list(image))
    )


def write_shard(file: IO[bytes], charts: Iterator[tuple[str, bytes, str]]) -> Iterator[str]:
    """Write charts, each given as the text of its row, its PNG file and its id, to a Parquet file.

    Yields the texts. At most ROW_GROUP charts are held in memory.
    """
    from pyarrow.parquet import ParquetWriter

    with ParquetWriter(file, arrow_schema()) as shard:
        while group := list(islice(charts, ROW_GROUP)):
            texts, pngs, ids = zip(*group, strict=True)
            shard.write_table(arrow_table(texts, pngs, [f"{id}.png" for id in ids]))
            yield from texts


def _arrow_bytes(values: Sequence[bytes], kind: pyarrow.DataType) -> pyarrow.Array:
    """An array of type ``kind``, binary or string, without a copy of each value."""
    import pyarrow as pa

    ends = np.cumsum([0, *map(len, values)], dtype=np.int32)
    return pa.Array.from_buffers(kind, len(values), [None, pa.py_buffer(ends), pa.py_buffer(b"".join(values))])

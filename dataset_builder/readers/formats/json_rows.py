"""JSON: lists of rows, records, columns, lines of either, and the answers of exchanges that hold one of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from cryptoai_common.ohlcv.answers import flat_rows
from cryptoai_common.ohlcv.columns import TIMES, is_header, plain_name
from cryptoai_common.ohlcv.reading import SeveralSeries
from cryptoai_common.ohlcv.table import Table, TableError
from dataset_builder.readers.formats.parsed import Parsed

DEEPEST = 6  # levels at which an answer's candles are looked for


def is_json(text: str) -> bool:
    """Whether a text starts as JSON does."""
    return text.lstrip()[:1] in ("[", "{")


def parse(text: str, symbol: str | None) -> Parsed:
    """Raises TableError for JSON without candles, ValueError for text that is no JSON."""
    try:
        content = json.loads(text)
    except json.JSONDecodeError as error:
        lines = [line for line in text.splitlines() if line.strip()]
        if len(lines) < 2 or not error.msg.startswith("Extra data"):
            raise
        content = [json.loads(line) for line in lines]
    found = dict(_tables(content, "", 0))
    if not found:
        raise TableError(
            "holds no candles: it must be a list of rows [time, open, high, low, close, volume], or of"
            " objects with those names"
        )
    if len(found) > 1:
        chosen = [name for name in found if symbol is not None and name.lower() == symbol.strip().lower()]
        if len(chosen) != 1:
            raise SeveralSeries("keys", list(found))
        return Parsed(found[chosen[0]], "JSON", chosen=True)
    return Parsed(next(iter(found.values())), "JSON")


def _place(row: int) -> str:
    return f"row {row + 1}"


def _tables(content: Any, name: str, depth: int) -> Iterator[tuple[str, Table]]:
    """Every table of candles in a value, with the key that it stands under."""
    table = _table(content)
    if table is not None:
        yield name, table
    elif depth < DEEPEST:
        parts = (
            content.items() if isinstance(content, dict) else enumerate(content) if isinstance(content, list) else ()
        )
        for key, value in parts:
            if isinstance(value, (dict, list)):
                yield from _tables(value, str(key), depth + 1)


def _table(content: Any) -> Table | None:
    if isinstance(content, dict):
        return _from_split(content) or _from_yahoo(content) or _from_columns(content) or _from_index(content)
    if not isinstance(content, list) or not content:
        return None
    if all(isinstance(row, dict) for row in content):
        rows, notes = flat_rows(content)
        if not is_header(list(rows[0])):
            return None
        names = list(dict.fromkeys(name for row in rows for name in row))
        return Table(names, [[row.get(name) for row in rows] for name in names], _place, notes)
    if all(isinstance(row, list) for row in content) and len(content[0]) >= 5:
        for number, row in enumerate(content):
            if len(row) != len(content[0]):
                raise TableError(f"{_place(number)} has {len(row)} values, where the first has {len(content[0])}")
            if any(isinstance(value, (list, dict)) for value in row):
                return None
        if all(isinstance(value, str) for value in content[0]) and is_header(content[0]):
            return Table(content[0], [list(column) for column in zip(*content[1:], strict=True)], _place)
        return Table(None, [list(column) for column in zip(*content, strict=True)], _place)
    return None


def _from_split(content: dict[str, Any]) -> Table | None:
    """``DataFrame.to_json(orient="split")``."""
    names, rows = content.get("columns"), content.get("data")
    if not isinstance(names, list) or not isinstance(rows, list) or not is_header(names) or not rows:
        return None
    columns = [list(column) for column in zip(*rows, strict=True)]
    index = content.get("index")
    if isinstance(index, list) and not {plain_name(name) for name in names} & set(TIMES[:-2]):
        names, columns = ["index", *names], [index, *columns]
    return Table([str(name) for name in names], columns, _place)


def _from_yahoo(content: dict[str, Any]) -> Table | None:
    """Yahoo's chart answer: the times beside the prices, one level up."""
    try:
        times, prices = content["timestamp"], content["indicators"]["quote"][0]
    except (KeyError, TypeError, IndexError):
        return None
    return _from_columns({"timestamp": times, **prices}) if isinstance(prices, dict) else None


def _from_columns(content: dict[str, Any]) -> Table | None:
    """A list a column, or what ``DataFrame.to_json()`` writes: an object a column."""
    kinds = {type(value) for value in content.values() if isinstance(value, (list, dict))}
    names = [name for name, value in content.items() if isinstance(value, (list, dict))]
    if len(kinds) != 1 or not is_header(names):
        return None
    values = [content[name] for name in names]
    if any(len(column) != len(values[0]) for column in values):
        raise TableError(f"holds columns of different lengths ({', '.join(names)})")
    if list in kinds:
        return Table(names, values, _place)
    keys = list(values[0])
    if any(list(column) != keys for column in values):
        return None
    columns = [list(column.values()) for column in values]
    if not {plain_name(name) for name in names} & set(TIMES[:-2]):
        names, columns = ["index", *names], [keys, *columns]
    return Table(names, columns, _place)


def _from_index(content: dict[str, Any]) -> Table | None:
    """An object a row, under its time (Alpha Vantage, ``DataFrame.to_json(orient="index")``)."""
    rows = list(content.values())
    if not rows or not all(isinstance(row, dict) for row in rows) or not is_header(list(rows[0])):
        return None
    names = list(rows[0])
    columns = [[row.get(name) for row in rows] for name in names]
    if not {plain_name(name) for name in names} & set(TIMES[:-2]):
        names, columns = ["index", *names], [list(content), *columns]
    return Table(names, columns, _place)

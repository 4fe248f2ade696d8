"""Which times a table with column names holds: in one column, or a day in one and the hour in another."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from cryptoai_common.ohlcv.clocks import read_clock, read_hours, read_written_clock
from cryptoai_common.ohlcv.columns import CLOCKS, ENDS, HOUR, OPENS, TIMES, named, plain_name
from cryptoai_common.ohlcv.epochs import SPREADSHEET_DAYS
from cryptoai_common.ohlcv.table import Column, Table, TableError, quoted
from cryptoai_common.ohlcv.texts import DAY, MINUTE, REMEDY, SECOND, NoTime
from cryptoai_common.ohlcv.times import Times, read_times
from cryptoai_common.ohlcv.zones import named_zone

ROW_LABELS = ("", "index")  # names under which tables are saved with the numbers of their rows
HOW_TO_NAME = "name one of its columns timestamp, datetime, date or time"


@dataclass(frozen=True)
class TimeColumns:
    """Times, the columns that they are from, and what is to be said about the choice (sentences without a stop)."""

    times: Times
    columns: tuple[int, ...]
    notes: tuple[str, ...] = ()


def find_times(table: Table) -> TimeColumns:
    """The times at which the candles open. Raises TableError that names the first row without one."""
    if table.names is None:
        return _without_names(table)
    return _in_utc(table, _with_names(table))


def _with_names(table: Table) -> TimeColumns:
    assert table.names is not None
    places = named(table.names, TIMES)
    options, failures = [], {}
    for place in places:
        try:
            times = read_times(table.columns[place])
            if plain_name(table.names[place]) in ROW_LABELS:
                _refuse_row_numbers(times, table.columns[place])
            options.append(TimeColumns(times, (place,)))
        except NoTime as error:
            joined = _with_clock_texts(table, place)
            if joined is None:
                failures[place] = error
            else:
                options.append(joined)
    options = [option for option in options if not option.times.clock]
    options = _with_clocks(table, options)
    opens = set(named(table.names, OPENS))
    rank = sorted(
        options,
        key=lambda o: (not one_way(o.times.micros), o.columns[0] not in opens, *_preference(o), *_by_name(table, o)),
    )
    if rank:
        return _explain(table, rank, failures)
    if places:
        _refuse(table, places, failures)
    return _guess(table)


def one_way(micros: np.ndarray) -> bool:
    """Whether times are in order, oldest or newest first, each once."""
    steps = np.diff(micros)
    return bool((steps > 0).all() or (steps < 0).all())


def _refuse_row_numbers(times: Times, column: Column) -> None:
    """Row labels of a cut-out table, 40000, 40001, …, can't be told from the days that spreadsheets count."""
    if times.how == SPREADSHEET_DAYS and (np.diff(times.micros) == DAY).all():
        raise NoTime(0, f"can be read in two ways ({quoted(column[0])}: numbers of rows or spreadsheet days); {REMEDY}")


def _preference(option: TimeColumns) -> tuple[bool, bool, bool]:
    """Times with an hour before days, those that are UTC by what they are before those that name no zone, and dates
    before the days that spreadsheets count, which may be numbers of rows.
    """
    return _only_days(option.times), not option.times.zoned, option.times.how == SPREADSHEET_DAYS


def _by_name(table: Table, option: TimeColumns) -> tuple[bool, int, int]:
    """UTC before another zone in a column's name, the surest name first; of "t" and "T", the one that is earlier."""
    assert table.names is not None
    name = table.names[option.columns[0]]
    return named_zone(name) is not None, TIMES.index(plain_name(name)), int(option.times.micros[0])


def _in_utc(table: Table, found: TimeColumns) -> TimeColumns:
    """Hours of a zone that a column's name tells, moved to UTC. Raises TableError if how far that is is not known."""
    if found.times.zoned or _only_days(found.times):
        return found
    for place in found.columns:
        zone = named_zone(table.title(place))
        if isinstance(zone, str):
            raise TableError(
                f"has times of another zone than UTC in its column {table.title(place)}: write them in UTC, as"
                " 2024-12-31T09:00:00Z, and name the column time"
            )
        if zone is not None:
            times = replace(found.times, micros=found.times.micros - zone, zoned=True)
            return replace(found, times=times, notes=(*found.notes, f"times moved to UTC from {table.title(place)}"))
    return found


def _only_days(times: Times) -> bool:
    return bool((times.micros % DAY == 0).all())


def _with_clocks(table: Table, options: list[TimeColumns]) -> list[TimeColumns]:
    """The options; those that are days are joined with a column of hours, if there is one."""
    assert table.names is not None
    joined: list[TimeColumns] = []
    for option in options:
        for place in named(table.names, CLOCKS):
            clock = None if place in option.columns else read_clock(table.columns[place])
            if clock is None and plain_name(table.names[place]) == HOUR:
                clock = read_hours(table.columns[place])
            if clock is not None and _only_days(option.times):
                option = TimeColumns(
                    replace(option.times, micros=option.times.micros + clock, zoned=False, days=False),
                    (*option.columns, place),
                    (_joined_note(table, option.columns[0], place),),
                )
        joined.append(option)
    return joined


def _with_clock_texts(table: Table, place: int) -> TimeColumns | None:
    """Days that can't be told alone, joined with a column of hours: their steps may tell day from month."""
    assert table.names is not None
    for other in named(table.names, CLOCKS):
        if other != place and read_clock(table.columns[other]) is not None:
            texts = [f"{day} {hour}" for day, hour in zip(table.columns[place], table.columns[other], strict=True)]
            try:
                times = read_times(texts)
            except NoTime:
                continue
            return TimeColumns(times, (place, other), (_joined_note(table, place, other),))
    return None


def _joined_note(table: Table, day: int, hour: int) -> str:
    return f"times from the columns {table.title(day)} and {table.title(hour)}"


def _explain(table: Table, rank: list[TimeColumns], failures: dict[int, NoTime]) -> TimeColumns:
    best, title = rank[0], table.title(rank[0].columns[0])
    notes = list(best.notes)
    for place, error in failures.items():
        if place not in best.columns:
            notes.append(f"times from {title}, since {table.title(place)} {error.what.partition(';')[0]}")
    for other in rank[1:]:
        apart = int(np.abs(other.times.micros - best.times.micros).max())
        if apart >= SECOND and not (_only_days(other.times) and apart < DAY) and one_way(other.times.micros):
            notes.append(f"times from {title}; {table.title(other.columns[0])} differs by up to {_span(apart)}")
    return replace(best, notes=tuple(notes))


def _span(micros: int) -> str:
    for unit, size in (("days", DAY), ("hours", 60 * MINUTE), ("minutes", MINUTE)):
        if micros >= size:
            return f"{micros / size:.3g} {unit}"
    return f"{micros / SECOND:.3g} seconds"


def _refuse(table: Table, places: list[int], failures: dict[int, NoTime]) -> None:
    if all(_is_clock(table, place) for place in failures):
        raise TableError(f"has hours in its column {table.title(places[0])}, but no day: add a column date")
    place, error = max(failures.items(), key=lambda failure: failure[1].row)
    raise TableError(f"{table.place(error.row)}: {table.title(place)} {error.what}")


def _is_clock(table: Table, place: int) -> bool:
    """Whether a column of numbers is hours by its name, and since they come again."""
    clock = read_clock(table.columns[place]) if table.names and place in named(table.names, CLOCKS) else None
    return clock is not None and not one_way(clock)


def _guess(table: Table) -> TimeColumns:
    """Times from a column whose name does not say so."""
    assert table.names is not None
    for place, what in [*((end, "at which candles end") for end in named(table.names, ENDS)), (0, "")]:
        try:
            times = read_times(table.columns[place])
        except NoTime:
            continue
        if not times.clock and one_way(times.micros):
            return TimeColumns(times, (place,), (f"times {what} from {table.title(place)}".replace("  ", " "),))
    raise TableError(f"has no time column: {HOW_TO_NAME}")


def _without_names(table: Table) -> TimeColumns:
    """The first column with times; the hour may stand in the next one."""
    failures, counted = {}, None
    for place in range(min(3, len(table.columns))):
        try:
            times = read_times(table.columns[place])
        except NoTime as error:
            failures[place] = error
            continue
        found = TimeColumns(times, (place,))
        if _only_days(times) and place + 1 < len(table.columns):
            clock = read_written_clock(table.columns[place + 1])
            if clock is not None:
                times = replace(times, micros=times.micros + clock, zoned=False, days=False)
                found = TimeColumns(times, (place, place + 1))
        if times.how == SPREADSHEET_DAYS:  # or numbers of rows, if times follow
            counted = counted or found
        elif not times.clock:
            return found
    if counted:
        return counted
    if not failures:
        raise TableError(f"has no days, only hours: {HOW_TO_NAME}")
    _refuse(table, list(failures), failures)
    raise AssertionError

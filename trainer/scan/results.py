"""The results of all markets: one ranked table, as CSV, JSON and lines on the terminal."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptoai_common.errors import UserError
from cryptoai_common.files import write_json, write_text
from cryptoai_common.percent import percent
from trainer.scan.backtest import Outcome, Row, summarise
from trainer.scan.both import WindowModel
from trainer.scan.hits import DIGITS, NO_LINE, Hit
from trainer.scan.work import Excerpt, Gap, MarketResult

COLUMNS = (
    *("market", "pattern", "start", "end", "probability", "window", "windows", "missing"),
    *("stage", "line", "to_line_percent", "to_line_atr"),
)
SKIPPED = "(not looked at)"  # in the place of a pattern, in the rows of hits.csv that tell of a hole
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would run a cell that starts so
SHOWN = 200  # hits with a chart in the report: the file stays small enough for a phone
TOLD, HOLES_TOLD, WARNINGS_TOLD = 30, 10, 10  # lines on the terminal
NO_ADVICE = (
    "A hit says that the drawing looks like the pattern to the model, which on real charts is surer than it is right;"
    " it says nothing about the price that follows. This is no financial advice."
)


@dataclass
class Results:
    """What was found in all markets, but of their candles only those that the report shows.

    Add results in any order: the table is the same.
    """

    hits: list[Hit] = field(default_factory=list)
    shown: list[tuple[Hit, Excerpt]] = field(default_factory=list)
    markets: list[dict[str, Any]] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    problems: list[tuple[str, str]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    read_as: list[str] = field(default_factory=list)
    outcomes: list[tuple[str, Outcome]] = field(default_factory=list)
    unfinished: int = 0
    seconds: list[float] = field(default_factory=lambda: [0.0, 0.0, 0.0])

    def add(self, result: MarketResult) -> None:
        """Add a market's result."""
        if result.problem is not None:
            self.problems.append((result.market, result.problem))
            return
        self.hits += [hit for hit, _ in result.hits]
        self.shown += result.hits
        if len(self.shown) > 4 * SHOWN:
            self._keep_surest()
        about = {"market": result.market, "source": result.source, "candles": result.candles}
        self.markets.append(about | {"windows": result.windows, "start": result.start, "end": result.end})
        self.gaps += result.gaps
        self.warnings += result.warnings
        self.read_as += [result.read_as] if result.read_as else []
        self.outcomes += [(f"{result.source} {result.market}", outcome) for outcome in result.outcomes]
        self.unfinished += result.unfinished
        self.seconds = [a + b for a, b in zip(self.seconds, result.seconds, strict=True)]

    def finish(self) -> Results:
        """Put everything in its order."""
        self.hits.sort(key=Hit.rank)
        self._keep_surest()
        self.markets.sort(key=lambda each: (each["market"], each["source"]))
        self.gaps.sort(key=lambda gap: (gap.market, gap.after))
        self.outcomes.sort()
        for texts in (self.problems, self.warnings, self.read_as):
            texts.sort()
        return self

    def _keep_surest(self) -> None:
        self.shown.sort(key=lambda each: each[0].rank())
        del self.shown[SHOWN:]

    @property
    def windows(self) -> int:
        return sum(each["windows"] for each in self.markets)

    def backtest(self) -> list[Row]:
        """The table of the backtest; empty if there was none."""
        return summarise(self.outcomes)


def write_results(results: Results, model: WindowModel, about: dict[str, Any], directory: Path) -> None:
    """``hits.csv`` and ``hits.json``, and ``backtest.csv`` if there was one.

    Both name the holes across which no window was looked at: in rows below the hits, without a probability, and under
    ``skipped``. ``about`` goes into the JSON.
    """
    rows: list[Sequence[Any]] = [[_plain(getattr(hit, name), name) for name in COLUMNS] for hit in results.hits]
    no_line = [""] * (len(COLUMNS) - COLUMNS.index("stage"))
    rows += [[g.market, SKIPPED, g.after, g.before, "", "", g.windows, g.missing, *no_line] for g in results.gaps]
    write_text(directory / "hits.csv", _table(COLUMNS, rows))
    write_json(
        directory / "hits.json",
        about
        | {
            "made": datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
            "model_version": model.version,
            "threshold": model.threshold,
            "candles": sum(each["candles"] for each in results.markets),
            "windows": results.windows,
            "unfinished": results.unfinished,
            "hits": [asdict(hit) for hit in results.hits],
            "skipped": [asdict(gap) for gap in results.gaps],
            "problems": [{"market": market, "problem": problem} for market, problem in results.problems],
            "markets": results.markets,
        },
    )
    if results.outcomes:
        table = results.backtest()
        names = ("pattern", "expected", "hits", "followed", "from", "to", "random", "difference_from", "difference_to")
        cells = [[r.pattern, r.way, r.hits, r.followed, *r.interval, r.random, *r.difference] for r in table]
        write_text(directory / "backtest.csv", _table(names, cells))


def _table(names: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return text.getvalue()


def _plain(value: str | float | None, column: str) -> str | float:
    """What stands in ``hits.csv``: a price with all of its digits, however small it is; nothing for None."""
    if value is None:
        return ""
    return f"{value:.{DIGITS}g}" if column == "line" else value


def _cell(value: str | float) -> str | float:
    """Names come from files, which may be anyone's.

    A carriage return becomes a line feed: ``csv`` leaves it unquoted, and readers would begin a new row there.
    """
    if isinstance(value, float):
        short = round(value, 4)
        return value if short in (0, 1) else short  # a probability of 0.99999 is not 1
    if not isinstance(value, str):
        return value
    return ("'" if value.startswith(FORMULA) else "") + value.replace("\r", "\n")


def tell(results: Results, output: Path) -> None:
    """What was found, on the terminal; what may be wrong with it on standard error."""
    for line in results.read_as[:WARNINGS_TOLD]:
        print(line)
    if len(results.read_as) > WARNINGS_TOLD:
        print(f"and {len(results.read_as) - WARNINGS_TOLD} more files read")
    problems = [f"not scanned: {problem}" for _, problem in results.problems]
    for texts in (results.warnings, problems):
        for line in texts[:WARNINGS_TOLD]:
            print(f"warning: {line}", file=sys.stderr)
        if len(texts) > WARNINGS_TOLD:
            print(f"warning: and {len(texts) - WARNINGS_TOLD} more, see hits.json", file=sys.stderr)
    markets = f"{len(results.markets)} market{'s' * (len(results.markets) != 1)}"
    print(f"{output}: {len(results.hits)} hits in {results.windows} windows of {markets}")
    if results.unfinished:
        print(f"the newest candle of {results.unfinished} was not finished, and is not used")
    for hit in results.hits[:TOLD]:
        print(f"  {line_of(hit)}")
    if len(results.hits) > TOLD:
        print(f"  and {len(results.hits) - TOLD} more, in {output / 'hits.csv'}")
    if results.gaps:
        windows, missing = (sum(getattr(gap, name) for gap in results.gaps) for name in ("windows", "missing"))
        print(f"{windows} more windows were not looked at: {missing} candles are missing in them, between")
    for gap in sorted(results.gaps, key=lambda gap: -gap.windows)[:HOLES_TOLD]:
        print(f"  {gap.after} and {gap.before}: {gap.missing} candles, {gap.windows} windows ({gap.market})")
    if len(results.gaps) > HOLES_TOLD:
        print(f"  and {len(results.gaps) - HOLES_TOLD} more, in {output / 'hits.csv'}")
    if results.outcomes:
        tell_backtest(results.backtest())
    print(NO_ADVICE)


def line_of(hit: Hit) -> str:
    """A hit in a line."""
    standing = hit.standing() or NO_LINE
    lacking = f", {hit.missing} candles missing" if hit.missing else ""
    place = f"{hit.market:14} {hit.pattern:22} {hit.start} to {hit.end}{lacking}"
    return f"{percent(hit.probability):>6}  {place}  {standing}"


def tell_backtest(rows: Sequence[Row]) -> None:
    """The backtest as a table."""
    if not rows:
        print("backtest: no pattern with a textbook move was seen early enough for its outcome to be known")
        return
    print("what followed: the textbook move came first, after hits and after any window of the same markets (95 %)")
    print(f"  {'pattern':22} {'expected':8} {'hits':>5}  {'followed':20} {'any':>6}  difference")
    for row in rows:
        low, high = row.interval
        share = f"{percent(row.followed)} ({percent(low)}-{percent(high)})"
        least, most = (100 * each for each in row.difference)
        verdict = "" if row.differs else "  none to be seen"
        print(
            f"  {row.pattern:22} {row.way:8} {row.hits:5}  {share:20} {percent(row.random):>6}"
            f"  {least:+.1f} to {most:+.1f} points{verdict}"
        )
    print(f"  Of {len(rows)} such intervals, one in 20 misses by chance alone.")


def refuse_without_markets(results: Results) -> None:
    """Raises UserError with the first problem if no market could be scanned."""
    if not results.markets:
        first = results.problems[0][1] if results.problems else "there are no files of candles"
        more = len(results.problems) - 1
        raise UserError(first + (f" (and {more} more could not be scanned)" if more > 0 else ""))

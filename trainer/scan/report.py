"""``report.html``: the ranked table of hits with a chart each, in one file that needs no network and no server."""

from __future__ import annotations

import json
from collections.abc import Sequence
from html import escape
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Any

import numpy as np

from cryptoai_common.candles import PRICES
from cryptoai_common.files import write_text
from cryptoai_common.percent import percent, with_interval
from trainer.scan.backtest import BARRIER, Row
from trainer.scan.hits import NO_LINE, Hit, rounded
from trainer.scan.results import NO_ADVICE, Results
from trainer.scan.work import Excerpt

PAGE = files("trainer.scan") / "page"
WIDTH, HEIGHT = 480, 160  # of a small chart, in its own units
BODY = 0.7  # width of a candle's body, as a share of its place
MOST_LISTED = 50  # markets that were not scanned, and holes
UPWARDS, DOWNWARDS = "ascending", "descending"  # as aria-sort says it
WORDS = ((UPWARDS, "A to Z"), (DOWNWARDS, "Z to A"))
NUMBERS = ((DOWNWARDS, "highest first"), (UPWARDS, "lowest first"))
TIMES = ((DOWNWARDS, "newest first"), (UPWARDS, "oldest first"))
DISTANCES = ((UPWARDS, "nearest first"), (DOWNWARDS, "farthest first"))
COLUMNS = (  # heading, class, and the two orders of the column, that of the first click first
    ("Market", "market", WORDS),
    ("Pattern", "pattern", WORDS),
    ("Probability", "number", NUMBERS),
    ("From", "time from", TIMES),
    ("To", "time", TIMES),
    ("Candles", "number count", NUMBERS),
    ("Windows", "number count", NUMBERS),
    ("Stage", "stage", WORDS),
    ("To the line", "number far", DISTANCES),
)
SORTED_BY = "Probability"  # the order of the table as it is written


def write_report(results: Results, about: dict[str, Any], path: Path) -> None:
    """Write the page. ``about`` has ``title``, ``version`` (of the model) and ``latest``."""
    page = Template(_text("report.html"))
    parts = {
        "title": escape(about["title"]),
        "summary": escape(_summary(results, about)),
        "advice": escape(NO_ADVICE),
        "hits": _hits(results),
        "backtest": _backtest(results.backtest()),
        "rest": _rest(results),
        "data": json.dumps([_data(excerpt) for _, excerpt in results.shown], separators=(",", ":")),
        "css": _text("colours.css") + _text("report.css"),
        "library": _text("lightweight-charts.js"),
        "script": _text("price_chart.js") + _text("report.js"),
    }
    write_text(path, page.substitute(parts))


def _text(name: str) -> str:
    return (PAGE / name).read_text(encoding="utf-8")


def spoken(name: str) -> str:
    """A class name in words."""
    return name.replace("_", " ")


def _summary(results: Results, about: dict[str, Any]) -> str:
    markets = len(results.markets)
    text = f"{len(results.hits)} hits in {results.windows} windows of {markets} market{'s' * (markets != 1)}"
    text += ", only windows that end at the newest finished candle" if about["latest"] else ""
    if results.markets:
        first, last = min(m["start"] for m in results.markets), max(m["end"] for m in results.markets)
        text += f"; candles from {_time(first)} to {_time(last)} UTC"
    text += f". Model {about['version']}."
    if results.unfinished:
        text += f" The newest candle of {results.unfinished} was not finished, and is not used."
    return text


def _hits(results: Results) -> str:
    if not results.shown:
        return "<p>No window shows a clear pattern.</p>"
    names = sorted({spoken(hit.pattern) for hit, _ in results.shown})
    choices = "".join(f"<option>{escape(name)}</option>" for name in names)
    more = len(results.hits) - len(results.shown)
    note = f'<p class="note">The {len(results.shown)} surest; {more} more are in hits.csv.</p>' if more else ""
    headings = '<th scope="col">Chart</th>' + "".join(
        f'<th scope="col" class="{css}" data-first="{orders[0][0]}"'
        + (f' aria-sort="{orders[0][0]}"' if name == SORTED_BY else "")
        + f'><button type="button">{name}</button></th>'
        for name, css, orders in COLUMNS
    )
    sortings = "".join(
        f'<option value="{column} {order}"{" selected" * (name == SORTED_BY and (order, words) == orders[0])}>'
        f"{name}: {words}</option>"
        for column, (name, _, orders) in enumerate(COLUMNS, 1)  # column 0 is the chart
        for order, words in orders
    )
    rows = "\n".join(_row(number, hit, excerpt) for number, (hit, excerpt) in enumerate(results.shown))
    return (
        '<div class="filters"><label>Market<input id="market" type="search"></label>'
        f'<label>Pattern<select id="pattern"><option value="">all</option>{choices}</select></label>'
        f'<div class="sort"><label for="sort">Sort by</label><select id="sort">{sortings}</select></div></div>{note}'
        f'<div class="wide"><table id="hits"><thead><tr>{headings}</tr></thead>\n<tbody>\n{rows}\n</tbody>'
        "</table></div>"
    )


def _row(number: int, hit: Hit, excerpt: Excerpt) -> str:
    missing = f" {hit.missing} candles are missing in it." if hit.missing else ""
    text = f"{percent(hit.probability)}, {hit.window} candles, {_time(hit.start)} to {_time(hit.end)} UTC.{missing}"
    standing = hit.standing()
    text += f" Stage: {standing}." if standing else ""
    far = "" if hit.to_line_percent is None else f"{hit.to_line_percent:+.2f}%"
    market = escape(hit.market)
    cells = (
        ("market", hit.market, f'<button type="button">{market}</button>'),
        ("pattern", spoken(hit.pattern), escape(spoken(hit.pattern))),
        (
            "number",
            f"{hit.probability:.6f}",
            f'<span class="chance"><i><b style="width:{100 * hit.probability:.0f}%"></b></i>'
            f"{escape(percent(hit.probability))}</span>",
        ),
        ("time from", hit.start, escape(_time(hit.start))),
        ("time", hit.end, escape(_time(hit.end))),
        ("number count", str(hit.window), str(hit.window)),
        ("number count", str(hit.windows), str(hit.windows)),
        ("stage", hit.stage or "", hit.stage or NO_LINE),
        ("number far", "" if hit.to_line_percent is None else str(abs(hit.to_line_percent)), far or NO_LINE),
    )
    shown = "".join(f'<td class="{css}" data-value="{escape(value)}">{html}</td>' for css, value, html in cells)
    picture = f'<td class="picture">{small_chart(excerpt, f"{hit.market}, {spoken(hit.pattern)}")}</td>'
    return f'<tr data-hit="{number}" data-text="{escape(text)}">{picture}{shown}</tr>'


def _time(text: str) -> str:
    """A time as people write it: no seconds, and no hour at midnight."""
    return text.replace("T00:00:00Z", "").replace("T", " ").replace(":00Z", "").rstrip("Z")


def small_chart(excerpt: Excerpt, title: str) -> str:
    """An SVG of the window's candles: a path of those that rise, one of those that fall, and the pattern's line."""
    prices = excerpt.prices[excerpt.first : excerpt.last + 1]
    low, high = float(prices[:, 2].min()), float(prices[:, 1].max())

    def place_of(price: Any) -> Any:
        return np.rint((high - price) / ((high - low) or 1.0) * (HEIGHT - 4) + 2).astype(int)

    y = place_of(prices)
    place = WIDTH / len(prices)
    body = max(round(BODY * place), 1)
    paths = {"u": "", "d": ""}
    for i, (opening, top, bottom, close) in enumerate(y.tolist()):
        x = round(i * place + (place - body) / 2)
        upper, height = min(opening, close), max(abs(close - opening), 1)
        middle = x + body // 2
        paths["u" if close <= opening else "d"] += (
            f"M{x} {upper}h{body}v{height}h-{body}zM{middle} {top}h1v{max(bottom - top, 1)}h-1z"
        )
    drawn = "".join(f'<path class="{css}" d="{path}"/>' for css, path in paths.items() if path)
    if excerpt.line is not None:
        row, start, end = excerpt.line
        x = round((row - excerpt.first + 0.5) * place)
        drawn += f'<path class="l" d="M{x} {place_of(start)}L{WIDTH} {place_of(end)}"/>'
    return (
        f'<svg class="small" viewBox="0 0 {WIDTH} {HEIGHT}" preserveAspectRatio="none" role="img"'
        f' aria-label="{escape(title)}">{drawn}</svg>'
    )


def _data(excerpt: Excerpt) -> dict[str, Any]:
    """What the interactive chart needs: the first time and the seconds between, and prices to seven digits.

    Numbers only: names stand in the table, so that nothing in the script element needs escaping.
    """
    prices = {name: list(map(rounded, column)) for name, column in zip(PRICES, excerpt.prices.T.tolist(), strict=True)}
    steps = np.diff(excerpt.times, prepend=0).tolist()
    line = None
    if excerpt.line is not None:
        row, *ends = excerpt.line
        line = [row, *map(rounded, ends)]
    return {"steps": steps, "first": excerpt.first, "last": excerpt.last, "line": line, **prices}


def _backtest(rows: Sequence[Row]) -> str:
    if not rows:
        return ""
    body = "".join(
        f"<tr><td>{escape(spoken(row.pattern))}</td><td>{row.way}</td><td class='number'>{row.hits}</td>"
        f"<td class='number'>{escape(with_interval(row.followed, row.interval))}</td>"
        f"<td class='number'>{escape(percent(row.random))}</td>"
        f"<td class='number'>{100 * row.difference[0]:+.1f} to {100 * row.difference[1]:+.1f} points</td>"
        f"<td>{'yes' if row.differs else 'none to be seen'}</td></tr>"
        for row in rows
    )
    heads = "".join(
        f'<th scope="col" class="{css}">{name}</th>'
        for name, css in (
            ("Pattern", ""),
            ("Expected", ""),
            ("Hits", "number"),
            ("Followed (95 %)", "number"),
            ("Any window", "number"),
            ("Difference (95 %)", "number"),
            ("A difference?", ""),
        )
    )
    return (
        f"<h2>What followed</h2><p>Within as many candles as the window has, did the price first move {BARRIER:g} mean"
        " true ranges the way that textbooks expect, or as far the other way? Asked of each pattern at the first window"
        " that shows it, and of every window of the same markets and lengths. Of twenty such intervals one misses by"
        " chance."
        f'</p><div class="wide"><table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div>'
    )


def _rest(results: Results) -> str:
    """Markets that were not scanned, and holes."""
    parts = []
    problems = [problem for _, problem in results.problems]
    holes = [
        f"{gap.market}: {gap.missing} candles between {gap.after} and {gap.before}, {gap.windows} windows"
        for gap in sorted(results.gaps, key=lambda gap: -gap.windows)
    ]
    for heading, texts in (("Not scanned", problems), ("Windows not looked at: candles are missing", holes)):
        if texts:
            items = "".join(f"<li>{escape(text)}</li>" for text in texts[:MOST_LISTED])
            more = len(texts) - MOST_LISTED
            items += f"<li>and {more} more, in hits.json</li>" if more > 0 else ""
            parts.append(f"<h2>{heading}</h2><ul>{items}</ul>")
    return "\n".join(parts)

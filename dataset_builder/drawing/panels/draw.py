"""Draws a page: its ground, its panels, and the ground of the chart."""

from __future__ import annotations

from collections.abc import Callable

from dataset_builder.drawing.canvas import Canvas
from dataset_builder.drawing.look import Look
from dataset_builder.drawing.page import Box, Page, Panel
from dataset_builder.drawing.panels import bars, lists, texts
from dataset_builder.drawing.panels.sheet import Ink, Sheet
from dataset_builder.streams import random_stream

THIN = 12  # letters are that many times as high as lines are thick
BORDERED = 0.7  # share of pages with a line between panels
# For each kind of panel, the function that notes its rectangles and texts.
PANELS: dict[str, Callable[[Ink], None]] = {
    "header": bars.header,
    "toolbar": bars.bar,
    "intervals": lambda ink: bars.bar(ink, "intervals"),
    "status": bars.bar,
    "ticker": bars.ticker,
    "browser": bars.browser,
    "cookies": bars.cookies,
    "tools": bars.tools,
    "watchlist": lists.watchlist,
    "orderbook": lists.orderbook,
    "table": lists.table,
    "news": texts.news,
    "sidebar": lists.sidebar,
    "form": lists.form,
    "quote": texts.quote,
    "title": texts.title,
}


def draw_page(screen: Canvas, look: Look, page: Page) -> None:
    """Draw the page with all its panels, the chart's paper and the ground of the price's pane."""
    rng = random_stream(page.seed, "page")
    bordered, thin = rng.random() < BORDERED, max(page.letter / THIN, 1.0)
    sheet = Sheet(screen, [page.chart], [page.paper], {}, {})
    for panel in page.panels:
        if _raised(panel):
            sheet.boxes.append(panel.box)
            sheet.fills.append(page.panel)
            if bordered:
                sheet.boxes.append(_edge(panel.box, page, thin))
                sheet.fills.append(page.line)
    sheet.boxes.append(page.pane)
    sheet.fills.append(look.background)
    for panel in page.panels:
        ink = Ink(page, look, panel.box, sheet, rng)
        PANELS[panel.kind](ink)
        ink.finish()
    sheet.paint()


def _raised(panel: Panel) -> bool:
    """Whether the panel has a ground of its own."""
    return panel.kind not in ("title", "news", "caption")


def _edge(box: Box, page: Page, thin: float) -> tuple[float, float, float, float]:
    """The line along the side of a panel that faces the chart."""
    left, top, right, bottom = box
    if right <= page.chart[0]:
        return right - thin, top, right, bottom
    if left >= page.chart[2]:
        return left, top, left + thin, bottom
    return (left, bottom - thin, right, bottom) if bottom <= page.chart[1] else (left, top, right, top + thin)

"""Chromium without a window, for libraries that draw in a browser and for the pages around charts."""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from benchmarks.renderers.library import Size

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
EMPTY = '<!doctype html><meta charset="utf-8"><style>body { margin: 0 }</style><div id="chart"></div>'


def missing_browser() -> str | None:
    """What to install before pages can be drawn, or None."""
    if find_spec("playwright") is None:
        return "playwright is not installed: make setup-renderers"
    if program() is None:
        return "no Chromium is installed: on Debian, apt-get install chromium"
    return None


def program() -> str | None:
    """The Chromium that is installed."""
    return next(filter(None, map(shutil.which, PROGRAMS)), None)


@contextmanager
def open_page(html: str = EMPTY, *scripts: Path) -> Iterator[Page]:
    """A page of that content in which the scripts have run. It has no network."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program())
        try:
            context = browser.new_context(offline=True, device_scale_factor=1)
            page = context.new_page()
            page.set_content(html)
            for script in scripts:
                page.add_script_tag(path=script)
            yield page
        finally:
            browser.close()


def browser_version() -> str:
    """The browser's name and version."""
    with open_page() as page:
        browser = page.context.browser
        assert browser is not None  # only contexts that live without one have none
        return f"Chromium {browser.version}"


def shoot(page: Page, size: Size) -> Image.Image:
    """The page's upper left corner as an RGB picture."""
    clip = {"x": 0, "y": 0, "width": size[0], "height": size[1]}
    return Image.open(io.BytesIO(page.screenshot(clip=clip, animations="disabled"))).convert("RGB")


def resize(page: Page, size: Size) -> None:
    """Make the page that large, if it is not."""
    if page.viewport_size != {"width": size[0], "height": size[1]}:
        page.set_viewport_size({"width": size[0], "height": size[1]})

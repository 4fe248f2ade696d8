"""Takes the picture of the page for its documentation: ``python -m benchmarks.page_picture SCREENSHOT docs/page.png``.

``make serve`` must be running; ``--address`` if it has another port, ``--dark`` and ``--width`` for another look.
"""

from __future__ import annotations

import argparse
import io
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

from benchmarks.renderers.browser import program

COLOURS = 128  # enough for a page and a chart, and a third of the size


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path, help="a screenshot of a chart, or a file of candles")
    parser.add_argument("picture", type=Path)
    parser.add_argument("--address", default="http://127.0.0.1:8000")
    parser.add_argument("--width", type=int, default=1280)
    parser.add_argument("--dark", action="store_true")
    options = parser.parse_args()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program(), args=["--no-sandbox"])
        scheme = "dark" if options.dark else "light"
        page = browser.new_page(viewport={"width": options.width, "height": 800}, color_scheme=scheme)
        page.goto(options.address)
        page.set_input_files("#files", options.file)
        page.locator("article.result").wait_for(timeout=120_000)
        page.wait_for_timeout(1000)  # until the chart is drawn
        content = page.screenshot(full_page=True, animations="disabled")
        browser.close()
    Image.open(io.BytesIO(content)).convert("RGB").quantize(COLOURS).save(options.picture, optimize=True)


if __name__ == "__main__":
    main()

"""The page in a real browser: no network, sorting, filtering, the interactive chart, dark, a phone's width."""

import pytest
from found import ABOUT, STANDING, a_hit, result, results_of

from trainer.scan.report import write_report

SIZES = {"wide": (1280, 900), "phone": (390, 844)}


@pytest.fixture
def page(browser, tmp_path, request):
    """The page of three hits; whatever it asks of a network, and every error in it, is noted."""
    size, scheme = getattr(request, "param", ("wide", "light"))
    hits = [
        a_hit("BTC/USDT", "double_top", 0.9, window=30, **STANDING),
        a_hit("ETH/USDT", "bullish_flag", 0.8, window=120, **STANDING | {"to_line_percent": 0.4}),
        a_hit("SOL/USDT", "double_top", 0.7, window=45),
    ]
    write_report(results_of(result(*hits)), ABOUT, tmp_path / "report.html")
    width, height = SIZES[size]
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme, offline=True)
    page = context.new_page()
    page.asked, page.errors = [], []
    page.on("request", lambda each: page.asked.append(each.url))
    page.on("pageerror", lambda each: page.errors.append(str(each)))
    page.on("console", lambda each: page.errors.append(each.text) if each.type == "error" else None)
    page.goto((tmp_path / "report.html").as_uri())
    yield page
    assert page.errors == [] and [url for url in page.asked if not url.startswith(("file:", "data:"))] == []
    context.close()


def markets(page) -> list[str]:
    return page.locator("#hits tbody tr:visible td.market").all_inner_texts()


def test_sorting_and_filtering(page):
    assert markets(page) == ["BTC/USDT", "ETH/USDT", "SOL/USDT"]
    page.get_by_role("button", name="Candles").click()
    assert markets(page) == ["ETH/USDT", "SOL/USDT", "BTC/USDT"]
    assert page.locator('th[aria-sort="descending"]').inner_text().startswith("Candles")
    page.get_by_role("button", name="Candles").click()
    assert markets(page) == ["BTC/USDT", "SOL/USDT", "ETH/USDT"]
    for order in (["ETH/USDT", "BTC/USDT", "SOL/USDT"], ["BTC/USDT", "ETH/USDT", "SOL/USDT"]):
        page.get_by_role("button", name="To the line").click()
        assert markets(page) == order, "a hit without a line comes last either way"
    page.get_by_role("button", name="Candles").click()
    page.get_by_role("button", name="Candles").click()
    page.get_by_label("Pattern").select_option("double top")
    assert markets(page) == ["BTC/USDT", "SOL/USDT"]
    page.get_by_label("Market").fill("sol")
    assert markets(page) == ["SOL/USDT"]


@pytest.mark.parametrize("page", [("wide", "light"), ("wide", "dark"), ("phone", "light")], indirect=True, ids=str)
def test_the_interactive_chart_by_keyboard(page):
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.locator("#hits tbody button").first.focus()
    page.keyboard.press("Enter")
    assert page.get_by_role("dialog").get_by_role("heading").inner_text() == "BTC/USDT: double top"
    assert "90.0%" in page.locator("#detail-text").inner_text()
    assert "Stage: complete, line at 1.23456e-05, 1.23%" in page.locator("#detail-text").inner_text()
    page.wait_for_selector("#chart canvas")
    assert page.locator("#chart canvas").first.bounding_box()["width"] > 200
    page.keyboard.press("Escape")
    assert not page.locator("#detail").is_visible() and page.locator("#chart canvas").count() == 0
    assert page.locator("#hits tbody button").first.evaluate("each => each === document.activeElement")

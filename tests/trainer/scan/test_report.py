"""The page in a real browser: no network, sorting, filtering, the interactive chart, dark, a phone's width."""

import re

import pytest
from found import ABOUT, STANDING, a_hit, result, results_of
from in_browser import SIZES, no_serious_finding

from trainer.scan.report import write_report


def times(day: int) -> dict[str, str]:
    return {"start": f"2024-01-0{day}T00:00:00Z", "end": f"2024-01-0{day + 3}T05:00:00Z"}


@pytest.fixture
def page(browser, tmp_path, request):
    """The page of three hits; whatever it asks of a network, and every error in it, is noted."""
    size, scheme = getattr(request, "param", ("wide", "light"))
    hits = [
        a_hit("BTC/USDT", "double_top", 0.9, window=30, **times(1), **STANDING | {"stage": "failed"}),
        a_hit("ETH/USDT", "bullish_flag", 0.8, window=120, **times(2), **STANDING | {"to_line_percent": 0.4}),
        a_hit("SOL/USDT", "double_top", 0.7, window=45, **times(3)),
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
    page.get_by_role("button", name="Candles").click()
    page.get_by_role("button", name="Candles").click()
    page.get_by_label("Pattern").select_option("double top")
    assert markets(page) == ["BTC/USDT", "SOL/USDT"]
    page.get_by_label("Market").fill("sol")
    assert markets(page) == ["SOL/USDT"]


@pytest.mark.parametrize(
    ("column", "first"),
    [
        ("Market", "BES"),
        ("Pattern", "EBS"),  # bullish flag, then the double tops in the order before
        ("Probability", "SEB"),  # the table is written with the surest first, so that this is the other order
        ("From", "SEB"),
        ("To", "SEB"),
        ("Candles", "ESB"),
        ("Stage", "EBS"),  # the one without a stage comes last either way
        ("To the line", "EBS"),  # +0.40% is nearer than -1.23%
    ],
)
def test_the_first_click_gives_the_order_that_suits_the_column_and_the_next_the_other(page, column, first):
    heading = page.locator("#hits th", has_text=re.compile(rf"^{column}$"))
    second = {"Pattern": "BSE", "Stage": "BES", "To the line": "BES"}.get(column, first[::-1])
    for order in (first, second):
        heading.get_by_role("button").click()
        assert "".join(market[0] for market in markets(page)) == order
        assert page.locator("th[aria-sort]").count() == 1 and heading.get_attribute("aria-sort")
        wanted, way = page.locator("#sort").input_value().split(" ")
        assert heading.get_attribute("aria-sort") == way
        assert page.locator("#hits th").nth(int(wanted)).inner_text().startswith(column)


@pytest.mark.parametrize("page", [("phone", "light"), ("phone", "dark")], indirect=True, ids=str)
def test_on_a_phone_the_table_is_sorted_by_a_labelled_list(page):
    sort = page.get_by_label("Sort by")
    assert sort.is_visible() and page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert sort.locator("option:checked").inner_text() == "Probability: highest first"
    for words, order in {
        "To the line: nearest first": "EBS",
        "To the line: farthest first": "BES",
        "Market: Z to A": "SEB",
        "Candles: lowest first": "BSE",
        "To: newest first": "SEB",
    }.items():
        sort.select_option(words)
        assert "".join(market[0] for market in markets(page)) == order
    no_serious_finding(page)


@pytest.mark.parametrize("page", [("wide", "light"), ("wide", "dark")], indirect=True, ids=str)
def test_no_fault_of_accessibility_where_the_headings_sort(page):
    assert not page.get_by_label("Sort by").is_visible()
    assert page.evaluate("document.querySelector('.wide').scrollWidth <= document.querySelector('.wide').clientWidth")
    no_serious_finding(page)


@pytest.mark.parametrize("page", [("wide", "light"), ("wide", "dark"), ("phone", "light")], indirect=True, ids=str)
def test_the_interactive_chart_by_keyboard(page):
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.locator("#hits tbody button").first.focus()
    page.keyboard.press("Enter")
    assert page.get_by_role("dialog").get_by_role("heading").inner_text() == "BTC/USDT: double top"
    assert "90.0%" in page.locator("#detail-text").inner_text()
    assert "Stage: failed, line at 1.23456e-05, 1.23%" in page.locator("#detail-text").inner_text()
    page.wait_for_selector("#chart canvas")
    assert page.locator("#chart canvas").first.bounding_box()["width"] > 200
    page.keyboard.press("Escape")
    assert not page.locator("#detail").is_visible() and page.locator("#chart canvas").count() == 0
    assert page.locator("#hits tbody button").first.evaluate("each => each === document.activeElement")

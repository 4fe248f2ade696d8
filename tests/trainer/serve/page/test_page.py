"""The page of the server in a real browser."""

from __future__ import annotations

import base64

import numpy as np
import pytest
import requests
from in_browser import COPY, DROP, SIZES, answer_of, drawing, file, no_serious_finding, result, saved
from PIL import Image

from dataset_builder.patterns import CLASSES


def test_a_picture_is_pasted_by_keyboard_and_its_pattern_boxed_and_named(visit, server):
    page = visit(server)
    page.evaluate(COPY, base64.b64encode(drawing()).decode())
    page.keyboard.press("Control+V")
    shown = result(page)
    assert shown.get_by_role("heading").first.inner_text() == "Head and shoulders, 83 %"
    box = shown.locator("rect.box").evaluate("each => ['x', 'y', 'width', 'height'].map((n) => +each.getAttribute(n))")
    assert box == [100, 60, 151, 121]
    image, tag = shown.locator("img").bounding_box(), shown.locator(".tag")
    assert tag.inner_text() == "1 head and shoulders"
    assert tag.bounding_box()["x"] - image["x"] == pytest.approx(100 / 400 * image["width"], abs=2)
    assert page.get_by_role("status").inner_text() == "pasted picture: Head and shoulders, 83 %."
    assert shown.get_by_text("may still be forming").count() == 1  # nothing is drawn at the right of it
    bars = shown.locator(".all li")
    assert bars.count() == len(CLASSES) and bars.first.inner_text().split("\n")[0] == "head and shoulders"
    assert shown.locator(".all .chance i").first.evaluate("each => each.style.width").startswith("83")
    shown.get_by_label("Show the prices that were read").check()
    page.wait_for_selector("path.band")
    assert shown.locator("path.band").get_attribute("d").startswith("M100 60L101 60")
    with requests.post(f"{server}predict", drawing(), headers={"Content-Type": "image/png"}, timeout=60) as response:
        assert answer_of(shown) == response.json()
    page.get_by_role("button", name="Remove").click()
    assert page.locator("article").count() == 0 and page.evaluate("document.activeElement.id") == "files"
    page.get_by_role("button", name="Paste").click()
    assert result(page, 2).locator("rect.box").count() == 1


def test_files_are_dropped_and_no_clear_pattern_is_said(visit, server):
    page = visit(server)
    blank = saved(Image.new("RGB", (300, 200), "white"))
    files = [file("one.png", "image/png", drawing()), file("blank.png", "image/png", blank)]
    page.evaluate(DROP, ["dragenter", files])
    assert page.locator("#drop.over").count() == 1
    page.evaluate(DROP, ["drop", files])
    shown = result(page, 2)
    assert shown.get_by_role("heading").first.inner_text() == "No clear pattern"
    assert shown.get_by_text("Nothing in the picture looks like one of the patterns.").is_visible()
    assert page.locator("#drop.over").count() == 0 and result(page, 1).locator("rect.box").count() == 1


def test_candles_are_scanned_and_a_hit_is_shown_in_the_chart(visit, server):
    page = visit(server)
    rng = np.random.default_rng(4)
    close = 100 + np.cumsum(rng.normal(size=240))
    rows = [f"{1_700_000_000 + 3600 * i},{c},{c + 1},{c - 1},{c + 0.3}\n" for i, c in enumerate(close)]
    content = ("time,open,high,low,close\n" + "".join(rows)).encode()
    page.evaluate(DROP, ["drop", [file("BTC <b>.csv", "text/csv", content)]])
    shown = result(page)
    page.wait_for_selector(".chart canvas")
    scan = requests.post(f"{server}scan?name=BTC.csv", content, headers={"Content-Type": "text/csv"}, timeout=60).json()
    (market,) = scan["markets"]
    assert market["candles"] == 240 and market["found"] == len(market["hits"]) > 0
    assert shown.get_by_role("heading").first.inner_text() == f"{market['found']} patterns in 240 candles"
    hits = shown.locator(".hits button")
    assert hits.count() == market["found"]
    surest = market["hits"][0]
    assert market["prices"]["time"][surest["last"]] - market["prices"]["time"][surest["first"]] >= 29 * 3600
    assert surest["pattern"].replace("_", " ") in hits.first.inner_text()
    hits.first.focus()
    page.keyboard.press("Enter")
    assert hits.first.get_attribute("aria-pressed") == "true"
    with_line = [place for place, hit in enumerate(market["hits"]) if hit["stage"] is not None]
    assert 0 < len(with_line) < len(market["hits"])
    for place in range(len(market["hits"])):
        assert ("line at" in hits.nth(place).inner_text()) == (place in with_line)
    hit, button = market["hits"][with_line[0]], hits.nth(with_line[0])
    assert f"; {hit['stage']}, line at {hit['line']}, " in button.inner_text()
    page.evaluate(
        "() => { const draw = drawLine; globalThis.drawn = [];"
        " drawLine = (...all) => (globalThis.shown = all[0], drawn.push(all.slice(1)), draw(...all)); }"
    )
    for _ in range(1 + (with_line[0] == 0)):
        button.click()
    times = market["prices"]["time"]
    ends = [times[hit["line_first"]], hit["line_start"], times[hit["last"]], hit["line"]]
    assert page.evaluate("drawn")[0] == ends
    for place in (with_line[0], with_line[0], with_line[-1], 0):  # off, on, and others: the chart is never blank
        hits.nth(place).click()
        page.evaluate("() => new Promise(requestAnimationFrame)")
        seen = page.evaluate("shown.timeScale().getVisibleRange()")
        assert seen["from"] < seen["to"]
    no_serious_finding(page)


def test_a_bad_file_gets_one_sentence(visit, server):
    page = visit(server)
    files = [
        file("notes.png", "image/png", b"no picture"),
        file("letter.txt", "text/plain", b"Dear all,\nno candles.\n"),
        file("half.png", "image/png", drawing()[:-40]),
    ]
    page.evaluate(DROP, ["drop", files])
    result(page, 3)
    sentences = page.locator("p.error").all_inner_texts()[::-1]
    assert sentences[0] == "notes.png is not a picture; it must be one of PNG, JPEG, WEBP, GIF, BMP, TIFF, AVIF."
    assert sentences[1].startswith("letter.txt ") and sentences[2].startswith("half.png is truncated or damaged")
    assert all(sentence.count(". ") == 0 and sentence.endswith(".") for sentence in sentences)
    assert page.get_by_role("status").inner_text() == sentences[2]
    page.evaluate(DROP, ["paste", []])
    assert page.get_by_role("status").inner_text() == "The clipboard holds no picture."


@pytest.mark.parametrize(("size", "scheme"), [("wide", "dark"), ("phone", "light")])
def test_by_keyboard_on_a_phone_and_in_the_dark(visit, server, size, scheme, tmp_path):
    page = visit(server, size, scheme)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "files"
    page.keyboard.press("Space")
    while not page.choosers:  # pytest's timeout ends it
        page.wait_for_timeout(50)
    (tmp_path / "a picture with a long name, as phones give them, 2026-11-29.png").write_bytes(drawing())
    page.choosers[0].set_files(next(tmp_path.iterdir()))
    shown = result(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert shown.locator("img").bounding_box()["width"] > SIZES[size][0] / 2
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (ground == "rgb(255, 255, 255)") == (scheme == "light")
    no_serious_finding(page)


def test_only_certainty_is_100_percent(visit, server):
    shares = [0, 0.00001, 0.0006, 0.004, 0.05, 0.5, 0.996, 0.99949, 0.99951, 0.99999, 1]
    texts = visit(server).evaluate("async (all) => all.map((await import('./words.js')).percent)", shares)
    assert texts == [
        *("0 %", "< 0.1 %", "0.1 %", "0.4 %", "5.0 %", "50 %"),
        *("99.6 %", "99.9 %", "> 99.9 %", "> 99.9 %", "100 %"),
    ]


def test_the_page_forbids_the_browser_what_it_does_not_need(server):
    response = requests.get(server, timeout=30)
    assert response.headers["Content-Type"].startswith("text/html")
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy and "*" not in policy
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert requests.get(f"{server}app.js", timeout=30).headers["Content-Type"].startswith("text/javascript")

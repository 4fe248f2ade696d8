"""What tests do with the page in a browser: pictures to give to it, and what it shows."""

from __future__ import annotations

import base64
import io
import json

import pytest
from PIL import Image, ImageDraw

SIZES = {"wide": (1280, 900), "phone": (390, 844)}
SERIOUS = ("serious", "critical")
DROP = """([kind, files]) => {
  const data = new DataTransfer();
  for (const [name, type, text] of files) {
    const bytes = Uint8Array.from(atob(text), (each) => each.charCodeAt(0));
    data.items.add(new File([bytes], name, { type }));
  }
  const event = kind === "paste" ? new ClipboardEvent(kind, { clipboardData: data, bubbles: true })
    : new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true });
  document.getElementById("drop").dispatchEvent(event);
}"""
COPY = """async (text) => {
  const bytes = Uint8Array.from(atob(text), (each) => each.charCodeAt(0));
  await navigator.clipboard.write([new ClipboardItem({ "image/png": new Blob([bytes], { type: "image/png" }) })]);
}"""


def drawing(mode: str = "RGB", kind: str = "PNG", **options) -> bytes:
    """A black rectangle, which the finder that tests write takes for a pattern; its box is [100, 60, 251, 181]."""
    picture = Image.new(mode, (400, 240), (0, 0, 0, 0) if mode == "RGBA" else "white")
    ImageDraw.Draw(picture).rectangle((100, 60, 250, 180), "black")
    return saved(picture, kind, **options)


def saved(picture: Image.Image, kind: str = "PNG", **options) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def file(name: str, type_: str, content: bytes) -> tuple[str, str, str]:
    return name, type_, base64.b64encode(content).decode()


def result(page, number: int = 1):
    found = page.locator(f"article:has(#result-{number})")
    found.wait_for(timeout=60_000)
    return found


def answer_of(article) -> dict:
    return json.loads(article.locator("pre").text_content())


def no_serious_finding(page) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    found = axe.run(page).response["violations"]
    told = [(each["id"], [node["target"] for node in each["nodes"]]) for each in found if each["impact"] in SERIOUS]
    assert told == []

"""The files of the page for people: its own, and those that it shares with the scanner's report."""

from __future__ import annotations

from importlib.resources import files

INDEX = "index.html"
SHARED = ("colours.css", "price_chart.js", "lightweight-charts.js", "LICENSE-lightweight-charts.txt")
ABOUT = "about.json"  # what the page asks for first: see ``about``


def page_files() -> dict[str, bytes]:
    """The content of each file by its name: all lie in one folder for a browser."""
    own = {file.name: file.read_bytes() for file in (files("trainer.serve") / "page").iterdir()}
    scanner = files("trainer.scan") / "page"
    return own | {name: (scanner / name).read_bytes() for name in SHARED}


def about(classes: tuple[str, ...], version: str | None, prices: bool, candles: bool) -> dict[str, object]:
    """The content of ``ABOUT``: ``prices`` and ``candles`` say whether prices can be read and candles scanned."""
    return {"classes": list(classes), "model_version": version, "prices": prices, "candles": candles}

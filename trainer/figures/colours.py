"""Colours and words that the pictures share. This module needs neither matplotlib nor Pillow."""

from __future__ import annotations

INK, FAINT, BLUE, ORANGE, GREEN, RED = "#24292f", "#8c959f", "#0969da", "#bc4c00", "#1a7f37", "#cf222e"


def spoken(name: str) -> str:
    """A class name with spaces for underscores."""
    return name.replace("_", " ")

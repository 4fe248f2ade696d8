"""Draws labelled synthetic crypto charts into a dataset directory, which ``trainer`` reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cryptoai_common.privacy import keep_telemetry_off

if TYPE_CHECKING:
    from dataset_builder.charts.generator import ChartPatternGenerator
    from dataset_builder.charts.render import render_candles

keep_telemetry_off()

__all__ = ["ChartPatternGenerator", "render_candles"]
__version__ = "0.17.0"  # raised whenever the same configuration draws other pictures
_HOMES = {
    "ChartPatternGenerator": "dataset_builder.charts.generator",
    "render_candles": "dataset_builder.charts.render",
}


def __getattr__(name: str) -> Any:
    """Import the drawing code on first use: the command line's ``--help`` does without it."""
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

"""Stage one: draws labelled synthetic crypto charts into a dataset directory."""

from __future__ import annotations

__all__ = ["ChartPatternGenerator"]
__version__ = "0.2.0"  # raised whenever the same configuration draws other pictures


def __getattr__(name: str):
    """Import the drawing code on first use: the command line's ``--help`` does without it."""
    if name == "ChartPatternGenerator":
        from dataset_builder.generator import ChartPatternGenerator

        return ChartPatternGenerator
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

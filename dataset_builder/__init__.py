"""Stage one: draws labelled synthetic crypto charts into a dataset directory."""

from dataset_builder.generator import ChartPatternGenerator

__all__ = ["ChartPatternGenerator"]

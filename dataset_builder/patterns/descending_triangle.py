"""Descending triangle: an ascending triangle with the prices mirrored."""

from __future__ import annotations

from dataset_builder.patterns import ascending_triangle

PATTERN = ascending_triangle.PATTERN.mirrored(id=4, name="descending_triangle")

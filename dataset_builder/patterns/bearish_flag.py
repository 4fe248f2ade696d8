"""Bearish flag: a bullish flag with the prices mirrored."""

from __future__ import annotations

from dataset_builder.patterns import bullish_flag

PATTERN = bullish_flag.PATTERN.mirrored(id=7, name="bearish_flag")

"""Double bottom: a double top with the prices mirrored."""

from __future__ import annotations

from dataset_builder.patterns import double_top

PATTERN = double_top.PATTERN.mirrored(id=2, name="double_bottom")

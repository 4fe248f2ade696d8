"""The chart patterns, one file each. A new file here is a new class: nothing else is edited."""

from __future__ import annotations

import pkgutil
from importlib import import_module

from dataset_builder.market.pattern import Pattern


def _discover() -> tuple[Pattern, ...]:
    modules = (import_module(f"{__name__}.{found.name}") for found in pkgutil.iter_modules(__path__))
    patterns = tuple(sorted((module.PATTERN for module in modules), key=lambda pattern: pattern.id))
    if [pattern.id for pattern in patterns] != list(range(len(patterns))):
        raise ValueError(f"pattern ids must run from 0 without a gap: {[(p.id, p.name) for p in patterns]}")
    return patterns


PATTERNS = _discover()  # in the order of their ids
CLASSES = tuple(pattern.name for pattern in PATTERNS)
BY_NAME = {pattern.name: pattern for pattern in PATTERNS}

"""The chart styles, one file each. A new file here is a new style: nothing else is edited."""

from __future__ import annotations

import pkgutil
from importlib import import_module

from dataset_builder.drawing.style import Style


def _discover() -> tuple[Style, ...]:
    """The ``STYLE`` of every module here, in the order of their names."""
    modules = (import_module(f"{__name__}.{found.name}") for found in pkgutil.iter_modules(__path__))
    return tuple(sorted((module.STYLE for module in modules), key=lambda style: style.name))


STYLES = _discover()

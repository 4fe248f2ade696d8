"""Every file here is a charting library: it defines ``LIBRARY``, and is found by being here."""

from __future__ import annotations

import pkgutil
from importlib import import_module

from benchmarks.renderers.library import Library

LIBRARIES: tuple[Library, ...] = tuple(
    import_module(f"{__name__}.{module.name}").LIBRARY for module in pkgutil.iter_modules(__path__)
)

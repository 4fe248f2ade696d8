"""Tests need no network, and leave nothing in the user's caches."""

import os
import tempfile

from hypothesis import settings

_CACHE = tempfile.TemporaryDirectory(prefix="datasets-cache-")  # removed when the interpreter ends
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["HF_DATASETS_CACHE"] = _CACHE.name
settings.register_profile("shared machine", deadline=None)  # speed is for benchmarks
settings.load_profile("shared machine")

"""Makes the manifest: the configuration, versions, counts and hashes of a finished dataset."""

from __future__ import annotations

import platform
from collections import Counter
from collections.abc import Iterable
from importlib.metadata import version
from typing import Any

import dataset_builder
from cryptoai_common.dataset import FORMAT_VERSION
from dataset_builder.config import BuildConfig
from dataset_builder.storage.plan import Members

LIBRARIES = ("numpy", "pillow")  # their versions can change the bytes of a picture


def make_manifest(
    config: BuildConfig,
    classes: tuple[str, ...],
    splits: dict[str, Members],
    marks: Iterable[dict[str, Any]],
    files: dict[str, str],
    fingerprint: str,
) -> dict[str, Any]:
    """The manifest of a dataset, as JSON values.

    ``marks`` are the contents of the chunks' marks, with counts of draws and rejections. ``files`` maps the files that
    no row names to their SHA-256.
    """
    draws: Counter[str] = Counter()
    rejections: dict[str, Counter[str]] = {}
    for mark in marks:
        draws.update(mark["draws"])
        for name, reasons in mark["rejections"].items():
            rejections.setdefault(name, Counter()).update(reasons)
    return {
        "format_version": FORMAT_VERSION,
        "generator_version": dataset_builder.__version__,
        "config": config.content(),
        "versions": {"python": platform.python_version()} | {name: version(name) for name in LIBRARIES},
        "classes": list(classes),
        "image_size": config.image_size,
        "splits": {split: {"charts": len(members), "classes": members.counts()} for split, members in splits.items()},
        "draws": dict(sorted(draws.items())),
        "rejections": {name: dict(reasons.most_common()) for name, reasons in sorted(rejections.items())},
        "files": files,
        "fingerprint": fingerprint,
    }

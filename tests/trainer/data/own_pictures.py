"""Folders of labelled pictures, as users have them."""

from pathlib import Path

import numpy as np
from PIL import Image

from trainer.data.folder import find_pictures


def draw(path: Path, seed: int) -> None:
    """A picture of noise; the file's suffix says of which format."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.random.default_rng(seed).integers(0, 256, (20, 30, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(path)


def tell(directory: Path) -> tuple[dict[str, list[str]], list[str]]:
    """``class: file`` of each split, and what is said."""
    told: list[str] = []
    found = find_pictures(directory, notice=told.append)
    names = {
        split: [f"{label}: {path.relative_to(directory)}" for label, path in pictures]
        for split, pictures in found.items()
    }
    return names, [sentence.removeprefix(f"{directory}: ") for sentence in told]

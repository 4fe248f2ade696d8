"""An RGB picture → the network's input, with numpy and Pillow alone.

The same code serves training, evaluation and prediction. It gives the pixels that ``transformers.ViTImageProcessor``
gives with the same ``preprocessor_config.json`` (a test compares them), so ``pipeline("image-classification")`` gives
the same answer.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from cryptoai_common.errors import UserError

FILE_NAME = "preprocessor_config.json"


@dataclass(frozen=True)
class Preprocessor:
    """Resize to ``size`` = (height, width), scale to 0…1, subtract ``mean``, divide by ``std`` (one per channel)."""

    size: tuple[int, int]
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    resample: int = Image.Resampling.BILINEAR
    scale: float = 1 / 255

    @classmethod
    def read(cls, directory: Path) -> Preprocessor:
        """Read ``preprocessor_config.json``. Raises UserError if it is missing, unreadable, or asks for a crop."""
        path = directory / FILE_NAME
        try:
            stored = json.loads(path.read_text(encoding="utf-8"))
            size = stored["size"]["height"], stored["size"]["width"]
            mean, std = tuple(stored["image_mean"]), tuple(stored["image_std"])
        except FileNotFoundError:
            raise UserError(f"{directory} is not a model directory: it has no {FILE_NAME}") from None
        except (ValueError, KeyError, TypeError) as error:
            raise UserError(f"{path} cannot be read ({error!r}); it must give size, image_mean and image_std") from None
        if stored.get("do_center_crop"):
            raise UserError(f"{path} asks for a crop, which would cut a pattern; only resizing is supported")
        return cls(size, mean, std, stored.get("resample", cls.resample), stored.get("rescale_factor", cls.scale))

    def __call__(self, picture: Image.Image) -> np.ndarray:
        """RGB picture of any size → float32 [3, height, width]."""
        pixels = np.empty((3, *self.size), np.float32)
        np.multiply(self.resized(picture).transpose(2, 0, 1), self.gain[:, None, None], out=pixels)
        pixels -= self.offset[:, None, None]
        return pixels

    def resized(self, picture: Image.Image) -> np.ndarray:
        """RGB picture of any size → uint8 [height, width, 3], for code that applies ``gain`` and ``offset`` later."""
        height, width = self.size
        if picture.size != (width, height):
            picture = picture.resize((width, height), resample=self.resample)
        return np.asarray(picture)

    @property
    def gain(self) -> np.ndarray:
        """The factor for the pixels of each channel, float32 [3]."""
        return (self.scale / np.asarray(self.std)).astype(np.float32)

    @property
    def offset(self) -> np.ndarray:
        """What is subtracted after the multiplication, float32 [3]."""
        return (np.asarray(self.mean, np.float64) / np.asarray(self.std, np.float64)).astype(np.float32)

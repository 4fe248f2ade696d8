"""Where the model that comes with the project lies: in a checkout, and in an installed wheel."""

from __future__ import annotations

from pathlib import Path

SHIPPED = Path("models/chart-vit")  # its name in commands and recipes, whatever the working directory
SHIPPED_INT8 = SHIPPED / "crypto_pattern_model_quantized.onnx"
IN_WHEEL = Path(__file__).parent / "shipped_models"  # setup.py copies models/chart-vit there
IN_CHECKOUT = Path(__file__).parents[1] / SHIPPED.parent


def find_shipped(path: str | Path) -> Path:
    """The path itself, unless it names the shipped model or a file of it and is not in the working directory.

    Then it is the file or directory that came with this package. A name on the Hub stays as it is.
    """
    path = Path(path)
    if SHIPPED not in (path, *path.parents) or path.exists():
        return path
    places = [home / path.relative_to(SHIPPED.parent) for home in (IN_WHEEL, IN_CHECKOUT)]
    return next((place for place in places if place.exists()), path)

"""Where the model that comes with the project lies: in a checkout, and in an installed wheel."""

from __future__ import annotations

from pathlib import Path

SHIPPED = Path("models/chart-vit")  # its name in commands and recipes, whatever the working directory
IN_WHEEL = Path(__file__).parent / "shipped_models"  # setup.py copies models/chart-vit there
IN_CHECKOUT = Path(__file__).parents[1] / SHIPPED.parent


def find_shipped(path: str | Path) -> Path:
    """Make the path of the shipped model, or of a file in it, work from any directory.

    Returns where this package holds it, if ``path`` begins with ``SHIPPED`` and is not in the working directory. Any
    other path, and a name on the Hub, is returned as it is.
    """
    path = Path(path)
    if SHIPPED not in (path, *path.parents) or path.exists():
        return path
    places = [home / path.relative_to(SHIPPED.parent) for home in (IN_WHEEL, IN_CHECKOUT)]
    return next((place for place in places if place.exists()), path)

"""The settings of a made-up command, as words and recipes give them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest

from cryptoai_common.errors import UserError
from cryptoai_common.options import FromRecipe, Positional, Repeated
from cryptoai_common.settings import read_settings

PROGRAM = "python -m shop bake"


@dataclass(frozen=True)
class Cake(FromRecipe):
    """Bake a cake."""

    guests: Positional[tuple[Path, ...]]
    """Those who
    come."""
    oven: Path
    """Where it is baked."""
    layers: int = 2
    """How many; 100 % of them."""
    sugar: float = 0.5
    """Share."""
    kind: Literal["sponge", "cheese"] = "sponge"
    """What it is."""
    name: str = "cake"
    """What it is called."""
    note: str | None = None
    """What is written on it."""
    icing: bool = True
    """Put icing on."""
    vegan: bool = False
    """Leave out eggs."""
    sizes: tuple[int, ...] = (20,)
    """Diameters."""
    fillings: Repeated[tuple[str, ...]] = ()
    """A filling; give it again for another."""


def bake(*words: str) -> Cake:
    return read_settings(Cake, PROGRAM, [*(() if "--oven=" in words else ("--oven", "o")), *words])


def refused(*words: str) -> str:
    with pytest.raises(UserError) as caught:
        bake(*words)
    assert "\n" not in str(caught.value) and caught.value.exit_code == 2
    return str(caught.value)

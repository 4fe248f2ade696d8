"""What one of several processes does for all of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from accelerate import PartialState
from accelerate.utils import broadcast_object_list

from trainer.errors import UserError

Result = TypeVar("Result")


def on_main_process(function: Callable[..., Result], *args) -> Result:
    """Call ``function`` in the main process; every process returns its result, or raises its UserError."""
    outcome: list = [None]
    if PartialState().is_main_process:
        try:
            outcome = [function(*args)]
        except UserError as error:
            outcome = [error]
    broadcast_object_list(outcome)
    if isinstance(outcome[0], UserError):
        raise outcome[0]
    return outcome[0]

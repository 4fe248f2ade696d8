"""What one of several processes does for all of them."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, TypeVar

from accelerate import Accelerator, PartialState
from accelerate.utils import broadcast_object_list

from cryptoai_common.errors import UserError

Result = TypeVar("Result")


def processes_are_missing() -> bool:
    """Whether ``accelerate launch --cpu --num_processes N`` started this process alone, as it does without MPI.

    See https://github.com/huggingface/accelerate/issues/2741. With ``--multi_gpu`` it starts N, with or without GPUs.
    """
    asked_for_more = "MASTER_PORT" in os.environ and os.environ.get("ACCELERATE_USE_CPU", "").lower() == "true"
    return asked_for_more and PartialState().num_processes == 1


def on_main_process(function: Callable[..., Result], *args: Any) -> Result:
    """Call ``function`` in the main process; every process returns its result, or raises its UserError."""
    outcome: list[Any] = [None]
    if PartialState().is_main_process:
        try:
            outcome = [function(*args)]
        except UserError as error:
            outcome = [error]
    broadcast_object_list(outcome)
    if isinstance(outcome[0], UserError):
        PartialState().destroy_process_group()  # or the process that leaves last aborts
        raise outcome[0]
    result: Result = outcome[0]
    return result


def end(accelerator: Accelerator) -> None:
    """Leave the other processes. Nobody may hold the Trainer any more.

    Its gradient reducer must go while the process group is still there: as the last to hold the group, it would wait
    for gloo's threads with Python's lock in its hands, and one of those may be waiting for that lock.
    """
    accelerator.free_memory()  # collects what refers to itself in a circle, too
    accelerator.end_training()

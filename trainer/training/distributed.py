"""Training in several processes: work that one of them does for all, and how they end."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, TypeVar

from accelerate import Accelerator, PartialState
from accelerate.utils import broadcast_object_list

from cryptoai_common.errors import UserError

Result = TypeVar("Result")


def processes_are_missing() -> bool:
    """Whether ``accelerate launch --cpu --num_processes N`` started one process only, as it does without MPI.

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
        PartialState().destroy_process_group()  # without this the process that exits last is aborted
        raise outcome[0]
    result: Result = outcome[0]
    return result


def end(accelerator: Accelerator) -> None:
    """End the process group. The caller must have deleted every reference to the Trainer.

    The Trainer's gradient reducer must be freed while the process group exists. If the reducer holds the last reference
    to the group, freeing it waits for gloo's threads while holding Python's global lock (GIL); one of those threads may
    be waiting for the GIL, and then neither ever continues.
    """
    accelerator.free_memory()  # runs the garbage collector too, which frees reference cycles
    accelerator.end_training()

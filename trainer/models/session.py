"""An ONNX file → a session of onnxruntime on the CPU. This module needs that and numpy."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from cryptoai_common.cores import usable_cores
from cryptoai_common.errors import UserError

if TYPE_CHECKING:
    from onnxruntime import InferenceSession


def open_session(file: Path, takes: str, threads: int = 0) -> InferenceSession:
    """A session for ``file``, whose only input must be ``takes``. ``threads`` 0: as many as there are cores.

    Raises UserError if ``file`` is missing, no ONNX file, or one with other inputs.
    """
    import onnxruntime

    if not file.is_file():
        raise UserError(f"{file}: no such file; make it with `python -m trainer export`")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3  # errors only
    # Threads that have nothing to do sleep. Otherwise they keep the cores from the next session: on 2 cores a
    # screenshot, which two sessions answer, took 87 ms and not 62, a cut chart, which takes three, 67 and not 39; one
    # session alone takes 5 to 15 % more.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        session = onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's exceptions have no common base but this one
        raise UserError(f"{file} is not an ONNX file that onnxruntime can run ({error})") from None
    inputs = [node.name for node in session.get_inputs()]
    if inputs != [takes]:
        raise UserError(f"{file} takes {', '.join(inputs)}; it must take {takes}, as `trainer export` writes it")
    return session


def run_each(session: InferenceSession, batch: np.ndarray) -> list[np.ndarray]:
    """Give the session the pictures of a batch one by one; returns its outputs, each [batch, …].

    Pictures beside each other, in a session of one thread, are twice as fast on 2 cores as a batch in a session of two.
    The quantized files that we export treat each picture of a batch alone anyway; those of version 0.11.0 and before,
    and of others, have one scale for all that comes together, so that an answer would depend on its neighbours.
    """
    name = session.get_inputs()[0].name
    answers = list(at_once(lambda i: session.run(None, {name: batch[i : i + 1]}), range(len(batch))))
    return [np.concatenate(output) for output in zip(*answers, strict=True)]


def at_once(answer: Callable[[Any], Any], questions: Sequence[Any]) -> Iterator[Any]:
    """The answers in the order of the questions, computed by as many threads as there are cores.

    Threads help because an onnxruntime session releases Python's global lock (GIL) while it runs.
    """
    cores = usable_cores()
    if len(questions) == 1:  # as a server asks: no new threads for it
        yield answer(questions[0])
        return
    with ThreadPoolExecutor(cores) as pool:
        for start in range(0, len(questions), 16 * cores):
            yield from pool.map(answer, questions[start : start + 16 * cores])

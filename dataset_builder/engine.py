"""Runs chunks over processes, in any order."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from multiprocessing.connection import wait

from dataset_builder.errors import WorkerDied


def run(function: Callable, shared, jobs: Sequence, workers: int) -> Iterator:
    """Yield ``function(shared, job)`` of every job as it is done. Raises what the function raises, or WorkerDied."""
    workers = min(workers, len(jobs))
    if workers <= 1:
        yield from (function(shared, job) for job in jobs)
        return
    with ProcessPoolExecutor(workers, mp_context=_context(), initializer=_settle_in) as pool:
        futures = [pool.submit(partial(function, shared), job) for job in jobs]
        try:
            for future in as_completed(futures):
                yield future.result()
        except BrokenProcessPool as error:
            raise WorkerDied(
                "a worker process was killed, perhaps for want of memory: run the same command again (with fewer "
                "--workers if it was memory) and it goes on where it stopped"
            ) from error
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _context() -> multiprocessing.context.BaseContext:
    """Workers forked from a clean server that has imported the drawing code once; spawned where there is no fork."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["dataset_builder.writer"])
    return context


def _settle_in() -> None:
    """In a worker: one BLAS thread, and an end when the parent is killed."""
    from threadpoolctl import threadpool_limits

    threadpool_limits(1)
    threading.Thread(target=_die_with_parent, daemon=True).start()


def _die_with_parent() -> None:
    wait([multiprocessing.parent_process().sentinel])
    os._exit(1)

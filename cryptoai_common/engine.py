"""Runs a function on many jobs, in worker processes or on a Ray cluster, in any order."""

from __future__ import annotations

import logging
import multiprocessing
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor
from concurrent.futures import wait as futures_wait
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from itertools import islice
from multiprocessing.connection import wait
from typing import Any, TypeVar

from cryptoai_common.errors import CheckFailed

Shared = TypeVar("Shared")
Job = TypeVar("Job")
Result = TypeVar("Result")


class WorkerDied(CheckFailed):
    """A worker process was killed from outside: the user's input is not at fault."""


AHEAD = 3  # jobs that are submitted for each worker, so that it need not wait for the next one


def run(
    function: Callable[[Shared, Job], Result],
    shared: Shared,
    jobs: Iterable[Job],
    workers: int,
    engine: str = "processes",
    preload: Sequence[str] = (),
) -> Iterator[Result]:
    """Yield ``function(shared, job)`` of every job as it is done. Raises what the function raises, or WorkerDied.

    ``engine`` is "processes" or "ray". Jobs are taken from the iterable only when workers are ready for them, so that
    there may be any number. Function, shared value, jobs and results must be picklable. ``preload`` names modules that
    worker processes share, so that not each of them takes the time and memory of importing them.
    """
    if engine == "ray":
        return _run_on_ray(function, shared, jobs, workers)
    if workers <= 1:
        return _run_here(function, shared, jobs)
    return _run_in_processes(function, shared, jobs, workers, preload)


def _run_here(function: Callable[[Shared, Job], Result], shared: Shared, jobs: Iterable[Job]) -> Iterator[Result]:
    """In this process. One BLAS thread, as in a worker: the matrices are too small for several."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        yield from (function(shared, job) for job in jobs)


def _run_in_processes(
    function: Callable[[Shared, Job], Result],
    shared: Shared,
    jobs: Iterable[Job],
    workers: int,
    preload: Sequence[str],
) -> Iterator[Result]:
    """In that many worker processes of this machine."""
    with ProcessPoolExecutor(workers, mp_context=_context(preload), initializer=_settle_in) as pool:
        futures = (pool.submit(function, shared, job) for job in jobs)
        pending = set(islice(futures, AHEAD * workers))
        try:
            while pending:
                done, pending = futures_wait(pending, return_when=FIRST_COMPLETED)
                pending |= set(islice(futures, len(done)))
                yield from (future.result() for future in done)
        except BrokenProcessPool as error:
            raise WorkerDied(
                "a worker process was killed, perhaps for want of memory: run the same command again (with fewer "
                "--workers if it was memory) and it goes on where it stopped"
            ) from error
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _run_on_ray(
    function: Callable[[Shared, Job], Result], shared: Shared, jobs: Iterable[Job], workers: int
) -> Iterator[Result]:
    """On the cluster that RAY_ADDRESS names, else on a local one of that many workers."""
    import ray

    started = not ray.is_initialized()
    if started:
        local: dict[str, Any] = {"num_cpus": max(workers, 1), "include_dashboard": False}
        if os.environ.get("RAY_ADDRESS"):
            local = {}
        ray.init(log_to_driver=False, logging_level=logging.ERROR, **local)
    try:
        remote = ray.remote(function)
        futures = map(partial(remote.remote, shared), jobs)
        cluster: Any = ray  # its function ``cluster_resources`` has no types
        pending = list(islice(futures, AHEAD * int(cluster.cluster_resources().get("CPU", workers))))
        while pending:
            (done,), pending = ray.wait(pending)
            pending += islice(futures, 1)
            yield ray.get(done)
    except ray.exceptions.RayTaskError as error:
        raise error.cause from error
    except (ray.exceptions.WorkerCrashedError, ray.exceptions.RaySystemError) as error:
        raise WorkerDied("a Ray worker died: run the same command again and it goes on where it stopped") from error
    finally:
        if started:
            ray.shutdown()


def _context(preload: Sequence[str]) -> multiprocessing.context.BaseContext:
    """Workers forked from a clean server that has imported ``preload`` once; spawned where there is no fork."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(preload))
    return context


def _settle_in() -> None:
    """Prepare a worker: one BLAS thread, the system's allocator for Arrow, and an exit when the parent is killed."""
    from threadpoolctl import threadpool_limits

    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")  # its own does not return 20 MB of free memory
    threadpool_limits(1)
    threading.Thread(target=_die_with_parent, daemon=True).start()


def _die_with_parent() -> None:
    """Wait for the end of the parent process, then end this one."""
    parent = multiprocessing.parent_process()
    if parent:
        wait([parent.sentinel])
        os._exit(1)

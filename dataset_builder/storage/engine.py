"""Runs chunks over processes or a Ray cluster, in any order."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor
from concurrent.futures import wait as futures_wait
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from itertools import islice
from multiprocessing.connection import wait

from cryptoai_common.errors import CheckFailed


class WorkerDied(CheckFailed):
    """A worker process was killed from outside: nothing that the user wrote is wrong."""


AHEAD = 3  # jobs a worker that are on their way to it


def run(function: Callable, shared, jobs: Iterable, workers: int, engine: str = "processes") -> Iterator:
    """Yield ``function(shared, job)`` of every job as it is done. Raises what the function raises, or WorkerDied.

    Jobs are taken only as workers get to them, so there may be any number of them.
    """
    if engine == "ray":
        return _run_on_ray(function, shared, jobs, workers)
    if workers <= 1:
        return _run_here(function, shared, jobs)
    return _run_in_processes(function, shared, jobs, workers)


def _run_here(function: Callable, shared, jobs: Iterable) -> Iterator:
    """In this process. One BLAS thread, as in a worker: the matrices are too small for several."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        yield from (function(shared, job) for job in jobs)


def _run_in_processes(function: Callable, shared, jobs: Iterable, workers: int) -> Iterator:
    with ProcessPoolExecutor(workers, mp_context=_context(), initializer=_settle_in) as pool:
        futures = map(partial(pool.submit, function, shared), jobs)
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


def _run_on_ray(function: Callable, shared, jobs: Iterable, workers: int) -> Iterator:
    """On the cluster that RAY_ADDRESS names, else on a local one of that many workers."""
    import ray

    started = not ray.is_initialized()
    if started:
        local = {} if os.environ.get("RAY_ADDRESS") else {"num_cpus": max(workers, 1), "include_dashboard": False}
        ray.init(log_to_driver=False, logging_level="ERROR", **local)
    try:
        remote = ray.remote(function)
        futures = map(partial(remote.remote, shared), jobs)
        pending = list(islice(futures, AHEAD * int(ray.cluster_resources().get("CPU", workers))))
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


def _context() -> multiprocessing.context.BaseContext:
    """Workers forked from a clean server that has imported the drawing code once; spawned where there is no fork."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["dataset_builder.storage.writer"])
    return context


def _settle_in() -> None:
    """In a worker: one BLAS thread, the system's allocator for Arrow, and an end when the parent is killed."""
    from threadpoolctl import threadpool_limits

    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")  # its own holds on to 20 MB that are free
    threadpool_limits(1)
    threading.Thread(target=_die_with_parent, daemon=True).start()


def _die_with_parent() -> None:
    wait([multiprocessing.parent_process().sentinel])
    os._exit(1)

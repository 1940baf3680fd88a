"""Dask: workers of our own on this machine, or those of a scheduler that listens at an address."""

from __future__ import annotations

import logging
import os
import re
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib import import_module
from multiprocessing import active_children, current_process, resource_tracker
from tempfile import TemporaryDirectory
from typing import Any

from pcapinspect import __version__
from pcapinspect.errors import EngineError, UsageError

LOCAL = "local"
"""In place of an address: workers of our own."""

ADDRESS = re.compile(r"(\w+://)?[^/\s]+:\d{1,5}/?")
"""Of a scheduler: Dask itself takes any text, and fails with many words."""

WORKER = "Dask Worker process"
"""How Dask names the processes of its workers."""

CLOSE_SECONDS = 0.5
"""How long what is left is waited for when the workers were killed: it ends with this process."""

CONNECT_SECONDS = 10
"""A scheduler that does not answer for so long is not there."""

START_SECONDS = 120
"""A worker of our own comes within so long. Measured on 2 idle cores (AMD EPYC, 2026-11-25), the whole of a short run
takes less than 2 s; this is for a machine that is sixty times as slow."""

GUARD = "a program that calls pcapinspect needs `if __name__ == '__main__':` around what it does"
"""Workers read the program again that started them, and would do what it does."""


@contextmanager
def cluster(address: str) -> Iterator[Dask]:
    """Yields the workers; those of our own end with the context, whatever they are at.

    Raises UsageError without Dask, or where nobody works at the address.
    """
    distributed = _dask()
    if address == LOCAL:
        if current_process().name.startswith(WORKER):
            raise UsageError(f"--dask {LOCAL}: a worker does not start workers: {GUARD}")
        with TemporaryDirectory(prefix="pcapinspect-dask-") as scratch, _local(distributed, scratch) as client:
            yield Dask(client)
        return
    try:
        client = distributed.Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        reason = str(error).partition("\n")[0] or "it does not answer"
        raise UsageError(f"--dask {address}: no Dask scheduler: {reason}") from None
    with client:
        _check(client, address)
        yield Dask(client)


def _dask() -> Any:
    """Dask's `distributed`, whose functions have no types."""
    try:
        return import_module("distributed")
    except ImportError:
        raise UsageError("--dask needs Dask: pip install 'pcapinspect[dask]'") from None


@contextmanager
def _local(distributed: Any, scratch: str) -> Iterator[Any]:
    """One process for each core that we may use: Python works on one at a time."""
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    with import_module("dask.config").set({"temporary-directory": scratch}):
        workers, client = _started(distributed)
        try:
            workers.scale(len(os.sched_getaffinity(0)))
            _await_one(client)
            yield client
            client.close()
            workers.close()
        except BaseException:
            _kill(workers, client)
            raise


def _started(distributed: Any) -> tuple[Any, Any]:
    """A scheduler without workers yet, and its client.

    Threads inherit what signals are blocked, and so do the processes that they start: Ctrl-C, which a terminal sends to
    all, is for us alone, and we end the workers. The tracker of resources, started later, would unblock it.
    """
    resource_tracker.ensure_running()
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        workers = distributed.LocalCluster(
            n_workers=0,
            threads_per_worker=1,
            host="127.0.0.1",
            dashboard_address="127.0.0.1:0",  # any free port: Dask serves its state whether it is wanted or not
            silence_logs=logging.CRITICAL,
        )
        client = distributed.Client(workers, set_as_default=False)
        # Python drops a Ctrl-C that comes while this looks on at garbage collection.
        import_module("distributed.gc").disable_gc_diagnosis(force=True)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
    return workers, client


def _await_one(client: Any) -> None:
    """Raises EngineError where no worker comes: those of a program without the guard end before they begin."""
    try:
        client.wait_for_workers(1, timeout=START_SECONDS)
    except TimeoutError:
        raise EngineError(f"Dask: no worker came within {START_SECONDS} s: {GUARD}") from None


def _kill(workers: Any, client: Any) -> None:
    """Ends the workers at once: asked kindly, they finish what they are at, or even begin."""
    for nanny in workers.workers.values():
        nanny.auto_restart = False
    for child in active_children():
        if child.name.startswith(WORKER):
            child.kill()
    workers.shutdown_on_close = False  # else Dask waits for them at the end of this process
    for part in (client, workers):
        with suppress(TimeoutError):
            part.close(timeout=CLOSE_SECONDS)


def _check(client: Any, address: str) -> None:
    """Raises UsageError where the workers cannot do our tasks."""
    try:
        versions = set(client.run(_version).values())
    except Exception as error:
        # Whatever Python says there that lacks the package, or what it needs.
        reason = str(error).partition("\n")[0]
        raise UsageError(f"--dask {address}: its workers do not run pcapinspect: {reason}") from None
    if not versions:
        raise UsageError(f"--dask {address}: the scheduler has no workers")
    if versions != {__version__}:
        raise UsageError(
            f"--dask {address}: its workers have pcapinspect {', '.join(sorted(versions))}, not {__version__}"
        )


def _version() -> str:
    return __version__


class Dask:
    """Has tasks done by a cluster. What a worker that died was at, another does again."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def do(self, work: Callable[[Any], None], tasks: Sequence[Any]) -> Iterator[int]:
        """Yields the place of each task when it is done, in any order. Of errors, that of the first task is raised."""
        futures = [self._client.submit(work, task, pure=False) for task in tasks]
        places = {future.key: place for place, future in enumerate(futures)}
        waiting = set(places.values())
        failed: dict[int, BaseException] = {}
        try:
            for future in _dask().as_completed(futures, loop=self._client.loop):
                place = places[future.key]
                waiting.remove(place)
                error = _error_of(future)
                if error is None:
                    yield place
                else:
                    failed[place] = error
                if failed and min(waiting, default=len(tasks)) > min(failed):
                    raise failed[min(failed)]
        finally:
            self._client.cancel(futures, force=True)


def _error_of(future: Any) -> BaseException | None:
    """Why a task failed, in our words where it is Dask that failed."""
    distributed = _dask()
    try:
        error: BaseException | None = future.exception()
    except distributed.CancelledError:
        return EngineError("Dask: the scheduler is gone")
    if isinstance(error, distributed.KilledWorker):
        return EngineError("Dask: workers died again and again at one task: they may need more memory")
    return error

"""The one thread that writes.

Requests go before processing, so a request waits for one batch at most. Each job is one
transaction: it is all there or not at all, also after a kill.
"""

import asyncio
import itertools
import queue
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future
from enum import IntEnum
from typing import Any, Concatenate, NamedTuple, ParamSpec, TypeVar

__all__ = ["Writer"]

P = ParamSpec("P")
T = TypeVar("T")


class _Turn(IntEnum):
    REQUEST = 0
    PROCESSING = 1
    STOP = 2


class _Job(NamedTuple):
    turn: _Turn
    order: int
    work: Callable[[sqlite3.Connection], Any] | None
    future: "Future[Any]"


class Writer:
    """Runs jobs on its own connection, one transaction each."""

    def __init__(
        self, connection: sqlite3.Connection, committed: Callable[[], None] = lambda: None
    ) -> None:
        """Take over the connection and start the thread; ``committed`` hears of each commit."""
        self._connection = connection
        self._committed = committed
        self._jobs: queue.PriorityQueue[_Job] = queue.PriorityQueue()
        self._order = itertools.count()
        self._stopped = False
        self._thread = threading.Thread(target=self._work, name="assets-writer", daemon=True)
        self._thread.start()

    async def run(
        self,
        job: Callable[Concatenate[sqlite3.Connection, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Run a job for a request; what it raises rolls back and is raised here."""
        future = self._put(_Turn.REQUEST, lambda connection: job(connection, *args, **kwargs))
        return await asyncio.wrap_future(future)

    def call(
        self,
        job: Callable[Concatenate[sqlite3.Connection, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Run a job for processing, from any thread but the writer's, and wait for it."""
        future = self._put(_Turn.PROCESSING, lambda connection: job(connection, *args, **kwargs))
        return future.result()

    def stop(self) -> None:
        """Finish what is queued and close the connection; later jobs are refused."""
        if not self._stopped:
            self._stopped = True
            self._jobs.put(_Job(_Turn.STOP, next(self._order), None, Future()))
            self._thread.join()
            self._connection.close()

    def _put(self, turn: _Turn, work: Callable[[sqlite3.Connection], T]) -> "Future[T]":
        if self._stopped:
            raise RuntimeError("the local Assets server is stopping")
        future: Future[T] = Future()
        self._jobs.put(_Job(turn, next(self._order), work, future))
        return future

    def _work(self) -> None:
        while (job := self._jobs.get()).work is not None:
            if not job.future.set_running_or_notify_cancel():
                continue
            try:
                result = self._transaction(job.work)
            except StopIteration as error:
                # A future of asyncio refuses to carry one, and whoever waits would wait for ever.
                job.future.set_exception(RuntimeError(f"a job ended early: {error!r}"))
            except BaseException as error:  # noqa: BLE001 - the one who asked must hear of it
                job.future.set_exception(error)
            else:
                job.future.set_result(result)

    def _transaction(self, work: Callable[[sqlite3.Connection], T]) -> T:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            result = work(self._connection)
            self._connection.execute("COMMIT")
        except BaseException:
            # A full disk has rolled back by itself already.
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise
        self._committed()
        return result

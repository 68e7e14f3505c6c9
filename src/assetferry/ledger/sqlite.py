"""The ledger in one SQLite file: one writer thread that commits in groups."""

import asyncio
import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeAlias, TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from assetferry.ledger.clock import Clock
from assetferry.ledger.errors import LedgerBusy, LedgerUnusable
from assetferry.ledger.revision import ensure_same
from assetferry.ledger.timekeeping import TOLERANCE_S, keep_time, uptime
from assetferry.ledger.transition import Ledger

__all__ = ["SqliteLedger", "cure", "sqlite_engine"]

P = ParamSpec("P")
T = TypeVar("T")

_GROUP = 64
"""Most transitions that share one commit, so that none waits long for its answer."""
_LOCKED_FOR_S = 30
"""How long a commit waits for another process; its transitions take milliseconds."""


_OF_THE_FILE = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_NOTADB,
    }
)
"""Result codes that speak of the file and not of the statement that met them."""

_Outcome: TypeAlias = tuple[Any, BaseException | None]
"""What a transition returned, or raised."""
_Outcomes: TypeAlias = Sequence[_Outcome]


@dataclass(frozen=True, slots=True)
class _Call:
    """One transition on its way to the writer thread and back to its event loop."""

    transition: Callable[[Connection], Any]
    loop: asyncio.AbstractEventLoop
    future: "asyncio.Future[Any]"

    def settle(self, result: Any, error: BaseException | None) -> None:
        try:
            self.loop.call_soon_threadsafe(_settle, self.future, result, error)
        except RuntimeError:
            # The loop is closed: nobody waits any more, and the transition is durable.
            return


def _settle(future: "asyncio.Future[Any]", result: Any, error: BaseException | None) -> None:
    if future.cancelled():
        return
    if error is None:
        future.set_result(result)
    else:
        future.set_exception(error)


def sqlite_engine(path: Path) -> Engine:
    """Open the file so that a commit survives a power cut and writers queue instead of failing."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.touch(mode=0o600)
    engine = create_engine(URL.create("sqlite", database=str(path)), poolclass=NullPool)
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)
    return engine


def _on_connect(connection: sqlite3.Connection, _record: object) -> None:
    # The driver's own transaction handling would begin late and deferred.
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout = {_LOCKED_FOR_S * 1000}")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")


def _on_begin(connection: Connection) -> None:
    # A deferred transaction that reads and then writes fails with SQLITE_BUSY at once.
    connection.exec_driver_sql("BEGIN IMMEDIATE")


class SqliteLedger(Ledger):
    """A ledger for one machine; several processes may share the file."""

    def __init__(self, path: Path, *, clock: Clock = time.time, steady: Clock = uptime) -> None:
        """Open the file, which must have been upgraded.

        ``clock`` gives epoch seconds, ``steady`` those that the machine has been up.
        """
        self._path = path
        self._clock, self._steady = clock, steady
        self._now = self._up = 0.0
        self._apart_by: float | None = None  # None: to be looked at, also where it was undone
        self._closing = False
        self._schema: int | None = None
        self._calls: queue.SimpleQueue[_Call | None] = queue.SimpleQueue()
        self._writer = threading.Thread(target=self._write, name="ledger", daemon=True)
        self._writer.start()

    @property
    def place(self) -> str:
        """The file's path."""
        return str(self._path)

    async def run(
        self,
        transition: Callable[Concatenate[Connection, P], T],
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Hand the transition to the writer thread and wait until it is on the disk."""
        # After close nobody reads the queue: what is put into it would wait for ever.
        if self._closing:
            raise LedgerUnusable(f"The ledger {self._path} is closed.")
        loop = asyncio.get_running_loop()
        call = _Call(lambda on: transition(on, *args, **kwargs), loop, loop.create_future())
        self._calls.put(call)
        return await call.future

    async def close(self) -> None:
        """Let the writer finish its queue and end."""
        self._closing = True
        self._calls.put(None)
        await asyncio.to_thread(self._writer.join)

    def _write(self) -> None:
        try:
            with sqlite_engine(self._path).connect() as connection:
                connection.info.update(clock=lambda: self._now, uptime=lambda: self._up)
                last = False
                while not last:
                    group, last = self._next_group()
                    if group:
                        self._commit(connection, group)
        except (DBAPIError, OSError) as error:
            self._refuse(self._explained(error))

    def _refuse(self, failure: Exception) -> None:
        """Answer every call with the failure, until close: nobody may wait for ever."""
        last = False
        while not last:
            group, last = self._next_group()
            for call in group:
                call.settle(None, failure)

    def _next_group(self) -> tuple[list[_Call], bool]:
        """Wait for one call and take what else has queued up behind it."""
        group: list[_Call] = []
        call = self._calls.get()
        while call is not None:
            group.append(call)
            if len(group) == _GROUP or self._calls.empty():
                return group, False
            call = self._calls.get()
        return group, True

    def _commit(self, connection: Connection, group: list[_Call]) -> None:
        """Execute a group in one transaction; a transition that fails undoes only itself."""
        outcomes: _Outcomes = []
        try:
            outcomes = self._together(connection, group) or self._apart(connection, group)
        except DBAPIError as error:
            self._apart_by = None
            # The transaction as a whole is gone: no transition of the group has happened.
            failure = self._explained(error)
            outcomes = [(None, failure) for _ in group]
        except BaseException as error:  # noqa: BLE001 # the waiting coroutines must hear of it
            outcomes = [(None, error) for _ in group]
        for call, (result, error) in zip(group, outcomes, strict=True):
            if isinstance(error, DBAPIError) and _code(error) in _OF_THE_FILE:
                call.settle(None, self._explained(error))
            else:
                call.settle(result, error)

    def _together(self, connection: Connection, group: Sequence[_Call]) -> _Outcomes | None:
        """Execute all without savepoints: two statements less for each, a third of a small one.

        None, and nothing has happened, where one of them failed.
        """
        with connection.begin() as transaction:
            self._meet_newer(connection)
            self._tell_time(connection)
            try:
                return [(call.transition(connection), None) for call in group]
            except Exception:  # noqa: BLE001 # found again, and told to its caller, by _apart
                transaction.rollback()
                self._apart_by = None
                return None

    def _apart(self, connection: Connection, group: Sequence[_Call]) -> _Outcomes:
        """Execute each in a savepoint of its own, in one transaction."""
        with connection.begin():
            self._tell_time(connection)
            return [_attempt(connection, call) for call in group]

    def _meet_newer(self, connection: Connection) -> None:
        """Stop before the first statement on tables that a newer version has changed.

        Under the lock of the transaction; SQLite counts the changes of its schema, so that
        nothing has to be read as a rule.
        """
        counted = connection.exec_driver_sql("PRAGMA schema_version").scalar()
        if counted != self._schema:
            ensure_same(connection)
            self._schema = counted

    def _tell_time(self, connection: Connection) -> None:
        """Read the clock, once for the whole transaction, and notice that somebody has set it.

        So no lease is compared with a clock that was set a moment after it was looked at.
        """
        self._now, self._up = self._clock(), self._steady()
        apart = self._now - self._up
        if self._apart_by is None or abs(apart - self._apart_by) > TOLERANCE_S:
            keep_time(connection, stamp=False)
            self._apart_by = apart

    def _explained(self, error: DBAPIError | OSError) -> Exception:
        if _code(error) == sqlite3.SQLITE_BUSY:
            return LedgerBusy(
                f"Another process kept the ledger {self._path} locked for {_LOCKED_FOR_S} s."
            )
        reason = getattr(error, "orig", error)
        return LedgerUnusable(
            f"The ledger {self._path} cannot be written ({reason}). {cure(error, self._path)}"
        )


def cure(error: DBAPIError | OSError, path: Path) -> str:
    """Say what to do about a file that cannot be opened, read or written."""
    match _code(error):
        case sqlite3.SQLITE_FULL:
            return "Make free space on its disk, then do the same again: nothing was lost."
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
            return (
                f"It is damaged, or no ledger. Put a backup in its place, or move {path.name} and "
                "the files beside it away to begin with an empty one: objects in Assets stay."
            )
        case _:
            return (
                f"See that {path.parent} is on a local disk, has free space and belongs to this "
                "user; nothing was lost."
            )


def _code(error: DBAPIError | OSError) -> int | None:
    """Give SQLite's primary result code."""
    extended = getattr(getattr(error, "orig", None), "sqlite_errorcode", None)
    return None if extended is None else extended & 0xFF


def _attempt(connection: Connection, call: _Call) -> _Outcome:
    savepoint = connection.begin_nested()
    try:
        result = call.transition(connection)
    except Exception as error:  # noqa: BLE001 # belongs to the caller, not to the group
        try:
            savepoint.rollback()
        except DBAPIError:
            # A full disk makes SQLite undo the whole transaction: that is what there is to tell.
            raise error from None
        return None, error
    savepoint.commit()
    return result, None

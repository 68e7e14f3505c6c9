"""The ledger in PostgreSQL, shared by several machines."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, OperationalError, ProgrammingError

from assetferry.ledger.errors import LedgerBusy, LedgerUnusable
from assetferry.ledger.pulse import Pulse
from assetferry.ledger.revision import ensure_same
from assetferry.ledger.transition import Ledger

__all__ = ["PostgresLedger", "postgres_engine"]

P = ParamSpec("P")
T = TypeVar("T")

_CONNECTIONS = 8
_TRIES = 5
_STANDS_STILL_S = 30
"""How long a transition may pause between two statements, which it never does while its process
lives: the server ends that of a process that is stopped or cut off, and others get its rows."""
_ROLLED_BACK = frozenset({"40001", "40P01"})
"""SQLSTATE of a serialisation failure and of a deadlock: the server has undone everything."""
_DISK_FULL = "53100"
_PASSING = frozenset({"08", "40", "53", "57"})
"""Classes of SQLSTATE that time may heal: connection, rollback, resources, intervention."""


def postgres_engine(url: str) -> Engine:
    """Make an engine for a ``postgresql://`` URL, as people write it, on psycopg 3."""
    try:
        return create_engine(
            make_url(url).set(drivername="postgresql+psycopg"),
            isolation_level="READ COMMITTED",
            pool_size=_CONNECTIONS,
            max_overflow=0,
            pool_pre_ping=True,
        )
    except ModuleNotFoundError as error:
        raise LedgerUnusable(
            "A PostgreSQL ledger needs the extra: pip install 'assetferry[postgres]'."
        ) from error


class PostgresLedger(Ledger):
    """A ledger for a fleet: a pool of connections, time told by the database."""

    def __init__(self, url: str, *, skew: float = 0.0) -> None:
        """Connect lazily; ``skew`` seconds are added to the database's clock by tests."""
        self._engine = postgres_engine(url)
        self._threads = ThreadPoolExecutor(_CONNECTIONS, thread_name_prefix="ledger")

        @event.listens_for(self._engine, "connect")
        def prepare(connection: DBAPIConnection, record: object) -> None:  # pyright: ignore[reportUnusedFunction]
            record.info["skew"] = skew  # type: ignore[attr-defined]
            longest = f"SET idle_in_transaction_session_timeout = '{_STANDS_STILL_S}s'"
            connection.cursor().execute(longest)
            connection.commit()

    @property
    def place(self) -> str:
        """The database's URL without its password."""
        return self._engine.url.render_as_string(hide_password=True)

    async def run(
        self,
        transition: Callable[Concatenate[Connection, P], T],
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Execute the transition on a pooled connection; a deadlock's victim goes again."""

        def call(connection: Connection) -> T:
            return transition(connection, *args, **kwargs)

        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._execute, call)

    def pulse(self, worker: str) -> Pulse:
        """Make a lock of this database's that lives as long as this process."""
        return Pulse(self._engine, worker)

    async def close(self) -> None:
        """Wait for the transitions under way, then disconnect."""
        await asyncio.to_thread(self._threads.shutdown)
        self._engine.dispose()

    def _meet_newer(self, error: DBAPIError) -> None:
        """Find out whether a statement fails because a newer version has changed the tables."""
        if isinstance(error, ProgrammingError):
            with suppress(DBAPIError), self._engine.connect() as connection:
                ensure_same(connection)

    def _execute(self, transition: Callable[[Connection], T]) -> T:
        for attempt in range(1, _TRIES + 1):
            try:
                with self._engine.begin() as connection:
                    return transition(connection)
            except DBAPIError as error:
                if getattr(error.orig, "sqlstate", None) in _ROLLED_BACK and attempt < _TRIES:
                    continue
                if _passing(error):
                    raise LedgerBusy(f"The ledger {self.place} {_what(error)}") from error
                self._meet_newer(error)
                raise
        raise AssertionError("unreachable: the last attempt returns or raises")


def _what(error: DBAPIError) -> str:
    """Say what keeps a ledger from being used for now, and what to do where that is known."""
    if getattr(error.orig, "sqlstate", None) == _DISK_FULL:
        return "has no room: its server's disk is full. Make free space there; it is tried again."
    return "is out of reach or broke off; it is tried again."


def _passing(error: DBAPIError) -> bool:
    # A server that cannot be connected to gives no SQLSTATE at all.
    state: str | None = getattr(error.orig, "sqlstate", None)
    unreached = isinstance(error, OperationalError) and state is None
    return error.connection_invalidated or unreached or (state or "")[:2] in _PASSING

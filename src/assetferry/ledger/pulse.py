"""A session of PostgreSQL that lives exactly as long as this process.

Its advisory lock is seen by all machines, and the server lets go of it the moment the process is
dead, where silence alone would tell only after a while.
"""

import zlib

from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

__all__ = ["Pulse", "beating"]

_CLASS = 0x61737374  # "asst": apart from other programs' locks in the same database
_TAKE = text("SELECT pg_try_advisory_lock(:class, :key)")
_BEATING = text(
    "SELECT objid::bigint FROM pg_locks WHERE locktype = 'advisory' AND granted"
    " AND classid = :class AND objsubid = 2"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


class Pulse:
    """The lock of one worker, on a connection of its own. Its methods block for milliseconds."""

    def __init__(self, engine: Engine, worker: str) -> None:
        """``engine`` tells where the database is; nothing is taken from its pool."""
        self._engine = create_engine(engine.url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
        self._key = _key(worker)
        self._connection: Connection | None = None

    def keep(self) -> None:
        """Take the lock, or take it again where the connection has been lost. Raises DBAPIError."""
        if self._connection is not None:
            try:
                self._connection.execute(text("SELECT 1"))
            except DBAPIError:
                self.stop()
            else:
                return
        self._connection = self._engine.connect()
        self._connection.execute(_TAKE, {"class": _CLASS, "key": _signed(self._key)})

    def stop(self) -> None:
        """End the session, and the lock with it."""
        if self._connection is not None:
            self._connection.close()
        self._connection = None


def beating(connection: Connection, workers: list[str]) -> set[str]:
    """Name those of the workers that have a pulse."""
    found = set(connection.execute(_BEATING, {"class": _CLASS}).scalars())
    return {worker for worker in workers if _key(worker) in found}


def _key(worker: str) -> int:
    return zlib.crc32(worker.encode())


def _signed(key: int) -> int:
    """Give the same 32 bits as PostgreSQL's signed integer."""
    return key - (1 << 32) if key >= 1 << 31 else key

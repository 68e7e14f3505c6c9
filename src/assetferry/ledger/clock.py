"""What time it is for the ledger.

On PostgreSQL the database says it, because several machines share it; on SQLite all processes
share this machine's clock.
"""

import time
from collections.abc import Callable

from sqlalchemy import Connection, text

__all__ = ["Clock", "instant"]

Clock = Callable[[], float]
"""Seconds since the epoch; a test may hand its own to a SQLite ledger."""

_DATABASE_TIME = text("SELECT extract(epoch FROM clock_timestamp())::double precision")


def instant(connection: Connection) -> float:
    """Read the ledger's clock, in seconds since the epoch."""
    if connection.dialect.name == "postgresql":
        skew: float = connection.info.get("skew", 0.0)
        return connection.execute(_DATABASE_TIME).scalar_one() + skew
    clock: Clock = connection.info.get("clock", time.time)
    return clock()

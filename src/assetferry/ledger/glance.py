"""A look at a ledger's file before anything is changed in it."""

import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import NullPool

__all__ = ["glance"]


@contextmanager
def glance(path: Path, *, deep: bool = False) -> Generator[Connection]:
    """Open a file that exists, on a connection on which nothing can be written.

    A file that could not be written is refused all the same; ``deep`` also looks for damaged
    pages, a second for a gigabyte. Raises DBAPIError.
    """
    engine = create_engine(
        "sqlite://", creator=lambda: _opened(path, deep=deep), poolclass=NullPool
    )
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def _opened(path: Path, *, deep: bool) -> sqlite3.Connection:
    # Not mode=ro: a read-only connection to a WAL file leaves two files behind that it made.
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=30)
    try:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("ROLLBACK")
        if deep:
            (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
            if found != "ok":
                damaged = sqlite3.DatabaseError(found)
                damaged.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
                raise damaged
        connection.execute("PRAGMA query_only = ON")
    except sqlite3.Error:
        connection.close()
        raise
    return connection

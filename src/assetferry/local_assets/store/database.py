"""The file: opening it, its readers, its one writer.

Reads happen on connections that cannot write, one per thread, and in WAL mode never wait.
All writes pass through the ``Writer``.
"""

import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

from assetferry.local_assets import aql
from assetferry.local_assets.errors import NotOurDatabase
from assetferry.local_assets.store.checkpoints import LOG_BYTES, Checkpoints
from assetferry.local_assets.store.executions import unfinished
from assetferry.local_assets.store.schedule_tables import SCHEDULE_DDL
from assetferry.local_assets.store.schema import APPLICATION_ID, DDL, GLOBAL_STATUSES, VERSION
from assetferry.local_assets.store.spool import Spool
from assetferry.local_assets.store.writer import Writer

__all__ = ["Database"]

SPOOL = "chunks"
CACHE_KIB = 65_536
"""Page cache of the writer: a hot index of a million objects fits, memory stays bounded."""
WAL_PAGES = 131_072
"""Pages of log before the writer itself moves them into the file; 512 MiB."""

Connect: TypeAlias = Callable[[], sqlite3.Connection]


class Database:
    """One data file and everything connected to it."""

    def __init__(self, path: Path) -> None:
        """Open or create the file; raise NotOurDatabase where it is another kind or version."""
        self.path = path
        self._local = threading.local()
        self._readers: list[sqlite3.Connection] = []
        self._lock = threading.Lock()
        connection = self._open("rwc")
        try:
            _make_tables(connection, path)
        except BaseException:
            connection.close()
            raise
        self.spool = Spool(path.parent / SPOOL)
        self.spool.keep_only(unfinished(connection))
        self._checkpoints = Checkpoints(path, lambda: self._open("rw"))
        self.writer = Writer(connection, self._checkpoints.committed)

    def reader(self) -> sqlite3.Connection:
        """Give this thread its connection; it can read and use temporary tables."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._open("ro")
            self._local.connection = connection
            with self._lock:
                self._readers.append(connection)
        return connection

    def close(self) -> None:
        """Finish what was queued for writing, then let go of the file."""
        self.writer.stop()
        self._checkpoints.stop()
        with self._lock:
            for connection in self._readers:
                connection.close()
            self._readers.clear()

    def _open(self, mode: str) -> sqlite3.Connection:
        connection = sqlite3.connect(
            f"{self.path.absolute().as_uri()}?mode={mode}",
            uri=True,
            isolation_level=None,
            check_same_thread=False,
            timeout=30,
        )
        connection.execute("PRAGMA temp_store = FILE")
        aql.prepare(connection)
        return connection


def _make_tables(connection: sqlite3.Connection, path: Path) -> None:
    try:
        version: int = connection.execute("PRAGMA user_version").fetchone()[0]
        kind: int = connection.execute("PRAGMA application_id").fetchone()[0]
        empty = not connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
    except sqlite3.DatabaseError as error:
        raise NotOurDatabase(
            f"{path} is not a database ({error}); name another folder with --data"
        ) from error
    if not empty and kind != APPLICATION_ID:
        raise NotOurDatabase(f"{path} belongs to another program; name another folder with --data")
    if not empty and version != VERSION:
        raise NotOurDatabase(
            f"{path} was written by another version of the server (tables {version}, "
            f"this one needs {VERSION}); use that version or name another folder with --data"
        )
    connection.execute("PRAGMA journal_mode = WAL")
    # A killed process loses nothing either way; only a power cut may cost the last moments.
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
    connection.execute(f"PRAGMA wal_autocheckpoint = {WAL_PAGES}")
    # Without it a log that was long once would look long for ever.
    connection.execute(f"PRAGMA journal_size_limit = {LOG_BYTES}")
    if empty:
        _create(connection)


def _create(connection: sqlite3.Connection) -> None:
    """Write all tables in one transaction, so that a kill leaves either none or all."""
    connection.executescript(
        f"BEGIN IMMEDIATE; {DDL}; {SCHEDULE_DDL}; PRAGMA application_id = {APPLICATION_ID};"
        f"PRAGMA user_version = {VERSION}; COMMIT;"
    )
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany(
        "INSERT INTO statuses (id, name, category) VALUES (?, ?, ?)", GLOBAL_STATUSES
    )
    connection.execute("COMMIT")

"""The reference of P2: the same objects into one SQLite table, and nothing else."""

import sqlite3
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

__all__ = ["Row", "insert"]

Row = tuple[int, int, str, str, str]
"""Id, type, external key, label, attributes as one JSON."""

_TABLE = """
CREATE TABLE objects (
    id           INTEGER PRIMARY KEY,
    type         INTEGER NOT NULL,
    external_key TEXT NOT NULL,
    label        TEXT NOT NULL,
    attributes   TEXT NOT NULL,
    UNIQUE (type, external_key)
);
CREATE INDEX objects_by_label ON objects (label);
"""


def insert(path: Path, batches: Iterable[Sequence[Row]]) -> float:
    """Insert each batch in a transaction of its own; give the seconds, making rows left out.

    Log and durability are those of the local Assets server.
    """
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.executescript(_TABLE)
    spent = 0.0
    for batch in batches:
        began = time.perf_counter()
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany("INSERT INTO objects VALUES (?, ?, ?, ?, ?)", batch)
        connection.execute("COMMIT")
        spent += time.perf_counter() - began
    connection.close()
    return spent

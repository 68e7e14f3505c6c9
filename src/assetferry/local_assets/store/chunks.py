"""Chunks: received, kept as they came, handed to processing in order of arrival (8.3)."""

import logging
import sqlite3
from collections.abc import Iterator

import msgspec

from assetferry.local_assets import instant
from assetferry.local_assets.errors import bad_request
from assetferry.local_assets.settings import Dedupe
from assetferry.local_assets.store.executions import Execution, execution
from assetferry.local_assets.store.sources import ImportSource
from assetferry.local_assets.store.spool import Spool

__all__ = ["accept", "drop_through", "next_chunks", "sizes"]

AT_ONCE = 1_000
"""Chunks looked up together."""

logger = logging.getLogger(__name__)


def accept(
    connection: sqlite3.Connection,
    source: ImportSource,
    execution_id: str,
    *,
    body: bytes | None,
    client_id: str | None,
    completed: bool,
    dedupe: Dedupe,
    spool: Spool,
) -> int | None:
    """Store a chunk, complete the execution, or both, in one transaction.

    ``body`` is None where the call carries no data. Give the execution's number if it is
    now to be processed. A repeated completing call is answered like the first, known by its
    id; a bare one cannot be told from a mistake and is refused.
    """
    found = execution(connection, source, execution_id)
    if found.state != "INGESTING":
        if completed and client_id is not None and client_id == found.completing_id:
            return None
        raise bad_request(f"Execution is {found.state}; data is accepted only while INGESTING")
    if body is not None:
        known = None
        if client_id is not None and dedupe == "first":
            known = _place(connection, found.number, client_id)
        if known is None:
            _store(connection, spool, found.number, client_id, body)
        else:
            _count_repeat(connection, found, spool.read(found.number, *known), body)
    if not completed:
        return None
    spool.settle(found.number)
    connection.execute(
        "UPDATE executions SET state = 'PROCESSING', completed = ?, completing_id = ?"
        " WHERE number = ?",
        (instant.now(), client_id, found.number),
    )
    return found.number


def _place(
    connection: sqlite3.Connection, execution_number: int, client_id: str
) -> tuple[int, int] | None:
    """Tell where the first body with this id lies."""
    place: tuple[int, int] | None = connection.execute(
        "SELECT start, length FROM chunk_ids WHERE execution_number = ? AND client_id = ?",
        (execution_number, client_id),
    ).fetchone()
    return place


def _store(
    connection: sqlite3.Connection,
    spool: Spool,
    execution_number: int,
    client_id: str | None,
    body: bytes,
) -> None:
    start = spool.append(execution_number, body)
    connection.execute(
        "INSERT INTO chunks (execution_number, start, length) VALUES (?, ?, ?)",
        (execution_number, start, len(body)),
    )
    if client_id is not None:
        connection.execute(
            "INSERT OR IGNORE INTO chunk_ids (execution_number, client_id, start, length)"
            " VALUES (?, ?, ?, ?)",
            (execution_number, client_id, start, len(body)),
        )


def _count_repeat(
    connection: sqlite3.Connection, found: Execution, first: bytes, body: bytes
) -> None:
    """Count a repeat, and log one whose data is not what came first."""
    differs = msgspec.json.decode(first)["data"] != msgspec.json.decode(body)["data"]
    if differs:
        logger.warning(
            "a repeated clientGeneratedId came with another payload; the first one counts",
            extra={"action": "chunk_differs", "execution": found.id},
        )
    connection.execute(
        "UPDATE executions SET repeats = repeats + 1, differing = differing + ? WHERE number = ?",
        (differs, found.number),
    )


def next_chunks(
    connection: sqlite3.Connection, spool: Spool, execution_number: int, after: int
) -> Iterator[tuple[int, bytes]]:
    """Give the chunks left beyond a number, oldest first, with their numbers."""
    rows = connection.execute(
        "SELECT number, start, length FROM chunks WHERE execution_number = ? AND number > ?"
        " ORDER BY number LIMIT ?",
        (execution_number, after, AT_ONCE),
    ).fetchall()
    for number, start, length in rows:
        yield number, spool.read(execution_number, start, length)


def drop_through(connection: sqlite3.Connection, execution_number: int, number: int) -> None:
    """Forget the chunks up to this one: they are objects now."""
    connection.execute(
        "DELETE FROM chunks WHERE execution_number = ? AND number <= ?",
        (execution_number, number),
    )


def sizes(connection: sqlite3.Connection, execution_number: int) -> tuple[int, int]:
    """Give how many bytes of an execution are processed, and how many it has in all.

    Bodies lie one behind the other, so the first and the last one left tell. Nothing left
    reads (0, 0): there is no more to do.
    """
    first, end = connection.execute(
        "SELECT min(start), max(start + length) FROM chunks WHERE execution_number = ?",
        (execution_number,),
    ).fetchone()
    return (first or 0), (end or 0)

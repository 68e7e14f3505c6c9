"""Chunks: received, kept as they came, handed to processing in order of arrival (8.3)."""

import sqlite3
from collections.abc import Iterator

from assetferry.local_assets import instant
from assetferry.local_assets.errors import General, bad_request
from assetferry.local_assets.settings import RepeatedCompletion, Settings
from assetferry.local_assets.store.executions import Execution, execution
from assetferry.local_assets.store.repeats import take
from assetferry.local_assets.store.sources import ImportSource
from assetferry.local_assets.store.spool import Spool

__all__ = ["accept", "drop_through", "next_chunks", "sizes"]

AT_ONCE = 1_000
"""Chunks looked up together."""


def accept(
    connection: sqlite3.Connection,
    source: ImportSource,
    execution_id: str,
    *,
    body: bytes | None,
    client_id: str | None,
    completed: bool,
    settings: Settings,
    spool: Spool,
) -> int | None:
    """Store a chunk, complete the execution, or both, in one transaction.

    ``body`` is None where the call carries no data. Give the execution's number if it is
    now to be processed. A repeated completing call is answered like the first, known by its
    id; a bare one cannot be told from a mistake and is refused.
    """
    found = execution(connection, source, execution_id)
    if found.state != "INGESTING":
        if completed and _completed_before(found, client_id, settings.repeated_completion):
            return None
        raise General(
            int(settings.late_status),
            f"Execution is {found.state}; data is accepted only while INGESTING",
        )
    if body is not None:
        take(connection, spool, found, client_id, body, settings=settings)
    if not completed:
        return None
    if settings.empty_completion == "refuse" and sizes(connection, found.number) == (0, 0):
        raise bad_request("No data was submitted")
    spool.settle(found.number)
    connection.execute(
        "UPDATE executions SET state = 'PROCESSING', completed = ?, completing_id = ?"
        " WHERE number = ?",
        (instant.now(), client_id, found.number),
    )
    return found.number


def _completed_before(
    found: Execution, client_id: str | None, repeated: RepeatedCompletion
) -> bool:
    """Tell whether a completing call may be a repeat of the one that completed."""
    if repeated == "accept":
        return found.state in ("PROCESSING", "DONE")
    return repeated == "by-id" and client_id is not None and client_id == found.completing_id


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

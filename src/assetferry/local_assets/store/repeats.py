"""Chunks that come again, known by their clientGeneratedId (8.3)."""

import logging
import sqlite3

import msgspec

from assetferry.local_assets.errors import General
from assetferry.local_assets.settings import DedupeScope, Settings
from assetferry.local_assets.store.executions import Execution
from assetferry.local_assets.store.spool import Spool

__all__ = ["take"]

logger = logging.getLogger(__name__)


def take(
    connection: sqlite3.Connection,
    spool: Spool,
    found: Execution,
    client_id: str | None,
    body: bytes,
    *,
    settings: Settings,
) -> None:
    """Store a chunk, or do with a repeated one as the settings say."""
    first = None
    if client_id is not None and settings.dedupe != "none":
        first = _first(connection, found, client_id, settings.dedupe_scope)
    if first is None:
        _store(connection, spool, found.number, client_id, body)
        return
    number, start, length = first
    # The bodies of an execution that has ended are gone; a repeat of one counts as equal.
    differs = number == found.number and _differ(spool.read(number, start, length), body)
    if differs and settings.dedupe == "refuse":
        raise General(409, "This clientGeneratedId came with another payload before")
    if settings.dedupe == "last":
        if number == found.number:
            _replace(connection, spool, number, start, body)
        else:
            _store(connection, spool, found.number, client_id, body)
    _count(connection, found, differs=differs)


def _first(
    connection: sqlite3.Connection, found: Execution, client_id: str, scope: DedupeScope
) -> tuple[int, int, int] | None:
    """Tell in which execution, and where, the body with this id lies."""
    row: tuple[int, int, int] | None = connection.execute(
        "SELECT c.execution_number, c.start, c.length FROM executions AS e"
        " CROSS JOIN chunk_ids AS c ON c.execution_number = e.number AND c.client_id = ?"
        " WHERE e.source_number = ? AND (? OR e.number = ?) ORDER BY e.number DESC LIMIT 1",
        (client_id, found.source_number, scope == "source", found.number),
    ).fetchone()
    return row


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


def _replace(
    connection: sqlite3.Connection, spool: Spool, execution_number: int, old: int, body: bytes
) -> None:
    """Put a body in the place of the one at ``old``, also in the order of processing."""
    start = spool.append(execution_number, body)
    for table in ("chunks", "chunk_ids"):
        connection.execute(
            f"UPDATE {table} SET start = ?, length = ? WHERE execution_number = ? AND start = ?",  # noqa: S608 - our own table names
            (start, len(body), execution_number, old),
        )


def _differ(first: bytes, body: bytes) -> bool:
    same: bool = msgspec.json.decode(first)["data"] == msgspec.json.decode(body)["data"]
    return not same


def _count(connection: sqlite3.Connection, found: Execution, *, differs: bool) -> None:
    """Count a repeat, and log one whose data is not what came first."""
    if differs:
        logger.warning(
            "a repeated clientGeneratedId came with another payload",
            extra={"action": "chunk_differs", "execution": found.id},
        )
    connection.execute(
        "UPDATE executions SET repeats = repeats + 1, differing = differing + ? WHERE number = ?",
        (differs, found.number),
    )

"""New rows of chunks: places to read, and bytes to send."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, insert

from assetferry.ledger.chunk import ChunkKey
from assetferry.ledger.staged import Part
from assetferry.ledger.states import ChunkState
from assetferry.ledger.tables import chunks, payloads

__all__ = ["add_due", "add_staged"]

_ROWS = 500
"""Rows of one statement: the plan of ten million records at once took 15 MB more, measured."""


def add_due(
    connection: Connection,
    keys: Sequence[ChunkKey],
    cursors: Sequence[Mapping[str, Any] | None],
    now: float,
    *,
    tail: bool,
    pages: int | None = None,
) -> None:
    """Add places to be read, at most ``pages`` at once; the last is the tail if ``tail``."""
    for start in range(0, len(keys), _ROWS):
        rows = [
            key.columns
            | {
                "state": ChunkState.DUE,
                "cursor": cursor,
                "tail": tail and key is keys[-1],
                "pages": pages,
                "due_at": now,
                "changed_at": now,
            }
            for key, cursor in zip(
                keys[start : start + _ROWS], cursors[start : start + _ROWS], strict=True
            )
        ]
        connection.execute(insert(chunks), rows)


def add_staged(connection: Connection, key: ChunkKey, parts: Sequence[Part], now: float) -> None:
    """Add the parts of a chunk, each with its bytes; the chunk itself must have become SPLIT."""
    for index, part in enumerate(parts):
        columns = key.child(index).columns
        row = {
            "state": ChunkState.STAGED,
            "records": part.records,
            "entries": dict(part.entries),
            "due_at": now,
            "changed_at": now,
        }
        connection.execute(insert(chunks), columns | row)
        connection.execute(insert(payloads), columns | {"body": part.body})

"""Conflicts: one identity with two contents, and the two places that they came from."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, func, insert, select

from assetferry.ledger.chunk import ChunkKey
from assetferry.ledger.staged import Conflict
from assetferry.ledger.tables import chunks, conflicts

__all__ = ["KEPT", "Conflicting", "conflicts_of", "keep_conflicts"]

KEPT = 1000
"""Conflicts of a run that are kept one by one; all are counted."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Conflicting:
    """An entry that was not sent, and where the one came from that was sent in its place.

    A place is the cursor of a read and the number of records after it.
    """

    stream: str
    object_type: str
    identity: list[str]
    cursor: Any
    position: int
    sent_cursor: Any
    sent_position: int


def keep_conflicts(
    connection: Connection, key: ChunkKey, found: Sequence[Conflict], now: float
) -> None:
    """Keep the first conflicts of a run with both places."""
    if not found:
        return
    counted = select(func.count()).where(conflicts.c.run == key.run)
    room = KEPT - connection.execute(counted).scalar_one()
    rows = [
        key.columns
        | {
            "object_type": one.object_type,
            "identity": list(one.identity),
            "position": one.position,
            "sent_number": one.sent.number,
            "sent_part": one.sent.part,
            "sent_position": one.sent.position,
            "created_at": now,
        }
        for one in found[: max(0, room)]
    ]
    if rows:
        connection.execute(insert(conflicts), rows)


def conflicts_of(connection: Connection, run: str, *, limit: int | None) -> list[Conflicting]:
    """Read a run's conflicts in the order in which they were met."""
    here, there = chunks.alias("here"), chunks.alias("there")
    chosen = (
        select(
            conflicts.c.stream,
            conflicts.c.object_type,
            conflicts.c.identity,
            conflicts.c.position,
            conflicts.c.sent_position,
            here.c.cursor.label("cursor"),
            there.c.cursor.label("sent_cursor"),
        )
        .join(
            here,
            and_(
                here.c.run == conflicts.c.run,
                here.c.stream == conflicts.c.stream,
                here.c.number == conflicts.c.number,
                here.c.part == conflicts.c.part,
            ),
        )
        .join(
            there,
            and_(
                there.c.run == conflicts.c.run,
                there.c.stream == conflicts.c.stream,
                there.c.number == conflicts.c.sent_number,
                there.c.part == conflicts.c.sent_part,
            ),
        )
        .where(conflicts.c.run == run)
        .order_by(conflicts.c.id)
        .limit(limit)
    )
    return [Conflicting(**row) for row in connection.execute(chosen).mappings()]

"""Records that could not become entries, put aside with place and reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, insert, select

from assetferry.ledger.chunk import ChunkKey
from assetferry.ledger.staged import Rejected
from assetferry.ledger.tables import quarantine

__all__ = ["Quarantined", "quarantined", "reasons", "set_aside"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Quarantined:
    """A record in quarantine, or one nested item of it."""

    id: int
    stream: str
    number: int
    part: str
    place: Any
    """The cursor of the page and the index on it, or the chunk that Assets refused."""
    object_type: str | None
    attribute: str | None
    code: str
    reason: str
    record: Any
    """The fields that the definition reads, or the entry that Assets refused."""
    created_at: float
    retried_by: str | None
    """The run that brought it in after all."""

    @property
    def is_entry(self) -> bool:
        """Tell whether Assets refused it, so that it is kept as an entry and not as a record."""
        return "chunk" in self.place


def set_aside(
    connection: Connection, key: ChunkKey, rejected: Sequence[Rejected], now: float
) -> None:
    """Put records of a chunk into quarantine."""
    rows = [
        key.columns
        | {
            "place": one.place,
            "object_type": one.object_type,
            "attribute": one.attribute,
            "code": one.code,
            "reason": one.reason,
            "record": one.record,
            "created_at": now,
        }
        for one in rejected
    ]
    if rows:
        connection.execute(insert(quarantine), rows)


def quarantined(
    connection: Connection, run: str, *, after: int = 0, limit: int = 1000, left: bool = False
) -> list[Quarantined]:
    """Read a run's quarantine in order, a page at a time: those after an id.

    With ``left``, only what no retry has brought in.
    """
    columns = [column for column in quarantine.c if column.name != "run"]
    chosen = select(*columns).where(quarantine.c.run == run, quarantine.c.id > after)
    if left:
        chosen = chosen.where(quarantine.c.retried_by.is_(None))
    rows = connection.execute(chosen.order_by(quarantine.c.id).limit(limit))
    return [Quarantined(**row) for row in rows.mappings()]


def reasons(connection: Connection, run: str) -> list[tuple[str | None, str | None, str, int, int]]:
    """Count a run's quarantine by object type, attribute and code, most first.

    The last number is how many of them retries have brought in.
    """
    kind = (quarantine.c.object_type, quarantine.c.attribute, quarantine.c.code)
    rows = connection.execute(
        select(*kind, func.count(), func.count(quarantine.c.retried_by))
        .where(quarantine.c.run == run)
        .group_by(*kind)
        .order_by(func.count().desc(), *kind)
    )
    return [(row[0], row[1], row[2], row[3], row[4]) for row in rows]

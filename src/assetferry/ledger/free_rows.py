"""Rows that a lane may take: due, and nobody's at the moment."""

from typing import Any

from sqlalchemy import Connection, RowMapping, Select, bindparam, or_, select

from assetferry.ledger.states import ChunkState
from assetferry.ledger.tables import UNREAD, chunks, streams

__all__ = ["to_read", "to_send"]

# Built once: putting such a statement together costs as much as executing it on SQLite.
_GIVEN = [
    chunks.c[name]
    for name in (
        *("run", "stream", "number", "part", "cursor", "tail", "pages", "entries"),
        *("attempts", "losses", "lease_until", "token"),
    )
]
_ORDERED = (
    select(streams.c.ordered)
    .where(streams.c.run == chunks.c.run, streams.c.stream == chunks.c.stream)
    .scalar_subquery()
    .label("ordered")
)
_IS_FREE = or_(chunks.c.lease_until.is_(None), chunks.c.lease_until <= bindparam("now"))
_FREE: Select[Any] = (
    select(*_GIVEN, _ORDERED)
    .where(
        chunks.c.run == bindparam("run"),
        chunks.c.state == bindparam("state"),
        chunks.c.due_at <= bindparam("now"),
        _IS_FREE,
    )
    # First due, first served: the halves of a refused chunk come after what waits already.
    .order_by(chunks.c.due_at, chunks.c.stream, chunks.c.number, chunks.c.part)
    .limit(1)
    # Only so that no claim waits: not for whoever is just renewing or giving back this row, and not
    # in a circle with it, for it may want the run next, which a claim has locked. That two claims
    # never get one row rests on that lock, and on the lease which the second one sees.
    .with_for_update(skip_locked=True)
)
_FREE_ELSEWHERE = _FREE.where(chunks.c.stream.in_(bindparam("open", expanding=True)))
_FIRST_UNREAD: Select[Any] = (
    select(*_GIVEN, chunks.c.due_at)
    .where(
        chunks.c.run == bindparam("run"),
        chunks.c.stream == bindparam("of_stream"),
        UNREAD,
        _IS_FREE,
    )
    .order_by(chunks.c.number, chunks.c.part)
    .limit(1)
    .with_for_update()
)


def to_send(connection: Connection, free: dict[str, Any]) -> RowMapping | None:
    """Find bytes to send; ``free`` gives the run and the time."""
    staged = free | {"state": ChunkState.STAGED}
    return connection.execute(_FREE, staged).mappings().one_or_none()


def to_read(
    connection: Connection, free: dict[str, Any], open_: list[str] | None
) -> RowMapping | None:
    """Find a place to read, of the ``open_`` streams; in an ordered one none before its turn.

    A place that waits to be tried again keeps those after it waiting too: read now, they could
    not be staged, and the lanes that wait to stage them would leave none to read it.
    """
    due = free | {"state": ChunkState.DUE}
    while True:
        chosen = _FREE if open_ is None else _FREE_ELSEWHERE
        found = connection.execute(chosen, due | {"open": open_ or []}).mappings().one_or_none()
        if found is None or not found["ordered"]:
            return found
        of_stream = free | {"of_stream": found["stream"]}
        first = connection.execute(_FIRST_UNREAD, of_stream).mappings().one()
        if first["due_at"] <= free["now"]:
            return first
        if open_ is None:
            named = select(streams.c.stream).where(streams.c.run == free["run"])
            open_ = list(connection.execute(named).scalars())
        open_ = [stream for stream in open_ if stream != found["stream"]]

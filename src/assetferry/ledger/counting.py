"""The sums of a run, kept per stream and per object type as it goes on."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, bindparam, func, update
from sqlalchemy.dialects import postgresql, sqlite

from assetferry.ledger.chunk import ChunkKey
from assetferry.ledger.tables import streams, tallies

__all__ = ["add_to_stream", "add_to_tallies"]

_STREAM_SUMS = (
    "records_read",
    "records_mapped",
    "records_left_out",
    "records_quarantined",
    "values_left_out",
    "chunks_staged",
    "chunks_submitted",
)
_TALLY_SUMS = (
    "entries_mapped",
    "entries_repeated",
    "entries_conflicting",
    "entries_submitted",
    "entries_quarantined",
)
_TALLY_KEY = ("run", "stream", "object_type")

# Built once: putting such a statement together costs as much as executing it on SQLite.
_ADD_TO_STREAM = (
    update(streams)
    .where(streams.c.run == bindparam("of_run"), streams.c.stream == bindparam("of_stream"))
    .values(
        **{name: streams.c[name] + bindparam(f"plus_{name}") for name in _STREAM_SUMS},
        total=func.coalesce(streams.c.total, bindparam("new_total")),
        moved=func.coalesce(streams.c.moved, bindparam("new_moved")),
        exhausted=streams.c.exhausted | bindparam("end"),
        progressed_at=bindparam("now"),
    )
)


def add_to_stream(
    connection: Connection,
    key: ChunkKey,
    sums: Mapping[str, int],
    *,
    now: float,
    total: int | None = None,
    moved: str | None = None,
    end: bool = False,
) -> None:
    """Add to a stream's sums, which is progress; the first total and reason to have moved stay."""
    connection.execute(
        _ADD_TO_STREAM,
        {
            "of_run": key.run,
            "of_stream": key.stream,
            "now": now,
            "new_total": total,
            "new_moved": moved,
            "end": end,
            **{f"plus_{name}": sums.get(name, 0) for name in _STREAM_SUMS},
        },
    )


def add_to_tallies(
    connection: Connection, key: ChunkKey, sums: Mapping[str, Mapping[str, int]]
) -> None:
    """Add to the sums of object types, given as object type to name of the sum to number."""
    rows: list[dict[str, Any]] = [
        {
            "run": key.run,
            "stream": key.stream,
            "object_type": object_type,
            **{name: added.get(name, 0) for name in _TALLY_SUMS},
        }
        for object_type, added in sorted(sums.items())  # one order of locks, so no deadlock
    ]
    if rows:
        connection.execute(_UPSERTS[connection.dialect.name], rows)


def _made(new: "postgresql.Insert | sqlite.Insert") -> Any:
    adding = {name: tallies.c[name] + new.excluded[name] for name in _TALLY_SUMS}
    return new.on_conflict_do_update(index_elements=list(_TALLY_KEY), set_=adding)


_UPSERTS = {
    "postgresql": _made(postgresql.insert(tallies)),
    "sqlite": _made(sqlite.insert(tallies)),
}

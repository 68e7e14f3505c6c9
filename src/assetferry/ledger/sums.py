"""What a run has done so far, summed up."""

from dataclasses import dataclass, fields

from sqlalchemy import Connection, case, func, select

from assetferry.ledger.clock import instant
from assetferry.ledger.doors import Closed, closed_for
from assetferry.ledger.states import ChunkState
from assetferry.ledger.tables import chunks, runs, streams, tallies, workers
from assetferry.ledger.workers import SILENT_S

__all__ = ["ChunkSums", "StreamSums", "Sums", "TypeSums", "accepted_types", "counts", "sums"]


@dataclass(frozen=True, kw_only=True, slots=True)
class StreamSums:
    """One stream. Records: read = mapped + left out + quarantined."""

    stream: str
    total: int | None
    """What the source says it has, if it says."""
    moved: str | None
    exhausted: bool
    records_read: int
    records_mapped: int
    records_left_out: int
    records_quarantined: int
    values_left_out: int
    chunks_staged: int
    chunks_submitted: int
    progressed_at: float | None = None
    """When a chunk of it last came further."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TypeSums:
    """One object type as one stream feeds it, in entries."""

    stream: str
    object_type: str
    entries_mapped: int
    entries_repeated: int
    """Equal to an entry that is sent: of the same chunk, or, where the type finds duplicates, of
    the same run."""
    entries_conflicting: int
    """Not sent, because an entry of an earlier place has the same identity and other content."""
    entries_submitted: int
    entries_quarantined: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ChunkSums:
    """How many chunks wait, and what keeps them."""

    due: int
    staged: int
    failed: int
    retried: int
    last_error: str | None
    next_due_at: float | None
    leased: int = 0
    """How many are being read or sent."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sums:
    """A run in numbers."""

    streams: tuple[StreamSums, ...]
    types: tuple[TypeSums, ...]
    chunks: ChunkSums
    closed: tuple[Closed, ...] = ()
    """Hosts that must not be asked for a while; first the one that is free first."""
    now: float = 0.0
    """When this was added up, by the ledger's clock."""
    attended: bool = True
    """Whether a living process has the run, or a row of it."""

    @property
    def records_read(self) -> int:
        """Records read in all streams."""
        return sum(stream.records_read for stream in self.streams)

    @property
    def records_total(self) -> int | None:
        """Records that all sources together say they have; None if one does not say."""
        totals = [stream.total for stream in self.streams]
        return None if None in totals or not totals else sum(total or 0 for total in totals)

    @property
    def entries_submitted(self) -> int:
        """Entries that Assets has accepted."""
        return sum(one.entries_submitted for one in self.types)


def sums(connection: Connection, run: str) -> Sums:
    """Add up one run."""
    now = instant(connection)
    counted = _chunks(connection, run, now)
    return Sums(
        streams=tuple(_streams(connection, run)),
        types=tuple(_types(connection, run)),
        chunks=counted,
        closed=tuple(closed_for(connection, run)),
        now=now,
        attended=counted.leased > 0 or _attended(connection, run, now),
    )


def counts(connection: Connection, run: str) -> tuple[list[StreamSums], list[TypeSums]]:
    """Give the sums that are kept as a run goes on: a few rows, however large it is."""
    return _streams(connection, run), _types(connection, run)


def _attended(connection: Connection, run: str, now: float) -> bool:
    living = select(workers.c.id).where(
        workers.c.id == runs.c.owner, workers.c.seen_at > now - SILENT_S
    )
    at_it = living.exists() | (runs.c.lease_until > now)
    return connection.execute(select(runs.c.id).where(runs.c.id == run, at_it)).first() is not None


def _streams(connection: Connection, run: str) -> list[StreamSums]:
    columns = [streams.c[field.name] for field in fields(StreamSums)]
    rows = connection.execute(
        select(*columns).where(streams.c.run == run).order_by(streams.c.stream)
    )
    return [StreamSums(**row) for row in rows.mappings()]


def _types(connection: Connection, run: str) -> list[TypeSums]:
    columns = [column for column in tallies.c if column.name != "run"]
    order = (tallies.c.object_type, tallies.c.stream)
    rows = connection.execute(select(*columns).where(tallies.c.run == run).order_by(*order))
    return [TypeSums(**row) for row in rows.mappings()]


def _chunks(connection: Connection, run: str, now: float) -> ChunkSums:
    waiting = [ChunkState.DUE, ChunkState.STAGED, ChunkState.FAILED]
    counted = (
        select(
            chunks.c.state,
            func.count(),
            func.sum(chunks.c.attempts),
            func.max(chunks.c.error),
            func.min(chunks.c.due_at),
            func.sum(case((chunks.c.lease_until > now, 1), else_=0)),
        )
        .where(chunks.c.run == run, chunks.c.state.in_(waiting))
        .group_by(chunks.c.state)
    )
    rows = {row[0]: row for row in connection.execute(counted)}
    errors = [row[3] for row in rows.values() if row[3] is not None]
    due = [row[4] for state, row in rows.items() if state != ChunkState.FAILED]
    return ChunkSums(
        due=rows[ChunkState.DUE][1] if ChunkState.DUE in rows else 0,
        staged=rows[ChunkState.STAGED][1] if ChunkState.STAGED in rows else 0,
        failed=rows[ChunkState.FAILED][1] if ChunkState.FAILED in rows else 0,
        retried=sum(row[2] for row in rows.values()),
        last_error=errors[0] if errors else None,
        next_due_at=min(due, default=None),
        leased=sum(row[5] for row in rows.values()),
    )


def accepted_types(connection: Connection, *of: str) -> frozenset[str]:
    """Name the object types of which Assets has accepted at least one entry in these runs."""
    chosen = select(tallies.c.object_type).where(
        tallies.c.run.in_(of), tallies.c.entries_submitted > 0
    )
    return frozenset(connection.execute(chosen.distinct()).scalars())

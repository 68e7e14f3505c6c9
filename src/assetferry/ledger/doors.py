"""What of a run can be worked on while some hosts must not be asked."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, case, select

from assetferry.ledger.clock import instant
from assetferry.ledger.pacing import SHORT_S
from assetferry.ledger.states import ChunkState
from assetferry.ledger.tables import chunks, hosts, runs, streams

__all__ = ["ALL_OPEN", "Closed", "Doors", "closed_for", "look"]


@dataclass(frozen=True, slots=True)
class Doors:
    """Rows behind a closed door are not claimed: they would only be put back."""

    assets: bool
    """Whether Assets can be sent anything."""
    streams: list[str] | None
    """The streams whose hosts may be asked; None for all."""


ALL_OPEN = Doors(assets=True, streams=None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Closed:
    """A host that a run waits for."""

    host: str
    until: float
    reason: str | None
    """What it said when it asked for a pause; None where our budget for it is spent."""


def look(
    connection: Connection, run: str, now: float, *, assets: str | None, paced: Collection[str]
) -> Doors:
    """See which doors of a run are open at ``now``.

    ``paced`` are the hosts whose budget counts for the run: another definition's does not.
    """
    shut_until = case((hosts.c.host.in_(paced), hosts.c.free_at), else_=hosts.c.paused_until)
    shut = frozenset(
        connection.execute(select(hosts.c.host).where(shut_until > now + SHORT_S)).scalars()
    )
    if not shut:
        return ALL_OPEN
    # Exhausted ones too: the last place of a plan may have been read before the others.
    reading = select(streams.c.stream, streams.c.host).where(streams.c.run == run)
    rows = connection.execute(reading)
    return Doors(assets not in shut, [row.stream for row in rows if row.host not in shut])


def closed_for(connection: Connection, run: str) -> list[Closed]:
    """Name the hosts that a run's rows wait for, for people."""
    now = instant(connection)
    to_read = select(chunks.c.run).where(
        chunks.c.run == run, chunks.c.stream == streams.c.stream, chunks.c.state == ChunkState.DUE
    )
    asked = select(streams.c.host).where(streams.c.run == run, to_read.exists())
    assets = select(runs.c.assets_host).where(runs.c.id == run)
    rows = connection.execute(
        select(hosts)
        .where(hosts.c.free_at > now + SHORT_S, hosts.c.host.in_(asked.union(assets)))
        .order_by(hosts.c.free_at, hosts.c.host)
    )
    return [
        Closed(
            host=row.host,
            until=row.free_at,
            reason=row.reason if row.paused_until > now else None,
        )
        for row in rows
    ]

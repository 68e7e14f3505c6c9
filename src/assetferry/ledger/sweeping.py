"""What the sweep looks for: runs with something to do and nobody at it."""

from sqlalchemy import Connection, or_, select

from assetferry.ledger.clock import instant
from assetferry.ledger.run import COLUMNS, Run
from assetferry.ledger.states import ENDED, RunState
from assetferry.ledger.tables import chunks, runs, workers

__all__ = ["left_closing", "neglected"]


def neglected(connection: Connection, owner: str) -> list[str]:
    """Name the owner's runs that have not ended, are not held, and have no row under lease.

    A wake-up may have been lost with a process or a connection; completion may have been missed
    by two last chunks. Lanes that come find out which.
    """
    now = instant(connection)
    worked_on = select(chunks.c.run).where(chunks.c.run == runs.c.id, chunks.c.lease_until > now)
    rows = connection.execute(
        select(runs.c.id).where(
            runs.c.owner == owner,
            runs.c.state.not_in(ENDED),
            runs.c.held_since.is_(None),
            or_(runs.c.lease_until.is_(None), runs.c.lease_until <= now),
            ~worked_on.exists(),
        )
    )
    return list(rows.scalars())


def left_closing(connection: Connection) -> list[Run]:
    """List the runs that are being closed and have no living owner: a dead one has no row."""
    living = select(workers.c.id).where(workers.c.id == runs.c.owner)
    chosen = select(*COLUMNS).where(
        runs.c.state == RunState.CLOSING, runs.c.held_since.is_(None), ~living.exists()
    )
    return [Run.of(row) for row in connection.execute(chosen).mappings()]

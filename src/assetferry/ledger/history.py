"""What earlier runs of a definition have done."""

from sqlalchemy import Connection, func, select

from assetferry.ledger.clearing import KNOWN
from assetferry.ledger.states import RunState
from assetferry.ledger.tables import baselines, runs, tallies

__all__ = ["last_good_entries", "last_good_run"]


def last_good_run(connection: Connection, definition: str) -> str | None:
    """Name the last full run that ended DONE and is still known.

    A retry brings in a few records of another run: nothing can be measured against it.
    """
    return connection.execute(
        select(runs.c.id)
        .where(runs.c.definition == definition, runs.c.state == RunState.DONE)
        .where(runs.c.retry_of.is_(None), KNOWN)
        .order_by(runs.c.ended_at.desc())
        .limit(1)
    ).scalar()


def last_good_entries(connection: Connection, definition: str) -> dict[str, int] | None:
    """Give the entries per object type of the last full run that ended DONE; None if none did.

    They are known also where that run has been forgotten.
    """
    last = last_good_run(connection, definition)
    if last is None:
        kept = select(baselines.c.object_type, baselines.c.entries)
        rows = connection.execute(kept.where(baselines.c.definition == definition))
        return {name: int(number) for name, number in rows} or None
    summed = (
        select(tallies.c.object_type, func.sum(tallies.c.entries_submitted))
        .where(tallies.c.run == last)
        .group_by(tallies.c.object_type)
    )
    return {name: int(number) for name, number in connection.execute(summed)}

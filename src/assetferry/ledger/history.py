"""What earlier runs of a definition have done."""

from sqlalchemy import Connection, func, select

from assetferry.ledger.states import RunState
from assetferry.ledger.tables import runs, tallies

__all__ = ["last_good_entries"]


def last_good_entries(connection: Connection, definition: str) -> dict[str, int] | None:
    """Give the entries per object type of the last full run that ended DONE; None if none did.

    A retry brings in a few records of another run: nothing can be measured against it.
    """
    last = connection.execute(
        select(runs.c.id)
        .where(runs.c.definition == definition, runs.c.state == RunState.DONE)
        .where(runs.c.retry_of.is_(None))
        .order_by(runs.c.ended_at.desc())
        .limit(1)
    ).scalar()
    if last is None:
        return None
    summed = (
        select(tallies.c.object_type, func.sum(tallies.c.entries_submitted))
        .where(tallies.c.run == last)
        .group_by(tallies.c.object_type)
    )
    return {name: int(number) for name, number in connection.execute(summed)}

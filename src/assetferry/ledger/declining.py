"""Workers that cannot work on a run, because they lack a secret, a file or a module for it.

No attempt is counted: another worker may have what this one lacks. Only where no living worker
can is a person asked.
"""

from sqlalchemy import Connection, delete, insert, select, update

from assetferry.ledger.clock import instant
from assetferry.ledger.closing import end_unreached
from assetferry.ledger.holding import hold
from assetferry.ledger.states import ENDED
from assetferry.ledger.tables import declines, runs, workers
from assetferry.ledger.timeline import note

__all__ = ["decline", "left_to_others"]


def decline(
    connection: Connection, run: str, worker: str, *, code: str, reason: str, cure: str
) -> bool:
    """Leave a run to other workers; False if none is left, and the run is held or has ended.

    A run that is being closed has nothing to be held for: it ends, and says what may be open.
    ``code`` and ``cure`` tell of the hold, if it comes to one.
    """
    # The lock lets two that decline at once see each other.
    connection.execute(select(runs.c.id).where(runs.c.id == run).with_for_update(key_share=True))
    mine = (declines.c.run == run, declines.c.worker == worker)
    new = connection.execute(select(declines.c.run).where(*mine)).one_or_none() is None
    connection.execute(delete(declines).where(*mine))
    row = {"run": run, "worker": worker, "reason": reason, "at": instant(connection)}
    connection.execute(insert(declines), row)
    connection.execute(
        update(runs).where(runs.c.id == run, runs.c.owner == worker).values(owner=None)
    )
    if new:
        note(connection, run, "declined", f"{worker} cannot work on it: {reason}")
    declined = select(declines.c.worker).where(declines.c.run == run)
    others = select(workers.c.id).where(workers.c.id != worker, workers.c.id.not_in(declined))
    if connection.execute(others.limit(1)).one_or_none() is not None:
        return True
    reasons = connection.execute(
        select(declines.c.reason).where(declines.c.run == run).distinct()
    ).scalars()
    why = " ".join(sorted(reasons))
    if not end_unreached(connection, run, reason=why):
        hold(connection, run, code=code, reason=why, cure=cure)
    return False


def left_to_others(connection: Connection, worker: str) -> list[str]:
    """Name the runs that others have declined, that nobody works on, and that this one may try."""
    of_run = declines.c.run == runs.c.id
    mine = select(declines.c.run).where(of_run, declines.c.worker == worker)
    rows = connection.execute(
        select(runs.c.id).where(
            runs.c.state.not_in(ENDED),
            runs.c.held_since.is_(None),
            runs.c.owner.is_(None),
            select(declines.c.run).where(of_run).exists(),
            ~mine.exists(),
        )
    )
    return list(rows.scalars())

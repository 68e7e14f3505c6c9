"""Runs and quarantines that are no longer kept.

What later runs need outlives the run it came from: the entries of the last good full run are
written down first; external ids and pushed documents belong to the definition. On SQLite deleted
rows are overwritten, because a quarantine holds data about people; the space is used again. What
is large is deleted in pieces.
"""

from sqlalchemy import Connection, delete, func, insert, select, update

from assetferry.errors import Fatal
from assetferry.ledger.clearing import KNOWN, Clearing, delete_rows, overwriting, piece
from assetferry.ledger.clock import instant
from assetferry.ledger.history import last_good_entries, last_good_run
from assetferry.ledger.run import Run
from assetferry.ledger.states import ENDED
from assetferry.ledger.tables import baselines, events, quarantine, runs
from assetferry.ledger.timeline import note

__all__ = ["RunInUse", "expire_quarantine", "expired_run", "forget"]


_EXPIRED = "quarantine_expired"


class RunInUse(Fatal):
    """A run that has not ended, or that another one works from, cannot be forgotten."""

    code = "run_in_use"


def forget(connection: Connection, run: Run) -> None:
    """Let a run be known no more; ``clear_piece`` deletes what there is of it. Raises RunInUse."""
    state = connection.execute(select(runs.c.state).where(runs.c.id == run.id)).scalar()
    if state not in ENDED:
        raise RunInUse(f"Run {run.id} has not ended. Let it come to its end, or cancel it first.")
    by = connection.execute(
        select(runs.c.id).where(runs.c.retry_of == run.id, runs.c.state.not_in(ENDED))
    ).scalar()
    if by is not None:
        raise RunInUse(f"Run {by} is bringing in what run {run.id} set aside. Wait for its end.")
    if last_good_run(connection, run.definition) == run.id:
        _keep_baseline(connection, run.definition)
    connection.execute(update(runs).where(runs.c.id == run.id).values(clearing=Clearing.RUN))


def expired_run(connection: Connection, *, older_than: float) -> str | None:
    """Name a run that ended so many seconds ago and is free to be forgotten; the oldest first."""
    retry = runs.alias()
    in_use = select(retry.c.id).where(retry.c.retry_of == runs.c.id, retry.c.state.not_in(ENDED))
    return connection.execute(
        select(runs.c.id)
        .where(runs.c.ended_at < instant(connection) - older_than, ~in_use.exists(), KNOWN)
        .order_by(runs.c.ended_at)
        .limit(1)
    ).scalar()


def expire_quarantine(connection: Connection, *, older_than: float) -> bool:
    """Delete a piece of the quarantine of a run that ended so long ago; False if there is none."""
    retry = runs.alias()
    in_use = select(retry.c.id).where(retry.c.retry_of == runs.c.id, retry.c.state.not_in(ENDED))
    run = connection.execute(
        select(runs.c.id)
        .where(runs.c.ended_at < instant(connection) - older_than, ~in_use.exists(), KNOWN)
        .where(select(quarantine.c.id).where(quarantine.c.run == runs.c.id).exists())
        .limit(1)
    ).scalar()
    if run is None:
        return False
    if not _noted(connection, run):
        of_run = select(func.count()).where(quarantine.c.run == run)
        number, days = connection.execute(of_run).scalar(), older_than / 86400
        text = f"Its quarantine, {number} reasons, was deleted after {days:g} days"
        note(connection, run, _EXPIRED, text)
    with overwriting(connection):
        delete_rows(connection, quarantine, run, most=piece(connection))
    return True


def _noted(connection: Connection, run: str) -> bool:
    """Tell whether it was said already, with the first piece of it."""
    chosen = select(events.c.id).where(events.c.run == run, events.c.kind == _EXPIRED)
    return connection.execute(chosen.limit(1)).scalar() is not None


def _keep_baseline(connection: Connection, definition: str) -> None:
    entries = last_good_entries(connection, definition) or {}
    connection.execute(delete(baselines).where(baselines.c.definition == definition))
    rows = [
        {"definition": definition, "object_type": name, "entries": number}
        for name, number in entries.items()
    ]
    if rows:
        connection.execute(insert(baselines), rows)

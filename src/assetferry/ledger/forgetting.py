"""Runs and quarantines that are no longer kept.

What later runs need outlives the run it came from: the entries of the last good full run are
written down first; external ids and pushed documents belong to the definition. On SQLite deleted
rows are overwritten, because a quarantine holds data about people; the space is used again.
"""

from collections.abc import Generator
from contextlib import contextmanager

from sqlalchemy import Connection, delete, insert, select

from assetferry.errors import Fatal
from assetferry.ledger.clock import instant
from assetferry.ledger.history import last_good_entries, last_good_run
from assetferry.ledger.run import Run
from assetferry.ledger.states import ENDED
from assetferry.ledger.tables import baselines, quarantine, runs
from assetferry.ledger.timeline import note

__all__ = ["RunInUse", "expire_quarantine", "expired_run", "forget"]


class RunInUse(Fatal):
    """A run that has not ended, or that another one works from, cannot be forgotten."""

    code = "run_in_use"


def forget(connection: Connection, run: Run) -> None:
    """Delete a run with everything that is known of it. Raises RunInUse."""
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
    with _overwriting(connection):
        connection.execute(delete(runs).where(runs.c.id == run.id))


def expired_run(connection: Connection, *, older_than: float) -> str | None:
    """Name a run that ended so many seconds ago and is free to be forgotten; the oldest first."""
    retry = runs.alias()
    in_use = select(retry.c.id).where(retry.c.retry_of == runs.c.id, retry.c.state.not_in(ENDED))
    return connection.execute(
        select(runs.c.id)
        .where(runs.c.ended_at < instant(connection) - older_than, ~in_use.exists())
        .order_by(runs.c.ended_at)
        .limit(1)
    ).scalar()


def expire_quarantine(connection: Connection, *, older_than: float) -> bool:
    """Delete the quarantine of one run that ended so many seconds ago; False if there is none."""
    retry = runs.alias()
    in_use = select(retry.c.id).where(retry.c.retry_of == runs.c.id, retry.c.state.not_in(ENDED))
    run = connection.execute(
        select(runs.c.id)
        .where(runs.c.ended_at < instant(connection) - older_than, ~in_use.exists())
        .where(select(quarantine.c.id).where(quarantine.c.run == runs.c.id).exists())
        .limit(1)
    ).scalar()
    if run is None:
        return False
    with _overwriting(connection):
        gone = connection.execute(delete(quarantine).where(quarantine.c.run == run)).rowcount
    days = older_than / 86400
    text = f"Its quarantine, {gone} reasons, was deleted after {days:g} days"
    note(connection, run, "quarantine_expired", text)
    return True


def _keep_baseline(connection: Connection, definition: str) -> None:
    entries = last_good_entries(connection, definition) or {}
    connection.execute(delete(baselines).where(baselines.c.definition == definition))
    rows = [
        {"definition": definition, "object_type": name, "entries": number}
        for name, number in entries.items()
    ]
    if rows:
        connection.execute(insert(baselines), rows)


@contextmanager
def _overwriting(connection: Connection) -> Generator[None]:
    """Let SQLite write zeros over what is deleted: otherwise it stays readable in the file."""
    if connection.dialect.name != "sqlite":
        yield
        return
    connection.exec_driver_sql("PRAGMA secure_delete = ON")
    try:
        yield
    finally:
        connection.exec_driver_sql("PRAGMA secure_delete = OFF")

"""Flow step 4: from the last chunk to what Assets made of all of them."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, update

from assetferry.ledger.advancing import advance
from assetferry.ledger.claim import all_in
from assetferry.ledger.clock import instant
from assetferry.ledger.rechecking import locked_state
from assetferry.ledger.states import RunState
from assetferry.ledger.tables import runs
from assetferry.ledger.timeline import note

__all__ = ["begin_completion", "came_too_late", "completed", "record_result"]


def begin_completion(connection: Connection, run: str, token: int | None = None) -> bool:
    """Go from INGESTING to COMPLETING if everything is in; True for exactly one caller.

    One statement, in a transaction of its own: the transactions of two last chunks that commit
    at once do not see each other, this one, after both, sees them. Whoever misses it is
    followed by the next claim, or by the sweep. ``token`` is that of the step which found the
    run safe: a hold and a resume in between make its judgement one of an older state.
    """
    ours = () if token is None else (runs.c.token == token,)
    changed = connection.execute(
        update(runs)
        .where(runs.c.id == run, runs.c.state == RunState.INGESTING, *ours)
        .where(runs.c.held_since.is_(None), all_in(run))
        .values(
            state=RunState.COMPLETING,
            completion_asked=True,  # from the next moment on it may have been
            attempts=0,
            losses=0,
            waits_for=None,
            due_at=instant(connection),
            lease_until=None,
        )
    )
    if changed.rowcount != 1:
        return False
    note(connection, run, "completing", "Everything read and submitted")
    return True


def completed(connection: Connection, run: str, token: int) -> None:
    """Note that Assets knows the submission to be complete, and processes it.

    Raises LeaseLost.
    """
    if locked_state(connection, run) is RunState.CLOSING:
        # Turned towards its end while the completing call was under way.
        came_too_late(connection, run, token)
        return
    advance(
        connection,
        run,
        token,
        expect=RunState.COMPLETING,
        state=RunState.PROCESSING,
        completed_at=instant(connection),
    )
    note(connection, run, "processing", "Submission completed; Assets applies it")


def came_too_late(connection: Connection, run: str, token: int) -> None:
    """Take a run back from its closing: Assets applies it, and can no longer be stopped.

    Raises LeaseLost.
    """
    now = instant(connection)
    advance(
        connection,
        run,
        token,
        expect=RunState.CLOSING,
        state=RunState.PROCESSING,
        completed_at=now,
        intended_end=None,
        reason_code=None,
        reason=None,
        closing_since=None,
    )
    told = "Too late to be closed: Assets had been told that everything is there, and applies it"
    note(connection, run, "too_late", told)


def record_result(
    connection: Connection, run: str, token: int, result: Mapping[str, Any] | None
) -> None:
    """Keep what Assets reports of the processed execution."""
    advance(connection, run, token, keep=True, result=None if result is None else dict(result))

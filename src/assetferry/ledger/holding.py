"""A hold: the run waits for a person; nothing is lost, and resuming goes on."""

from collections.abc import Mapping

from sqlalchemy import ColumnElement, Connection, case, delete, select, update

from assetferry.ledger.advancing import advance
from assetferry.ledger.chunk import Read, Send
from assetferry.ledger.clock import instant
from assetferry.ledger.closing import begin_closing, end_unreached
from assetferry.ledger.leasing import overtaking
from assetferry.ledger.rechecking import locked_state
from assetferry.ledger.retrying import retry_chunk
from assetferry.ledger.run import COLUMNS, Run
from assetferry.ledger.states import ENDED, ChunkState, RunState
from assetferry.ledger.tables import chunks, declines, runs
from assetferry.ledger.timeline import note

__all__ = [
    "close_overdue",
    "hold",
    "hold_at",
    "hold_step",
    "ingests_within",
    "overdue",
    "resume",
]


def hold(connection: Connection, run: str, *, code: str, reason: str, cure: str) -> bool:
    """Hold a run that has not ended; False if it has, or is held already.

    One that may not be held at all, because nobody watches a scheduled run, is closed at once.
    """
    changed = connection.execute(
        update(runs)
        .where(runs.c.id == run, runs.c.state.not_in(ENDED), runs.c.held_since.is_(None))
        .values(
            held_reason=reason,
            held_cure=cure,
            held_since=instant(connection),
            reason_code=_unless_closing(code),
        )
        .returning(runs.c.hold_for)
    ).one_or_none()
    if changed is None:
        return False
    note(connection, run, "held", f"Held: {reason.rstrip('.')}. {cure}")
    if changed.hold_for <= 0:
        close_overdue(connection, run)
    return True


def ingests_within(connection: Connection, run: str, limit: str) -> bool:
    """Lock a run; tell whether it still ingests, and no person has set this limit aside for it."""
    chosen = select(runs.c.state, runs.c.overrides).where(runs.c.id == run)
    found = connection.execute(chosen.with_for_update(key_share=True)).one()
    return found.state == RunState.INGESTING and limit not in (found.overrides or {})


def _unless_closing(code: str | None) -> ColumnElement[str | None]:
    """Give the code of a hold, or none any more; what a run is closed for stays with it."""
    return case((runs.c.state == RunState.CLOSING, runs.c.reason_code), else_=code)


def hold_step(connection: Connection, run: Run, *, code: str, reason: str, cure: str) -> None:
    """Hold a run for what came of its step, and give the step's lease back.

    A run that has been turned towards its end meanwhile is not held. Raises LeaseLost.
    """
    advance(connection, run.id, run.token)
    state = connection.execute(select(runs.c.state).where(runs.c.id == run.id)).scalar()
    if state == run.state:
        hold(connection, run.id, code=code, reason=reason, cure=cure)


def hold_at(
    connection: Connection, work: Read | Send, *, code: str, reason: str, cure: str
) -> None:
    """Hold the run for what came of one chunk, which waits with its attempts as they are.

    A run that is being closed meanwhile is not held: what becomes of its chunks is over.
    Raises LeaseLost.
    """
    # The run before the chunk: one order of locks.
    if locked_state(connection, work.key.run) is not RunState.CLOSING:
        about = f"Chunk {work.key}: {reason}"
        hold(connection, work.key.run, code=code, reason=about, cure=cure)
    now = instant(connection)
    retry_chunk(connection, work, due_at=now, counted=False, code=code, message=reason)


def resume(connection: Connection, run: str, *, overrides: Mapping[str, str] | None = None) -> bool:
    """Let a held run go on, its waiting chunks with fresh attempts; False if it is not held.

    ``overrides`` are safety limits that a person sets aside, each with the reason given.
    """
    now = instant(connection)
    changed = connection.execute(
        update(runs)
        .where(runs.c.id == run, runs.c.state.not_in(ENDED), runs.c.held_since.is_not(None))
        .values(
            held_reason=None,
            held_cure=None,
            held_since=None,
            reason_code=_unless_closing(None),
            resumed_at=now,
            # While it was held Assets may have ended the execution, and what it was sent is gone.
            recheck=runs.c.state == RunState.INGESTING,
            attempts=0,
            losses=0,
            due_at=now,
            # A step from before the hold judged what may have changed: its result comes late.
            **overtaking(now),
        )
    )
    if changed.rowcount != 1:
        return False  # and a limit that was set aside for it would stay so unseen
    if overrides:
        _set_aside(connection, run, overrides)
    waiting = [ChunkState.DUE, ChunkState.STAGED]
    connection.execute(
        update(chunks)
        .where(chunks.c.run == run, chunks.c.state.in_(waiting))
        .where((chunks.c.attempts > 0) | (chunks.c.losses > 0))
        .values(attempts=0, losses=0, due_at=now)
    )
    # Whoever could not work on it may have by now what it lacked.
    connection.execute(delete(declines).where(declines.c.run == run))
    note(connection, run, "resumed", "Resumed")
    return True


def overdue(connection: Connection) -> list[Run]:
    """List the runs that have been held for longer than they may be.

    Without those that Assets processes: they cannot be stopped, and are watched to their end.
    """
    until = runs.c.held_since + runs.c.hold_for
    chosen = select(*COLUMNS).where(*_OVERDUE, until <= instant(connection))
    return [Run.of(row) for row in connection.execute(chosen).mappings()]


def close_overdue(connection: Connection, run: str) -> bool:
    """Turn a run towards its end if it has been held for too long; False if it has not.

    A hold that nobody answers must not block the next import for ever. One that was held while
    it was being closed cannot be closed by anybody, as it seems, and ends.
    """
    chosen = select(runs).where(runs.c.id == run, *_OVERDUE).with_for_update(key_share=True)
    found = connection.execute(chosen).one_or_none()
    if found is None or found.held_since + found.hold_for > instant(connection):
        return False
    code, reason = "held_too_long", f"Held for over {_long(found.hold_for)}: {found.held_reason}"
    if found.hold_for <= 0:
        code, reason = found.reason_code, f"{found.held_reason.rstrip('.')}. {found.held_cure}"
    if found.state == RunState.CLOSING:
        return end_unreached(connection, run, reason=reason)
    return begin_closing(connection, run, end=RunState.FAILED, code=code, reason=reason)


def _long(seconds: float) -> str:
    return f"{seconds / 3600:g} h" if seconds >= 3600 else f"{seconds:g} s"  # noqa: PLR2004


_OVERDUE = (
    runs.c.held_since.is_not(None),
    runs.c.state.not_in([*ENDED, RunState.PROCESSING]),
)


def _set_aside(connection: Connection, run: str, limits: Mapping[str, str]) -> None:
    found = connection.execute(select(runs.c.overrides).where(runs.c.id == run)).scalar()
    known: dict[str, str] = found or {}
    connection.execute(update(runs).where(runs.c.id == run).values(overrides=known | dict(limits)))
    for limit, reason in limits.items():
        note(connection, run, "override", f"{limit} set aside: {reason}")

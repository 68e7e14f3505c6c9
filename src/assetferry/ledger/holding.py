"""A hold: the run waits for a person; nothing is lost, and resuming goes on."""

from collections.abc import Mapping

from sqlalchemy import Connection, select, update

from assetferry.ledger.advancing import advance
from assetferry.ledger.chunk import Read, Send
from assetferry.ledger.clock import instant
from assetferry.ledger.closing import begin_closing
from assetferry.ledger.retrying import retry_chunk
from assetferry.ledger.states import ENDED, ChunkState, RunState
from assetferry.ledger.tables import chunks, runs
from assetferry.ledger.timeline import note

__all__ = ["close_overdue", "hold", "hold_at", "hold_step", "resume"]


def hold(connection: Connection, run: str, *, reason: str, cure: str) -> bool:
    """Hold a run that has not ended; False if it has, or is held already."""
    changed = connection.execute(
        update(runs)
        .where(runs.c.id == run, runs.c.state.not_in(ENDED), runs.c.held_since.is_(None))
        .values(held_reason=reason, held_cure=cure, held_since=instant(connection))
    )
    if changed.rowcount != 1:
        return False
    note(connection, run, "held", f"{reason} {cure}")
    return True


def hold_step(connection: Connection, run: str, token: int, *, reason: str, cure: str) -> None:
    """Hold a run for what came of its step, and give the step's lease back. Raises LeaseLost."""
    advance(connection, run, token)
    hold(connection, run, reason=reason, cure=cure)


def hold_at(
    connection: Connection, work: Read | Send, *, code: str, reason: str, cure: str
) -> None:
    """Hold the run for what came of one chunk, which waits with its attempts as they are.

    A run that is being closed meanwhile is not held: what becomes of its chunks is over.
    Raises LeaseLost.
    """
    # The run before the chunk: one order of locks.
    state = select(runs.c.state).where(runs.c.id == work.key.run)
    if connection.execute(state.with_for_update(key_share=True)).scalar() != RunState.CLOSING:
        hold(connection, work.key.run, reason=f"Chunk {work.key}: {reason}", cure=cure)
    now = instant(connection)
    retry_chunk(connection, work, due_at=now, counted=False, code=code, message=reason)


def resume(connection: Connection, run: str, *, overrides: Mapping[str, str] | None = None) -> bool:
    """Let a held run go on, its waiting chunks with fresh attempts; False if it is not held.

    ``overrides`` are safety limits that a person sets aside, each with the reason given.
    """
    if overrides:
        _set_aside(connection, run, overrides)
    now = instant(connection)
    changed = connection.execute(
        update(runs)
        .where(runs.c.id == run, runs.c.state.not_in(ENDED), runs.c.held_since.is_not(None))
        .values(
            held_reason=None,
            held_cure=None,
            held_since=None,
            attempts=0,
            losses=0,
            due_at=now,
            # A step from before the hold judged what may have changed: its result comes late.
            token=runs.c.token + 1,
            lease_until=None,
        )
    )
    if changed.rowcount != 1:
        return False
    waiting = [ChunkState.DUE, ChunkState.STAGED]
    connection.execute(
        update(chunks)
        .where(chunks.c.run == run, chunks.c.state.in_(waiting))
        .where((chunks.c.attempts > 0) | (chunks.c.losses > 0))
        .values(attempts=0, losses=0, due_at=now)
    )
    note(connection, run, "resumed", "Resumed")
    return True


def close_overdue(connection: Connection, definition: str) -> str | None:
    """Turn the definition's run towards its end if it has been held for too long; name it.

    A hold that nobody answers must not block the next import for ever.
    """
    now = instant(connection)
    overdue = connection.execute(
        select(runs.c.id, runs.c.held_reason, runs.c.hold_for)
        .where(runs.c.definition == definition, runs.c.state.not_in(ENDED))
        .where(runs.c.held_since + runs.c.hold_for <= now)
    ).one_or_none()
    if overdue is None:
        return None
    reason = f"Held for over {overdue.hold_for / 3600:g} hours: {overdue.held_reason}"
    closing = begin_closing(
        connection, overdue.id, end=RunState.FAILED, code="held_too_long", reason=reason
    )
    return overdue.id if closing else None


def _set_aside(connection: Connection, run: str, limits: Mapping[str, str]) -> None:
    found = connection.execute(select(runs.c.overrides).where(runs.c.id == run)).scalar()
    known: dict[str, str] = found or {}
    connection.execute(update(runs).where(runs.c.id == run).values(overrides=known | dict(limits)))
    for limit, reason in limits.items():
        note(connection, run, "override", f"{limit} set aside: {reason}")

"""A hold: the run waits for a person; nothing is lost, and resuming goes on."""

from sqlalchemy import Connection, select, update

from assetferry.ledger.chunk import Read, Send
from assetferry.ledger.clock import instant
from assetferry.ledger.retrying import retry_chunk
from assetferry.ledger.states import ENDED, ChunkState, RunState
from assetferry.ledger.tables import chunks, runs
from assetferry.ledger.timeline import note

__all__ = ["hold", "hold_at", "resume"]


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


def resume(connection: Connection, run: str) -> bool:
    """Let a held run go on, its waiting chunks with fresh attempts; False if it is not held."""
    now = instant(connection)
    changed = connection.execute(
        update(runs)
        .where(runs.c.id == run, runs.c.state.not_in(ENDED), runs.c.held_since.is_not(None))
        .values(held_reason=None, held_cure=None, held_since=None, attempts=0, losses=0, due_at=now)
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

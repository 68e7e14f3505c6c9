"""A chunk or a run's step that goes again later, or is given up."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, bindparam, update

from assetferry.ledger.chunk import Read, Send, at_key
from assetferry.ledger.clock import instant
from assetferry.ledger.errors import LeaseLost
from assetferry.ledger.states import ChunkState
from assetferry.ledger.tables import chunks, runs
from assetferry.ledger.timeline import note

__all__ = ["fail_chunk", "postpone", "retry_chunk", "retry_smaller", "retry_step"]

_OF_CHUNK = update(chunks).where(
    at_key(chunks),
    chunks.c.state.in_([ChunkState.DUE, ChunkState.STAGED]),
    chunks.c.token == bindparam("held_token"),
)
_RETRY = _OF_CHUNK.values(
    lease_until=None,
    # What came of an attempt counts once, should it be told twice.
    token=chunks.c.token + 1,
    due_at=bindparam("next_try"),
    attempts=chunks.c.attempts + bindparam("counted"),
    error_code=bindparam("code"),
    error=bindparam("message"),
    changed_at=bindparam("now"),
)
_SMALLER = (
    update(chunks)
    .where(at_key(chunks))
    .values(cursor=bindparam("new_cursor", type_=chunks.c.cursor.type), pages=1)
)
_FAIL = _OF_CHUNK.values(
    state=ChunkState.FAILED,
    lease_until=None,
    error_code=bindparam("code"),
    error=bindparam("message"),
    changed_at=bindparam("now"),
)


def retry_chunk(
    connection: Connection,
    work: Read | Send,
    *,
    due_at: float,
    counted: bool,
    code: str,
    message: str,
) -> None:
    """Let a chunk go again from ``due_at`` (epoch seconds) on; the lane is free meanwhile.

    A wait that the other side asked for is not ``counted`` as an attempt. Raises LeaseLost.
    """
    values = {
        "held_token": work.token,
        "next_try": due_at,
        "counted": int(counted),
        "code": code,
        "message": message,
        "now": instant(connection),
    }
    if connection.execute(_RETRY, work.key.bound | values).rowcount != 1:
        raise LeaseLost(f"Chunk {work.key} was taken over; what came of it here is dropped.")


def retry_smaller(
    connection: Connection,
    read: Read,
    *,
    cursor: Mapping[str, Any] | None,
    due_at: float,
    code: str,
    message: str,
) -> None:
    """Let a read that took too long go again for a single page, from ``cursor``.

    It is the same place, and may ask for fewer records there. Raises LeaseLost.
    """
    retry_chunk(connection, read, due_at=due_at, counted=True, code=code, message=message)
    connection.execute(_SMALLER, read.key.bound | {"new_cursor": cursor})


def fail_chunk(connection: Connection, work: Read | Send, *, code: str, message: str) -> None:
    """Give a chunk up for good; its run must be closed. Raises LeaseLost."""
    values = {
        "held_token": work.token,
        "code": code,
        "message": message,
        "now": instant(connection),
    }
    if connection.execute(_FAIL, work.key.bound | values).rowcount != 1:
        raise LeaseLost(f"Chunk {work.key} was taken over; what came of it here is dropped.")
    note(connection, work.key.run, "chunk_failed", f"Chunk {work.key}: {message}")


def retry_step(
    connection: Connection, run: str, token: int, *, due_at: float, counted: bool, message: str
) -> None:
    """Let a run's step go again from ``due_at`` on, and say why on the timeline.

    Raises LeaseLost.
    """
    _later(connection, run, token, due_at=due_at, counted=counted, waits_for=message)
    note(connection, run, "retry", message)


def postpone(connection: Connection, run: str, token: int, *, due_at: float) -> None:
    """Look at a run again from ``due_at`` on: nothing went wrong, time must pass.

    Raises LeaseLost.
    """
    _later(connection, run, token, due_at=due_at, counted=False)


def _later(
    connection: Connection,
    run: str,
    token: int,
    *,
    due_at: float,
    counted: bool,
    waits_for: str | None = None,
) -> None:
    changed = connection.execute(
        update(runs)
        .where(runs.c.id == run, runs.c.token == token)
        .values(
            lease_until=None,
            due_at=due_at,
            # What went well in between makes the failures before it no series.
            attempts=0 if waits_for is None else runs.c.attempts + int(counted),
            waits_for=waits_for,
        )
    )
    if changed.rowcount != 1:
        raise LeaseLost(f"Another worker took over the run {run}.")

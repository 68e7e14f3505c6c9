"""Flow step 7: every run ends, with a reason, and leaves nothing open in Assets."""

from sqlalchemy import Connection, delete, select, update

from assetferry.ledger.advancing import advance
from assetferry.ledger.chunk import Read, Send
from assetferry.ledger.clearing import Clearing, delete_rows, piece
from assetferry.ledger.clock import instant
from assetferry.ledger.leasing import overtaking
from assetferry.ledger.retrying import fail_chunk
from assetferry.ledger.states import RunState
from assetferry.ledger.tables import identities, payloads, runs
from assetferry.ledger.timeline import note

__all__ = ["begin_closing", "close_step", "end_run", "end_unreached", "give_up", "reported"]

_STOPPABLE = (RunState.STARTING, RunState.INGESTING, RunState.COMPLETING)
"""In PROCESSING Assets can no longer be stopped."""


def begin_closing(
    connection: Connection, run: str, *, end: RunState, code: str, reason: str
) -> bool:
    """Turn a run towards its end; False if Assets processes it already, or it has ended.

    Lanes that hold rows of it may finish the request they are at; nothing else of it is sent.
    A call that makes something in Assets is waited for while it is under way: a start, for the
    execution that it makes must be closed too; a completing call, for only its answer tells
    whether Assets can still be stopped, and a failure must not stand in the history of an import
    that went well.
    """
    now = instant(connection)
    changed = connection.execute(
        update(runs)
        .where(runs.c.id == run, runs.c.state.in_(_STOPPABLE))
        .values(
            state=RunState.CLOSING,
            intended_end=end,
            reason_code=code,
            reason=reason,
            held_reason=None,
            held_cure=None,
            held_since=None,
            closing_since=now,
            attempts=0,
            losses=0,
            due_at=now,
            # Another step under way must not decide any more: its token goes stale.
            **overtaking(now),
        )
    )
    if changed.rowcount != 1:
        return False
    note(connection, run, "closing", reason)
    return True


def close_step(connection: Connection, run: str, token: int, *, code: str, reason: str) -> bool:
    """Turn a run towards FAILED for what came of its step; False if Assets processes it already.

    Raises LeaseLost.
    """
    advance(connection, run, token)
    return begin_closing(connection, run, end=RunState.FAILED, code=code, reason=reason)


def give_up(connection: Connection, work: Read | Send, *, code: str, message: str) -> None:
    """Fail a chunk for good and its run with it: a partial import is never completed.

    Raises LeaseLost.
    """
    reason = f"Chunk {work.key}: {message}"
    # The run before the chunk: one order of locks.
    begin_closing(connection, work.key.run, end=RunState.FAILED, code=code, reason=reason)
    fail_chunk(connection, work, code=code, message=message)


def reported(connection: Connection, run: str, token: int) -> None:
    """Remember that the import history has the failure, so that it is written once."""
    advance(connection, run, token, keep=True, expect=RunState.CLOSING, reported=True)


def end_run(
    connection: Connection, run: str, token: int, *, end: RunState, code: str | None, reason: str
) -> None:
    """End a run; bytes that were never sent are dropped with it, and whom it met piece by piece."""
    advance(
        connection,
        run,
        token,
        state=end,
        reason_code=code,
        reason=reason,
        ended_at=instant(connection),
        held_reason=None,
        held_cure=None,
        held_since=None,
    )
    connection.execute(delete(payloads).where(payloads.c.run == run))
    most = piece(connection)
    if delete_rows(connection, identities, run, most=most) == most:
        connection.execute(
            update(runs).where(runs.c.id == run).values(clearing=Clearing.IDENTITIES)
        )
    note(connection, run, "ended", f"{end}: {reason}")


def end_unreached(connection: Connection, run: str, *, reason: str) -> bool:
    """End a run that is being closed, without telling Assets; False if it is not being closed.

    For a process that cannot speak to Assets at all, because it lacks a secret for one.
    """
    chosen = select(runs).where(runs.c.id == run, runs.c.state == RunState.CLOSING)
    found = connection.execute(chosen.with_for_update(key_share=True)).one_or_none()
    if found is None:
        return False
    told = found.reason or ""
    if found.execution_id is not None or found.posts > 0:
        opened = found.execution_id or "that it asked for"
        told += f" Execution {opened} may still be open in Assets: {reason}"
    end = RunState(found.intended_end or RunState.FAILED)
    end_run(connection, run, found.token, end=end, code=found.reason_code, reason=told)
    return True

"""From DUE to STAGED: what one read gave, in one transaction with the place to read on from."""

from dataclasses import asdict

from sqlalchemy import Connection, bindparam, case, func, insert, select, update

from assetferry.ledger.chunk import Read, Send, at_key
from assetferry.ledger.clock import instant
from assetferry.ledger.conflicts import keep_conflicts
from assetferry.ledger.counting import add_to_stream, add_to_tallies
from assetferry.ledger.enqueuing import add_due, add_staged
from assetferry.ledger.errors import LeaseLost
from assetferry.ledger.identities import remember_identities
from assetferry.ledger.landmarks import LANDMARKS, pass_landmarks
from assetferry.ledger.quarantining import set_aside
from assetferry.ledger.staged import Staged, changed_total
from assetferry.ledger.states import ChunkState, RunState
from assetferry.ledger.tables import chunks, payloads, runs, streams
from assetferry.ledger.timeline import note

__all__ = ["stage"]

# Built once: putting such a statement together costs as much as executing it on SQLite.
_RUN = (
    select(runs.c.state, runs.c.sends, streams.c.total, *LANDMARKS)
    .join(streams, streams.c.run == runs.c.id)
    .where(runs.c.id == bindparam("run"), streams.c.stream == bindparam("stream"))
    .with_for_update(of=runs, key_share=True)
)
_SENDING = select(func.count()).where(
    chunks.c.run == bindparam("run"),
    chunks.c.state == ChunkState.STAGED,
    chunks.c.lease_until > bindparam("now"),
)
_LEAVE_DUE = (
    update(chunks)
    .where(
        at_key(chunks),
        chunks.c.state == ChunkState.DUE,
        chunks.c.token == bindparam("held_token"),
    )
    .values(
        state=bindparam("new_state"),
        lease_until=case((bindparam("keep"), chunks.c.lease_until), else_=None),
        attempts=0,
        losses=0,
        due_at=bindparam("now"),
        changed_at=bindparam("now"),
        records=bindparam("new_records"),
        entries=bindparam("new_entries", type_=chunks.c.entries.type),
        error_code=None,
        error=None,
    )
)


def stage(connection: Connection, read: Read, staged: Staged, *, send_on: bool) -> Send | None:
    """Store what a read gave and the rows that follow from it, or nothing of it.

    With ``send_on``, a read that gave a single chunk goes on to send it under the same lease,
    if the run's limit of sends allows: that saves a claim.

    Raises LeaseLost where the row is no longer the reader's, or the run no longer ingests;
    CursorRepeated and PageRepeated where the source goes in circles.
    """
    key = read.key
    # Run, chunk, stream, tallies: one order of locks everywhere, so no deadlock.
    found = connection.execute(_RUN, {"run": key.run, "stream": key.stream}).one()
    state, sends, total, *landmarks = found
    if state != RunState.INGESTING:
        raise LeaseLost(f"The run is {state}: what was read for chunk {key} is not needed.")
    now = instant(connection)
    alone = len(staged.parts) == 1 and staged.rest is None
    keep = alone and send_on and _sending(connection, key.run, now) < sends
    _leave_due(connection, read, staged, now, keep=keep)
    if alone:
        connection.execute(insert(payloads), key.columns | {"body": staged.parts[0].body})
    else:
        add_staged(connection, key, staged.parts, now)
    _add_following(connection, read, staged, now)
    pass_landmarks(connection, read, staged, landmarks)
    _count(connection, read, staged, now, changed_total(total, staged.total) or staged.moved)
    set_aside(connection, key, staged.rejected, now)
    remember_identities(connection, key, staged.identities)
    keep_conflicts(connection, key, staged.conflicts, now)
    return _going_on(read, staged) if keep else None


def _sending(connection: Connection, run: str, now: float) -> int:
    return connection.execute(_SENDING, {"run": run, "now": now}).scalar_one()


def _leave_due(
    connection: Connection, read: Read, staged: Staged, now: float, *, keep: bool
) -> None:
    records, entries = staged.records_read, dict[str, int]()
    if not staged.parts and staged.rest is None:
        state = ChunkState.SUBMITTED  # no entries, so nothing to send
    elif len(staged.parts) == 1 and staged.rest is None:
        state, entries = ChunkState.STAGED, dict(staged.parts[0].entries)
    else:
        state = ChunkState.SPLIT
    changed = connection.execute(
        _LEAVE_DUE,
        read.key.bound
        | {
            "held_token": read.token,
            "new_state": state,
            "keep": keep,
            "now": now,
            "new_records": records,
            "new_entries": entries,
        },
    )
    if changed.rowcount != 1:
        raise LeaseLost(f"Chunk {read.key} was taken over; what was read for it is dropped.")


def _add_following(connection: Connection, read: Read, staged: Staged, now: float) -> None:
    key = read.key
    if staged.rest is not None:
        rest = key.child(len(staged.parts))
        add_due(connection, [rest], [staged.rest], now, tail=read.tail, pages=staged.pages)
    keys = [key.after(index) for index in range(1, len(staged.next) + 1)]
    add_due(connection, keys, staged.next, now, tail=True, pages=staged.pages)


def _count(
    connection: Connection, read: Read, staged: Staged, now: float, moved: str | None
) -> None:
    key = read.key
    end = read.tail and not staged.next and staged.rest is None
    sums = {
        "records_read": staged.records_read,
        "records_mapped": staged.records_mapped,
        "records_left_out": staged.records_left_out,
        "records_quarantined": staged.records_quarantined,
        "values_left_out": staged.values_left_out,
        "chunks_staged": len(staged.parts),
    }
    add_to_stream(connection, key, sums, now=now, total=staged.total, moved=moved, end=end)
    add_to_tallies(connection, key, {name: asdict(sum_) for name, sum_ in staged.tallies.items()})
    if end:
        note(connection, key.run, "stream_exhausted", f"{key.stream}: read to its end")
    if moved is not None:
        note(connection, key.run, "stream_moved", f"{key.stream}: {moved}")


def _going_on(read: Read, staged: Staged) -> Send:
    part = staged.parts[0]
    return Send(
        key=read.key,
        token=read.token,
        body=part.body,
        entries=dict(part.entries),
        attempts=0,
        losses=0,
    )

"""The claim: what a lane shall do next in a run.

All limits are kept here, where they are checked and taken in one transaction: chunks being
read and sent at once, and the back-pressure of chunks that wait to be sent.
"""

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import (
    BindParameter,
    Column,
    ColumnElement,
    Connection,
    RowMapping,
    Select,
    and_,
    bindparam,
    case,
    func,
    or_,
    select,
    update,
)

from assetferry.ledger.chunk import ChunkKey, Read, Send, at_key
from assetferry.ledger.clock import instant
from assetferry.ledger.doors import ALL_OPEN, Doors, look
from assetferry.ledger.free_rows import to_read, to_send
from assetferry.ledger.pacing import BUSIEST, SHORT_S
from assetferry.ledger.run import COLUMNS, Run
from assetferry.ledger.states import SETTLED, ChunkState, RunState
from assetferry.ledger.tables import chunks, payloads, runs, streams
from assetferry.ledger.work import Ended, Held, Redefined, Step, Wait, Work

__all__ = ["LEASE_S", "Ended", "Held", "Redefined", "Step", "Wait", "Work", "all_in", "claim"]

LEASE_S = 30.0
"""How long a claimed row stays claimed unless its holder renews it."""
_BACK_PRESSURE = 2
"""STAGED rows per allowed send above which nothing more is read."""
_LOOK_AGAIN_S = 1.0
"""A wait is never longer: another process may have changed something without telling."""


def _counted(*conditions: ColumnElement[bool]) -> ColumnElement[int]:
    chosen = select(func.count()).where(chunks.c.run == bindparam("run"), *conditions)
    return chosen.scalar_subquery()


# Built once: putting such a statement together costs as much as executing it on SQLite.
_OF_RUN = runs.c.id == bindparam("run")
_LOCKED = (
    select(
        *(runs.c.state, runs.c.held_since, runs.c.recheck, runs.c.reads, runs.c.sends),
        *(runs.c.assets_host, runs.c.definition_hash, BUSIEST),
    )
    .where(_OF_RUN)
    .with_for_update(key_share=True)
)
_WHOLE: Select[Any] = select(*COLUMNS).where(_OF_RUN)
_LEASED = chunks.c.lease_until > bindparam("now")
_LOAD = select(
    _counted(chunks.c.state == ChunkState.STAGED).label("staged"),
    _counted(chunks.c.state == ChunkState.STAGED, _LEASED).label("sending"),
    _counted(chunks.c.state == ChunkState.DUE, _LEASED).label("reading"),
)
_LEASE = (
    update(chunks)
    .where(at_key(chunks))
    .values(
        lease_until=bindparam("until"),
        token=chunks.c.token + 1,
        worker=bindparam("by"),
        losses=chunks.c.losses + case((chunks.c.lease_until.is_not(None), 1), else_=0),
    )
)
_BODY: Select[Any] = select(payloads.c.body).where(at_key(payloads))


def all_in(run: str | BindParameter[str]) -> ColumnElement[bool]:
    """Say in SQL that every stream is exhausted and every row is settled."""
    reading = select(streams.c.run).where(streams.c.run == run, ~streams.c.exhausted)
    # By their names: the settled rows of a long run are many, and the index can leave them out.
    unsettled = _one_of(sorted(frozenset(ChunkState) - SETTLED))
    return and_(
        ~reading.exists(), ~select(chunks.c.run).where(chunks.c.run == run, unsettled).exists()
    )


def _one_of(states: Iterable[ChunkState]) -> ColumnElement[bool]:
    return or_(*(chunks.c.state == state for state in states))


def _soonest(moment: Column[float]) -> ColumnElement[float]:
    waiting = _one_of([ChunkState.DUE, ChunkState.STAGED])
    chosen = select(func.min(moment)).where(
        chunks.c.run == bindparam("run"), waiting, moment > bindparam("now")
    )
    return chosen.scalar_subquery()


_OUTLOOK = select(
    all_in(bindparam("run")).label("all_in"),
    _soonest(chunks.c.due_at).label("due_at"),
    _soonest(chunks.c.lease_until).label("lease_until"),
)


def claim(
    connection: Connection,
    run_id: str,
    worker: str,
    *,
    paced: Collection[str] = (),
    definition_hash: str | None = None,
) -> Work:
    """Lease the run's next row for ``worker``: STAGED rows first, then DUE ones, then the run.

    Rows whose host must not be asked for a while stay where they are. ``paced`` names the
    hosts for which the run's definition has a budget. ``definition_hash`` is that of the text
    which the worker works with: nothing is given to one that has outlasted a hold, while a person
    gave the run another text.
    """
    # The lock makes one claim at a time, so that the limits hold over all machines.
    locked = connection.execute(_LOCKED, {"run": run_id}).one()
    if definition_hash not in (None, locked.definition_hash):
        return Redefined()
    now = instant(connection)
    ingesting = locked.state == RunState.INGESTING and locked.held_since is None
    if ingesting and not locked.recheck:
        free = {"run": run_id, "now": now}
        doors = ALL_OPEN
        if (locked.busiest or 0.0) > now + SHORT_S:
            doors = look(connection, run_id, now, assets=locked.assets_host, paced=paced)
        found = _chunk(connection, free, worker, doors, reads=locked.reads, sends=locked.sends)
        if found is not None:
            return found
        outlook = connection.execute(_OUTLOOK, free).one()
        if not outlook.all_in:
            return _wait(now, outlook.due_at, outlook.lease_until)
    run = Run.of(connection.execute(_WHOLE, {"run": run_id}).mappings().one())
    if run.ended:
        return Ended(run)
    if run.held and run.state is not RunState.PROCESSING:
        return Held(run)
    return _step(connection, run, worker, now)


def _chunk(
    connection: Connection,
    free: dict[str, Any],
    worker: str,
    doors: Doors,
    *,
    reads: int,
    sends: int,
) -> Read | Send | None:
    load = connection.execute(_LOAD, free).one()
    # Only where one must be free: a look in vain costs as much as one that finds something.
    if load.sending < min(sends, load.staged) and doors.assets:
        found = to_send(connection, free)
        if found is not None:
            _lease(connection, found, free["now"], worker)
            return _send(connection, found)
    room = load.staged < _BACK_PRESSURE * sends and load.reading < reads
    if room and doors.streams != []:
        found = to_read(connection, free, doors.streams)
        if found is not None:
            _lease(connection, found, free["now"], worker)
            return _read(found)
    return None


def _lease(connection: Connection, row: RowMapping, now: float, worker: str) -> None:
    lease = {"until": now + LEASE_S, "by": worker}
    connection.execute(_LEASE, _key(row).bound | lease)


def _send(connection: Connection, row: RowMapping) -> Send:
    key = _key(row)
    return Send(
        key=key,
        token=row["token"] + 1,
        body=connection.execute(_BODY, key.bound).scalar_one(),
        entries=row["entries"],
        attempts=row["attempts"],
        losses=_losses(row),
    )


def _read(row: RowMapping) -> Read:
    return Read(
        key=_key(row),
        token=row["token"] + 1,
        cursor=row["cursor"],
        tail=row["tail"],
        pages=row["pages"],
        attempts=row["attempts"],
        losses=_losses(row),
    )


def _key(row: RowMapping) -> ChunkKey:
    return ChunkKey(row["run"], row["stream"], row["number"], row["part"])


def _losses(row: RowMapping) -> int:
    # A lease that ran out, rather than being given back, is a worker lost on this row.
    return row["losses"] + (row["lease_until"] is not None)


def _step(connection: Connection, run: Run, worker: str, now: float) -> Step | Wait:
    leased_until = run.lease_until or 0.0
    if leased_until > now or run.due_at > now:
        return Wait(min(_LOOK_AGAIN_S, max(leased_until, run.due_at) - now))
    changed = connection.execute(
        update(runs)
        .where(runs.c.id == run.id)
        .values(
            lease_until=now + LEASE_S,
            token=runs.c.token + 1,
            worker=worker,
            # A lease that ran out, rather than being given back, is a worker lost on this step.
            losses=runs.c.losses + int(run.lease_until is not None),
        )
        .returning(*COLUMNS)
    )
    return Step(Run.of(changed.mappings().one()))


def _wait(now: float, *moments: float | None) -> Wait:
    soonest = min((moment - now for moment in moments if moment is not None), default=_LOOK_AGAIN_S)
    return Wait(max(0.0, min(_LOOK_AGAIN_S, soonest)))

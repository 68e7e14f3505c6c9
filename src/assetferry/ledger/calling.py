"""A verified call begins a run: once for its slot, in one transaction, or not at all (R4, R13)."""

from dataclasses import dataclass
from typing import TypeAlias

from sqlalchemy import Connection, delete, insert, select
from sqlalchemy.exc import IntegrityError

from assetferry.ledger.announcing import announce_blocked
from assetferry.ledger.clock import instant
from assetferry.ledger.creation import NewRun, begin_run, blocking_run
from assetferry.ledger.errors import LedgerBusy
from assetferry.ledger.run import Run
from assetferry.ledger.tables import trigger_calls
from assetferry.ledger.timeline import note

__all__ = ["Begun", "Blocked", "Called", "Known", "begin_called", "missed"]

_KEPT_S = 30 * 86400.0
"""How long calls are remembered: far longer than any call is taken for a fresh one."""


@dataclass(frozen=True, slots=True)
class Begun:
    """The call began this run."""

    run: Run


@dataclass(frozen=True, slots=True)
class Known:
    """The slot has begun a run before, which may have been forgotten since."""

    run: str | None


@dataclass(frozen=True, slots=True)
class Blocked:
    """This unfinished run stands in the way; others may be told, the slot is not used up."""

    by: Run


Called: TypeAlias = Begun | Known | Blocked


def begin_called(connection: Connection, new: NewRun, *, slot: str, owner: str | None) -> Called:
    """Begin a run for a slot of its import source, unless that slot has begun one.

    Two processes may be given one call at once. The run's unique index lets one of them pass;
    the other looks again, after it, whether it was the same slot that passed.
    """
    assert new.import_source_id is not None, "a call names its import source"  # noqa: S101
    known = _known(connection, new.import_source_id, slot)
    if known is not None:
        return known
    now = instant(connection)
    try:
        with connection.begin_nested():
            run = begin_run(connection, new, owner=owner)
            if run is not None:
                row = {"import_source_id": new.import_source_id, "slot": slot, "run": run.id}
                connection.execute(insert(trigger_calls), row | {"at": now})
    except IntegrityError:
        run = None
    if run is not None:
        old = trigger_calls.c.at < now - _KEPT_S
        connection.execute(delete(trigger_calls).where(old))
        return Begun(run)
    known = _known(connection, new.import_source_id, slot)
    if known is not None:
        return known
    blocking = blocking_run(connection, new)
    if blocking is None:  # it ended in this very moment
        raise LedgerBusy("The run that stood in the way has just ended.")
    if new.scheduled:
        _tell(connection, new, slot, blocking)
    return Blocked(blocking)


def missed(connection: Connection, new: NewRun, *, slot: str, due: float) -> bool:
    """Tell others of a slot that is over and was not called for, because a run stands in the way.

    Assets does not call at all while an execution of the import source is open. ``due`` is the
    slot's time. False if there is nothing to tell, or it has been told.
    """
    assert new.import_source_id is not None, "a schedule has its import source"  # noqa: S101
    if _known(connection, new.import_source_id, slot) is not None:
        return False
    blocking = blocking_run(connection, new)
    if blocking is None or blocking.created_at > due:
        return False
    return _tell(connection, new, slot, blocking)


def _tell(connection: Connection, new: NewRun, slot: str, blocking: Run) -> bool:
    """Write that a scheduled run is blocked, once for its slot, where the definition wants it."""
    told = "blocked" in new.notify and announce_blocked(
        connection,
        blocking.id,
        slot=slot,
        definition=new.definition,
        text=new.definition_text,
        origin=new.origin,
    )
    if told:
        happened = f"A scheduled run of {new.definition} could not begin"
        note(connection, blocking.id, "blocked", happened)
    return told


def _known(connection: Connection, import_source_id: str, slot: str) -> Known | None:
    found = connection.execute(
        select(trigger_calls.c.run).where(
            trigger_calls.c.import_source_id == import_source_id, trigger_calls.c.slot == slot
        )
    ).one_or_none()
    return None if found is None else Known(found.run)

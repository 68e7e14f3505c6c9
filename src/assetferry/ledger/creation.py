"""How a run comes into the ledger: its row first, then everything else."""

import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import IntegrityError

from assetferry.ledger.clock import instant
from assetferry.ledger.run import COLUMNS, Run, load_run
from assetferry.ledger.states import ENDED, RunState
from assetferry.ledger.tables import runs, workers
from assetferry.ledger.timeline import note

__all__ = ["NewRun", "adopt", "begin_run", "blocking_run", "unfinished_run"]


@dataclass(frozen=True, kw_only=True, slots=True)
class NewRun:
    """What a run is made of; the definition's text holds secrets as references only."""

    definition: str
    definition_text: str
    definition_hash: str
    origin: str
    scheduled: bool
    reads: int
    sends: int
    hold_for: float = 86400.0
    """Seconds after which a hold is closed."""
    stalled_after: float = 1200.0
    """Seconds without progress after which the run counts as stalled."""
    retry_of: str | None = None
    """The run whose quarantine is driven again; its sources are then not read."""
    overrides: Mapping[str, str] = field(default_factory=dict[str, str])
    """Safety limits that a person sets aside for this run, each with the reason given."""
    notify: Collection[str] = ()
    """Of what others are told: held, failed, partial, blocked."""
    workspace_id: str | None = None
    import_source_id: str | None = None
    """Where both are known before Assets is asked; the run ends if the token says otherwise."""


def begin_run(connection: Connection, new: NewRun, *, owner: str | None) -> Run | None:
    """Write the row of a new run in STARTING; None if one is unfinished that stands in its way.

    That is one of the same definition, or of the same import source where that is known. The
    unique indexes decide, so that two processes that begin at once make one run.
    """
    now = instant(connection)
    run = _new_id(now)
    row = {
        "id": run,
        "state": RunState.STARTING,
        "owner": owner,
        "created_at": now,
        "due_at": now,
        "definition": new.definition,
        "definition_text": new.definition_text,
        "definition_hash": new.definition_hash,
        "origin": new.origin,
        "retry_of": new.retry_of,
        "scheduled": new.scheduled,
        "reads": new.reads,
        "sends": new.sends,
        "hold_for": new.hold_for,
        "stalled_after": new.stalled_after,
        "overrides": dict(new.overrides) or None,
        "notify": list(new.notify) or None,
        "workspace_id": new.workspace_id,
        "import_source_id": new.import_source_id,
    }
    try:
        with connection.begin_nested():
            connection.execute(insert(runs), row)
    except IntegrityError:
        if blocking_run(connection, new) is None:
            raise
        return None
    note(connection, run, "created", f"Run of {new.origin}")
    for limit, reason in new.overrides.items():
        note(connection, run, "override", f"{limit} set aside: {reason}")
    return load_run(connection, run)


def unfinished_run(connection: Connection, definition: str) -> Run | None:
    """Find the run of this definition that has not ended; there is at most one."""
    row = connection.execute(
        select(*COLUMNS).where(runs.c.definition == definition, runs.c.state.not_in(ENDED))
    ).mappings()
    found = row.one_or_none()
    return None if found is None else Run.of(found)


def blocking_run(connection: Connection, new: NewRun) -> Run | None:
    """Find an unfinished run of the same definition or import source."""
    same = runs.c.definition == new.definition
    if new.import_source_id is not None:
        same |= runs.c.import_source_id == new.import_source_id
    chosen = select(*COLUMNS).where(same, runs.c.state.not_in(ENDED)).limit(1)
    found = connection.execute(chosen).mappings().one_or_none()
    return None if found is None else Run.of(found)


def adopt(connection: Connection, run: str, worker: str) -> bool:
    """Become the owner of a run that nobody living works on; False if somebody does.

    A living owner is a registered worker: the dead are buried, and so unregistered, first. On a
    held run nobody works, however alive its owner is.
    """
    living = select(workers.c.id).where(workers.c.id == runs.c.owner).exists()
    changed = connection.execute(
        update(runs)
        .where(runs.c.id == run, runs.c.state.not_in(ENDED))
        .where((runs.c.owner == worker) | ~living | runs.c.held_since.is_not(None))
        .values(owner=worker)
    )
    return changed.rowcount == 1


def _new_id(now: float) -> str:
    """Make an id that sorts by time, reads as a time, and cannot collide by chance."""
    return f"{datetime.fromtimestamp(now, UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"

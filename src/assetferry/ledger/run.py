"""A run as the ledger knows it."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import Connection, RowMapping, select

from assetferry.errors import Fatal
from assetferry.ledger.clearing import KNOWN
from assetferry.ledger.states import ENDED, RunState
from assetferry.ledger.tables import runs

__all__ = ["Run", "RunUnknown", "latest_runs", "load_run"]


class RunUnknown(Fatal):
    """No run, or more than one, answers to what was given."""

    code = "run_unknown"


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """One row of ``runs``, as it was when it was read. Times are epoch seconds."""

    id: str
    definition: str
    definition_text: str
    definition_hash: str
    earlier_texts: list[str] | None
    """The texts that it worked with before, where it has been given another one."""
    origin: str
    """Where the definition came from, for people: a file's name."""
    retry_of: str | None
    """The run whose quarantine this one drives again; None for a run that reads its sources."""
    scheduled: bool
    state: RunState
    owner: str | None
    """The worker whose lanes drive this run, where lanes are tasks of one process."""
    workspace_id: str | None
    import_source_id: str | None
    before: str | None
    """The newest execution before ours was asked for; None if there was none."""
    posts: int
    """How often an execution was asked for; above 0, one may exist that we know nothing of."""
    execution_id: str | None
    recheck: bool
    """Whether Assets must be asked, before anything is sent, if the execution still takes data."""
    completion_asked: bool
    """Whether Assets may have been told that everything is there."""
    links: Mapping[str, str] | None
    """Link name to path below the import source, never a whole URL."""
    bisections: int
    hold_for: float
    """Seconds after which a hold is closed, so that it does not block for ever."""
    overrides: Mapping[str, str] | None
    """Safety limits that a person has set aside for this run, each with the reason given."""
    held_reason: str | None
    held_cure: str | None
    held_since: float | None
    resumed_at: float | None
    stalled_after: float
    """Seconds without progress after which the run counts as stalled."""
    intended_end: str | None
    reason_code: str | None
    reason: str | None
    waits_for: str | None
    """Why its next step goes again later; None if nothing went wrong."""
    reported: bool
    """Whether the failure has been written to the import history."""
    result: Mapping[str, Any] | None
    """``progressResult`` as Assets gave it."""
    created_at: float
    completed_at: float | None
    closing_since: float | None
    ended_at: float | None
    due_at: float
    attempts: int
    losses: int
    lease_until: float | None
    token: int
    worker: str | None

    @property
    def ended(self) -> bool:
        """Tell whether nothing happens to this run any more."""
        return self.state in ENDED

    @property
    def held(self) -> bool:
        """Tell whether the run waits for a person."""
        return self.held_since is not None and not self.ended

    @classmethod
    def of(cls, row: RowMapping) -> "Run":
        """Read a row that was selected with ``Run.columns``."""
        values = dict(row)
        values["state"] = RunState(values["state"])
        return cls(**values)


COLUMNS = [runs.c[field.name] for field in fields(Run)]


def load_run(connection: Connection, run: str) -> Run:
    """Find one run by its id, by an unambiguous beginning of it, or by ``latest``.

    Raises RunUnknown.
    """
    if run == "latest":
        found = latest_runs(connection, limit=1)
    else:
        pattern = runs.c.id.startswith(run, autoescape=True)
        rows = connection.execute(select(*COLUMNS).where(pattern, KNOWN).limit(2)).mappings()
        found = [Run.of(row) for row in rows]
    if len(found) != 1:
        several = "several runs begin" if found else "no run begins"
        raise RunUnknown(f"In this ledger {several} with {run!r}: see `assetferry runs list`.")
    return found[0]


def latest_runs(connection: Connection, *, limit: int, definition: str | None = None) -> list[Run]:
    """List runs, newest first."""
    newest = (runs.c.created_at.desc(), runs.c.id.desc())
    chosen = select(*COLUMNS).where(KNOWN).order_by(*newest).limit(limit)
    if definition is not None:
        chosen = chosen.where(runs.c.definition == definition)
    return [Run.of(row) for row in connection.execute(chosen).mappings()]

"""Whether a run works, waits for something, waits for a person, or stalls (pure).

A wait that somebody asked for is no stall, however long: a pause of a host, the next try after a
failure, Assets at work, a hold. Stalled is a run that should have come further by now.
"""

from dataclasses import dataclass
from typing import TypeAlias

from assetferry.ledger.run import Run
from assetferry.ledger.states import RunState
from assetferry.ledger.sums import Sums

__all__ = [
    "Ended",
    "Held",
    "Stalled",
    "Standing",
    "Waiting",
    "Working",
    "came_further_at",
    "standing",
]


@dataclass(frozen=True, slots=True)
class Ended:
    """Nothing happens to it any more."""


@dataclass(frozen=True, slots=True)
class Working:
    """It comes further."""


@dataclass(frozen=True, slots=True)
class Held:
    """A person has to look: the reason and the cure are the run's own."""

    until: float | None
    """When it is closed unless somebody resumes it; None where Assets cannot be stopped."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """It goes on by itself: for what it waits, and until when if that is known."""

    what: str
    until: float | None


@dataclass(frozen=True, slots=True)
class Stalled:
    """It has not come further for too long, and nothing is known that would explain it."""

    since: float
    cure: str


Standing: TypeAlias = Ended | Working | Held | Waiting | Stalled


def standing(run: Run, sums: Sums) -> Standing:
    """Judge a run by what the ledger knew at ``sums.now``."""
    if run.ended:
        return Ended()
    if run.held and run.held_since is not None:
        watched = run.state is RunState.PROCESSING
        return Held(None if watched else run.held_since + run.hold_for)
    waiting = _waiting(run, sums)
    if waiting is not None:
        return waiting
    since = came_further_at(run, sums)
    if sums.now - since > run.stalled_after:
        return Stalled(since, _cure(run, sums))
    if not sums.attended and sums.now - since > _LEFT_S:
        return Waiting(f"a process to go on with it: {_go_on(run)}", None)
    return Working()


_LEFT_S = 30.0
"""Seconds without progress after which a run without a process is said to be left alone."""


def came_further_at(run: Run, sums: Sums) -> float:
    """Tell when a run last came further, in epoch seconds."""
    steps = (run.created_at, run.resumed_at, run.completed_at, run.closing_since)
    chunks = (stream.progressed_at for stream in sums.streams)
    return max(at for at in (*steps, *chunks) if at is not None)


def _waiting(run: Run, sums: Sums) -> Waiting | None:
    """Find what the run waits for; a moment that has passed with nobody coming by is no wait."""
    if run.state is RunState.INGESTING and not run.recheck:
        return _of_chunks(sums)
    if run.waits_for is not None:
        return Waiting(run.waits_for, run.due_at) if run.due_at > sums.now else None
    if run.state is RunState.PROCESSING:
        looked_at = max(run.due_at, run.lease_until or 0.0)
        watched = sums.now - looked_at <= run.stalled_after
        return Waiting("Assets applies what it was sent.", looked_at) if watched else None
    return None


def _of_chunks(sums: Sums) -> Waiting | None:
    if sums.closed:
        first = sums.closed[0]
        return Waiting(first.reason or f"The budget of {first.host} is spent.", first.until)
    until = sums.chunks.next_due_at
    if sums.chunks.last_error is None or sums.chunks.leased or until is None or until <= sums.now:
        return None
    return Waiting(sums.chunks.last_error, until)


def _cure(run: Run, sums: Sums) -> str:
    if not sums.attended:
        return f"No process works on it; go on with: {_go_on(run)}"
    return (
        f"A process has it ({run.owner or run.worker}) and does not come further: look at what it "
        f"says, end it, and go on with: {_go_on(run)}"
    )


def _go_on(run: Run) -> str:
    again = f"runs quarantine retry {run.retry_of}" if run.retry_of else f"run {run.origin}"
    return f"assetferry {again}"

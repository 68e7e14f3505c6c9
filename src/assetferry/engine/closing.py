"""Flow step 7: a run that will not be completed leaves nothing open behind it."""

from assetferry.assets.answers import (
    Accepted,
    ExecutionStatus,
    Missing,
    Refused,
    Trouble,
    Unauthorized,
)
from assetferry.engine.decisions import Again, after_trouble
from assetferry.engine.desk import Desk
from assetferry.engine.lost_start import Cancel, after_lost_answer
from assetferry.engine.ports import Target
from assetferry.ledger.advancing import confirm
from assetferry.ledger.closing import end_run, reported
from assetferry.ledger.completing import came_too_late
from assetferry.ledger.retrying import postpone, retry_step
from assetferry.ledger.run import Run
from assetferry.ledger.states import RunState

__all__ = ["ARRIVAL_S", "close"]

ARRIVAL_S = 5.0
"""How long a start that got no answer may take to reach Assets."""


async def close(desk: Desk, run: Run) -> None:
    """Write the failure into the import history once, cancel the execution, end the run.

    Both calls are harmless on an execution that is closed already. Raises LeaseLost.
    """
    if run.import_source_id is None:
        await _end(desk, run)
        return
    target = desk.target(run)
    execution_id = run.execution_id
    if execution_id is None and run.posts > 0:
        # A start whose answer was lost may have left an execution open.
        newest = await target.newest()
        if newest is not None and not isinstance(newest, ExecutionStatus):
            await _trouble(desk, run, newest)
            return
        lost = after_lost_answer(run.before, newest)
        execution_id = lost.execution_id if isinstance(lost, Cancel) else None
        if execution_id is None and await _may_still_arrive(desk, run):
            return
        # What is newest may belong to the next run by now, if this process slept.
        await desk.ledger.run(confirm, run.id, run.token, expect=RunState.CLOSING)
    if execution_id is None:
        await _end(desk, run)
    elif await _told(desk, run, target, execution_id):
        await _cancel(desk, run, target, execution_id)


async def _may_still_arrive(desk: Desk, run: Run) -> bool:
    """Look again a little later: a start whose sender died may be on its way to Assets."""
    until = (run.closing_since or 0.0) + ARRIVAL_S
    if await desk.now() >= until:
        return False
    await desk.ledger.run(postpone, run.id, run.token, due_at=until)
    return True


async def _told(desk: Desk, run: Run, target: Target, execution_id: str) -> bool:
    """Write the failure into the import history; False where closing does not go on now."""
    if run.reported:
        return True
    answer = await target.report_failure(execution_id, run.reason or "The import was ended.")
    match answer:
        case Accepted():
            await desk.ledger.run(reported, run.id, run.token)
            return True
        case Missing():
            return True
        case Refused():
            # Only what is INGESTING takes a failure.
            return await _open(desk, run, target, execution_id)
        case _:
            await _trouble(desk, run, answer)
    return False


async def _cancel(desk: Desk, run: Run, target: Target, execution_id: str) -> None:
    answer = await target.cancel(execution_id)
    match answer:
        case Accepted() | Missing():
            await _end(desk, run)
        case Refused():
            if await _open(desk, run, target, execution_id):
                await _trouble(desk, run, answer)
        case _:
            await _trouble(desk, run, answer)


async def _open(desk: Desk, run: Run, target: Target, execution_id: str) -> bool:
    """Find out what has become of an execution that takes no failure or cancel.

    True if it still is to be closed; else it has been written down what follows.
    A completing call whose answer never came may have arrived: then Assets applies everything,
    and the run goes on to the end that this has.
    """
    status = await target.status(execution_id)
    match status:
        case ExecutionStatus(state="PROCESSING" | "DONE") if run.completion_asked:
            await desk.ledger.run(came_too_late, run.id, run.token)
        case ExecutionStatus(state="PROCESSING" | "DONE" as state):
            told = f" Execution {execution_id} is {state} in Assets, though this run has not"
            await _end(desk, run, f"{told} completed it: what it was sent may be applied there.")
        case ExecutionStatus(state="CANCELLED") | Missing():
            await _end(desk, run)
        case ExecutionStatus():
            return True
        case trouble:
            await _trouble(desk, run, trouble)
    return False


async def _trouble(desk: Desk, run: Run, trouble: Trouble) -> None:
    now = await desk.now()
    deadline = (run.closing_since or now) + desk.equipment.definition.limits.close_deadline
    over = now >= deadline and run.attempts + 1 >= _TRIES
    if over or isinstance(trouble, Unauthorized):
        opened = run.execution_id or "that it asked for"
        await _end(desk, run, f" Execution {opened} may still be open in Assets: {_why(trouble)}")
        return
    decided = after_trouble(trouble, attempts=0, now=now, backoff=desk.backoff)
    due_at = decided.due_at if isinstance(decided, Again) else now
    due_at = max(due_at, now + desk.backoff.pause(min(run.attempts, _SLOWEST)))
    if now < deadline:
        due_at = min(deadline, due_at)
    message = f"Assets could not be told of the end: {_why(trouble)}"
    await desk.ledger.run(
        retry_step, run.id, run.token, due_at=due_at, counted=True, message=message
    )


_TRIES = 3
"""Attempts that are made at least: nobody may have worked on it until its deadline was past."""
_SLOWEST = 6
"""Failed attempts after which the pauses no longer grow: about a minute."""


def _why(trouble: Trouble) -> str:
    return getattr(trouble, "reason", None) or f"{type(trouble).__name__}."


async def _end(desk: Desk, run: Run, addition: str = "") -> None:
    await desk.ledger.run(
        end_run,
        run.id,
        run.token,
        end=RunState(run.intended_end or RunState.FAILED),
        code=run.reason_code,
        reason=(run.reason or "") + addition,
    )

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
from assetferry.ledger.retrying import retry_step
from assetferry.ledger.run import Run
from assetferry.ledger.states import RunState

__all__ = ["close"]


async def close(desk: Desk, run: Run) -> None:
    """Write the failure into the import history once, cancel the execution, end the run.

    Both calls are harmless on an execution that is closed already: their 400 and 404 are taken
    for done. Raises LeaseLost.
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
        # What is newest may belong to the next run by now, if this process slept.
        await desk.ledger.run(confirm, run.id, run.token, expect=RunState.CLOSING)
    if execution_id is None or await _closed(desk, run, target, execution_id):
        await _end(desk, run)


async def _closed(desk: Desk, run: Run, target: Target, execution_id: str) -> bool:
    if not run.reported:
        told = await target.report_failure(execution_id, run.reason or "The import was ended.")
        if not _done(told):
            await _trouble(desk, run, told)
            return False
        await desk.ledger.run(reported, run.id, run.token)
    cancelled = await target.cancel(execution_id)
    if not _done(cancelled):
        await _trouble(desk, run, cancelled)
        return False
    return True


def _done(answer: Accepted | Trouble) -> bool:
    return isinstance(answer, Accepted | Refused | Missing)


async def _trouble(desk: Desk, run: Run, trouble: Accepted | Trouble) -> None:
    assert not isinstance(trouble, Accepted)  # noqa: S101 # by _done
    now = await desk.now()
    given_up = now - (run.closing_since or now) > desk.equipment.definition.limits.close_deadline
    if given_up or isinstance(trouble, Unauthorized):
        await _end(desk, run, f" Execution {run.execution_id} may still be open in Assets.")
        return
    decided = after_trouble(trouble, attempts=0, now=now, backoff=desk.backoff)
    due_at = decided.due_at if isinstance(decided, Again) else now + desk.backoff.pause(4)
    message = f"Assets could not be told of the end: {_reason(trouble)}"
    await desk.ledger.run(
        retry_step, run.id, run.token, due_at=due_at, counted=True, message=message
    )


def _reason(trouble: Trouble) -> str:
    return getattr(trouble, "reason", type(trouble).__name__)


async def _end(desk: Desk, run: Run, addition: str = "") -> None:
    await desk.ledger.run(
        end_run,
        run.id,
        run.token,
        end=RunState(run.intended_end or RunState.FAILED),
        code=run.reason_code,
        reason=(run.reason or "") + addition,
    )

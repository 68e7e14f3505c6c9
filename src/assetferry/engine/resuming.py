"""A resumed run asks first whether its execution still takes data."""

from assetferry.assets.answers import ExecutionStatus, Missing
from assetferry.engine.decisions import after_trouble
from assetferry.engine.desk import Desk
from assetferry.engine.failing import fail_step
from assetferry.ledger.closing import end_run
from assetferry.ledger.rechecking import rechecked
from assetferry.ledger.run import Run
from assetferry.ledger.states import RunState

__all__ = ["recheck"]


async def recheck(desk: Desk, run: Run) -> None:
    """Go on where the execution is still INGESTING, else end the run.

    What was sent to an execution that has ended is gone with it, so nothing can be added to it.
    Raises LeaseLost.
    """
    status = await desk.target(run).status(run.execution_id or "")
    match status:
        case ExecutionStatus(state="INGESTING"):
            await desk.ledger.run(rechecked, run.id, run.token)
        case ExecutionStatus(state="CANCELLED"):
            await _gone(desk, run, "is CANCELLED in Assets by now, and what was sent to it is gone")
        case ExecutionStatus(state=state):
            await _gone(desk, run, f"is {state} in Assets by now: somebody else completed it there")
        case Missing():
            await _gone(desk, run, "is not known in Assets any more, nor is what was sent to it")
        case trouble:
            decided = after_trouble(
                trouble, attempts=run.attempts, now=await desk.now(), backoff=desk.backoff
            )
            await fail_step(desk, run, decided)


async def _gone(desk: Desk, run: Run, how: str) -> None:
    reason = f"Execution {run.execution_id} {how}. Start a new run: assetferry run {run.origin}"
    await desk.ledger.run(
        end_run, run.id, run.token, end=RunState.FAILED, code="execution_gone", reason=reason
    )

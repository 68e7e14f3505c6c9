"""Flow steps 4 and 5: from the last chunk to what Assets made of all of them."""

from dataclasses import replace

from assetferry.assets.answers import Accepted, ExecutionStatus, Refused, Trouble, Unavailable
from assetferry.engine.decisions import Again, GiveUp, Hold, after_trouble, ended_there
from assetferry.engine.desk import Desk
from assetferry.engine.failing import fail_step, still_ours
from assetferry.engine.reconciliation import conclude, miscounted
from assetferry.engine.redriving import settle
from assetferry.engine.safety import objections, overriding
from assetferry.ledger.closing import close_step, end_run
from assetferry.ledger.completing import begin_completion, completed, record_result
from assetferry.ledger.history import last_good_entries
from assetferry.ledger.holding import hold, hold_step
from assetferry.ledger.retrying import postpone
from assetferry.ledger.run import Run
from assetferry.ledger.states import RunState
from assetferry.ledger.sums import sums

__all__ = ["complete", "finish", "watch"]

_HELD_PAUSE_S = 30.0
"""Pause before Assets is asked again about a run that it could not tell anything of."""
_HOUR_S = 3600
_FALSE_ALARM = (
    "The import history of Assets shows a failure of this execution: it was written when the run "
    "was to be closed, just before the call arrived that completed it."
)


async def finish(desk: Desk, run: Run) -> None:
    """Check an ingested run for safety; it may then be completed. Raises LeaseLost."""
    told = await desk.ledger.run(sums, run.id)
    lost = miscounted(told)
    if lost is not None:
        await desk.ledger.run(close_step, run.id, run.token, code="miscounted", reason=lost)
        return
    last_good = await desk.ledger.run(last_good_entries, run.definition)
    against = [
        one
        for one in objections(
            desk.equipment.definition, told, last_good=last_good, retry=run.retry_of is not None
        )
        if one.limit not in (run.overrides or {})
    ]
    if not against:
        if not await desk.ledger.run(begin_completion, run.id, run.token):
            await desk.ledger.run(postpone, run.id, run.token, due_at=await desk.now())
        return
    reason = " ".join(one.reason for one in against)
    if desk.abandons:
        await desk.ledger.run(close_step, run.id, run.token, code=against[0].code, reason=reason)
        return
    limits = ",".join(dict.fromkeys(one.limit for one in against))
    cure = " ".join(dict.fromkeys(one.cure for one in against))
    cure += f" {overriding(limits)}"
    await desk.ledger.run(hold_step, run, code=against[0].code, reason=reason, cure=cure)


async def complete(desk: Desk, run: Run) -> None:
    """Tell Assets that all chunks are there. Raises LeaseLost."""
    target, execution_id = desk.target(run), run.execution_id or ""
    answer = await target.complete(execution_id)
    if isinstance(answer, Refused | Unavailable):
        await still_ours(desk, run)
        # The answer to an earlier call may have been lost: PROCESSING means that it worked.
        status = await target.status(execution_id)
        if isinstance(status, ExecutionStatus) and status.state in ("PROCESSING", "DONE"):
            answer = Accepted()
        elif isinstance(status, ExecutionStatus) and status.state == "CANCELLED":
            await _cancelled_there(desk, run)
            return
    if isinstance(answer, Accepted):
        await desk.ledger.run(completed, run.id, run.token)
    else:
        await _trouble(desk, run, answer)


async def watch(desk: Desk, run: Run) -> None:
    """Look how far Assets has processed the execution; conclude when it is done.

    Raises LeaseLost.
    """
    status = await desk.target(run).status(run.execution_id or "")
    if not isinstance(status, ExecutionStatus):
        await _unseen(desk, run, status)
        return
    match status.state:
        case "DONE":
            await desk.ledger.run(record_result, run.id, run.token, status.result)
            conclusion = conclude(await desk.ledger.run(sums, run.id), status.result)
            if run.retry_of is not None:
                await settle(desk.ledger, desk.equipment, run)
            if run.reported:
                findings = (*conclusion.findings, _FALSE_ALARM)
                conclusion = replace(conclusion, findings=findings)
            await desk.ledger.run(
                end_run,
                run.id,
                run.token,
                end=conclusion.end,
                code=None if conclusion.end is RunState.DONE else "partial",
                reason=conclusion.reason,
            )
        case "CANCELLED":
            await _cancelled_there(desk, run)
        case "INGESTING":
            # Something between us answered in the place of Assets: it has not heard of the end.
            await desk.target(run).complete(run.execution_id or "")
            await _wait_on(desk, run, _NOT_HEARD, "See what answers in the place of Assets.")
        case "PROCESSING":
            await _wait_on(desk, run, _PROCESSING, "If it stays so, ask Atlassian's support.")


_PROCESSING = "Assets has been processing the execution"
_NOT_HEARD = "Assets has been told that everything is there, and still waits for data,"


async def _wait_on(desk: Desk, run: Run, so_far: str, cure: str) -> None:
    now = await desk.now()
    since = run.completed_at or now
    limit = desk.equipment.definition.limits.processing_limit
    # Who resumes such a run lets Assets have the same time again.
    if now - max(since, run.resumed_at or since) > limit and not run.held:
        long = f"{limit / 3600:.0f} hours" if limit >= _HOUR_S else f"{limit:.0f} seconds"
        reason, cure = f"{so_far} for over {long}.", f"It is watched on. {cure}"
        await desk.ledger.run(hold, run.id, code="processing_limit", reason=reason, cure=cure)
    await desk.ledger.run(postpone, run.id, run.token, due_at=now + _pause(now - since))


def _pause(waited: float) -> float:
    """Ask often at first, then ever less: a tenth of the time waited, 0.2 s to 30 s."""
    return min(30.0, max(0.2, waited / 10))


async def _cancelled_there(desk: Desk, run: Run) -> None:
    over = ended_there("CANCELLED")
    told = {"code": over.code, "reason": over.reason}
    await desk.ledger.run(end_run, run.id, run.token, end=RunState.FAILED, **told)


async def _unseen(desk: Desk, run: Run, trouble: Trouble) -> None:
    """Ask again later; where that is in vain hold the run, and go on asking all the same.

    In PROCESSING Assets can no longer be stopped: a run that nobody looks after any more would
    never learn its end.
    """
    now = await desk.now()
    decided = after_trouble(trouble, attempts=run.attempts, now=now, backoff=desk.backoff)
    match decided:
        case Again():
            await fail_step(desk, run, decided)
            return
        case Hold(code=code, reason=reason, cure=cure):
            pass
        case GiveUp(code=code, message=reason):
            cure = "It is asked on; see whether Assets can be reached."
    await desk.ledger.run(hold, run.id, code=code, reason=reason, cure=cure)
    await desk.ledger.run(postpone, run.id, run.token, due_at=now + _HELD_PAUSE_S)


async def _trouble(desk: Desk, run: Run, trouble: Trouble) -> None:
    decided = after_trouble(
        trouble, attempts=run.attempts, now=await desk.now(), backoff=desk.backoff
    )
    await fail_step(desk, run, decided)

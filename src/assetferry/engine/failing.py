"""What a failure does to a chunk, or to a run's step, once it has been decided."""

from assetferry.engine.decisions import MEND_OR_ANEW, Again, GiveUp, Hold
from assetferry.engine.desk import Desk
from assetferry.ledger.chunk import Read, Send
from assetferry.ledger.closing import close_step, end_unreached, give_up
from assetferry.ledger.holding import hold_at, hold_step
from assetferry.ledger.rechecking import still_leased
from assetferry.ledger.retrying import retry_chunk, retry_smaller, retry_step
from assetferry.ledger.run import Run
from assetferry.ledger.states import RunState
from assetferry.sources.page import Cursor, Divisible

__all__ = ["fail_chunk", "fail_step", "still_ours"]


async def fail_chunk(desk: Desk, work: Read | Send, decided: Again | Hold | GiveUp) -> None:
    """Let a chunk go again later, hold its run, or end it. Raises LeaseLost."""
    match decided:
        case Again(smaller=True) if isinstance(work, Read):
            await desk.ledger.run(
                retry_smaller,
                work,
                cursor=_smaller(desk, work),
                due_at=decided.due_at,
                code=decided.code,
                message=decided.message,
            )
        case Again():
            await desk.ledger.run(
                retry_chunk,
                work,
                due_at=decided.due_at,
                counted=decided.counted,
                code=decided.code,
                message=decided.message,
            )
        case Hold():
            await desk.ledger.run(
                hold_at, work, code=decided.code, reason=decided.reason, cure=decided.cure
            )
        case GiveUp() if desk.abandons:
            await desk.ledger.run(give_up, work, code=decided.code, message=decided.message)
        case GiveUp():
            await desk.ledger.run(
                hold_at, work, code=decided.code, reason=decided.message, cure=MEND_OR_ANEW
            )


def _smaller(desk: Desk, read: Read) -> Cursor | None:
    """Give the same place, to be read in smaller pages if the source can do that."""
    source = desk.equipment.sources[read.key.stream]
    found = source.smaller(read.cursor) if isinstance(source, Divisible) else None
    return found or read.cursor


async def fail_step(desk: Desk, run: Run, decided: Again | Hold | GiveUp) -> None:
    """Let a run's step go again later, hold the run, or turn it to its end. Raises LeaseLost."""
    match decided:
        case Again():
            await desk.ledger.run(
                retry_step,
                run.id,
                run.token,
                due_at=decided.due_at,
                counted=decided.counted,
                message=decided.message,
            )
        case Hold():
            await desk.ledger.run(
                hold_step, run, code=decided.code, reason=decided.reason, cure=decided.cure
            )
        case GiveUp() if desk.abandons and run.state is RunState.CLOSING:
            await desk.ledger.run(end_unreached, run.id, reason=decided.message)
        # In PROCESSING Assets can no longer be stopped: it is held, and watched on.
        case GiveUp() if desk.abandons and run.state is not RunState.PROCESSING:
            await desk.ledger.run(
                close_step, run.id, run.token, code=decided.code, reason=decided.message
            )
        case GiveUp():
            await desk.ledger.run(
                hold_step, run, code=decided.code, reason=decided.message, cure=MEND_OR_ANEW
            )


async def still_ours(desk: Desk, run: Run) -> Run:
    """Read a run anew in the middle of its step, so that no request goes out after a cancel.

    Raises LeaseLost where the run was turned towards its end.
    """
    return await desk.ledger.run(still_leased, run)

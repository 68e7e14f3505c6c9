"""Sending a chunk, and what follows from the answer."""

from typing import assert_never

import msgspec

from assetferry.assets.answers import Accepted, ExecutionStatus, Refused
from assetferry.engine.decisions import (
    Again,
    AskStatus,
    Divide,
    Finished,
    GiveUp,
    Hold,
    Over,
    SetAside,
    after_answer,
    after_refusal,
    after_trouble,
)
from assetferry.engine.desk import Desk
from assetferry.engine.failing import fail_chunk
from assetferry.engine.halving import halves
from assetferry.engine.payload import unpack
from assetferry.engine.stopping import stop_if_hopeless
from assetferry.ledger.chunk import Send
from assetferry.ledger.closing import begin_closing
from assetferry.ledger.leasing import ChunkLease, release
from assetferry.ledger.rechecking import still_ingesting
from assetferry.ledger.refusals import REFUSED
from assetferry.ledger.run import Run, load_run
from assetferry.ledger.staged import Rejected
from assetferry.ledger.states import RunState
from assetferry.ledger.submitting import quarantine_chunk, split, submitted
from assetferry.ledger.sums import accepted_types

__all__ = ["send"]


async def send(desk: Desk, run: Run, work: Send) -> None:
    """Send the stored bytes once, and write down what came of it. Raises LeaseLost."""
    answer = await desk.target(run).submit(_execution(run), work.body)
    # The ledger's clock costs a transaction, and only trouble needs it.
    now = 0.0 if isinstance(answer, Accepted) else await desk.now()
    decided = after_answer(
        answer,
        entries=sum(work.entries.values()),
        attempts=work.attempts,
        now=now,
        backoff=desk.backoff,
    )
    match decided:
        case Finished():
            await desk.ledger.run(submitted, work)
        case Divide():
            await _divide(desk, run, work, refused=False)
        case AskStatus(refused):
            await _after_refusal(desk, run, work, refused)
        case Again() | Hold() | GiveUp():
            await fail_chunk(desk, work, decided)
        case _:
            assert_never(decided)


async def _after_refusal(desk: Desk, run: Run, work: Send, refused: Refused) -> None:
    await desk.ledger.run(still_ingesting, run.id)
    status = await desk.target(run).status(_execution(run))
    if not isinstance(status, ExecutionStatus):
        decided = after_trouble(
            status, attempts=work.attempts, now=await desk.now(), backoff=desk.backoff
        )
        await fail_chunk(desk, work, decided)
        return
    accepted = await desk.ledger.run(accepted_types, run.id, *filter(None, [run.retry_of]))
    decided = after_refusal(
        refused,
        state=status.state,
        entries=sum(work.entries.values()),
        accepted_before=accepted.issuperset(work.entries),
        bisections=(await desk.ledger.run(load_run, run.id)).bisections,
    )
    match decided:
        case Divide():
            await _divide(desk, run, work, refused=True)
            await stop_if_hopeless(desk, said=refused.reason)
        case SetAside(reason):
            await desk.ledger.run(quarantine_chunk, work, _rejected(work, reason))
            await stop_if_hopeless(desk, said=reason)
        case Over(code=code, reason=reason):
            await desk.ledger.run(release, ChunkLease(work.key, work.token))
            await desk.ledger.run(
                begin_closing, run.id, end=RunState.FAILED, code=code, reason=reason
            )
        case Again() | Hold():
            await fail_chunk(desk, work, decided)
        case _:
            assert_never(decided)


async def _divide(desk: Desk, run: Run, work: Send, *, refused: bool) -> None:
    selectors = desk.equipment.transformers[work.key.stream].selectors
    parts = halves(work, execution_id=_execution(run), selectors=selectors)
    await desk.ledger.run(split, work, parts, refused=refused)


def _rejected(work: Send, reason: str) -> Rejected:
    ((_, entry),) = unpack(work.body)
    return Rejected(
        place={"chunk": str(work.key)},
        object_type=next(iter(work.entries)),
        attribute=None,
        code=REFUSED,
        reason=reason,
        record=msgspec.json.decode(entry),
    )


def _execution(run: Run) -> str:
    assert run.execution_id is not None  # noqa: S101 # recorded before the first chunk exists
    return run.execution_id

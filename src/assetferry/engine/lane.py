"""A lane: claims a run's next row, works it off, claims again."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress

from assetferry.engine.closing import close
from assetferry.engine.completing import complete, finish, watch
from assetferry.engine.decisions import Again, GiveUp, Hold, after_error
from assetferry.engine.desk import Desk
from assetferry.engine.failing import fail_chunk, fail_step
from assetferry.engine.in_turn import OutOfTurn, in_turn
from assetferry.engine.reading import take
from assetferry.engine.resuming import recheck
from assetferry.engine.sending import send
from assetferry.engine.starting import start
from assetferry.engine.stopping import stop_if_hopeless
from assetferry.errors import FerryError, RetryLater
from assetferry.ledger.chunk import Read, Send
from assetferry.ledger.claim import Step, Wait, Work, claim
from assetferry.ledger.errors import LeaseLost, LedgerBusy
from assetferry.ledger.leasing import ChunkLease, Lease, RunLease, release
from assetferry.ledger.rechecking import still_ingesting
from assetferry.ledger.run import Run, load_run
from assetferry.ledger.staging import stage
from assetferry.ledger.states import RunState

__all__ = ["Lane"]

_log = logging.getLogger(__name__)
_BUSY_S = 1.0
"""Pause before a ledger that was out of reach is asked again."""
_POISON = 20
"""Workers that may die on one row before a person has to look at it."""
_STEPS: Mapping[RunState, Callable[[Desk, Run], Awaitable[None]]] = {
    RunState.STARTING: start,
    RunState.INGESTING: finish,
    RunState.COMPLETING: complete,
    RunState.PROCESSING: watch,
    RunState.CLOSING: close,
}


class TimeSpent(RetryLater):
    """A chunk took longer than its deadline."""

    code = "time_limit"
    took_too_long = True


class Unforeseen(RetryLater):
    """A bug of ours met what nobody thought of; its run comes to an end all the same."""

    code = "unforeseen"


class Lane:
    """One worker of a run. Any number may serve a run, in any number of processes."""

    def __init__(self, desk: Desk, worker: str) -> None:
        """``worker`` is the registered process that the lane belongs to."""
        self._desk = desk
        self._worker = worker
        self._started: Run | None = None
        self._pausing = False
        self._dropped: Lease | None = None
        """What it held when its work came to nothing; given back as soon as the ledger answers."""

    async def claim(self) -> Work:
        """Take what is to be done next; nothing yet while the ledger is out of reach."""
        if self._pausing:
            self._pausing = False
            return Wait(_BUSY_S)
        try:
            run = self._desk.run
            await self._give_back()
            return await self._desk.ledger.run(
                claim,
                run.id,
                self._worker,
                paced=self._desk.paced,
                definition_hash=run.definition_hash,
            )
        except LedgerBusy as busy:
            _log.warning("Cannot go on: %s", busy, extra={"action": busy.code})
            return Wait(_BUSY_S)

    async def work(self, work: Read | Send | Step) -> None:
        """Work off what was claimed, and write down what came of it."""
        match work:
            case Read() | Send():
                lease = ChunkLease(work.key, work.token)
            case Step(run=run):
                lease = RunLease(run.id, run.token)
        # The answer to a start alone names what it made: who stops before it leaves that open.
        starts = isinstance(work, Step) and work.run.state is RunState.STARTING
        try:
            async with self._desk.keeper.held(lease, to_its_answer=starts):
                await (self._step(work.run) if isinstance(work, Step) else self._chunk(work))
        except (LeaseLost, LedgerBusy) as lost:
            _log.info("Dropped late work: %s", lost, extra={"action": lost.code})
            self._dropped = lease
            # What the ledger has no room for must not be asked of a source again and again.
            self._pausing = isinstance(lost, LedgerBusy)
            with suppress(LedgerBusy):
                await self._give_back()

    async def _give_back(self) -> None:
        """Free what was dropped and still stands, rather than let it wait for its lease's end.

        Its run was turned elsewhere meanwhile, or the ledger was out of reach for a moment.
        """
        if self._dropped is not None:
            await self._desk.ledger.run(release, self._dropped)
            self._dropped = None

    async def _chunk(self, work: Read | Send) -> None:
        if work.losses >= _POISON:
            message = f"{work.losses} workers died while they worked on it."
            await fail_chunk(self._desk, work, GiveUp(code="poison", message=message))
            return
        limit = self._desk.equipment.definition.limits.time_limit
        try:
            async with asyncio.timeout(limit):
                if isinstance(work, Read):
                    await self._read(work, limit)
                else:
                    await send(self._desk, await self._run(), work)
        except TimeoutError:
            spent = TimeSpent(f"It took longer than time_limit, {limit:.0f} s.")
            await fail_chunk(self._desk, work, await self._decided(spent, work.attempts))
        except (LeaseLost, LedgerBusy):
            raise
        except Exception as error:  # noqa: BLE001 # a bug too must come to a hold or an end
            await fail_chunk(self._desk, work, await self._decided(error, work.attempts))

    async def _read(self, work: Read, limit: float) -> None:
        began = time.monotonic()
        run = await self._run()

        def time_left() -> float:
            return 1.0 - (time.monotonic() - began) / limit

        try:
            staged = await take(
                work,
                self._desk.equipment,
                execution_id=run.execution_id or "",
                time_left=time_left,
                limit=limit,
                # The claim has seen to the first page: a cancel must stop the others.
                before_more=lambda: self._desk.ledger.run(still_ingesting, run.id),
                met_before=lambda asked: in_turn(self._desk, work, asked, time_left),
            )
            bad = bool(staged.rejected)
            going_on = await self._desk.ledger.run(stage, work, staged, send_on=not bad)
        except OutOfTurn:
            await self._desk.ledger.run(release, ChunkLease(work.key, work.token))
            return
        finally:
            self._desk.turns.step(work.key)
        if bad:
            await stop_if_hopeless(self._desk)
        if going_on is not None:
            await send(self._desk, run, going_on)

    async def _step(self, run: Run) -> None:
        if run.losses >= _POISON:
            message = f"{run.losses} workers died while they worked on its step {run.state}."
            await fail_step(self._desk, run, GiveUp(code="poison", message=message))
            return
        asks = run.recheck and run.state is RunState.INGESTING
        step = recheck if asks else _STEPS[run.state]
        try:
            await step(self._desk, run)
        except (LeaseLost, LedgerBusy):
            raise
        except Exception as error:  # noqa: BLE001 # ditto
            await fail_step(self._desk, run, await self._decided(error, run.attempts))

    async def _run(self) -> Run:
        """Give the run as it is once it ingests; from then on its execution stays the same."""
        if self._started is None:
            self._started = await self._desk.ledger.run(load_run, self._desk.run.id)
        return self._started

    async def _decided(self, error: Exception, attempts: int) -> Again | Hold | GiveUp:
        now = await self._desk.now()
        if not isinstance(error, FerryError):
            _log.error("A bug of assetferry, please report it:", exc_info=error)
            error = Unforeseen(
                f"A bug of assetferry ({type(error).__name__}). Please report it, with what was "
                "logged."
            )
        return after_error(error, attempts=attempts, now=now, backoff=self._desk.backoff)

"""This process at work on runs: their equipment, their lanes, and how it leaves them."""

import asyncio
import logging
from contextlib import AsyncExitStack, suppress

from assetferry.engine.backoff import Backoff
from assetferry.engine.bell import Bell
from assetferry.engine.decisions import MEND
from assetferry.engine.desk import Desk
from assetferry.engine.host_gate import HostGate
from assetferry.engine.hosts import paced_hosts
from assetferry.engine.keeper import Keeper
from assetferry.engine.lane import Lane
from assetferry.engine.ports import Equip
from assetferry.engine.redriving import for_retry
from assetferry.engine.retention import clear
from assetferry.errors import FerryError
from assetferry.ledger.claim import Ended, Held, Redefined, Wait
from assetferry.ledger.declining import decline
from assetferry.ledger.run import load_run
from assetferry.ledger.transition import Ledger

__all__ = ["Attendance"]

_log = logging.getLogger(__name__)

_GRACE_S = 5.0
"""How long lanes may finish what they hold when the process is asked to leave."""


class Attendance:
    """Works on runs with as many lanes as their limits can use."""

    def __init__(self, ledger: Ledger, keeper: Keeper, equip: Equip, worker: str) -> None:
        """``worker`` is this process's registration."""
        self._ledger = ledger
        self._keeper = keeper
        self._equip = equip
        self._worker = worker
        self.leaving = asyncio.Event()
        self.broken: Exception | None = None
        self._bells: set[Bell] = set()

    def leave(self, broken: Exception | None = None) -> None:
        """Let every lane finish what it holds, and take nothing new.

        ``broken`` is why this process cannot go on: ``attend`` raises it in the end.
        """
        self.broken = self.broken or broken
        self.leaving.set()
        for bell in self._bells:
            bell.ring()

    async def attend(self, run_id: str) -> None:
        """Work on a run until it ends or is held, or this process leaves.

        What an ended run leaves behind is deleted, if nothing comes in between; else by others.
        Raises what stops a lane that is no answer of anybody: an unusable ledger, a bug.
        """
        while await self._attend(run_id) and not self.leaving.is_set():
            _log.info("Run %s has another definition now", run_id, extra={"action": "redefined"})
        with suppress(FerryError):  # the run has ended well, and others delete what is left
            await clear(self._ledger, stopped=self.leaving.is_set)

    async def _attend(self, run_id: str) -> bool:
        """Work with the text that the run has now; True if it has got another one meanwhile."""
        run = await self._ledger.run(load_run, run_id)
        async with AsyncExitStack() as stack:
            try:
                equip = self._equip(run.definition_text, run.origin)
                equipment = await stack.enter_async_context(equip)
            except FerryError as lacking:
                await self._decline(run_id, lacking)
                return False
            if run.retry_of is not None:
                equipment = await for_retry(equipment, self._ledger, run.retry_of)
            limits = equipment.definition.limits
            equipment.guard(HostGate(self._ledger, limits.per_minute))
            desk = Desk(
                run=run,
                ledger=self._ledger,
                keeper=self._keeper,
                equipment=equipment,
                backoff=Backoff(limits.max_attempts),
                paced=paced_hosts(equipment.definition),
            )
            return await self._work(desk, lanes=limits.reads + limits.sends)

    async def _decline(self, run_id: str, lacking: FerryError) -> None:
        """Leave a run to a process that has what this one lacks."""
        left = await self._ledger.run(
            decline, run_id, self._worker, code=lacking.code, reason=str(lacking), cure=MEND
        )
        if left:
            _log.warning(
                "This process cannot work on run %s: %s It is left to others.",
                run_id,
                lacking,
                extra={"action": "declined"},
            )

    async def _work(self, desk: Desk, *, lanes: int) -> bool:
        bell = Bell()
        self._bells.add(bell)
        tasks = [
            asyncio.create_task(self._serve(Lane(desk, self._worker), bell), name=f"lane {number}")
            for number in range(lanes)
        ]
        leaving = asyncio.create_task(self.leaving.wait(), name="leaving")
        try:
            await asyncio.wait([leaving, *tasks], return_when=asyncio.FIRST_COMPLETED)
            # One lane that came to an end brings the others to theirs, unless it broke.
            grace = _GRACE_S if leaving.done() else None
            await asyncio.wait(tasks, timeout=grace, return_when=asyncio.FIRST_EXCEPTION)
        finally:
            self._bells.discard(bell)
            for task in (leaving, *tasks):
                task.cancel()
            ended = await asyncio.gather(*tasks, return_exceptions=True)
        for outcome in (self.broken, *ended):
            if isinstance(outcome, Exception):
                raise outcome
        return any(outcome is True for outcome in ended)

    async def _serve(self, lane: Lane, bell: Bell) -> bool:
        """Work until there is nothing left to do here; True if the run's definition changed."""
        while not self.leaving.is_set():
            work = await lane.claim()
            match work:
                case Ended() | Held() | Redefined():
                    bell.ring()
                    return isinstance(work, Redefined)
                case Wait(seconds=seconds):
                    await bell.wait(seconds)
                case _:
                    bell.ring()  # where one row was free there may be another
                    await lane.work(work)
        bell.ring()
        return False

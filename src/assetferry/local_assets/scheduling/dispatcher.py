"""The dispatcher: calls the app of each schedule when its slot has come.

It sleeps until the next slot or until it is told of a change, and keeps nothing in memory
that a restart would miss: what is due, and what was called, is in the store.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

import msgspec

from assetferry.local_assets.scheduling import missed, slots
from assetferry.local_assets.scheduling.callback import post
from assetferry.local_assets.scheduling.claims import claim, conclude
from assetferry.local_assets.scheduling.clock import Clock
from assetferry.local_assets.scheduling.verdict import Verdict, judge
from assetferry.local_assets.settings import Settings
from assetferry.local_assets.store.database import Database

__all__ = ["Dispatcher"]

logger = logging.getLogger(__name__)

CALLS = 16
"""Calls in hand at a time; what is due beyond that waits, unclaimed."""
PAUSE = 10.0
"""Seconds before another try where the store could not be read or written."""
GRACE = 5.0
"""Seconds that calls in hand have when the server stops."""


class Dispatcher:
    """One per server; all of it runs on the server's event loop."""

    def __init__(
        self, database: Database, settings: Settings, clock: Clock, started: Callable[[], None]
    ) -> None:
        """Make it; ``started`` hears when an import may have begun that needs no call."""
        self.clock = clock
        self._started = started
        self._database = database
        self._settings = settings
        self._in_hand: dict[str, asyncio.Task[None]] = {}
        self._turns = asyncio.Semaphore(CALLS)
        self._change = asyncio.Event()
        self._loop: asyncio.Task[None] | None = None
        self.stopping = False
        """Nothing is taken up any more."""

    async def start(self) -> None:
        """Report what the last server left in hand, then begin with what became due since."""
        await self._database.writer.run(missed.give_up, self.clock.now())
        await self.let_missed_go()
        self._loop = asyncio.create_task(self._run(), name="assets-dispatcher")

    async def let_missed_go(self) -> None:
        """Skip the slots that time has jumped over, if that is what the setting says.

        With the other setting they are simply due: one call stands for all of a schedule.
        """
        if self._settings.catch_up == "skip":
            await self._database.writer.run(missed.skip_missed, self.clock.now(), self._settings)

    def changed(self) -> None:
        """Say that a schedule or the clock is not what it was."""
        self._change.set()

    async def settle(self) -> None:
        """Work off every slot that has come; back once each call is concluded, or cannot be."""
        self._take_up(self.clock.now())
        await asyncio.gather(*self._in_hand.values())

    def earliest(self) -> datetime | None:
        """Give the next slot of any schedule."""
        return slots.earliest(self._database.reader())

    async def stop(self) -> None:
        """Take nothing up any more and let the calls in hand end, within limits.

        A call that takes longer is given up; the next server reports it.
        """
        self.stopping = True
        tasks = list(self._in_hand.values())
        if self._loop is not None:
            self._loop.cancel()
            tasks.append(self._loop)
        if tasks:
            await asyncio.wait(tasks, timeout=GRACE)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            # Cleared before looking: whatever changes after the look sets it again.
            self._change.clear()
            try:
                # One time for both: no slot falls between what is due and what is next.
                now = self.clock.now()
                self._take_up(now)
                pause = self.clock.pause(slots.earliest(self._database.reader(), now))
            except Exception:
                logger.exception("schedules could not be read", extra={"action": "look_failed"})
                pause = PAUSE
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._change.wait()

    def _take_up(self, now: datetime) -> None:
        """Begin with every schedule that is due and not in hand."""
        for schedule_id in slots.due(self._database.reader(), now):
            if schedule_id not in self._in_hand:
                self._in_hand[schedule_id] = asyncio.create_task(self._work_off(schedule_id))

    async def _work_off(self, schedule_id: str) -> None:
        try:
            async with self._turns:
                if not self.stopping:
                    await self._call(schedule_id)
        except Exception:
            logger.exception(
                "a schedule could not be worked off; it is tried again",
                extra={"action": "dispatch_failed", "schedule": schedule_id},
            )
            await asyncio.sleep(PAUSE)
        finally:
            del self._in_hand[schedule_id]
            # Its next slot is not the one that was waited for.
            self.changed()

    async def _call(self, schedule_id: str) -> None:
        """Claim, call, conclude: in this order, so that nothing is called twice."""
        writer = self._database.writer
        claimed = await writer.run(claim, schedule_id, self.clock.now(), self._settings)
        if claimed is None:
            self._started()
            return
        # The lower-case s is Assets' own.
        body = {"workspaceId": claimed.workspace_id, "importsourceId": claimed.source_id}
        verdict = await self._deliver(claimed.callback_url, msgspec.json.encode(body))
        if verdict.failure is not None:
            logger.info(
                verdict.failure,
                extra={"action": "callback_failed", "import_source": claimed.source_id},
            )
        await writer.run(conclude, claimed, verdict, self.clock.now())

    async def _deliver(self, url: str, body: bytes) -> Verdict:
        """Call an app, as often as the setting allows until it takes it."""
        settings = self._settings
        if settings.callback_body == "string":
            body = msgspec.json.encode(body.decode())
        for left in reversed(range(settings.callback_attempts)):
            answer = await post(url, body, settings.callback_timeout)
            verdict = judge(answer, gone_deletes=settings.gone_deletes)
            if verdict.outcome != "failed" or not left:
                return verdict
        raise AssertionError("at least one attempt is made")

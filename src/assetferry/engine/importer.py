"""The engine as one object: it begins, resumes and cancels runs, and attends to them."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy import Connection

from assetferry.engine.attendance import Attendance
from assetferry.engine.dispatch.in_process import InProcess
from assetferry.engine.keeper import RENEW_S, Keeper
from assetferry.engine.ports import Equip
from assetferry.errors import NeedsPerson, RetryLater
from assetferry.ledger.calling import Begun, Called, begin_called
from assetferry.ledger.closing import begin_closing
from assetferry.ledger.creation import NewRun, adopt, begin_run, blocking_run
from assetferry.ledger.declining import left_to_others
from assetferry.ledger.holding import close_overdue, overdue, resume
from assetferry.ledger.membership import Membership
from assetferry.ledger.redefining import Redefinition, redefine
from assetferry.ledger.revision import ensure_same
from assetferry.ledger.run import Run
from assetferry.ledger.states import RunState
from assetferry.ledger.sweeping import left_closing, neglected
from assetferry.ledger.transition import Ledger

__all__ = ["Importer"]


class Importer:
    """One process of the embedded engine, registered as a worker while it is entered."""

    def __init__(self, ledger: Ledger, equip: Equip, *, locks: Path | None) -> None:
        """``locks`` is the folder of worker locks, None where machines share the ledger."""
        self._ledger = ledger
        self._membership = Membership(ledger, locks=locks)
        self._keeper = Keeper(ledger)
        self._equip = equip
        self._attendance = Attendance(ledger, self._keeper, equip, self._membership.worker)
        self._dispatch = InProcess(self._attendance.attend)
        self._housekeeping: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        """Register, free what dead workers held, and begin to keep leases."""
        await self._membership.join()
        await self._membership.bury_dead()
        self._housekeeping = [
            asyncio.create_task(self._keeper.keep(), name="keeper"),
            asyncio.create_task(self._sweep(), name="sweep"),
        ]
        for task in self._housekeeping:
            task.add_done_callback(self._stop_if_broken)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop working, give back every lease, and go."""
        await self._dispatch.stop()
        for task in self._housekeeping:
            task.cancel()
        await asyncio.gather(*self._housekeeping, return_exceptions=True)
        await self._membership.leave()

    async def begin(self, new: NewRun) -> Run | None:
        """Begin a run and attend to it; None if its definition has an unfinished one.

        One that has been held for longer than its ``hold_for`` is turned towards its end.
        """

        def transition(connection: Connection) -> Run | None:
            _make_way(connection, new)
            run = begin_run(connection, new, owner=self._membership.worker)
            if run is not None:
                self._dispatch.enlist(connection, run.id)
            return run

        run = await self._ledger.run(transition)
        if run is not None:
            await self._dispatch.enlisted(run.id)
        return run

    async def begin_called(self, new: NewRun, *, slot: str) -> Called:
        """Begin a run that a call asks for, once for its slot, and attend to it."""

        def transition(connection: Connection) -> Called:
            _make_way(connection, new)
            called = begin_called(connection, new, slot=slot, owner=self._membership.worker)
            if isinstance(called, Begun):
                self._dispatch.enlist(connection, called.run.id)
            return called

        called = await self._ledger.run(transition)
        if isinstance(called, Begun):
            await self._dispatch.enlisted(called.run.id)
        return called

    async def go_on(self, run: str) -> bool:
        """Attend to a run that nobody living attends to; False if somebody does."""
        return await self._taking_over(run, lambda _connection: True)

    async def resume(
        self,
        run: str,
        *,
        overrides: Mapping[str, str] | None = None,
        instead: Redefinition | None = None,
    ) -> bool:
        """Let a held run go on, here; False if it is not held, or somebody attends to it.

        ``overrides`` are safety limits that a person sets aside, each with the reason given.
        ``instead`` is another text of its definition, which a run that is merely unattended
        takes too.
        """

        def change(connection: Connection) -> bool:
            redefined = instead is not None and redefine(connection, run, instead)
            if instead is not None and not redefined:
                return False
            return resume(connection, run, overrides=overrides) or redefined

        return await self._taking_over(run, change)

    async def cancel(self, run: str) -> bool:
        """Turn a run towards CANCELLED; False if Assets processes it already, or it has ended."""
        cancelled = await self._ledger.run(
            begin_closing,
            run,
            end=RunState.CANCELLED,
            code="cancelled",
            reason="Cancelled by a person.",
        )
        if cancelled:
            await self.go_on(run)
        return cancelled

    def attending(self, run: str) -> asyncio.Task[None] | None:
        """Give the task in which a run is worked on here; None if it is not.

        It is done once the run has ended, is held, or this process leaves.
        """
        return self._dispatch.attending(run)

    @property
    def worker(self) -> str:
        """Name the registration of this process."""
        return self._membership.worker

    @property
    def leaving(self) -> bool:
        """Tell whether this process has been asked to leave."""
        return self._attendance.leaving.is_set()

    @property
    def broken(self) -> Exception | None:
        """Give what made this process leave by itself, if it did."""
        return self._attendance.broken

    async def pause(self, seconds: float) -> None:
        """Wait so long, or until this process is asked to leave."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._attendance.leaving.wait()

    def leave(self) -> None:
        """Let lanes finish what they hold within seconds, and take nothing new."""
        self._attendance.leave()

    async def left(self) -> None:
        """Wait, after ``leave``, until lanes have finished or given back what they held."""
        await self._dispatch.finished()

    def _stop_if_broken(self, task: asyncio.Task[None]) -> None:
        """Stop the lanes of a process that can no longer keep their leases."""
        error = None if task.cancelled() else task.exception()
        if isinstance(error, Exception):
            self._attendance.leave(error)

    async def _taking_over(self, run: str, change: Callable[[Connection], bool]) -> bool:
        def transition(connection: Connection) -> bool:
            ours = adopt(connection, run, self._membership.worker) and change(connection)
            if ours:
                self._dispatch.enlist(connection, run)
            return ours

        await self._membership.bury_dead()
        ours = await self._ledger.run(transition)
        if ours:
            await self._dispatch.enlisted(run)
        return ours

    async def _sweep(self) -> None:
        """Look after all runs for as long as this process works."""
        while True:
            with suppress(RetryLater):  # the next round is that later
                await self.tend()
            await asyncio.sleep(RENEW_S)

    async def tend(self) -> None:
        """Say that this process lives, bury the dead, and see to runs that nobody works on."""
        await self._ledger.run(ensure_same)
        await self._membership.beat()
        await self._membership.bury_dead()
        for run in await self._ledger.run(neglected, self._membership.worker):
            await self._dispatch.enlisted(run)
        for run in await self._ledger.run(left_to_others, self._membership.worker):
            await self.go_on(run)
        await self._end_what_nobody_ends()

    async def _end_what_nobody_ends(self) -> None:
        """Close what has been held for too long, and what was left while it was being closed.

        Whoever comes by does it, so that no import source stays blocked because the process that
        began the run is gone; but not who lacks its secrets, and could only leave it open.
        """
        for run in await self._ledger.run(overdue):
            if await self._could_close(run):
                await self._taking_over(run.id, partial(close_overdue, run=run.id))
        for run in await self._ledger.run(left_closing):
            if await self._could_close(run):
                await self.go_on(run.id)

    async def _could_close(self, run: Run) -> bool:
        try:
            async with self._equip(run.definition_text, run.origin):
                return True
        except NeedsPerson:
            return False


def _make_way(connection: Connection, new: NewRun) -> None:
    """Turn a run that stands in the way, and has been held for too long, towards its end."""
    blocking = blocking_run(connection, new)
    if blocking is not None:
        close_overdue(connection, blocking.id)

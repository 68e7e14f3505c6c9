"""Lanes as tasks of this process."""

import asyncio
from collections.abc import Awaitable, Callable

from sqlalchemy import Connection

from assetferry.engine.dispatch import Dispatch

__all__ = ["InProcess"]


class InProcess(Dispatch):
    """Attends to each run that is enlisted, until it ends or is held, or the process leaves."""

    def __init__(self, attend: Callable[[str], Awaitable[None]]) -> None:
        """``attend`` works on a run until there is nothing left to do for it here."""
        self._attend = attend
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def enlist(self, connection: Connection, run: str) -> None:
        """Do nothing: this process hears of the commit itself, or is dead."""

    async def enlisted(self, run: str) -> None:
        """Begin to attend to the run, unless that is under way."""
        task = self._tasks.get(run)
        if task is None or task.done():
            self._tasks[run] = asyncio.create_task(self._attending(run), name=f"run {run}")

    def attending(self, run: str) -> asyncio.Task[None] | None:
        """Give the task that attends to a run, or has attended to it; None if it never did."""
        return self._tasks.get(run)

    async def finished(self) -> None:
        """Wait until nothing is attended to here any more, however each ended."""
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    async def stop(self) -> None:
        """Stop where it stands whatever still runs."""
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    async def _attending(self, run: str) -> None:
        await self._attend(run)

"""Reads of this process that wait for their turn to be staged, woken when it has come."""

import asyncio

from assetferry.ledger.chunk import ChunkKey

__all__ = ["Turns"]


class Turns:
    """Wakes the next read of a stream when the one before it has been staged here.

    Another process may have staged it, so nobody waits without an end either.
    """

    def __init__(self) -> None:
        """Start with nobody waiting."""
        self._waiting: dict[ChunkKey, asyncio.Event] = {}

    async def wait(self, key: ChunkKey, seconds: float) -> None:
        """Wait until an earlier read of the stream has been staged, or for so many seconds."""
        woken = self._waiting.setdefault(key, asyncio.Event())
        try:
            async with asyncio.timeout(seconds):
                await woken.wait()
        except TimeoutError:
            return
        finally:
            self._waiting.pop(key, None)

    def step(self, done: ChunkKey) -> None:
        """Wake the read that comes next in the stream of one that is done."""
        behind = [key for key in self._waiting if key.stream == done.stream]
        if behind:
            self._waiting[min(behind, key=lambda key: key.number)].set()

"""Wakes a waiting lane of this process when there may be something to do."""

import asyncio
from collections import deque

__all__ = ["Bell"]


class Bell:
    """One ring wakes one waiter; a ring that nobody waits for is kept for the next one.

    A lane that is woken and finds work rings again, so that as many wake as find something,
    instead of all of them at every change.
    """

    def __init__(self) -> None:
        """Start silent."""
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._rung = False

    def ring(self) -> None:
        """Wake one who waits, or let the next one not wait at all."""
        if self._waiting:
            self._waiting.popleft().set_result(None)
        else:
            self._rung = True

    async def wait(self, seconds: float) -> None:
        """Wait for a ring, but no longer than so many seconds."""
        if self._rung:
            self._rung = False
            return
        waiter = asyncio.get_running_loop().create_future()
        self._waiting.append(waiter)
        try:
            await asyncio.wait([waiter], timeout=seconds)
        finally:
            # Also where the lane is cancelled: no ring may be spent on one who is gone.
            if waiter in self._waiting:
                self._waiting.remove(waiter)

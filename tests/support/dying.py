"""A ledger whose process dies: after so many transitions nothing of it happens any more."""

import asyncio
from collections.abc import Callable
from typing import Any

from assetferry.ledger.transition import Ledger
from assetferry.ledger.workers import bury, list_workers


class Died(Exception):
    """The process is gone; what it was about to do never happens."""


class DyingLedger(Ledger):
    """Passes transitions on to the real ledger until the process dies.

    Death comes before the fatal transition, or after it was committed and before anybody heard.
    """

    def __init__(self, ledger: Ledger, *, after: int, committed: bool) -> None:
        self._ledger, self._left, self._committed = ledger, after, committed
        self._under_way: set[asyncio.Future[Any]] = set()
        self.dead = False

    @property
    def place(self) -> str:
        return self._ledger.place

    async def run(self, transition: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        self._left -= 1
        fatal = self._left == 0
        if self.dead or (fatal and not self._committed):
            self.dead = True
            raise Died
        going = asyncio.ensure_future(self._ledger.run(transition, *args, **kwargs))
        self._under_way.add(going)
        going.add_done_callback(self._under_way.discard)
        found = await asyncio.shield(going)
        self.dead = self.dead or fatal
        if self.dead:
            raise Died
        return found

    async def settled(self) -> None:
        """Wait until nothing that was under way can still be committed."""
        await asyncio.gather(*self._under_way, return_exceptions=True)

    async def close(self) -> None:
        return


async def bury_all(ledger: Ledger) -> None:
    """Find all workers dead, as their locks or their silence would tell in time."""
    for worker in await ledger.run(list_workers):
        await ledger.run(bury, worker.id)

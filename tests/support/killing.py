"""A process that is killed right after its n-th step: a request, or a transaction."""

from collections.abc import Callable
from typing import Any

from alone import drive
from assetferry.ledger.leasing import release_all
from assetferry.ledger.run import Run
from assetferry.ledger.transition import Ledger
from tapping import Tap

__all__ = ["Killed", "Tape", "live_again", "until_death"]


class Killed(BaseException):
    """The process is gone: nothing it would have done afterwards happens."""


class Tape:
    """Counts steps, names them, and kills after one of them."""

    def __init__(self, ledger: Ledger, after: int | None = None) -> None:
        self.steps: list[str] = []
        self.tap = Tap(after=self._request)
        self._ledger, self._after = ledger, after

    @property
    def place(self) -> str:
        return self._ledger.place

    async def run(self, transition: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        """Execute a transition, which is durable before the process can die of it."""
        result = await self._ledger.run(transition, *args, **kwargs)
        self._step(transition.__name__)
        return result

    async def close(self) -> None:
        """Leave the ledger to its owner."""

    async def _request(self, name: str, answer: Any) -> Any:
        self._step(name)
        return answer

    def _step(self, name: str) -> None:
        self.steps.append(name)
        if len(self.steps) == self._after:
            raise Killed


async def until_death(ledger: Ledger, run: Run, after: int) -> str | None:
    """Work on a run, and die after so many steps; the last one's name. None: it lived."""
    tape = Tape(ledger, after)
    try:
        await drive(tape, run, tape.tap.equip)
    except Killed:
        return tape.steps[-1]
    return None


async def live_again(ledger: Ledger, run: Run) -> Run:
    """Bury the dead process, and let another one go on to the end."""
    await ledger.run(release_all, "alone", lost=True)
    return await drive(ledger, run, Tap().equip)

"""Moving a test clock: letting time pass, or jump.

Time that passes works off each slot at its own time, one after the other, as if somebody had
waited. Time that jumps goes by while the server, so to speak, was not looking.
"""

import asyncio
from datetime import datetime, timedelta

from assetferry.local_assets.errors import General, bad_request
from assetferry.local_assets.scheduling.clock import HandClock
from assetferry.local_assets.scheduling.dispatcher import Dispatcher

__all__ = ["Moving"]

LONGEST = timedelta(days=10 * 366)
"""How far a clock is moved at once: it bounds the slots that one move works off."""


class Moving:
    """Moves the clock of a dispatcher, one move at a time."""

    def __init__(self, dispatcher: Dispatcher) -> None:
        self._dispatcher = dispatcher
        self._turn = asyncio.Lock()

    async def advance(self, to: datetime) -> None:
        """Let time pass; back once every slot until then was called and concluded."""
        clock = self._clock()
        async with self._held():
            _check(clock.now(), to)
            if to < clock.now():
                raise bad_request("A clock advances; to set it back, PUT the time")
            # Calls may be in hand, of the last server's slots; they end at their own time.
            await self._dispatcher.settle()
            while (slot := self._dispatcher.earliest()) is not None and slot <= to:
                await clock.move(max(slot, clock.now()))
                await self._dispatcher.settle()
                if self._dispatcher.earliest() == slot:
                    raise RuntimeError("a slot that has come could not be worked off")
            await clock.move(to)

    async def jump(self, to: datetime) -> None:
        """Let it be another time; what lies between was missed."""
        clock = self._clock()
        async with self._held():
            _check(clock.now(), to)
            await self._dispatcher.settle()
            await clock.move(to)
            await self._dispatcher.let_missed_go()
            await self._dispatcher.settle()

    def _clock(self) -> HandClock:
        clock = self._dispatcher.clock
        if not isinstance(clock, HandClock):
            raise General(409, "The clock is the machine's; start the server with --clock test")
        return clock

    def _held(self) -> asyncio.Lock:
        # Refused instead of queued: an app that moves the clock while it is being called
        # would wait for itself.
        if self._turn.locked():
            raise General(409, "The clock is being moved; wait for that answer first")
        return self._turn


def _check(now: datetime, to: datetime) -> None:
    if abs(to - now) > LONGEST:
        raise bad_request(f"A clock is moved by at most {LONGEST.days} days at once")

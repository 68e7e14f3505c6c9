"""Lets a request go when its host may be asked, as all runs of the ledger have agreed."""

import asyncio
import math
import time
from collections.abc import Callable

from assetferry.definition.host_names import host_name
from assetferry.engine.decisions import LONGEST_WAIT_S
from assetferry.engine.ports import Sleep
from assetferry.errors import RetryLater
from assetferry.ledger.pacing import SHORT_S, Pause, pause_host, pauses, take_turn
from assetferry.ledger.transition import Ledger

__all__ = ["HostGate", "HostWaits"]

_PATIENCE_S = 90.0
"""Longer than a minute, so that a call of a step has its turn even with one a minute."""
_LONGEST_GUESS_S = 900.0
_STALE_S = 1.0
"""How old what this process knows of pauses may be. One look serves all its requests."""


class HostWaits(RetryLater):
    """The host asked for a pause, or its budget is spent for now; nothing was sent."""

    code = "host_waits"


class HostGate:
    """The gate of one run in this process; an ``outbound.gate.Gate``.

    A host with a budget costs a transaction for each request. Others cost one look at the
    pauses of all hosts, at most once a second.
    """

    def __init__(
        self,
        ledger: Ledger,
        per_minute: Callable[[str, int], int | None],
        *,
        sleep: Sleep = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """``per_minute`` gives a host's budget, None where it has none."""
        self._ledger = ledger
        self._per_minute = per_minute
        self._sleep = sleep
        self._clock = clock
        self._known: dict[str, tuple[float, Pause]] = {}
        """When a pause ends by this process's clock, and what it is."""
        self._looked_at = float("-inf")
        self._unsaid: dict[str, tuple[float, float]] = {}
        """For hosts that do not say for how long: when the last pause ends, its seconds."""

    async def enter(self, host: str, port: int, *, patient: bool) -> None:
        """Return when the host may be asked, or raise HostWaits."""
        name, budget = host_name(host, port), self._per_minute(host, port)
        if budget is None:
            await self._past_pause(name)
            return
        turn = await self._ledger.run(
            take_turn, name, every=60.0 / budget, patience=_PATIENCE_S if patient else SHORT_S
        )
        if not turn.taken:
            spent = f"The budget of {name} is spent for now: {budget} requests a minute."
            raise HostWaits(turn.reason or spent, until=turn.until)
        if turn.wait > 0:
            await self._sleep(turn.wait)

    async def asked_to_wait(self, host: str, port: int, seconds: float | None) -> None:
        """Tell all runs that the host is to be left alone.

        A wait that a person must agree to is not shared: it holds the run that met it.
        """
        name = host_name(host, port)
        if seconds is None:
            seconds = self._guessed(name)
        if seconds > LONGEST_WAIT_S:
            return
        reason = f"{name} asked to be left alone."
        self._keep(await self._ledger.run(pause_host, name, seconds=seconds, reason=reason))

    def answered(self, host: str, port: int) -> None:
        """Hear that the host has answered: a guessed pause that is over was long enough."""
        name = host_name(host, port)
        if self._unsaid and self._unsaid.get(name, (math.inf, 0.0))[0] <= self._clock():
            del self._unsaid[name]

    async def _past_pause(self, name: str) -> None:
        if self._clock() - self._looked_at >= _STALE_S:
            self._looked_at = self._clock()
            for pause in await self._ledger.run(pauses):
                self._keep(pause)
        ends, pause = self._known.get(name, (0.0, None))
        left = ends - self._clock()
        if pause is None or left <= 0:
            return
        if left > SHORT_S:
            raise HostWaits(pause.reason or f"{name} waits.", until=pause.until)
        await self._sleep(left)

    def _guessed(self, name: str) -> float:
        """Double the pause each time it was too short: throttled requests count as no attempts."""
        now = self._clock()
        ended, seconds = self._unsaid.get(name, (now, 0.0))
        if now < ended:  # sent before the pause was known
            return ended - now
        soon = now - ended <= seconds
        seconds = min(_LONGEST_GUESS_S, 2 * seconds) if seconds and soon else 1.0
        self._unsaid[name] = (now + seconds, seconds)
        return seconds

    def _keep(self, pause: Pause) -> None:
        self._known[pause.host] = (self._clock() + pause.left, pause)

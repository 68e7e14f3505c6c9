"""The keeper: leases are renewed, and work whose lease is lost stops at once."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from assetferry.engine import keeper as keeper_module
from assetferry.engine.keeper import RENEW_S, Keeper
from assetferry.ledger.claim import LEASE_S
from assetferry.ledger.errors import LeaseLost, LedgerBusy
from assetferry.ledger.leasing import Lease, RunLease

OURS = RunLease("run", 1)
OTHER = RunLease("other", 1)


class Renewing:
    """A ledger that only renews: it loses what it is told to, or cannot be reached."""

    def __init__(self) -> None:
        self.lost: list[Lease] = []
        self.busy = False
        self.asked: list[list[Lease]] = []

    @property
    def place(self) -> str:
        return "memory"

    async def run(self, _transition: Callable[..., Any], /, *args: Any, **_kwargs: Any) -> Any:
        (leases,) = args
        self.asked.append(list(leases))
        if self.busy:
            raise LedgerBusy("locked")
        return [lease for lease in leases if lease in self.lost]

    async def close(self) -> None:
        """Nothing to close."""


class Clock:
    """Monotonic seconds that a test moves on."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The keeper's clock."""
    clock = Clock()
    monkeypatch.setattr(keeper_module, "time", clock)
    return clock


class Holder:
    """A task that holds a lease until it is told to finish, or stopped."""

    def __init__(self, keeper: Keeper, lease: Lease, *, to_its_answer: bool = False) -> None:
        self.finish = asyncio.Event()
        self._begun = asyncio.Event()
        self.task = asyncio.create_task(self._hold(keeper, lease, to_its_answer=to_its_answer))

    async def _hold(self, keeper: Keeper, lease: Lease, *, to_its_answer: bool) -> str:
        async with keeper.held(lease, to_its_answer=to_its_answer):
            self._begun.set()
            await self.finish.wait()
        return "finished"

    async def begun(self) -> "Holder":
        await self._begun.wait()
        return self


async def test_work_that_must_hear_its_answer_is_not_stopped(clock: Clock) -> None:
    """Its lease is lost, and again at the next look; it goes on to its end."""
    ledger = Renewing()
    keeper = Keeper(ledger)
    holder = await Holder(keeper, OURS, to_its_answer=True).begun()
    ledger.lost = [OURS]
    for _ in range(2):
        await keeper.renew()
    holder.finish.set()
    assert await holder.task == "finished"
    await keeper.renew()
    assert len(ledger.asked) == 2


async def test_a_lost_lease_stops_its_work_and_no_other(clock: Clock) -> None:
    """The holder gets LeaseLost where it stands; who still has a lease goes on."""
    del clock
    ledger = Renewing()
    keeper = Keeper(ledger)
    ours, other = await Holder(keeper, OURS).begun(), await Holder(keeper, OTHER).begun()
    ledger.lost = [OURS]
    await keeper.renew()
    with pytest.raises(LeaseLost):
        await ours.task
    other.finish.set()
    assert await other.task == "finished"


async def test_a_task_goes_on_after_a_lost_lease(clock: Clock) -> None:
    """LeaseLost is an error like others: the lane catches it and claims again."""
    del clock
    ledger = Renewing()
    keeper = Keeper(ledger)
    ledger.lost = [OURS]

    async def lane() -> str:
        try:
            async with keeper.held(OURS):
                await asyncio.Event().wait()
        except LeaseLost:
            await asyncio.sleep(0)
            return "claims again"
        return "never"

    task = asyncio.create_task(lane())
    await asyncio.sleep(0)
    await keeper.renew()
    assert await task == "claims again"
    assert task.cancelling() == 0


async def test_a_cancelled_holder_is_cancelled(clock: Clock) -> None:
    """A lane that is told to stop is not told that it lost its lease."""
    del clock
    keeper = Keeper(Renewing())
    holder = await Holder(keeper, OURS).begun()
    holder.task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await holder.task


async def test_a_holder_that_is_cancelled_and_lost_is_cancelled(clock: Clock) -> None:
    """Stopping wins: a process that leaves must not have lanes that go on."""
    del clock
    ledger = Renewing()
    keeper = Keeper(ledger)
    holder = await Holder(keeper, OURS).begun()
    ledger.lost = [OURS]
    holder.task.cancel()
    await keeper.renew()
    with pytest.raises(asyncio.CancelledError):
        await holder.task


async def test_what_is_no_longer_held_is_not_renewed(clock: Clock) -> None:
    """A finished lease is forgotten, and without leases nothing is asked."""
    del clock
    ledger = Renewing()
    keeper = Keeper(ledger)
    await keeper.renew()
    assert ledger.asked == []
    holder = await Holder(keeper, OURS).begun()
    await keeper.renew()
    holder.finish.set()
    await holder.task
    await keeper.renew()
    assert ledger.asked == [[OURS]]


async def test_a_holder_that_cannot_renew_stops_before_its_lease_ends(clock: Clock) -> None:
    """While the ledger is out of reach work goes on as long as that is surely safe, not longer."""
    ledger = Renewing()
    keeper = Keeper(ledger)
    holder = await Holder(keeper, OURS).begun()
    began = clock.now
    ledger.busy = True
    stopped_at = None
    while stopped_at is None:
        clock.now += RENEW_S
        await keeper.renew()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        if holder.task.done():
            stopped_at = clock.now - began
    assert RENEW_S < stopped_at < LEASE_S
    with pytest.raises(LeaseLost):
        await holder.task


async def test_a_renewal_makes_the_lease_safe_again(clock: Clock) -> None:
    """After a success the whole time counts anew, from when it was asked for."""
    ledger = Renewing()
    keeper = Keeper(ledger)
    holder = await Holder(keeper, OURS).begun()
    for busy in (True, False, True, False, True, False):
        ledger.busy = busy
        clock.now += RENEW_S
        await keeper.renew()
        await asyncio.sleep(0)
    assert not holder.task.done()
    holder.finish.set()
    assert await holder.task == "finished"

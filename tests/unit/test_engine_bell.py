"""The bell: who is woken, and that no ring is lost."""

import asyncio

from assetferry.engine.bell import Bell

LONG = 3600.0
"""Longer than any test: a waiter that is not rung for would let its test time out."""


async def waiting(bell: Bell, number: int) -> list[asyncio.Task[None]]:
    tasks = [asyncio.create_task(bell.wait(LONG)) for _ in range(number)]
    await turn()
    return tasks


async def turn() -> None:
    """Let every task that can run, run."""
    for _ in range(10):
        await asyncio.sleep(0)


async def test_one_ring_wakes_one_waiter_in_order() -> None:
    """Whoever has waited longest goes first; the others sleep on."""
    bell = Bell()
    tasks = await waiting(bell, 3)
    bell.ring()
    await turn()
    assert [task.done() for task in tasks] == [True, False, False]
    bell.ring()
    bell.ring()
    await asyncio.gather(*tasks)


async def test_a_ring_that_nobody_waits_for_is_kept_once() -> None:
    """What happens between a look and the wait is not missed; two such rings are one."""
    bell = Bell()
    bell.ring()
    bell.ring()
    await bell.wait(LONG)
    (task,) = await waiting(bell, 1)
    assert not task.done()
    bell.ring()
    await task


async def test_a_wait_ends_without_a_ring() -> None:
    """Another process may have changed something without telling."""
    await Bell().wait(0.0)


async def test_a_ring_is_not_spent_on_one_who_stopped_waiting() -> None:
    """A waiter that timed out or was cancelled does not swallow the ring of the next one."""
    bell = Bell()
    await bell.wait(0.0)
    gone, stays = await waiting(bell, 2)
    gone.cancel()
    await turn()
    bell.ring()
    await stays
    assert gone.cancelled()


async def test_waits_leave_nothing_behind() -> None:
    """A run that is watched for hours waits many thousand times."""
    bell = Bell()
    for _ in range(100):
        await bell.wait(0.0)
    assert len(bell._waiting) == 0  # pyright: ignore[reportPrivateUsage]

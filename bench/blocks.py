"""Sides of a comparison that take turns, so that what disturbs the machine disturbs them all."""

import random
import statistics
import time
from collections.abc import Sequence
from typing import Protocol

__all__ = ["Side", "ratio", "take_turns"]


class Side(Protocol):
    """One way to do the work that is compared."""

    async def work(self, pages: int) -> None:
        """Do so many pages of work to its end, and nothing outside of this call."""
        ...


async def take_turns(sides: Sequence[Side], *, rounds: int, pages: int) -> list[list[float]]:
    """Give the seconds of every block, one list per side.

    Each round has one block of every side, in an order of its own: a side that always followed
    the same other one would find the caches as that one left them, which cost up to a fifth.
    The orders are the same in every run. One block of each goes before and is not counted.
    """
    chance = random.Random(rounds)  # noqa: S311 # an order, not a secret
    spent: list[list[float]] = [[] for _ in sides]
    for side in sides:
        await side.work(pages)
    for _ in range(rounds):
        for number in chance.sample(range(len(sides)), len(sides)):
            began = time.perf_counter()
            await sides[number].work(pages)
            spent[number].append(time.perf_counter() - began)
    return spent


def ratio(reference: Sequence[float], measured: Sequence[float]) -> float:
    """Give the median of the paired ratios: 1.0 is as fast as the reference, 0.5 half as fast."""
    return statistics.median(
        theirs / ours for theirs, ours in zip(reference, measured, strict=True)
    )

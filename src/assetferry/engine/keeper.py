"""Keeps the leases of this process alive, and stops the work of one that is lost."""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from assetferry.errors import RetryLater
from assetferry.ledger.claim import LEASE_S
from assetferry.ledger.errors import LeaseLost
from assetferry.ledger.leasing import Lease, renew
from assetferry.ledger.transition import Ledger

__all__ = ["RENEW_S", "Keeper"]

RENEW_S = LEASE_S / 3
_MARGIN_S = LEASE_S / 6
"""A holder that could not renew stops so long before its lease ends."""


class Keeper:
    """One per process; lanes work under ``held``."""

    def __init__(self, ledger: Ledger) -> None:
        """Start with nothing held."""
        self._ledger = ledger
        self._holders: dict[Lease, asyncio.Task[object]] = {}
        self._safe_until: dict[Lease, float] = {}
        self._lost: set[Lease] = set()
        self._unstopped: set[Lease] = set()

    @asynccontextmanager
    async def held(self, lease: Lease, *, to_its_answer: bool = False) -> AsyncGenerator[None]:
        """Work under a lease that has just been claimed.

        Raises LeaseLost, at once, when the lease is found to be somebody else's; not where the
        work must hear its answer (``to_its_answer``), and finds out by its token.
        """
        task = asyncio.current_task()
        assert task is not None, "a lease is held by a task"  # noqa: S101
        self._holders[lease] = task
        if to_its_answer:
            self._unstopped.add(lease)
        self._safe_until[lease] = time.monotonic() + LEASE_S - _MARGIN_S
        try:
            yield
        except asyncio.CancelledError:
            if lease in self._lost and task.uncancel() == 0:
                raise LeaseLost("The lease ran out while its work went on.") from None
            raise
        finally:
            self._lost.discard(lease)
            self._unstopped.discard(lease)
            del self._holders[lease], self._safe_until[lease]

    async def keep(self) -> None:
        """Renew all leases for as long as this runs."""
        while True:
            await asyncio.sleep(RENEW_S)
            await self.renew()

    async def renew(self) -> None:
        """Renew all leases once, and cancel the work of those that cannot be."""
        leases = list(self._holders)
        asked_at = time.monotonic()
        try:
            lost = await self._ledger.run(renew, leases) if leases else []
        except RetryLater:
            now = time.monotonic()
            lost = [lease for lease in leases if self._safe_until.get(lease, now) <= now + RENEW_S]
            leases = []
        for lease in lost:
            if lease in self._holders and lease not in self._unstopped:
                self._lost.add(lease)
                self._holders[lease].cancel()
        for lease in set(leases) - set(lost):
            if lease in self._holders:
                self._safe_until[lease] = asked_at + LEASE_S - _MARGIN_S

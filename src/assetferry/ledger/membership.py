"""This process as a worker: registered, and holding a lock that dies with it.

On SQLite a lock file lies beside the ledger, on PostgreSQL it is a lock of the database's.
Operating system and server let go of it the moment the process dies, so that nobody need wait
for a lease to run out. A process that stands still keeps its lock: its silence tells, on both.
"""

import asyncio
import logging
import os
import socket
import uuid
from pathlib import Path

from filelock import FileLock, Timeout
from sqlalchemy.exc import DBAPIError

from assetferry.ledger.clock import instant
from assetferry.ledger.errors import LedgerBusy, LedgerUnusable
from assetferry.ledger.postgres import PostgresLedger
from assetferry.ledger.pulse import beating
from assetferry.ledger.timekeeping import keep_time
from assetferry.ledger.transition import Ledger
from assetferry.ledger.workers import SILENT_S, Worker, bury, leave, list_workers, register, seen

__all__ = ["Membership"]

_log = logging.getLogger(__name__)


class Membership:
    """The registration of this process in one ledger."""

    def __init__(self, ledger: Ledger, *, locks: Path | None) -> None:
        """Prepare; ``locks`` is the folder for lock files, None where machines share the ledger."""
        self.worker = f"{socket.gethostname()}-{os.getpid()}-{uuid.uuid4().hex[:8]}"
        self._ledger = ledger
        self._locks = locks
        self._lock = None if locks is None else FileLock(_lock_file(locks, self.worker))
        self._pulse = ledger.pulse(self.worker) if isinstance(ledger, PostgresLedger) else None

    async def join(self) -> None:
        """Take the lock, then register: a registered worker without its lock is a dead one."""
        if self._lock is not None:
            self._lock.acquire(timeout=0)
        await self._keep_pulse()
        await self._ledger.run(keep_time, stamp=True)
        await self._register()

    async def beat(self) -> None:
        """Say that this process lives, also after a machine that slept was taken for dead."""
        # A lost connection has let go of the lock, and others may have buried us for it.
        await self._keep_pulse()
        await self._ledger.run(keep_time, stamp=True)
        if not await self._ledger.run(seen, self.worker):
            _tell_buried()
            if self._lock is not None:
                # Its file went with the registration: nobody could see the lock we hold.
                self._lock.release()
                self._lock.acquire(timeout=0)
            await self._register()

    async def leave(self) -> None:
        """Give back all leases and go."""
        try:
            if not await self._ledger.run(leave, self.worker):
                _tell_buried()
        except (LedgerBusy, LedgerUnusable) as error:
            # Whoever comes next finds the lock free, and frees the rest.
            _log.warning("Could not take leave: %s", error, extra={"action": error.code})
        finally:
            self._unlock()
            if self._pulse is not None:
                await asyncio.to_thread(self._pulse.stop)

    async def bury_dead(self) -> list[Worker]:
        """Free what dead workers held; return them."""
        now = await self._ledger.run(instant)
        known = await self._ledger.run(list_workers)
        still = await self._still_beating([one.id for one in known if one.pulse])
        dead = [
            one for one in known if self._is_dead(one, now) or (one.pulse and one.id not in still)
        ]
        for worker in dead:
            await self._ledger.run(bury, worker.id)
        return dead

    async def _register(self) -> None:
        await self._ledger.run(
            register,
            self.worker,
            host=socket.gethostname(),
            pid=os.getpid(),
            pulse=self._pulse is not None,
        )

    async def _keep_pulse(self) -> None:
        if self._pulse is None:
            return
        try:
            await asyncio.to_thread(self._pulse.keep)
        except DBAPIError as error:
            raise LedgerBusy("The database is out of reach; it is tried again.") from error

    async def _still_beating(self, workers: list[str]) -> set[str]:
        if self._pulse is None:
            return set(workers)
        return await self._ledger.run(beating, workers) | {self.worker}

    def _unlock(self) -> None:
        if self._lock is not None:
            self._lock.release()
            Path(self._lock.lock_file).unlink(missing_ok=True)

    def _is_dead(self, worker: Worker, now: float) -> bool:
        if worker.id == self.worker:
            return False
        silent = worker.seen_at < now - SILENT_S
        if self._locks is None or worker.host != socket.gethostname():
            return silent
        file = _lock_file(self._locks, worker.id)
        if silent:
            file.unlink(missing_ok=True)
        return silent or _is_free(file)


def _tell_buried() -> None:
    _log.warning(
        "This process had not been heard of for a while and was taken for dead: what it had in "
        "hand, others have taken over.",
        extra={"action": "taken_for_dead"},
    )


def _lock_file(folder: Path, worker: str) -> Path:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder / f"{worker}.lock"


def _is_free(file: Path) -> bool:
    probe = FileLock(file)
    try:
        probe.acquire(timeout=0)
    except Timeout:
        return False
    probe.release()
    file.unlink(missing_ok=True)
    return True

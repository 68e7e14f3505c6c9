"""This process as a worker: registered, and on SQLite holding a lock that dies with it.

The lock file lies beside the ledger. The operating system lets go of it at the instant the
process dies, so another process on the machine need not wait for a lease to run out.
"""

import logging
import os
import socket
import uuid
from pathlib import Path

from filelock import FileLock, Timeout

from assetferry.ledger.clock import instant
from assetferry.ledger.errors import LedgerUnusable
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

    async def join(self) -> None:
        """Take the lock, then register: a registered worker without its lock is a dead one."""
        if self._lock is not None:
            self._lock.acquire(timeout=0)
        await self._register()

    async def beat(self) -> None:
        """Say that this process lives, also after a machine that slept was taken for dead."""
        if not await self._ledger.run(seen, self.worker):
            await self._register()

    async def leave(self) -> None:
        """Give back all leases and go."""
        try:
            await self._ledger.run(leave, self.worker)
        except LedgerUnusable as error:
            # Whoever comes next finds the lock free, and frees the rest.
            _log.warning("Could not take leave: %s", error, extra={"action": error.code})
        finally:
            self._unlock()

    async def bury_dead(self) -> list[Worker]:
        """Free what dead workers held; return them."""
        now = await self._ledger.run(instant)
        dead = [one for one in await self._ledger.run(list_workers) if self._is_dead(one, now)]
        for worker in dead:
            await self._ledger.run(bury, worker.id)
        return dead

    async def _register(self) -> None:
        await self._ledger.run(register, self.worker, host=socket.gethostname(), pid=os.getpid())

    def _unlock(self) -> None:
        if self._lock is not None:
            self._lock.release()
            Path(self._lock.lock_file).unlink(missing_ok=True)

    def _is_dead(self, worker: Worker, now: float) -> bool:
        if worker.id == self.worker:
            return False
        if self._locks is None or worker.host != socket.gethostname():
            return worker.seen_at < now - SILENT_S
        return _is_free(_lock_file(self._locks, worker.id))


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

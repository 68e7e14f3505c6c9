"""Every process that works on runs registers, so that others can tell whether it lives."""

from dataclasses import dataclass, fields

from sqlalchemy import Connection, delete, insert, select, update

from assetferry.ledger.clock import instant
from assetferry.ledger.leasing import release_all
from assetferry.ledger.tables import declines, runs, workers

__all__ = ["SILENT_S", "Worker", "bury", "leave", "list_workers", "register", "seen"]

SILENT_S = 90.0
"""A worker that has been silent for so long is taken for dead, also if it only stands still."""


@dataclass(frozen=True, slots=True)
class Worker:
    """One registered process. Times are epoch seconds."""

    id: str
    host: str
    pid: int
    started_at: float
    seen_at: float
    pulse: bool = False
    """Whether it holds a lock of the database's that dies with it."""


def register(
    connection: Connection, worker: str, *, host: str, pid: int, pulse: bool = False
) -> None:
    """Write the worker's row."""
    now = instant(connection)
    row = {"id": worker, "host": host, "pid": pid, "started_at": now, "seen_at": now}
    connection.execute(insert(workers), row | {"pulse": pulse})


def seen(connection: Connection, worker: str) -> bool:
    """Say that the worker lives; False if it has been taken for dead, and must register anew."""
    lives = update(workers).where(workers.c.id == worker).values(seen_at=instant(connection))
    return connection.execute(lives).rowcount == 1


def list_workers(connection: Connection) -> list[Worker]:
    """List all registered workers, living or dead."""
    chosen = select(*(workers.c[field.name] for field in fields(Worker)))
    return [Worker(*row) for row in connection.execute(chosen.order_by(workers.c.started_at))]


def bury(connection: Connection, worker: str) -> None:
    """Free what a dead worker held, and forget it."""
    _forget(connection, worker, lost=True)


def leave(connection: Connection, worker: str) -> bool:
    """End a worker in order: its rows are free at once, nothing counts as lost.

    False if it has been taken for dead before.
    """
    return _forget(connection, worker, lost=False)


def _forget(connection: Connection, worker: str, *, lost: bool) -> bool:
    release_all(connection, worker, lost=lost)
    connection.execute(update(runs).where(runs.c.owner == worker).values(owner=None))
    connection.execute(delete(declines).where(declines.c.worker == worker))
    return connection.execute(delete(workers).where(workers.c.id == worker)).rowcount == 1

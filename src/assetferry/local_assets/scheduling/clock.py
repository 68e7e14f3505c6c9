"""The clock that schedules follow: the machine's, or one that a test moves by hand."""

import sqlite3
from datetime import UTC, datetime
from typing import Protocol

from assetferry.local_assets import instant
from assetferry.local_assets.settings import ClockKind
from assetferry.local_assets.store.database import Database

__all__ = ["Clock", "HandClock", "SystemClock", "clock_of"]

LONGEST_PAUSE = 60.0
"""Seconds after which the machine's clock is looked at again: pauses do not count the time
that a laptop sleeps, and clocks are set."""


class Clock(Protocol):
    """What time it is, and how long to wait for another."""

    def now(self) -> datetime: ...

    def pause(self, until: datetime | None) -> float | None:
        """Give the seconds to wait before looking again; None waits until told."""
        ...


class SystemClock:
    """The clock of the machine."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def pause(self, until: datetime | None) -> float | None:
        if until is None:
            return None
        return min(LONGEST_PAUSE, max(0.0, (until - self.now()).total_seconds()))


class HandClock:
    """A clock that stands still until it is moved, also while the server is down."""

    def __init__(self, database: Database) -> None:
        """Go on where it stood; the first time of all it shows the machine's."""
        self._database = database
        self._now = datetime.fromisoformat(database.writer.call(_stand, datetime.now(UTC)))

    def now(self) -> datetime:
        return self._now

    def pause(self, until: datetime | None) -> float | None:  # noqa: ARG002 - it moves by hand
        return None

    async def move(self, now: datetime) -> None:
        """Show another time, remembered before anything sees it."""
        await self._database.writer.run(_remember, now)
        self._now = now


def clock_of(kind: ClockKind, database: Database) -> SystemClock | HandClock:
    return HandClock(database) if kind == "test" else SystemClock()


def _stand(connection: sqlite3.Connection, now: datetime) -> str:
    """Give the time it shows, which is now if there is none yet."""
    connection.execute(
        "INSERT INTO test_clock (id, now) VALUES (1, ?) ON CONFLICT DO NOTHING",
        (instant.text(now),),
    )
    shown: str = connection.execute("SELECT now FROM test_clock").fetchone()[0]
    return shown


def _remember(connection: sqlite3.Connection, now: datetime) -> None:
    connection.execute(
        "UPDATE test_clock SET now = ?",
        (instant.text(now),),
    )

"""A clock that was set: what waits keeps its wait, what is held keeps its holder.

The ledger writes moments, and compares them with the clock. Where somebody sets the clock back by
an hour, every row that waits would wait an hour longer; forward, and every lease looks run out
while its holder lives. So the ledger remembers what its clock last said, and where that does not
fit what it says now, all its moments are moved by the difference.
"""

import logging
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from sqlalchemy import Connection, Table, select, update

from assetferry.ledger.clock import Clock, instant
from assetferry.ledger.states import ENDED, ChunkState
from assetferry.ledger.tables import chunks, clock, hosts, notices, runs, streams, workers
from assetferry.ledger.timeline import note

__all__ = ["TOLERANCE_S", "Reading", "keep_time", "moved", "uptime"]

_log = logging.getLogger(__name__)

TOLERANCE_S = 5.0
"""A difference up to this is let be: a clock that is kept right by small steps, a slow disk."""

_STEADY = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
"""Counts while the machine sleeps too, and nobody can set it."""
_BOOT = (Path("/proc/sys/kernel/random/boot_id"), Path("/proc/self/ns/time"))

_MOMENTS: dict[Table, tuple[str, ...]] = {
    runs: (
        *("due_at", "lease_until", "created_at", "held_since", "resumed_at", "completed_at"),
        *("closing_since", "ended_at"),
    ),
    chunks: ("due_at", "lease_until"),
    streams: ("progressed_at",),
    hosts: ("free_at", "paused_until"),
    notices: ("due_at", "lease_until", "created_at", "settled_at"),
    workers: ("started_at", "seen_at"),
}
"""All that is compared with the clock, or with each other. What is only told stays as it was."""
_WAITING = chunks.c.state.in_([ChunkState.DUE, ChunkState.STAGED])


@dataclass(frozen=True, slots=True)
class Reading:
    """What a ledger's clock said, in epoch seconds, and what the machine says beside it."""

    at: float
    uptime: float | None = None
    """Seconds that the machine has been up; None on PostgreSQL, which does not tell."""
    boot: str | None = None
    """Which boot of the machine; None where it does not tell: then ``uptime`` proves nothing."""


def uptime() -> float:
    """Give the seconds that this machine has been up, sleep included."""
    return time.clock_gettime(_STEADY)


def moved(before: Reading, now: Reading) -> float:
    """Tell by how many seconds the clock was set between two readings; 0 if it was not (pure).

    Within one boot the machine proves it, in both directions. Otherwise only a clock that says
    less than before is known to have been set: more may as well be time that passed.
    """
    found = now.at - before.at
    if now.boot is not None and now.boot == before.boot:
        found -= (now.uptime or 0.0) - (before.uptime or 0.0)
    else:
        found = min(0.0, found)
    return found if abs(found) > TOLERANCE_S else 0.0


def keep_time(connection: Connection, *, stamp: bool) -> float:
    """Move all moments if the clock was set since it was last looked at; give by how much.

    ``stamp`` remembers what the clock says now, also where nothing had to be moved.
    """
    # Whoever comes first moves; the others wait for it, and find a clock that fits.
    before = connection.execute(select(clock).with_for_update()).one()
    now = _read(connection)
    by = moved(Reading(before.at, before.uptime, before.boot), now)
    if by:
        _move(connection, by)
    if by or stamp:
        connection.execute(update(clock).values(_row(now)))
    return by


def _move(connection: Connection, by: float) -> None:
    for table, names in _MOMENTS.items():
        moving = update(table).values({name: table.c[name] + by for name in names})
        # The settled rows of a long run are many, and nobody compares them with a clock.
        connection.execute(moving.where(_WAITING) if table is chunks else moving)
    text = f"The clock was set {'forward' if by > 0 else 'back'} by {abs(by):.0f} s."
    for run in connection.execute(select(runs.c.id).where(runs.c.state.not_in(ENDED))).scalars():
        note(connection, run, "clock_set", f"{text} What waits keeps its wait.")
    _log.warning("%s What waits keeps its wait.", text, extra={"action": "clock_set"})


def _read(connection: Connection) -> Reading:
    if connection.dialect.name == "postgresql":
        return Reading(instant(connection))
    steady: Clock = connection.info.get("uptime", uptime)
    return Reading(instant(connection), steady(), _boot())


def _row(reading: Reading) -> dict[str, float | str | None]:
    return {"at": reading.at, "uptime": reading.uptime, "boot": reading.boot}


@cache
def _boot() -> str | None:
    identity, namespace = _BOOT
    try:
        # Containers of one machine may count its uptime differently.
        return f"{identity.read_text().strip()} {namespace.readlink()}"
    except OSError:
        return None

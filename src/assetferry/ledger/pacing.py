"""When a host may be asked: turns for its budget's sake, and pauses that it asked for.

One row per host, shared by all runs and processes of the ledger. Turns are paced evenly: so
many a minute means one every so many seconds, hence never more than that in any minute, from
whichever side the host counts.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from assetferry.ledger.clock import instant
from assetferry.ledger.tables import hosts

__all__ = ["BUSIEST", "SHORT_S", "Pause", "Turn", "pause_host", "pauses", "take_turn"]

SHORT_S = 2.0
"""A wait up to this is slept by whoever holds a row; a longer one leaves the row in the ledger."""

_NEW = {
    "postgresql": postgresql.insert(hosts).on_conflict_do_nothing(),
    "sqlite": sqlite.insert(hosts).on_conflict_do_nothing(),
}
# Built once: putting such a statement together costs as much as executing it on SQLite.
_AT = hosts.c.host == bindparam("at_host")
_LOCKED = select(hosts.c.free_at, hosts.c.paused_until, hosts.c.reason).where(_AT).with_for_update()
_TAKE = update(hosts).where(_AT).values(free_at=bindparam("next_turn"))
BUSIEST = select(func.max(hosts.c.free_at)).scalar_subquery().label("busiest")
"""In SQL: the latest moment at which some host is free; NULL where none was ever waited for."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Turn:
    """When a request may go, or why not now."""

    wait: float
    """Seconds from now."""
    until: float
    """The same as a moment, in epoch seconds of the ledger's clock."""
    taken: bool
    """Whether the turn is the caller's; if not, it is too far away to sleep until then."""
    reason: str | None = None
    """Why the host asked for a pause, if that is what is waited for."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Pause:
    """A host that has asked not to be asked."""

    host: str
    left: float
    """Seconds from now."""
    until: float
    reason: str | None


def take_turn(connection: Connection, host: str, *, every: float, patience: float) -> Turn:
    """Take the host's next turn if it comes within ``patience`` seconds.

    Turns are ``every`` seconds apart. A pause is never slept for longer than SHORT_S.
    """
    found = _row(connection, host)
    now = instant(connection)  # after the lock, which may have been waited for
    turn = max(now, found.free_at)
    paused = found.paused_until > now
    taken = turn - now <= (min(patience, SHORT_S) if paused else patience)
    if taken:
        connection.execute(_TAKE, {"at_host": host, "next_turn": turn + every})
    reason = found.reason if paused else None
    return Turn(wait=turn - now, until=turn, taken=taken, reason=reason)


def pause_host(connection: Connection, host: str, *, seconds: float, reason: str) -> Pause:
    """Leave a host alone for so long; of two pauses the later end holds."""
    found = _row(connection, host)
    now = instant(connection)
    until = now + seconds
    if until > found.paused_until:
        values = {"paused_until": until, "free_at": max(until, found.free_at), "reason": reason}
        connection.execute(update(hosts).where(hosts.c.host == host).values(values))
    else:
        until, reason = found.paused_until, found.reason
    return Pause(host=host, left=until - now, until=until, reason=reason)


def pauses(connection: Connection) -> list[Pause]:
    """List the hosts that must not be asked now."""
    now = instant(connection)
    rows = connection.execute(select(hosts).where(hosts.c.paused_until > now))
    return [
        Pause(host=row.host, left=row.paused_until - now, until=row.paused_until, reason=row.reason)
        for row in rows
    ]


def _row(connection: Connection, host: str) -> Any:
    at = {"at_host": host}
    found = connection.execute(_LOCKED, at).one_or_none()
    if found is None:
        connection.execute(_NEW[connection.dialect.name], {"host": host})
        found = connection.execute(_LOCKED, at).one()
    return found

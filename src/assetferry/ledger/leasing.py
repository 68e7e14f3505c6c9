"""Leases: renewed by who holds them, given back, or taken from the dead."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, bindparam, case, or_, update

from assetferry.ledger.chunk import ChunkKey, at_key
from assetferry.ledger.claim import LEASE_S
from assetferry.ledger.clock import instant
from assetferry.ledger.states import RunState
from assetferry.ledger.tables import chunks, notices, runs

__all__ = ["ChunkLease", "Lease", "RunLease", "overtaking", "release", "release_all", "renew"]


@dataclass(frozen=True, slots=True)
class ChunkLease:
    """The right to work on a chunk, for as long as its token stands."""

    key: ChunkKey
    token: int


@dataclass(frozen=True, slots=True)
class RunLease:
    """The right to take a run's next step, for as long as its token stands."""

    run: str
    token: int


Lease = ChunkLease | RunLease

_OF_CHUNK = update(chunks).where(at_key(chunks), chunks.c.token == bindparam("held_token"))
_OF_RUN = update(runs).where(
    runs.c.id == bindparam("at_run"), runs.c.token == bindparam("held_token")
)
_RENEW_CHUNK = _OF_CHUNK.where(chunks.c.lease_until.is_not(None)).values(
    lease_until=bindparam("until")
)
_RENEW_RUN = _OF_RUN.where(runs.c.lease_until.is_not(None)).values(lease_until=bindparam("until"))
_RELEASE_CHUNK = _OF_CHUNK.values(lease_until=None)
_RELEASE_RUN = _OF_RUN.values(lease_until=None)


def renew(connection: Connection, leases: Sequence[Lease]) -> list[Lease]:
    """Prolong leases by their full length; return those that are lost."""
    until = instant(connection) + LEASE_S
    lost: list[Lease] = []
    for lease in leases:
        match lease:
            case ChunkLease():
                statement, at = _RENEW_CHUNK, lease.key.bound
            case RunLease():
                statement, at = _RENEW_RUN, {"at_run": lease.run}
        renewed = connection.execute(statement, at | {"held_token": lease.token, "until": until})
        if renewed.rowcount != 1:
            lost.append(lease)
    return lost


def overtaking(now: float) -> dict[str, ColumnElement[Any]]:
    """Give the columns that take a run's step from its holder, whose result comes too late then.

    Not while the step may be making something in Assets, by a start or a completing call which has
    no answer yet: whoever took it over could not tell what will have been made.
    """
    starts = and_(runs.c.state == RunState.STARTING, runs.c.execution_id.is_(None))
    asked = or_(and_(starts, runs.c.posts > 0), runs.c.state == RunState.COMPLETING)
    under_way = and_(asked, runs.c.lease_until > now)
    return {
        "token": case((under_way, runs.c.token), else_=runs.c.token + 1),
        "lease_until": case((under_way, runs.c.lease_until), else_=None),
    }


def release(connection: Connection, lease: Lease) -> None:
    """Give a lease back unused: no attempt is counted; a lost lease is none of our business."""
    match lease:
        case ChunkLease():
            connection.execute(_RELEASE_CHUNK, lease.key.bound | {"held_token": lease.token})
        case RunLease():
            connection.execute(_RELEASE_RUN, {"at_run": lease.run, "held_token": lease.token})


def release_all(connection: Connection, worker: str, *, lost: bool) -> None:
    """Free every row that a worker holds.

    ``lost`` counts a loss for each: the worker died on it. A worker that ends in order frees
    its rows without.
    """
    for table in (chunks, runs, notices):
        connection.execute(
            update(table)
            .where(table.c.worker == worker, table.c.lease_until.is_not(None))
            .values(lease_until=None, losses=table.c.losses + int(lost))
        )

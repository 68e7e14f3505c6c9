"""Notices: what others are told, written with what it tells of, delivered later.

The outbox: a notice is a row, written in the transaction in which the thing happens, so that
neither is there without the other. Some process of this ledger delivers it.
"""

import secrets
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from assetferry.ledger.claim import LEASE_S
from assetferry.ledger.clock import instant
from assetferry.ledger.errors import LeaseLost
from assetferry.ledger.tables import notices

__all__ = [
    "Notice",
    "claim_notice",
    "delivered",
    "give_up_notice",
    "hand_back",
    "pending",
    "post_notice",
    "retry_notice",
]

_KEPT_S = 30 * 86400.0
"""How long notices are kept that are settled."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Notice:
    """One notice, leased: deliver its body, always under the same id."""

    id: str
    token: int
    kind: str
    definition: str
    definition_text: str
    origin: str
    body: str
    """JSON. Neither secrets nor anything of a record."""
    attempts: int
    created_at: float


def post_notice(
    connection: Connection,
    *,
    about: str,
    kind: str,
    definition: str,
    definition_text: str,
    origin: str,
    body: str,
) -> bool:
    """Write a notice, to be delivered at once; False if there is one about the same already."""
    now = instant(connection)
    row = {
        "id": f"msg_{secrets.token_hex(12)}",
        "about": about,
        "kind": kind,
        "definition": definition,
        "definition_text": definition_text,
        "origin": origin,
        "body": body,
        "created_at": now,
        "due_at": now,
    }
    try:
        with connection.begin_nested():
            connection.execute(insert(notices), row)
    except IntegrityError:
        return False
    connection.execute(delete(notices).where(notices.c.settled_at < now - _KEPT_S))
    return True


def claim_notice(
    connection: Connection, worker: str, *, without: Collection[str] = ()
) -> Notice | None:
    """Lease the notice that is due first; ``without`` those that this process cannot deliver."""
    now = instant(connection)
    due = (
        select(notices)
        .where(notices.c.settled_at.is_(None), notices.c.due_at <= now)
        .where(or_(notices.c.lease_until.is_(None), notices.c.lease_until <= now))
        .where(notices.c.id.not_in(without))
        .order_by(notices.c.due_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    found = connection.execute(due).one_or_none()
    if found is None:
        return None
    lease = {"lease_until": now + LEASE_S, "token": found.token + 1, "worker": worker}
    connection.execute(update(notices).where(notices.c.id == found.id).values(**lease))
    return Notice(
        id=found.id,
        token=found.token + 1,
        kind=found.kind,
        definition=found.definition,
        definition_text=found.definition_text,
        origin=found.origin,
        body=found.body,
        attempts=found.attempts,
        created_at=found.created_at,
    )


def delivered(connection: Connection, notice: Notice) -> None:
    """Note that it was taken. Raises LeaseLost."""
    _settle(connection, notice, settled_at=instant(connection), error=None)


def retry_notice(connection: Connection, notice: Notice, *, due_at: float, error: str) -> None:
    """Let it go again later. Raises LeaseLost."""
    _settle(connection, notice, due_at=due_at, attempts=notice.attempts + 1, error=error)


def give_up_notice(connection: Connection, notice: Notice, *, error: str) -> None:
    """Let nobody try again. Raises LeaseLost."""
    _settle(connection, notice, settled_at=instant(connection), error=error)


def hand_back(connection: Connection, notice: Notice) -> None:
    """Leave it to a process that can deliver it; no attempt is counted. Raises LeaseLost."""
    _settle(connection, notice)


def pending(connection: Connection) -> int:
    """Count the notices that have not been delivered and not been given up."""
    chosen = select(func.count()).select_from(notices).where(notices.c.settled_at.is_(None))
    return connection.execute(chosen).scalar_one()


def _settle(connection: Connection, notice: Notice, **values: float | str | None) -> None:
    changed = connection.execute(
        update(notices)
        .where(notices.c.id == notice.id, notices.c.token == notice.token)
        .values(lease_until=None, **values)
    )
    if changed.rowcount != 1:
        raise LeaseLost(f"Another process took over the notice {notice.id}.")

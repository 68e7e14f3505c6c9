"""Web triggers: address keys, kept as hashes, and the import sources they begin runs of."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select, update

from assetferry.ledger.clock import instant
from assetferry.ledger.tables import trigger_calls, triggers

__all__ = [
    "Opened",
    "Trigger",
    "add_scheduled",
    "drop_scheduled",
    "drop_triggers",
    "find_trigger",
    "hashed",
    "keep_scheduled",
    "replace_trigger",
    "triggers_of",
]


@dataclass(frozen=True, kw_only=True, slots=True)
class Opened:
    """What a key is for."""

    definition: str
    workspace_id: str
    import_source_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Trigger:
    """What an address key opens; the key itself is nowhere but with its caller."""

    definition: str
    workspace_id: str
    import_source_id: str
    created_at: float
    schedule: Mapping[str, Any] | None
    """Of the key that Assets calls by: when it may; None for a key that was given to others."""
    called_at: float | None
    """When a call last began a run of this import source; None if none has."""


def hashed(key: str) -> str:
    """Hash an address key. It is 256 random bits: neither salt nor a slow hash adds anything."""
    return hashlib.sha256(key.encode()).hexdigest()


def replace_trigger(connection: Connection, key: str, opened: Opened) -> None:
    """Make ``key`` the only one of the definition that others than Assets have."""
    drop_triggers(connection, opened.definition)
    _add(connection, key, opened, schedule=None)


def drop_triggers(connection: Connection, definition: str) -> int:
    """Let no key open the definition any more that others than Assets have; say how many did."""
    return _drop(connection, definition, triggers.c.schedule.is_(None))


def add_scheduled(
    connection: Connection, key: str, opened: Opened, schedule: Mapping[str, Any]
) -> None:
    """Let Assets call by ``key``, which it is about to be given; older keys go on to open.

    Whether Assets has taken the new address is not known before it has answered, and the answer
    may be lost.
    """
    _add(connection, key, opened, schedule=schedule)


def keep_scheduled(
    connection: Connection, key: str, definition: str, schedule: Mapping[str, Any]
) -> None:
    """Note that Assets has taken the address with ``key``: no older one opens any more."""
    is_new = triggers.c.key_hash == hashed(key)
    _drop(connection, definition, triggers.c.schedule.is_not(None), ~is_new)
    connection.execute(update(triggers).where(is_new).values(schedule=dict(schedule)))


def drop_scheduled(connection: Connection, definition: str) -> int:
    """Let Assets begin no more runs of the definition."""
    return _drop(connection, definition, triggers.c.schedule.is_not(None))


def _add(
    connection: Connection, key: str, opened: Opened, *, schedule: Mapping[str, Any] | None
) -> None:
    row = {
        "key_hash": hashed(key),
        "definition": opened.definition,
        "workspace_id": opened.workspace_id,
        "import_source_id": opened.import_source_id,
        "created_at": instant(connection),
        "schedule": None if schedule is None else dict(schedule),
    }
    connection.execute(insert(triggers), row)


def _drop(connection: Connection, definition: str, *which: ColumnElement[bool]) -> int:
    dropped = delete(triggers).where(triggers.c.definition == definition, *which)
    return connection.execute(dropped).rowcount


_CALLED = (
    select(func.max(trigger_calls.c.at))
    .where(trigger_calls.c.import_source_id == triggers.c.import_source_id)
    .scalar_subquery()
)
_CHOSEN = select(
    triggers.c.definition,
    triggers.c.workspace_id,
    triggers.c.import_source_id,
    triggers.c.created_at,
    triggers.c.schedule,
    _CALLED.label("called_at"),
)


def find_trigger(connection: Connection, key: str) -> Trigger | None:
    """Find what a key opens.

    Found by its hash: how long that takes tells a caller nothing about any key.
    """
    row = connection.execute(_CHOSEN.where(triggers.c.key_hash == hashed(key)))
    found = row.mappings().one_or_none()
    return None if found is None else Trigger(**found)


def triggers_of(connection: Connection, definition: str) -> list[Trigger]:
    """List what opens a definition."""
    chosen = _CHOSEN.where(triggers.c.definition == definition).order_by(triggers.c.created_at)
    return [Trigger(**row) for row in connection.execute(chosen).mappings()]

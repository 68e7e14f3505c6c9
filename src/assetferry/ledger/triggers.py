"""Web triggers: address keys, kept as hashes, and the import sources they begin runs of."""

import hashlib
from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, insert, select

from assetferry.ledger.clock import instant
from assetferry.ledger.tables import trigger_calls, triggers

__all__ = ["Trigger", "drop_triggers", "find_trigger", "hashed", "replace_trigger", "triggers_of"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Trigger:
    """What an address key opens; the key itself is nowhere but with its caller."""

    definition: str
    workspace_id: str
    import_source_id: str
    created_at: float
    called_at: float | None
    """When a call last began a run of this import source; None if none has."""


def hashed(key: str) -> str:
    """Hash an address key. It is 256 random bits: neither salt nor a slow hash adds anything."""
    return hashlib.sha256(key.encode()).hexdigest()


def replace_trigger(
    connection: Connection,
    key: str,
    *,
    definition: str,
    workspace_id: str,
    import_source_id: str,
) -> bool:
    """Make ``key`` the definition's only one; tell whether another stopped working."""
    replaced = drop_triggers(connection, definition)
    row = {
        "key_hash": hashed(key),
        "definition": definition,
        "workspace_id": workspace_id,
        "import_source_id": import_source_id,
        "created_at": instant(connection),
    }
    connection.execute(insert(triggers), row)
    return replaced > 0


def drop_triggers(connection: Connection, definition: str) -> int:
    """Let no key of the definition open anything any more; say how many did."""
    dropped = delete(triggers).where(triggers.c.definition == definition)
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

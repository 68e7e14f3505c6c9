"""Objects that another source made, or that lost their identity, are found by their values.

An identity tuple stored by this source is matched first, values second (12.3). So before a
run, objects without an identity of this source get the one their values give them.
"""

import sqlite3

import msgspec

from assetferry.local_assets.processing.identity import identity_key, identity_part
from assetferry.local_assets.processing.plan import Plan, TypeRun
from assetferry.local_assets.settings import SourceSettings
from assetferry.local_assets.store.database import Database

__all__ = ["adopt"]

AT_ONCE = 10_000


def adopt(database: Database, plan: Plan, run: TypeRun) -> None:
    """Give identities to the type's objects that this source does not know yet."""
    source, type_id = plan.source.number, run.object_type.id
    reader = database.reader()
    settings = plan.source.settings
    if not settings.adopt_objects or not run.identity_keys:
        return
    if not _may_be_strangers(reader, source, type_id):
        return
    after = 0
    while rows := reader.execute(
        "SELECT id, attributes FROM objects WHERE object_type_id = ? AND id > ?"
        " ORDER BY id LIMIT ?",
        (type_id, after, AT_ONCE),
    ).fetchall():
        after = rows[-1][0]
        found = [(source, type_id, _identity(run, row[1], settings), row[0]) for row in rows]
        database.writer.call(_add, sorted(one for one in found if one[2]))


def _may_be_strangers(reader: sqlite3.Connection, source: int, type_id: int) -> bool:
    """Tell whether anybody but this source can have made objects of the type."""
    others = reader.execute(
        "SELECT 1 FROM object_type_mappings WHERE object_type_id = ? AND source_number <> ?",
        (type_id, source),
    ).fetchone()
    if others is not None:
        return True
    own = reader.execute(
        "SELECT 1 FROM identities WHERE source_number = ? AND object_type_id = ? LIMIT 1",
        (source, type_id),
    ).fetchone()
    return own is None


def _identity(run: TypeRun, attributes: str, settings: SourceSettings) -> str:
    joined, ignore_case = settings.concatenator, settings.ignore_identity_case
    values = msgspec.json.decode(attributes, type=dict[str, list[str]])
    return identity_key(
        [
            identity_part(values.get(key, ()), joined, ignore_case=ignore_case)
            for key in run.identity_keys
        ]
    )


def _add(connection: sqlite3.Connection, rows: list[tuple[int, int, str, int]]) -> None:
    # An identity whose object is gone gives way; a living one stays first.
    connection.executemany(
        "INSERT INTO identities (source_number, object_type_id, identity, object_id)"
        " VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET object_id = excluded.object_id"
        " WHERE NOT EXISTS (SELECT 1 FROM objects AS o WHERE o.id = identities.object_id)",
        rows,
    )

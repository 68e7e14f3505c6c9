"""Unique attributes: no two objects of a type share a value (12.7)."""

import sqlite3
from collections.abc import Iterable

import msgspec

from assetferry.local_assets.processing.entries import Mapped
from assetferry.local_assets.processing.plan import TypeRun
from assetferry.local_assets.store.database import Database

__all__ = ["gather", "owners"]


def gather(database: Database, run: TypeRun) -> None:
    """List the values that are taken, anew for every run, whatever happened in between."""
    for key, _ in run.unique:
        database.writer.call(_gather, int(key), run.object_type.id)


def owners(
    reader: sqlite3.Connection, run: TypeRun, mapped: Iterable[Mapped]
) -> dict[tuple[str, str], int]:
    """Look up who has the values that these entries want."""
    wanted = sorted(
        {
            (int(key), value.strip())
            for one in mapped
            for key, _ in run.unique
            for value in msgspec.json.decode(one.attributes).get(key, ())
        }
    )
    rows = reader.execute(
        "SELECT u.attribute_id, u.value, u.object_id FROM json_each(?) AS w"
        " CROSS JOIN unique_values AS u ON u.attribute_id = w.value ->> 0"
        " AND u.value = w.value ->> 1",
        (msgspec.json.encode(wanted).decode(),),
    )
    return {(str(attribute), value): owner for attribute, value, owner in rows}


def _gather(connection: sqlite3.Connection, attribute_id: int, type_id: int) -> None:
    connection.execute("DELETE FROM unique_values WHERE attribute_id = ?", (attribute_id,))
    connection.execute(
        "INSERT OR IGNORE INTO unique_values (attribute_id, value, object_id)"
        " SELECT ?1, trim(v.value), o.id FROM objects AS o,"
        " json_each(o.attributes, '$.\"' || ?1 || '\"') AS v WHERE o.object_type_id = ?2"
        " ORDER BY o.id",
        (attribute_id, type_id),
    )

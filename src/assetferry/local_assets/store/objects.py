"""Objects and what they refer to, as stored."""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import msgspec

__all__ = ["StoredObject", "count_by_type", "delete_objects", "objects", "references_from"]


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredObject:
    id: int
    object_type_id: int
    label: str
    object_key: str
    created: str
    updated: str
    attributes: dict[str, list[str]]
    """Attribute id to stored texts; references are elsewhere."""


def objects(
    connection: sqlite3.Connection, workspace_id: str, ids: Iterable[int]
) -> list[StoredObject]:
    """Give the objects in the order asked for; those that do not exist are left out."""
    wanted = list(ids)
    rows = connection.execute(
        "SELECT o.id, o.object_type_id, o.label, o.object_key, o.created, o.updated, o.attributes"
        " FROM json_each(?) AS w CROSS JOIN objects AS o ON o.id = w.value"
        " WHERE o.workspace_id = ?",
        (msgspec.json.encode(wanted).decode(), workspace_id),
    )
    found = {
        row[0]: StoredObject(
            id=row[0],
            object_type_id=row[1],
            label=row[2],
            object_key=row[3],
            created=row[4],
            updated=row[5],
            attributes=msgspec.json.decode(row[6], type=dict[str, list[str]]),
        )
        for row in rows
    }
    return [found[one] for one in wanted if one in found]


def references_from(
    connection: sqlite3.Connection, ids: Iterable[int]
) -> dict[tuple[int, int], list[int]]:
    """Give the targets by object and attribute, lowest id first."""
    rows = connection.execute(
        "SELECT r.object_id, r.attribute_id, r.target_id FROM json_each(?) AS w"
        " CROSS JOIN object_references AS r ON r.object_id = w.value"
        " ORDER BY r.object_id, r.attribute_id, r.target_id",
        (msgspec.json.encode(list(ids)).decode(),),
    )
    found: dict[tuple[int, int], list[int]] = {}
    for object_id, attribute_id, target_id in rows:
        found.setdefault((object_id, attribute_id), []).append(target_id)
    return found


def delete_objects(connection: sqlite3.Connection, ids: Sequence[int]) -> None:
    """Delete objects with all references from and to them.

    Their identities stay behind and are taken over when they come again; their ids never are.
    """
    one_each = [(one,) for one in ids]
    connection.executemany("DELETE FROM object_references WHERE object_id = ?", one_each)
    connection.executemany("DELETE FROM object_references WHERE target_id = ?", one_each)
    connection.executemany("DELETE FROM objects WHERE id = ?", one_each)


def count_by_type(connection: sqlite3.Connection, type_ids: Iterable[int]) -> dict[int, int]:
    rows = connection.execute(
        "SELECT t.value, (SELECT count(*) FROM objects AS o WHERE o.object_type_id = t.value)"
        " FROM json_each(?) AS t",
        (msgspec.json.encode(list(type_ids)).decode(),),
    )
    return dict(rows.fetchall())

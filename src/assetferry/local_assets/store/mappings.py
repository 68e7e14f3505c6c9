"""How entries become objects: one mapping per import source and object type."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from assetferry.local_assets import instant

__all__ = [
    "AttributeMapping",
    "TypeMapping",
    "add_task",
    "mappings_of",
    "put_mapping",
    "task_of",
]


@dataclass(frozen=True, kw_only=True, slots=True)
class AttributeMapping:
    attribute_id: int
    locators: tuple[str, ...]
    external_id_part: bool
    iql: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class TypeMapping:
    object_type_id: int
    selector: str
    description: str
    attributes: tuple[AttributeMapping, ...]

    @property
    def identity_ids(self) -> tuple[int, ...]:
        """The attributes that together identify an object, in the order of the mapping."""
        return tuple(one.attribute_id for one in self.attributes if one.external_id_part)


def mappings_of(connection: sqlite3.Connection, source_number: int) -> list[TypeMapping]:
    rows = connection.execute(
        "SELECT object_type_id, selector, description, attributes FROM object_type_mappings"
        " WHERE source_number = ? ORDER BY position, object_type_id",
        (source_number,),
    )
    return [
        TypeMapping(
            object_type_id=type_id,
            selector=selector,
            description=description,
            attributes=msgspec.json.decode(attributes, type=tuple[AttributeMapping, ...]),
        )
        for type_id, selector, description, attributes in rows
    ]


def put_mapping(
    connection: sqlite3.Connection,
    source_number: int,
    object_type_id: int,
    *,
    position: int,
    selector: str,
    description: str,
    attributes: Sequence[AttributeMapping],
) -> None:
    """Overwrite the mapping of one type; other identity parts forget the old identities."""
    before = {one.object_type_id: one for one in mappings_of(connection, source_number)}
    connection.execute(
        "INSERT INTO object_type_mappings (source_number, object_type_id, position, selector,"
        " description, attributes) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
        " selector = excluded.selector, description = excluded.description,"
        " attributes = excluded.attributes",
        (
            source_number,
            object_type_id,
            position,
            selector,
            description,
            msgspec.json.encode(list(attributes)).decode(),
        ),
    )
    parts = tuple(one.attribute_id for one in attributes if one.external_id_part)
    old = before.get(object_type_id)
    if old is not None and old.identity_ids != parts:
        connection.execute(
            "DELETE FROM identities WHERE source_number = ? AND object_type_id = ?",
            (source_number, object_type_id),
        )


def add_task(
    connection: sqlite3.Connection,
    task_id: str,
    source_number: int,
    problems: Sequence[dict[str, str]] | None,
) -> None:
    """Remember what an asynchronous mapping came to (7.8)."""
    connection.execute(
        "INSERT INTO mapping_tasks (id, source_number, problems, created) VALUES (?, ?, ?, ?)",
        (
            task_id,
            source_number,
            None if problems is None else msgspec.json.encode(problems).decode(),
            instant.now(),
        ),
    )


def task_of(
    connection: sqlite3.Connection, task_id: str, source_number: int
) -> tuple[list[dict[str, str]] | None, str] | None:
    """Give a task's problems, None if it went well, and when it was submitted."""
    row = connection.execute(
        "SELECT problems, created FROM mapping_tasks WHERE id = ? AND source_number = ?",
        (task_id, source_number),
    ).fetchone()
    if row is None:
        return None
    problems, created = row
    if problems is not None:
        problems = msgspec.json.decode(problems, type=list[dict[str, str]])
    return problems, created

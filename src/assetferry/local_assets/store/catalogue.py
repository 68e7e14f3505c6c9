"""Object schemas, object types and their attributes, as stored."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

import msgspec

__all__ = [
    "SYSTEM_ATTRIBUTES",
    "Attribute",
    "Kind",
    "ObjectSchema",
    "ObjectType",
    "attributes_of",
    "object_schema",
    "object_schemas",
    "object_type",
    "object_types",
]

Kind: TypeAlias = Literal[
    "text",
    "integer",
    "boolean",
    "double",
    "date",
    "time",
    "date_time",
    "url",
    "email",
    "textarea",
    "select",
    "ipaddress",
    "referenced_object",
    "status",
]

SYSTEM_ATTRIBUTES: tuple[tuple[str, Kind], ...] = (
    ("Key", "text"),
    ("Created", "date_time"),
    ("Updated", "date_time"),
)
"""Every object type has these; nobody can write them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ObjectSchema:
    id: int
    workspace_id: str
    name: str
    object_schema_key: str
    description: str
    created: str
    updated: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ObjectType:
    id: int
    workspace_id: str
    schema_id: int
    parent_id: int | None
    name: str
    description: str
    external_id: str
    icon_key: str | None
    icon_id: int | None
    icon_name: str | None
    position: int
    created: str
    updated: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Attribute:
    id: int
    object_type_id: int
    name: str
    description: str
    external_id: str
    type: Kind
    is_system: bool
    is_label: bool
    is_unique: bool
    minimum_cardinality: int
    maximum_cardinality: int
    """-1 is unlimited."""
    reference_object_type_id: int | None
    options: tuple[str, ...]
    """What a select offers."""
    status_names: tuple[str, ...]
    """What a status may be; empty means any status of the workspace or schema."""
    position: int

    @property
    def shown_minimum(self) -> int:
        """The least number of values as people see it: a label is always needed (7.9)."""
        return max(1, self.minimum_cardinality) if self.is_label else self.minimum_cardinality

    @property
    def is_multiple(self) -> bool:
        return self.maximum_cardinality != 1


_SCHEMA = "id, workspace_id, name, object_schema_key, description, created, updated"
_TYPE = (
    "id, workspace_id, schema_id, parent_id, name, description, external_id, icon_key, icon_id,"
    "icon_name, position, created, updated"
)
_TYPES = """(
    SELECT t.*, i.id AS icon_id, i.name AS icon_name FROM object_types AS t
    LEFT JOIN icons AS i ON i.schema_id = t.schema_id AND i.key = t.icon_key
)"""
_ATTRIBUTE = (
    "id, object_type_id, name, description, external_id, type, is_system, is_label, is_unique,"
    "minimum_cardinality, maximum_cardinality, reference_object_type_id, options, status_names,"
    "position"
)


def object_schemas(connection: sqlite3.Connection, workspace_id: str) -> list[ObjectSchema]:
    rows = connection.execute(
        f"SELECT {_SCHEMA} FROM object_schemas WHERE workspace_id = ? ORDER BY id",  # noqa: S608
        (workspace_id,),
    )
    return [_schema(row) for row in rows]


def object_schema(
    connection: sqlite3.Connection, workspace_id: str, schema_id: int
) -> ObjectSchema | None:
    row = connection.execute(
        f"SELECT {_SCHEMA} FROM object_schemas WHERE workspace_id = ? AND id = ?",  # noqa: S608
        (workspace_id, schema_id),
    ).fetchone()
    return row and _schema(row)


def object_types(
    connection: sqlite3.Connection, workspace_id: str, schema_id: int | None = None
) -> list[ObjectType]:
    """Give the types of a schema, or of the workspace, in the order they were made."""
    rows = connection.execute(
        f"SELECT {_TYPE} FROM {_TYPES} WHERE workspace_id = ?1"  # noqa: S608
        " AND (?2 IS NULL OR schema_id = ?2) ORDER BY position, id",
        (workspace_id, schema_id),
    )
    return [_type(row) for row in rows]


def object_type(
    connection: sqlite3.Connection, workspace_id: str, type_id: int
) -> ObjectType | None:
    row = connection.execute(
        f"SELECT {_TYPE} FROM {_TYPES} WHERE workspace_id = ? AND id = ?",  # noqa: S608
        (workspace_id, type_id),
    ).fetchone()
    return row and _type(row)


def attributes_of(
    connection: sqlite3.Connection, type_ids: Iterable[int]
) -> dict[int, list[Attribute]]:
    """Give each type's attributes in their order; types without any are not in the answer."""
    found: dict[int, list[Attribute]] = {}
    rows = connection.execute(
        f"SELECT {_ATTRIBUTE} FROM attributes WHERE object_type_id IN"  # noqa: S608
        " (SELECT value FROM json_each(?)) ORDER BY object_type_id, position, id",
        (msgspec.json.encode(list(type_ids)).decode(),),
    )
    for row in rows:
        attribute = _attribute(row)
        found.setdefault(attribute.object_type_id, []).append(attribute)
    return found


def _schema(row: tuple[int, str, str, str, str, str, str]) -> ObjectSchema:
    return msgspec.convert(dict(zip(_names(_SCHEMA), row, strict=True)), ObjectSchema)


def _type(row: tuple[object, ...]) -> ObjectType:
    return msgspec.convert(dict(zip(_names(_TYPE), row, strict=True)), ObjectType)


def _attribute(row: tuple[object, ...]) -> Attribute:
    fields = dict(zip(_names(_ATTRIBUTE), row, strict=True))
    for flag in ("is_system", "is_label", "is_unique"):
        fields[flag] = bool(fields[flag])
    for names in ("options", "status_names"):
        fields[names] = msgspec.json.decode(str(fields[names]))
    return msgspec.convert(fields, Attribute)


def _names(columns: str) -> list[str]:
    return [name.strip() for name in columns.split(",")]

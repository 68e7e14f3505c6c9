"""Apply a document that was judged good: create what is new, change what may change."""

import sqlite3
import uuid
from collections.abc import Mapping

import msgspec

from assetferry.local_assets import instant
from assetferry.local_assets.mapping.document import (
    Document,
    GivenAttribute,
    GivenMapping,
    GivenType,
)
from assetferry.local_assets.mapping.known import Known
from assetferry.local_assets.store.catalogue import (
    SYSTEM_ATTRIBUTES,
    Attribute,
    Kind,
    ObjectType,
    attributes_of,
    object_types,
)
from assetferry.local_assets.store.icons import put_icon
from assetferry.local_assets.store.mappings import AttributeMapping, put_mapping
from assetferry.local_assets.store.sources import ImportSource
from assetferry.local_assets.store.statuses import put_status

__all__ = ["apply"]


def apply(
    connection: sqlite3.Connection, source: ImportSource, document: Document, known: Known
) -> None:
    """Write a document's types, then its references, then its mappings."""
    now = instant.now()
    connection.execute(
        "UPDATE object_schemas SET description = ?, updated = ? WHERE id = ?",
        (document.description, now, source.object_schema_id),
    )
    for icon in document.icons:
        put_icon(
            connection, source.object_schema_id, key=icon.key, name=icon.name, png48=icon.png48
        )
    for status in document.statuses:
        put_status(
            connection, source.object_schema_id, status.name, status.description, status.category
        )
    ids = _put_types(connection, source, document, known, now)
    _point_references(connection, source, document, ids)
    for position, mapping in enumerate(document.mappings):
        _put_mapping(connection, source, mapping, position)
    connection.execute(
        "UPDATE import_sources SET mapped = 1, updated = ? WHERE number = ?", (now, source.number)
    )


def _put_types(
    connection: sqlite3.Connection,
    source: ImportSource,
    document: Document,
    known: Known,
    now: str,
) -> dict[str, int]:
    """Write types and attributes; give each type's id by its path in the document."""
    ids: dict[str, int] = {}
    for position, given in enumerate(document.types, start=len(known.types)):
        stored = known.match_type(given)
        parent = None if given.parent is None else ids[given.parent.path]
        if stored is None:
            ids[given.path] = _insert_type(
                connection, source, given, parent=parent, position=position, now=now
            )
        else:
            ids[given.path] = stored.id
            connection.execute(
                "UPDATE object_types SET description = ?, icon_key = coalesce(?, icon_key),"
                " updated = ? WHERE id = ?",
                (given.description, given.icon_key, now, stored.id),
            )
        _put_attributes(connection, source, given, ids[given.path], stored=stored, known=known)
    return ids


def _insert_type(
    connection: sqlite3.Connection,
    source: ImportSource,
    given: GivenType,
    *,
    parent: int | None,
    position: int,
    now: str,
) -> int:
    made = connection.execute(
        "INSERT INTO object_types (workspace_id, schema_id, parent_id, name, description,"
        " external_id, icon_key, position, created, updated) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        " RETURNING id",
        (
            source.workspace_id,
            source.object_schema_id,
            parent,
            given.name,
            given.description,
            given.external_id or _generated(),
            given.icon_key,
            position,
            now,
            now,
        ),
    )
    type_id = int(made.fetchone()[0])
    chosen = {one.name: one.external_id for one in given.attributes if one.is_system}
    for place, (name, kind) in enumerate(SYSTEM_ATTRIBUTES):
        _insert_attribute(
            connection,
            source,
            type_id,
            place,
            {"name": name, "type": kind, "is_system": 1, "external_id": chosen.get(name)},
        )
    return type_id


def _put_attributes(
    connection: sqlite3.Connection,
    source: ImportSource,
    given: GivenType,
    type_id: int,
    *,
    stored: ObjectType | None,
    known: Known,
) -> None:
    old_ones = [] if stored is None else known.attributes.get(stored.id, [])
    position = max((one.position for one in old_ones), default=len(SYSTEM_ATTRIBUTES) - 1)
    label = _label(given, old_ones)
    for attribute in given.attributes:
        if attribute.is_system:
            continue
        old = None if stored is None else known.match_attribute(stored, attribute)
        fields = _fields(attribute, is_label=attribute.name == label)
        if old is None:
            position += 1
            _insert_attribute(connection, source, type_id, position, fields)
        else:
            _update_attribute(connection, old, fields)
    # Also takes the mark from an earlier label that this document does not list.
    connection.execute(
        "UPDATE attributes SET is_label = (name = ?1) WHERE object_type_id = ?2 AND ?1 IS NOT NULL",
        (label, type_id),
    )


def _label(given: GivenType, old: list[Attribute]) -> str | None:
    """Name the label attribute: as given, as it was, else the first that can be one."""
    for attribute in given.attributes:
        if attribute.label and not attribute.is_system:
            return attribute.name
    for attribute in old:
        if attribute.is_label:
            return attribute.name
    for attribute in given.attributes:
        if not attribute.is_system and attribute.type != "referenced_object":
            return attribute.name
    return None


def _fields(given: GivenAttribute, *, is_label: bool) -> dict[str, object]:
    """Give the columns that the document decides; None where it is silent."""
    return {
        "name": given.name,
        "description": given.description,
        "external_id": given.external_id,
        "type": given.type,
        "is_label": int(is_label),
        "is_unique": given.unique if given.unique is None else int(given.unique),
        "minimum_cardinality": given.minimum,
        "maximum_cardinality": given.maximum,
        "status_names": msgspec.json.encode(given.status_names).decode()
        if given.status_names
        else None,
    }


def _insert_attribute(
    connection: sqlite3.Connection,
    source: ImportSource,
    type_id: int,
    position: int,
    fields: Mapping[str, object],
) -> None:
    now = instant.now()
    kind: Kind = fields["type"]  # pyright: ignore[reportAssignmentType] - put there as a Kind
    row = {
        "workspace_id": source.workspace_id,
        "object_type_id": type_id,
        "description": "",
        "position": position,
        "created": now,
        "updated": now,
        **{name: value for name, value in fields.items() if value is not None},
        "external_id": fields["external_id"] or _generated(),
        "type": kind,
    }
    connection.execute(
        f"INSERT INTO attributes ({', '.join(row)})"  # noqa: S608 - our own column names
        f" VALUES ({', '.join('?' * len(row))})",
        tuple(row.values()),
    )


def _update_attribute(
    connection: sqlite3.Connection, old: Attribute, fields: Mapping[str, object]
) -> None:
    changed = {
        name: value
        for name, value in fields.items()
        if value is not None and name not in ("name", "type", "external_id")
    }
    connection.execute(
        f"UPDATE attributes SET {', '.join(f'{name} = ?' for name in changed)}, updated = ?"  # noqa: S608 - our own column names
        " WHERE id = ?",
        (*changed.values(), instant.now(), old.id),
    )


def _point_references(
    connection: sqlite3.Connection, source: ImportSource, document: Document, ids: dict[str, int]
) -> None:
    """Set what references refer to, now that every type has an id."""
    types = object_types(connection, source.workspace_id)
    by_external_id = {one.external_id: one.id for one in types}
    by_name = {one.name: one.id for one in types if one.schema_id == source.object_schema_id}
    for given in document.types:
        for attribute in given.attributes:
            if attribute.type != "referenced_object":
                continue
            target = (
                by_external_id[attribute.target_external_id]
                if attribute.target_external_id is not None
                else by_name[attribute.target_name or ""]
            )
            connection.execute(
                "UPDATE attributes SET reference_object_type_id = ?"
                " WHERE object_type_id = ? AND name = ?",
                (target, ids[given.path], attribute.name),
            )


def _put_mapping(
    connection: sqlite3.Connection, source: ImportSource, given: GivenMapping, position: int
) -> None:
    """Overwrite one type's mapping as a whole (7.5)."""
    object_type = next(
        one
        for one in object_types(connection, source.workspace_id, source.object_schema_id)
        if given.type_external_id == one.external_id
        or (given.type_external_id is None and given.type_name == one.name)
    )
    attributes = attributes_of(connection, [object_type.id])[object_type.id]
    put_mapping(
        connection,
        source.number,
        object_type.id,
        position=position,
        selector=given.selector,
        description=given.description,
        attributes=[
            AttributeMapping(
                attribute_id=next(
                    one.id
                    for one in attributes
                    if mapped.external_id == one.external_id
                    or (mapped.external_id is None and mapped.name == one.name)
                ),
                locators=mapped.locators,
                external_id_part=mapped.external_id_part,
                iql=mapped.iql,
            )
            for mapped in given.attributes
        ],
    )


def _generated() -> str:
    return f"cmdb::externalId/{uuid.uuid4()}"

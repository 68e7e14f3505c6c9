"""Write the current schema and mapping back as one document (7.9)."""

import sqlite3
from collections.abc import Iterable
from typing import Any

from assetferry.local_assets.settings import MappingSettings
from assetferry.local_assets.store.catalogue import (
    Attribute,
    ObjectType,
    attributes_of,
    object_schema,
    object_types,
)
from assetferry.local_assets.store.mappings import TypeMapping, mappings_of
from assetferry.local_assets.store.sources import ImportSource
from assetferry.local_assets.store.statuses import statuses_of_schema

__all__ = ["write"]


def write(
    connection: sqlite3.Connection, source: ImportSource, settings: MappingSettings
) -> dict[str, Any]:
    """Give the normalised document: every default spelt out, Key included, its peers not."""
    schema = object_schema(connection, source.workspace_id, source.object_schema_id)
    assert schema is not None  # noqa: S101 - a source belongs to a schema for good
    every = {one.id: one for one in object_types(connection, source.workspace_id)}
    own = [one for one in every.values() if one.schema_id == schema.id]
    attributes = attributes_of(connection, (one.id for one in own))
    document: dict[str, Any] = {
        "objectSchema": {
            "name": schema.name,
            "description": schema.description,
            "objectTypes": _types(own, None, attributes, every, settings),
        }
    }
    icons = connection.execute(
        "SELECT key, name, png48 FROM icons WHERE schema_id = ? ORDER BY id", (schema.id,)
    ).fetchall()
    if icons or settings.empty_icon_schema:
        document["iconSchema"] = {
            "icons": [{"key": key, "name": name, "png48": png} for key, name, png in icons]
        }
    statuses = [one for one in statuses_of_schema(connection, schema.id) if one.schema_id]
    if statuses:
        document["statusSchema"] = {
            "statuses": [
                {"name": one.name, "description": one.description, "category": one.category}
                for one in statuses
            ]
        }
    mappings = mappings_of(connection, source.number)
    return {
        "schema": document,
        "mapping": {"objectTypeMappings": [_mapping(one, every, attributes) for one in mappings]},
    }


def _types(
    own: Iterable[ObjectType],
    parent: int | None,
    attributes: dict[int, list[Attribute]],
    every: dict[int, ObjectType],
    settings: MappingSettings,
) -> list[dict[str, Any]]:
    """Nest the types below a parent."""
    written: list[dict[str, Any]] = []
    for one in own:
        if one.parent_id != parent:
            continue
        item: dict[str, Any] = {
            "externalId": one.external_id,
            "name": one.name,
            "description": one.description,
            "attributes": [
                _attribute(attribute, every, settings)
                for attribute in attributes.get(one.id, [])
                if not attribute.is_system or attribute.name == "Key"
            ],
        }
        if one.icon_key is not None:
            item["iconKey"] = one.icon_key
        children = _types(own, one.id, attributes, every, settings)
        if children:
            item["children"] = children
        written.append(item)
    return written


def _attribute(
    attribute: Attribute, every: dict[int, ObjectType], settings: MappingSettings
) -> dict[str, Any]:
    item: dict[str, Any] = {
        "externalId": attribute.external_id,
        "name": attribute.name,
        "description": attribute.description,
        "type": attribute.type,
        "label": attribute.is_label,
        "minimumCardinality": attribute.shown_minimum,
        "maximumCardinality": attribute.maximum_cardinality,
        "unique": attribute.is_unique,
    }
    if attribute.is_system and not settings.key_external_id:
        del item["externalId"]
    if attribute.type == "status" and attribute.status_names:
        item["typeValues"] = list(attribute.status_names)
    target = every.get(attribute.reference_object_type_id or 0)
    if target is not None:
        item["referenceObjectTypeName"] = target.name
        item["referenceObjectTypeExternalId"] = target.external_id
    return item


def _mapping(
    mapping: TypeMapping, every: dict[int, ObjectType], attributes: dict[int, list[Attribute]]
) -> dict[str, Any]:
    object_type = every[mapping.object_type_id]
    by_id = {one.id: one for one in attributes.get(object_type.id, [])}
    mapped: list[dict[str, Any]] = []
    for one in mapping.attributes:
        attribute = by_id[one.attribute_id]
        item: dict[str, Any] = {
            "attributeExternalId": attribute.external_id,
            "attributeName": attribute.name,
            "attributeLocators": list(one.locators),
            "externalIdPart": one.external_id_part,
        }
        if one.iql is not None:
            item["objectMappingIQL"] = one.iql
        mapped.append(item)
    return {
        "objectTypeExternalId": object_type.external_id,
        "objectTypeName": object_type.name,
        "selector": mapping.selector,
        "description": mapping.description,
        "attributesMapping": mapped,
    }

"""What the workspace already has, as a document has to be judged against it."""

import sqlite3
from dataclasses import dataclass

from assetferry.local_assets.mapping.document import Document, GivenAttribute, GivenType
from assetferry.local_assets.store.catalogue import (
    Attribute,
    ObjectType,
    attributes_of,
    object_types,
)
from assetferry.local_assets.store.sources import ImportSource
from assetferry.local_assets.store.statuses import statuses_of_schema

__all__ = ["Known", "know"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """The workspace's types and attributes, and one object schema's icons and statuses."""

    schema_id: int
    types: dict[int, ObjectType]
    attributes: dict[int, list[Attribute]]
    type_by_external_id: dict[str, ObjectType]
    attribute_by_external_id: dict[str, Attribute]
    type_by_name: dict[str, ObjectType]
    """Of this object schema only."""
    icon_keys: frozenset[str]
    status_names: frozenset[str]
    """Lower case: names are matched in any case (12.8)."""

    def match_type(self, given: GivenType) -> ObjectType | None:
        """Find the stored type a given one means: by external id, in old documents by name."""
        if given.external_id is None:
            return self.type_by_name.get(given.name)
        found = self.type_by_external_id.get(given.external_id)
        return found if found is not None and found.schema_id == self.schema_id else None

    def match_attribute(self, stored: ObjectType, given: GivenAttribute) -> Attribute | None:
        """Find the stored attribute of a stored type that a given one means."""
        by_name = given.external_id is None or given.is_system
        for attribute in self.attributes.get(stored.id, []):
            if by_name and attribute.name == given.name:
                return attribute
            if not by_name and attribute.external_id == given.external_id:
                return attribute
        return None

    def attribute_named(self, stored: ObjectType, name: str) -> Attribute | None:
        for attribute in self.attributes.get(stored.id, []):
            if attribute.name == name:
                return attribute
        return None

    def uses(self, external_id: str) -> bool:
        return external_id in self.type_by_external_id or self.is_attributes(external_id)

    def is_attributes(self, external_id: str) -> bool:
        return external_id in self.attribute_by_external_id


def know(connection: sqlite3.Connection, source: ImportSource, document: Document) -> Known:
    """Read everything a document of this source may refer to, its own statuses included."""
    types = object_types(connection, source.workspace_id)
    attributes = attributes_of(connection, (one.id for one in types))
    icons = connection.execute(
        "SELECT key FROM icons WHERE schema_id = ?", (source.object_schema_id,)
    )
    statuses = statuses_of_schema(connection, source.object_schema_id)
    return Known(
        schema_id=source.object_schema_id,
        types={one.id: one for one in types},
        attributes=attributes,
        type_by_external_id={one.external_id: one for one in types},
        attribute_by_external_id={
            one.external_id: one for many in attributes.values() for one in many
        },
        type_by_name={one.name: one for one in types if one.schema_id == source.object_schema_id},
        icon_keys=frozenset({key for (key,) in icons} | {icon.key for icon in document.icons}),
        status_names=frozenset(
            {one.name.strip().lower() for one in statuses}
            | {one.name.strip().lower() for one in document.statuses}
        ),
    )

"""Objects as Assets shows them (13.2)."""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from assetferry.local_assets import instant
from assetferry.local_assets.store.catalogue import (
    Attribute,
    ObjectType,
    attributes_of,
    object_types,
)
from assetferry.local_assets.store.objects import StoredObject, objects, references_from
from assetferry.local_assets.store.statuses import Status, statuses_of_schema
from assetferry.local_assets.wire.types import attribute_body, status_body, type_body

__all__ = ["Shown", "attribute_values", "object_bodies", "show"]

_AVATAR_SIZES = (16, 48, 72, 144, 288)


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """Some objects with all that their bodies mention."""

    workspace_id: str
    base: str
    """The workspace base for links."""
    objects: Sequence[StoredObject]
    types: dict[int, ObjectType]
    attributes: dict[int, list[Attribute]]
    """Of the types that occur."""
    references: dict[tuple[int, int], list[int]]
    targets: dict[int, StoredObject]
    statuses: dict[str, Status]
    """By name in lower case."""

    @property
    def origin(self) -> str:
        """Where this server is for whoever asks; images of icons are there."""
        scheme, _, rest = self.base.partition("://")
        return f"{scheme}://{rest.partition('/')[0]}"


def show(connection: sqlite3.Connection, workspace_id: str, base: str, ids: Iterable[int]) -> Shown:
    """Read objects and everything around them in a handful of statements."""
    found = objects(connection, workspace_id, ids)
    types = {one.id: one for one in object_types(connection, workspace_id)}
    references = references_from(connection, (one.id for one in found))
    targets = objects(
        connection, workspace_id, {one for many in references.values() for one in many}
    )
    statuses: dict[str, Status] = {}
    for schema_id in {types[one.object_type_id].schema_id for one in found}:
        for status in reversed(statuses_of_schema(connection, schema_id)):
            statuses[status.name.strip().lower()] = status
    return Shown(
        workspace_id=workspace_id,
        base=base,
        objects=found,
        types=types,
        attributes=attributes_of(connection, {one.object_type_id for one in found}),
        references=references,
        targets={one.id: one for one in targets},
        statuses=statuses,
    )


def object_bodies(shown: Shown, *, attributes: bool, full: bool) -> list[dict[str, Any]]:
    """Write the objects; ``full`` nests each attribute's definition, as GET does."""
    bodies: list[dict[str, Any]] = []
    for one in shown.objects:
        body = _bare(shown, one)
        if attributes:
            body["attributes"] = attribute_values(shown, one, full=full)
        if full:
            body["extendedInfo"] = {"openIssuesExists": False, "attachmentsExists": False}
        bodies.append(body)
    return bodies


def attribute_values(shown: Shown, one: StoredObject, *, full: bool) -> list[dict[str, Any]]:
    """Write the attributes that have a value; the others are left out."""
    kind = shown.types[one.object_type_id]
    written: list[dict[str, Any]] = []
    for attribute in shown.attributes.get(kind.id, []):
        values = _values(shown, one, attribute)
        if not values:
            continue
        identifier = f"{one.id}{attribute.id:06d}"
        body: dict[str, Any] = {
            "workspaceId": shown.workspace_id,
            "globalId": f"{shown.workspace_id}:{identifier}",
            "id": identifier,
            "objectTypeAttributeId": str(attribute.id),
            "objectId": str(one.id),
            "objectAttributeValues": values,
        }
        if full:
            body["objectTypeAttribute"] = attribute_body(attribute, kind, shown.types, shown.origin)
        written.append(body)
    return written


def _values(shown: Shown, one: StoredObject, attribute: Attribute) -> list[dict[str, Any]]:
    if attribute.type == "referenced_object":
        targets = shown.references.get((one.id, attribute.id), [])
        return [
            _reference(shown, shown.targets[target])
            for target in targets
            if target in shown.targets
        ]
    if attribute.is_system:
        value = {"Key": one.object_key, "Created": one.created, "Updated": one.updated}
        return [_plain(attribute, value[attribute.name])]
    values = one.attributes.get(str(attribute.id), [])
    if attribute.type == "status":
        return [_status(shown, value) for value in values]
    return [_plain(attribute, value) for value in values]


def _plain(attribute: Attribute, value: str) -> dict[str, Any]:
    return {
        "value": value,
        "displayValue": _display(attribute, value),
        "searchValue": value,
        "referencedType": False,
    }


def _display(attribute: Attribute, value: str) -> str:
    """Format dates and times for reading, such as ``16/Feb/21 8:04 PM``."""
    if attribute.type == "date_time":
        read = datetime.fromisoformat(value)
        hour = read.hour % 12 or 12
        return f"{read:%d/%b/%y} {hour}:{read:%M %p}"
    if attribute.type == "date":
        return f"{datetime.fromisoformat(value):%d/%b/%y}"
    return value


def _status(shown: Shown, name: str) -> dict[str, Any]:
    body: dict[str, Any] = {"displayValue": name, "searchValue": name, "referencedType": False}
    status = shown.statuses.get(name.strip().lower())
    if status is not None:
        body["status"] = status_body(status)
    return body


def _reference(shown: Shown, target: StoredObject) -> dict[str, Any]:
    return {
        "referencedObject": _bare(shown, target),
        "displayValue": target.label,
        "searchValue": target.object_key,
        "referencedType": True,
    }


def _bare(shown: Shown, one: StoredObject) -> dict[str, Any]:
    """Write an object without its attributes."""
    avatar = {f"url{size}": "" for size in _AVATAR_SIZES}
    return {
        "workspaceId": shown.workspace_id,
        "globalId": f"{shown.workspace_id}:{one.id}",
        "id": str(one.id),
        "label": one.label,
        "name": one.label,
        "objectKey": one.object_key,
        "avatar": {"workspaceId": shown.workspace_id, **avatar, "objectId": str(one.id)},
        "objectType": type_body(shown.types[one.object_type_id], shown.origin),
        "created": one.created,
        "updated": one.updated,
        "hasAvatar": False,
        "timestamp": instant.epoch_milliseconds(one.updated),
        "_links": {"self": f"{shown.base}/object/{one.id}"},
    }

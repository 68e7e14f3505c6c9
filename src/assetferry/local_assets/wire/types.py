"""Object schemas, object types and attributes as Assets shows them (13.3)."""

from collections.abc import Mapping
from typing import Any

from assetferry.local_assets.store.catalogue import Attribute, Kind, ObjectSchema, ObjectType
from assetferry.local_assets.store.statuses import CATEGORIES, Status

__all__ = ["attribute_body", "schema_body", "status_body", "type_body"]

_DEFAULT_TYPES: dict[Kind, tuple[int, str]] = {
    "text": (0, "Text"),
    "integer": (1, "Integer"),
    "boolean": (2, "Boolean"),
    "double": (3, "Double"),
    "date": (4, "Date"),
    "time": (5, "Time"),
    "date_time": (6, "DateTime"),
    "url": (7, "Url"),
    "email": (8, "Email"),
    "textarea": (9, "Textarea"),
    "select": (10, "Select"),
    "ipaddress": (11, "IP Address"),
}
_OTHER_TYPES: dict[Kind, int] = {"referenced_object": 1, "status": 7}


def schema_body(schema: ObjectSchema, *, types: int, objects: int) -> dict[str, Any]:
    return {
        "workspaceId": schema.workspace_id,
        "globalId": f"{schema.workspace_id}:{schema.id}",
        "id": str(schema.id),
        "name": schema.name,
        "objectSchemaKey": schema.object_schema_key,
        "status": "Ok",
        "description": schema.description,
        "created": schema.created,
        "updated": schema.updated,
        "objectCount": objects,
        "objectTypeCount": types,
        "canManage": True,
    }


def type_body(kind: ObjectType, origin: str, *, objects: int = 0) -> dict[str, Any]:
    """Write an object type; ``origin`` is where its icon can be fetched."""
    body: dict[str, Any] = {
        "workspaceId": kind.workspace_id,
        "globalId": f"{kind.workspace_id}:{kind.id}",
        "id": str(kind.id),
        "name": kind.name,
        "type": 0,
        "description": kind.description,
        "icon": _icon(kind, origin),
        "position": kind.position,
        "created": kind.created,
        "updated": kind.updated,
        "objectCount": objects,
        "objectSchemaId": str(kind.schema_id),
        "inherited": False,
        "abstractObjectType": False,
        "parentObjectTypeInherited": False,
    }
    if kind.parent_id is not None:
        body["parentObjectTypeId"] = str(kind.parent_id)
    return body


def attribute_body(
    attribute: Attribute, kind: ObjectType, types: Mapping[int, ObjectType], origin: str
) -> dict[str, Any]:
    """Write an attribute; only plain kinds have a ``defaultType``."""
    body: dict[str, Any] = {
        "workspaceId": kind.workspace_id,
        "globalId": f"{kind.workspace_id}:{attribute.id}",
        "id": str(attribute.id),
        "objectType": type_body(kind, origin),
        "name": attribute.name,
        "label": attribute.is_label,
        "type": _OTHER_TYPES.get(attribute.type, 0),
        "description": attribute.description,
        "editable": not attribute.is_system,
        "system": attribute.is_system,
        "sortable": True,
        "summable": attribute.type in ("integer", "double"),
        "indexed": True,
        "minimumCardinality": attribute.shown_minimum,
        "maximumCardinality": attribute.maximum_cardinality,
        "removable": not attribute.is_system,
        "hidden": False,
        "includeChildObjectTypes": attribute.type == "referenced_object",
        "uniqueAttribute": attribute.is_unique,
        "options": ",".join(attribute.options),
        "position": attribute.position,
    }
    if attribute.type in _DEFAULT_TYPES:
        number, name = _DEFAULT_TYPES[attribute.type]
        body["defaultType"] = {"id": number, "name": name}
    target = types.get(attribute.reference_object_type_id or 0)
    if target is not None:
        body["referenceObjectTypeId"] = str(target.id)
        body["referenceObjectType"] = type_body(target, origin)
    return body


def _icon(kind: ObjectType, origin: str) -> dict[str, str]:
    """Write the icon of a type; one without has a name and no image, as an object has."""
    if kind.icon_id is None or kind.icon_name is None:
        return {"id": "0", "name": "Object", "url16": "", "url48": ""}
    url = f"{origin}/_local/icons/{kind.icon_id}.png"
    return {"id": str(kind.icon_id), "name": kind.icon_name, "url16": url, "url48": url}


def status_body(status: Status) -> dict[str, Any]:
    body: dict[str, Any] = {
        "id": str(status.id),
        "name": status.name,
        "description": status.description,
        "category": CATEGORIES[status.category],
    }
    if status.schema_id is not None:
        body["objectSchemaId"] = str(status.schema_id)
    return body

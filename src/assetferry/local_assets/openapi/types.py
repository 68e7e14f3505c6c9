"""Object schemas, object types, attributes, statuses (13.3)."""

from assetferry.local_assets.openapi.parts import (
    Schema,
    array,
    below,
    integer,
    operation,
    query,
    record,
    ref,
    text,
)

__all__ = ["PATHS", "SCHEMAS"]

_ID = text(pattern="^[0-9]+$")
_MOMENT = text(format="date-time")
_FLAG: Schema = {"type": "boolean"}
_NAMED: dict[str, Schema] = {
    "workspaceId": text(format="uuid"),
    "globalId": text(pattern="^[^:]+:[0-9]+$"),
    "id": _ID,
    "name": text(),
}

SCHEMAS: dict[str, Schema] = {
    "ObjectSchema": record(
        {
            **_NAMED,
            "objectSchemaKey": text(),
            "status": text(),
            "created": _MOMENT,
            "updated": _MOMENT,
            "objectCount": integer(minimum=0),
            "objectTypeCount": integer(minimum=0),
        },
        {"description": text(), "canManage": _FLAG},
    ),
    "ObjectSchemas": record(
        {
            "startAt": integer(minimum=0),
            "maxResults": integer(minimum=1),
            "total": integer(minimum=0),
            "values": array(ref("ObjectSchema")),
            "isLast": _FLAG,
        }
    ),
    "ObjectType": record(
        {
            **_NAMED,
            "type": {"const": 0},
            "icon": record({"id": _ID, "name": text(), "url16": text(), "url48": text()}),
            "position": integer(minimum=0),
            "created": _MOMENT,
            "updated": _MOMENT,
            "objectCount": integer(minimum=0),
            "objectSchemaId": _ID,
            "inherited": _FLAG,
            "abstractObjectType": _FLAG,
            "parentObjectTypeInherited": _FLAG,
        },
        {"description": text(), "parentObjectTypeId": _ID},
    ),
    "ObjectTypeAttribute": record(
        {
            **_NAMED,
            "objectType": ref("ObjectType"),
            "label": _FLAG,
            "type": integer(enum=[0, 1, 2, 4, 7]),
            "editable": _FLAG,
            "system": _FLAG,
            "sortable": _FLAG,
            "summable": _FLAG,
            "minimumCardinality": integer(minimum=0),
            "maximumCardinality": integer(minimum=-1),
            "removable": _FLAG,
            "hidden": _FLAG,
            "includeChildObjectTypes": _FLAG,
            "uniqueAttribute": _FLAG,
            "options": text(),
            "position": integer(minimum=0),
        },
        {
            "description": text(),
            "defaultType": record({"id": integer(minimum=0, maximum=11), "name": text()}),
            "referenceObjectTypeId": _ID,
            "referenceObjectType": ref("ObjectType"),
        },
    ),
    "Status": record(
        {
            "id": _ID,
            "name": text(),
            "category": integer(enum=[0, 1, 2], description="inactive, active, pending"),
        },
        {"description": text(), "objectSchemaId": _ID},
    ),
}

_WORKSPACE = "/workspace/{workspaceId}/v1"
_SCHEMA = f"{_WORKSPACE}/objectschema/{{objectSchemaId}}"
_TYPE = f"{_WORKSPACE}/objecttype/{{objectTypeId}}"
_TYPES = "read:cmdb-type:jira"
_SCHEMAS = "read:cmdb-schema:jira"
_ATTRIBUTES = "read:cmdb-attribute:jira"
_COUNTED = query("includeObjectCounts", {**_FLAG, "default": False}, "With objectCount.")

PATHS: dict[str, Schema] = {
    f"{_WORKSPACE}/objectschema/list": {
        "parameters": below("workspaceId"),
        "get": operation(
            "listObjectSchemas",
            "Page through the object schemas.",
            scope=_SCHEMAS,
            ok={200: ref("ObjectSchemas")},
            refused=(400,),
            parameters=[
                query("startAt", integer(minimum=0, default=0), "Schemas to leave out first."),
                query("maxResults", integer(minimum=1, default=25), "Schemas of a page."),
                query("includeCounts", {**_FLAG, "default": False}, "Without it they read 0."),
            ],
        ),
    },
    _SCHEMA: {
        "parameters": below("workspaceId", "objectSchemaId"),
        "get": operation(
            "getObjectSchema",
            "Give an object schema.",
            scope=_SCHEMAS,
            ok={200: ref("ObjectSchema")},
        ),
    },
    f"{_SCHEMA}/attributes": {
        "parameters": below("workspaceId", "objectSchemaId"),
        "get": operation(
            "getObjectSchemaAttributes",
            "List the attributes of all types of a schema.",
            scope=_ATTRIBUTES,
            ok={200: array(ref("ObjectTypeAttribute"))},
        ),
    },
    f"{_SCHEMA}/objecttypes": {
        "parameters": below("workspaceId", "objectSchemaId"),
        "get": operation(
            "getObjectTypes",
            "List the types of a schema.",
            scope=_TYPES,
            ok={200: array(ref("ObjectType"))},
            parameters=[_COUNTED],
        ),
    },
    f"{_SCHEMA}/objecttypes/flat": {
        "parameters": below("workspaceId", "objectSchemaId"),
        "get": operation(
            "getObjectTypesFlat",
            "List the types of a schema, children among their parents.",
            scope=_TYPES,
            ok={200: array(ref("ObjectType"))},
            parameters=[_COUNTED],
        ),
    },
    _TYPE: {
        "parameters": below("workspaceId", "objectTypeId"),
        "get": operation(
            "getObjectType", "Give an object type.", scope=_TYPES, ok={200: ref("ObjectType")}
        ),
    },
    f"{_TYPE}/attributes": {
        "parameters": below("workspaceId", "objectTypeId"),
        "get": operation(
            "getObjectTypeAttributes",
            "List the attributes of an object type.",
            scope=_ATTRIBUTES,
            ok={200: array(ref("ObjectTypeAttribute"))},
        ),
    },
    f"{_WORKSPACE}/config/statustype": {
        "parameters": below("workspaceId"),
        "get": operation(
            "listStatuses",
            "List a schema's statuses; without a schema, the global ones.",
            scope="read:cmdb-config:jira",
            ok={200: array(ref("Status"))},
            parameters=[query("objectSchemaId", _ID, "The object schema.")],
        ),
    },
}

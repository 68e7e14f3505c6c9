"""Objects: search, count, read, delete (13.1, 13.2)."""

from assetferry.local_assets.openapi.parts import (
    OBJECTS,
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

_REFERENCED: dict[str, Schema] = {
    "workspaceId": text(format="uuid"),
    "globalId": text(pattern="^[^:]+:[0-9]+$"),
    "id": _ID,
    "label": text(),
    "objectKey": text(pattern="^.+-[0-9]+$"),
    "avatar": record({"objectId": _ID}),
    "objectType": ref("ObjectType"),
    "created": _MOMENT,
    "updated": _MOMENT,
    "hasAvatar": _FLAG,
    "timestamp": integer(),
    "_links": record({"self": text(format="uri")}),
}

SCHEMAS: dict[str, Schema] = {
    "Query": record({"qlQuery": text(description="AQL; empty finds all objects.")}),
    "Count": record({"totalCount": integer(minimum=0)}),
    "ReferencedObject": record(_REFERENCED, {"name": text()}),
    "Object": record(
        _REFERENCED,
        {
            "name": text(),
            "attributes": array(ref("ObjectAttribute")),
            "extendedInfo": record({"openIssuesExists": _FLAG, "attachmentsExists": _FLAG}),
        },
    ),
    "ObjectAttribute": record(
        {
            "workspaceId": text(format="uuid"),
            "globalId": text(),
            "id": _ID,
            "objectTypeAttributeId": _ID,
            "objectId": _ID,
            "objectAttributeValues": array(ref("ObjectAttributeValue"), minItems=1),
        },
        {"objectTypeAttribute": ref("ObjectTypeAttribute")},
    ),
    "ObjectAttributeValue": record(
        {"displayValue": text(), "searchValue": text(), "referencedType": _FLAG},
        {
            "value": text(),
            "referencedObject": ref("ReferencedObject"),
            "status": ref("Status"),
        },
    ),
    "SearchResult": record(
        {
            "startAt": integer(minimum=0),
            "maxResults": integer(minimum=1),
            "total": integer(minimum=0, deprecated=True),
            "values": array(ref("Object")),
            "objectTypeAttributes": array(ref("ObjectTypeAttribute")),
            "last": _FLAG,
            "isLast": _FLAG,
        }
    ),
}

_WORKSPACE = "/workspace/{workspaceId}/v1"
_OBJECT = f"{_WORKSPACE}/object/{{objectId}}"

PATHS: dict[str, Schema] = {
    f"{_WORKSPACE}/object/aql": {
        "parameters": below("workspaceId"),
        "post": operation(
            "searchObjects",
            "Give a page of the objects that a query finds.",
            scope=OBJECTS,
            ok={200: ref("SearchResult")},
            body=ref("Query"),
            parameters=[
                query("startAt", integer(minimum=0, default=0), "Objects to leave out first."),
                query("maxResults", integer(minimum=1, default=25), "Objects of a page."),
                query("includeAttributes", {**_FLAG, "default": True}, "With their values."),
            ],
        ),
    },
    f"{_WORKSPACE}/object/aql/totalcount": {
        "parameters": below("workspaceId"),
        "post": operation(
            "countObjects",
            "Count the objects that a query finds.",
            scope=OBJECTS,
            ok={200: ref("Count")},
            body=ref("Query"),
            refused=(403,),
        ),
    },
    _OBJECT: {
        "parameters": below("workspaceId", "objectId"),
        "get": operation("getObject", "Give an object.", scope=OBJECTS, ok={200: ref("Object")}),
        "delete": operation(
            "deleteObject",
            "Delete an object.",
            scope="delete:cmdb-object:jira",
            ok={204: None},
            refused=(400,),
            known="observed",
        ),
    },
    f"{_OBJECT}/attributes": {
        "parameters": below("workspaceId", "objectId"),
        "get": operation(
            "getObjectAttributes",
            "Give the values of an object.",
            scope=OBJECTS,
            ok={200: array(ref("ObjectAttribute"))},
        ),
    },
}

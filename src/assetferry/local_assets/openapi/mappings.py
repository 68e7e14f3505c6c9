"""Schema and mapping (section 7): the published JSON Schemas, and the calls that take them."""

import json
from importlib.resources import files
from typing import Any, cast

from assetferry.local_assets.openapi.parts import (
    EXTERNAL_SOURCE,
    Schema,
    array,
    below,
    operation,
    query,
    record,
    ref,
    text,
)

__all__ = ["PATHS", "SCHEMAS"]


def _published(version: str, name: str) -> dict[str, Schema]:
    """Take a published schema in; its definitions become components of the document."""
    content = files("assetferry.local_assets.schemas").joinpath(
        f"assets_mapping_{version}.schema.json"
    )
    schema = json.loads(content.read_text(encoding="utf-8"))
    parts = {name: schema, **{_part(name, key): one for key, one in schema["$defs"].items()}}
    return {key: _moved(one, name) for key, one in parts.items()}


def _moved(value: Any, name: str) -> Any:
    """Point a schema's references at where its definitions are now."""
    if isinstance(value, list):
        return [_moved(one, name) for one in cast("list[Any]", value)]
    if not isinstance(value, dict):
        return value
    return {
        key: f"#/components/schemas/{_part(name, str(one).rpartition('/')[2])}"
        if key == "$ref"
        else _moved(one, name)
        for key, one in cast("dict[str, Any]", value).items()
        if key not in ("$schema", "$id", "$defs")
    }


def _part(name: str, key: str) -> str:
    return name + key[0].upper() + key[1:]


_ATTRIBUTE = record(
    {
        "externalId": text(minLength=1),
        "name": text(),
        "description": text(),
        "type": text(minLength=1),
        "label": {"type": "boolean"},
        "minimumCardinality": {"type": "integer", "minimum": 0},
        "maximumCardinality": {"type": "integer", "minimum": -1},
        "unique": {"type": "boolean"},
    }
)

SCHEMAS: dict[str, Schema] = {
    **_published("2023_10_19", "Mapping"),
    **_published("2021_09_15", "LegacyMapping"),
    "AnyMapping": {
        "description": "An external id anywhere selects the first, none the second; what the "
        "document itself names in $schema does not count.",
        "anyOf": [ref("Mapping"), ref("LegacyMapping")],
    },
    "CurrentObjectType": record(
        {
            "externalId": text(minLength=1),
            "name": text(),
            "description": text(),
            "attributes": array(_ATTRIBUTE),
        },
        {"iconKey": text(), "children": array(ref("CurrentObjectType"), minItems=1)},
    ),
    "CurrentMapping": record(
        {
            "schema": record(
                {
                    "objectSchema": record(
                        {
                            "name": text(),
                            "description": text(),
                            "objectTypes": array(ref("CurrentObjectType")),
                        }
                    )
                },
                {
                    "iconSchema": record({"icons": array({"type": "object"})}),
                    "statusSchema": record({"statuses": array({"type": "object"}, minItems=1)}),
                },
            ),
            "mapping": record(
                {
                    "objectTypeMappings": array(
                        record(
                            {
                                "objectTypeExternalId": text(),
                                "objectTypeName": text(),
                                "selector": text(),
                                "description": text(),
                                "attributesMapping": array(
                                    record(
                                        {
                                            "attributeExternalId": text(),
                                            "attributeName": text(),
                                            "attributeLocators": array(text(), minItems=1),
                                            "externalIdPart": {"type": "boolean"},
                                        },
                                        {"objectMappingIQL": text()},
                                    )
                                ),
                            }
                        )
                    )
                }
            ),
        }
    ),
    "MappingProgress": {
        "type": "object",
        "required": ["progressStatus"],
        "properties": {
            "progressStatus": text(enum=["IN_PROGRESS", "FINISHED"]),
            "result": text(enum=["OK", "ERROR"]),
            "resultMessage": text(),
            "dataValidationErrors": array(ref("MappingProblem"), minItems=1),
        },
    },
}

_SOURCE = "/workspace/{workspaceId}/v1/importsource/{importSourceId}"
_ASYNC = query(
    "async", {"type": "boolean", "default": False}, "Answer 303 at once and work afterwards."
)


def _submission(name: str, summary: str) -> Schema:
    return operation(
        name,
        summary,
        scope=EXTERNAL_SOURCE,
        container_token=True,
        ok={204: None, 303: None},
        body=ref("AnyMapping"),
        parameters=[_ASYNC],
        refused=(409,),
        shapes={400: "ErrorOrInvalidMapping", 409: "ErrorOrConflict"},
    )


PATHS: dict[str, Schema] = {
    f"{_SOURCE}/mapping": {
        "parameters": below("workspaceId", "importSourceId"),
        "put": _submission("putMapping", "Create schema and mapping."),
        "patch": _submission("patchMapping", "Change schema and mapping; nothing is deleted."),
    },
    f"{_SOURCE}/mapping/progress/{{resourceId}}": {
        "parameters": below("workspaceId", "importSourceId", "resourceId"),
        "get": operation(
            "getMappingProgress",
            "Tell what a submission with async=true came to.",
            scope=EXTERNAL_SOURCE,
            container_token=True,
            ok={200: ref("MappingProgress")},
            refused=(400,),
        ),
    },
    f"{_SOURCE}/schema-and-mapping": {
        "parameters": below("workspaceId", "importSourceId"),
        "get": operation(
            "getSchemaAndMapping",
            "Give the current document, every default spelt out.",
            scope=EXTERNAL_SOURCE,
            container_token=True,
            ok={200: ref("CurrentMapping")},
            refused=(400,),
        ),
    },
}

"""Small schema-and-mapping documents, with and without external ids."""

from typing import Any

TEXT = {"description": "d", "type": "text"}


def document(*, mapping: list[dict[str, Any]] | None = None, **change: Any) -> dict[str, Any]:
    """Give a small good document; ``change`` replaces keys of its one object type."""
    host: dict[str, Any] = {
        "externalId": "t/host",
        "name": "Host",
        "description": "d",
        "attributes": [
            {"externalId": "a/name", "name": "Name", "label": True, **TEXT},
            {"externalId": "a/note", "name": "Note", **TEXT},
        ],
    }
    return {
        "schema": {
            "objectSchema": {"name": "S", "description": "d", "objectTypes": [{**host, **change}]}
        },
        "mapping": {"objectTypeMappings": [host_mapping()] if mapping is None else mapping},
    }


def host_mapping(*more: dict[str, Any], **change: Any) -> dict[str, Any]:
    return {
        "objectTypeExternalId": "t/host",
        "objectTypeName": "Host",
        "selector": "hosts",
        "description": "d",
        "attributesMapping": [
            {
                "attributeExternalId": "a/name",
                "attributeName": "Name",
                "attributeLocators": ["name"],
                "externalIdPart": True,
            },
            *more,
        ],
        **change,
    }


def legacy(object_type: str, attribute: str, **change: Any) -> dict[str, Any]:
    """Give a document without external ids, of the type Host with the attribute Name."""
    name: dict[str, Any] = {"name": "Name", "label": True, **TEXT, **change}
    host: dict[str, Any] = {"name": "Host", "description": "d", "attributes": [name]}
    return {
        "schema": {"objectSchema": {"name": "S", "description": "d", "objectTypes": [host]}},
        "mapping": {
            "objectTypeMappings": [
                {
                    "objectTypeName": object_type,
                    "selector": "hosts",
                    "description": "d",
                    "attributesMapping": [
                        {
                            "attributeName": attribute,
                            "attributeLocators": ["name"],
                            "externalIdPart": True,
                        }
                    ],
                }
            ]
        },
    }


def attribute(**change: Any) -> dict[str, Any]:
    return {"externalId": "a/x", "name": "X", **TEXT, **change}

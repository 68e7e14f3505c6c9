"""Documents of hosts with more attributes, and of hosts that refer to one another."""

from typing import Any

__all__ = ["attribute", "document", "mapped", "related"]


def attribute(name: str, kind: str = "text", **more: Any) -> dict[str, Any]:
    return {"externalId": f"a/{name}", "name": name, "description": "d", "type": kind, **more}


def mapped(name: str, *locators: str, **more: Any) -> dict[str, Any]:
    return {
        "attributeExternalId": f"a/{name}",
        "attributeName": name,
        "attributeLocators": list(locators),
        **more,
    }


def document(
    attributes: list[dict[str, Any]],
    mapping: list[dict[str, Any]],
    *,
    children: list[dict[str, Any]] | None = None,
    more: list[dict[str, Any]] | None = None,
) -> dict[str, Any]:
    """Give a document of one type, Host, identified by its name, with more attributes."""
    kind = {
        "externalId": "t/Host",
        "name": "Host",
        "description": "d",
        "attributes": [attribute("Name", label=True), *attributes],
        "children": children or [],
    }
    of_host = {
        "objectTypeExternalId": "t/Host",
        "objectTypeName": "Host",
        "selector": "hosts",
        "description": "d",
        "attributesMapping": [mapped("Name", "name", externalIdPart=True), *mapping],
    }
    return {
        "schema": {"objectSchema": {"name": "S", "description": "d", "objectTypes": [kind]}},
        "mapping": {"objectTypeMappings": [of_host, *(more or [])]},
    }


def related(query: str) -> dict[str, Any]:
    """Give a document of hosts that refer to hosts, with a child type."""
    peer = attribute("Peer", "referenced_object", referenceObjectTypeExternalId="t/Host")
    child = {
        "externalId": "t/Server",
        "name": "Server",
        "description": "d",
        "attributes": [{**attribute("Name", label=True), "externalId": "a/Server"}],
    }
    of_child = {
        "objectTypeExternalId": "t/Server",
        "objectTypeName": "Server",
        "selector": "servers",
        "description": "d",
        "attributesMapping": [
            {
                "attributeExternalId": "a/Server",
                "attributeName": "Name",
                "attributeLocators": ["name"],
                "externalIdPart": True,
            }
        ],
    }
    return document(
        [peer], [mapped("Peer", "peer", objectMappingIQL=query)], children=[child], more=[of_child]
    )

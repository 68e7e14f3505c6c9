"""Changes to a schema-and-mapping document, to make it wrong in one way, or different."""

import copy
from collections.abc import Callable
from typing import Any

from conformance_model import Model

__all__ = [
    "Change",
    "add",
    "attribute",
    "changed",
    "hand_over",
    "kind",
    "mapping",
    "refer",
    "twin",
    "without_ids",
]

Change = Callable[[dict[str, Any]], object]


def changed(model: Model, change: Change) -> dict[str, Any]:
    """Give the model's document with something changed in it."""
    document = copy.deepcopy(model.document())
    change(document)
    return document


def kind(document: dict[str, Any]) -> dict[str, Any]:
    """Give the first object type of a document."""
    return document["schema"]["objectSchema"]["objectTypes"][0]


def attribute(document: dict[str, Any], place: int) -> dict[str, Any]:
    return kind(document)["attributes"][place]


def mapping(document: dict[str, Any]) -> dict[str, Any]:
    """Give the first mapping of a document."""
    return document["mapping"]["objectTypeMappings"][0]


def add(document: dict[str, Any], **more: Any) -> None:
    """Add an attribute, X, to the first type."""
    given = {"externalId": f"{kind(document)['externalId']}/X", "name": "X", "description": "d"}
    kind(document)["attributes"].append({**given, "type": "text", **more})


def map_it(document: dict[str, Any], **more: Any) -> None:
    """Map the attribute X."""
    external_id = f"{kind(document)['externalId']}/X"
    given = {"attributeName": "X", "attributeExternalId": external_id, "attributeLocators": ["x"]}
    mapping(document)["attributesMapping"].append({**given, **more})


def refer(document: dict[str, Any], iql: str | None) -> None:
    """Add a mapped reference to the type itself."""
    to = kind(document)["externalId"]
    add(document, type="referenced_object", referenceObjectTypeExternalId=to)
    map_it(document, **({} if iql is None else {"objectMappingIQL": iql}))


def twin(document: dict[str, Any], **more: Any) -> None:
    """Add a second type."""
    types = document["schema"]["objectSchema"]["objectTypes"]
    given = {"name": f"{types[0]['name']} 2", "externalId": f"{types[0]['externalId']}/2"}
    types.append({"description": "d", "attributes": [], **given, **more})


def hand_over(document: dict[str, Any]) -> None:
    """Leave the attribute Note out, and give its external id to a new type."""
    mapping(document)["attributesMapping"].pop()
    twin(document, externalId=kind(document)["attributes"].pop()["externalId"])


def without_ids(value: Any) -> Any:
    """Take all external ids out: what is left is a legacy document."""
    if isinstance(value, list):
        return [without_ids(one) for one in value]  # pyright: ignore[reportUnknownVariableType]
    if isinstance(value, dict):
        return {
            key: without_ids(one)
            for key, one in value.items()  # pyright: ignore[reportUnknownVariableType]
            if "xternalId" not in key or key == "externalIdPart"
        }
    return value

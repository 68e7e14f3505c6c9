"""The schema-and-mapping document: what Assets is told about a definition (contract §7).

Every object type and attribute carries an external id, because a document with any of them is
read by the current schema, cardinality and ``unique`` count only then, and a later change finds
its entity by it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from assetferry.definition.attributes import Attribute
from assetferry.definition.document import Definition
from assetferry.definition.names import slug
from assetferry.definition.object_types import ObjectType
from assetferry.mapping.external_ids import ExternalIds, Key, external_ids

__all__ = ["MappingDocument", "mapping_document"]


@dataclass(frozen=True, kw_only=True, slots=True)
class MappingDocument:
    """A document ready to be pushed, and what must be remembered once Assets has taken it."""

    document: dict[str, Any]
    external_ids: Mapping[Key, str]


def mapping_document(
    definition: Definition, *, remembered: Mapping[Key, str] | None = None
) -> MappingDocument:
    """Describe ``definition`` to Assets.

    ``remembered`` are the external ids of earlier pushes to the same import source. They win
    over all others: Assets refuses another id for a name it already knows. Raises ExternalIdTaken.
    Select values are not part of it, as a document has no place for options: what Assets does
    with a value it does not know is a setting of the import source in Jira.
    """
    ids = external_ids(definition, remembered or {})
    named = definition.schema_
    name = named.name if named else definition.name
    schema: dict[str, Any] = {
        "objectSchema": {
            "name": name,
            "description": (named.description if named else None) or name,
            "objectTypes": [
                _object_type(type_name, object_type, ids)
                for type_name, object_type in definition.object_types.items()
            ],
        }
    }
    if definition.statuses:  # an empty list is refused
        schema["statusSchema"] = {
            "statuses": [
                {
                    "name": status,
                    "description": given.description or status,
                    "category": given.category,
                }
                for status, given in definition.statuses.items()
            ]
        }
    mappings = [
        _object_type_mapping(type_name, object_type, ids)
        for type_name, object_type in definition.object_types.items()
    ]
    document = {"schema": schema, "mapping": {"objectTypeMappings": mappings}}
    return MappingDocument(document=document, external_ids=ids)


def _object_type(name: str, object_type: ObjectType, ids: ExternalIds) -> dict[str, Any]:
    return {
        "externalId": ids[name, None],
        "name": name,
        "description": object_type.description or name,
        "attributes": [
            _attribute(name, attribute_name, attribute, ids)
            for attribute_name, attribute in object_type.attributes.items()
        ],
    }


def _attribute(type_name: str, name: str, attribute: Attribute, ids: ExternalIds) -> dict[str, Any]:
    described: dict[str, Any] = {
        "externalId": ids[type_name, name],
        "name": name,
        "description": attribute.description or name,
        "type": "referenced_object" if attribute.type == "reference" else attribute.type,
    }
    if attribute.label:
        described |= {"label": True, "minimumCardinality": 1, "maximumCardinality": 1}
    if attribute.required:
        described["minimumCardinality"] = 1
    if attribute.multiple:
        described["maximumCardinality"] = -1
    if attribute.unique:
        described["unique"] = True
    if attribute.type == "status" and attribute.values:
        described["typeValues"] = list(attribute.values)
    if attribute.to is not None:
        described["referenceObjectTypeName"] = attribute.to
        described["referenceObjectTypeExternalId"] = ids[attribute.to, None]
    return described


def _object_type_mapping(name: str, object_type: ObjectType, ids: ExternalIds) -> dict[str, Any]:
    return {
        "objectTypeExternalId": ids[name, None],
        "objectTypeName": name,
        "selector": slug(name),
        "description": f"{name} from {object_type.source}",
        "attributesMapping": [
            _attribute_mapping(name, attribute_name, attribute, ids)
            for attribute_name, attribute in object_type.attributes.items()
        ],
    }


def _attribute_mapping(
    type_name: str, name: str, attribute: Attribute, ids: ExternalIds
) -> dict[str, Any]:
    mapped: dict[str, Any] = {
        "attributeExternalId": ids[type_name, name],
        "attributeName": name,
        "attributeLocators": [slug(name)],
    }
    if attribute.identity:
        mapped["externalIdPart"] = True
    if attribute.match is not None:
        mapped["objectMappingIQL"] = _query(attribute.match, slug(name), attribute)
    return mapped


def _query(match: str, locator: str, attribute: Attribute) -> str:
    """Find the referenced object; Assets puts quoted values in place of the braces."""
    quoted = match.replace("\\", "\\\\").replace('"', '\\"')
    if attribute.multiple:
        return f'"{quoted}" IN (${{{locator}${{0}}}})'
    return f'"{quoted}" = ${{{locator}}}'

"""The object types and attributes of a schema-and-mapping document, ours or Assets' (pure).

Assets normalises what it gives (contract §7.9): every default spelt out, children nested, system
attributes listed. Both documents are read into the same shape, so that they can be compared.
Nothing that Assets may leave out is required.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias, cast

__all__ = ["AttributeEntity", "Entities", "Entity", "TypeEntity", "entities"]

Entity: TypeAlias = tuple[str, str | None]
"""An object type's name, and an attribute's, or None for the object type itself."""

_SYSTEM = frozenset({"Key", "Created", "Updated"})


@dataclass(frozen=True, kw_only=True, slots=True)
class AttributeEntity:
    """One attribute, with how it is mapped."""

    name: str
    external_id: str | None
    type: str
    target: str | None
    """Name of the object type a reference points to."""
    target_external_id: str | None
    description: str
    label: bool
    minimum: int | None
    """None where the document is silent: Assets then keeps what it has."""
    maximum: int | None
    """-1 is unlimited."""
    unique: bool | None
    values: tuple[str, ...]
    mapped: bool
    locators: tuple[str, ...]
    identity: bool
    query: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class TypeEntity:
    """One object type, with its attributes by name."""

    name: str
    external_id: str | None
    description: str
    selector: str | None
    """None where nothing is mapped to it."""
    attributes: Mapping[str, AttributeEntity]


@dataclass(frozen=True, kw_only=True, slots=True)
class Entities:
    """Everything one document names."""

    types: Mapping[str, TypeEntity]
    statuses: frozenset[str]

    @property
    def mapped(self) -> bool:
        """Tell whether the document maps anything."""
        return any(one.selector is not None for one in self.types.values())


def entities(document: Mapping[str, Any]) -> Entities:
    """Read a document; parts of another shape are passed over."""
    schema = _table(document, "schema")
    mappings = _list(_table(document, "mapping"), "objectTypeMappings")
    types = [
        _type(given, _meant(given, mappings, "objectType"))
        for given in _nested(_list(_table(schema, "objectSchema"), "objectTypes"))
    ]
    statuses = _list(_table(schema, "statusSchema"), "statuses")
    return Entities(
        types={one.name: one for one in types},
        statuses=frozenset(_text(status, "name") or "" for status in statuses),
    )


def _nested(types: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for given in types:
        yield given
        yield from _nested(_list(given, "children"))


def _type(given: dict[str, Any], mapping: dict[str, Any] | None) -> TypeEntity:
    mapped = _list(mapping or {}, "attributesMapping")
    attributes = [
        _attribute(attribute, _meant(attribute, mapped, "attribute"))
        for attribute in _list(given, "attributes")
        if _text(attribute, "name") not in _SYSTEM
    ]
    return TypeEntity(
        name=_text(given, "name") or "",
        external_id=_text(given, "externalId"),
        description=_text(given, "description") or "",
        selector=None if mapping is None else _text(mapping, "selector") or "",
        attributes={one.name: one for one in attributes},
    )


def _attribute(given: dict[str, Any], mapping: dict[str, Any] | None) -> AttributeEntity:
    minimum, maximum = given.get("minimumCardinality"), given.get("maximumCardinality")
    unique = given.get("unique")
    known = mapping or {}
    return AttributeEntity(
        name=_text(given, "name") or "",
        external_id=_text(given, "externalId"),
        type=_text(given, "type") or "",
        target=_text(given, "referenceObjectTypeName"),
        target_external_id=_text(given, "referenceObjectTypeExternalId"),
        description=_text(given, "description") or "",
        label=given.get("label") is True,
        minimum=minimum if isinstance(minimum, int) else None,
        maximum=maximum if isinstance(maximum, int) else None,
        unique=unique if isinstance(unique, bool) else None,
        values=_texts(given, "typeValues"),
        mapped=mapping is not None,
        locators=_texts(known, "attributeLocators"),
        identity=known.get("externalIdPart") is True,
        query=_text(known, "objectMappingIQL"),
    )


def _meant(
    given: dict[str, Any], mappings: list[dict[str, Any]], kind: str
) -> dict[str, Any] | None:
    """Find what maps an entity: by its external id, else by its name."""
    external_id, name = _text(given, "externalId"), _text(given, "name")
    for mapping in mappings:
        said = _text(mapping, f"{kind}ExternalId")
        if said == external_id if said is not None else _text(mapping, f"{kind}Name") == name:
            return mapping
    return None


def _table(value: Mapping[str, Any], key: str) -> dict[str, Any]:
    found = value.get(key)
    return cast("dict[str, Any]", found) if isinstance(found, dict) else {}


def _list(value: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    found = value.get(key)
    items = cast("list[Any]", found) if isinstance(found, list) else []
    return [cast("dict[str, Any]", item) for item in items if isinstance(item, dict)]


def _text(value: Mapping[str, Any], key: str) -> str | None:
    found = value.get(key)
    return found if isinstance(found, str) else None


def _texts(value: Mapping[str, Any], key: str) -> tuple[str, ...]:
    found = value.get(key)
    items = cast("list[Any]", found) if isinstance(found, list) else []
    return tuple(item for item in items if isinstance(item, str))

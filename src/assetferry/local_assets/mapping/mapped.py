"""Judge the mapping half of a document: does each part name what can be mapped."""

from collections.abc import Iterator
from dataclasses import dataclass

from assetferry.local_assets.errors import Problem
from assetferry.local_assets.mapping import queries
from assetferry.local_assets.mapping.document import Document, GivenMapping, MappedAttribute
from assetferry.local_assets.mapping.known import Known
from assetferry.local_assets.store.catalogue import SYSTEM_ATTRIBUTES, Kind

__all__ = ["check"]


@dataclass(frozen=True, slots=True)
class _Mappable:
    """An attribute of the document or the store, as far as a mapping cares."""

    name: str
    external_id: str | None
    type: Kind
    is_system: bool


def check(document: Document, known: Known) -> Iterator[Problem]:
    """Find mappings of unknown things, without identity, or with references that cannot work."""
    mapped: set[str] = set()
    for mapping in document.mappings:
        name, attributes = _type(mapping, document, known)
        if name is None:
            yield Problem(
                code="MAPPING_INVALID_EXTERNAL_ID",
                path=mapping.path,
                message=f"There is no object type {_called(mapping)!r}",
            )
            continue
        if name in mapped:
            yield _invalid(mapping.path, f"The object type {name!r} is mapped twice")
        mapped.add(name)
        yield from _attributes(mapping, attributes)
        if not any(one.external_id_part for one in mapping.attributes):
            yield Problem(
                code="MISSING_EXTERNAL_ID_PART",
                path=mapping.path,
                message=f"Mark an attribute of {name!r} with externalIdPart; without identity "
                "every run would add all objects again",
            )


def _attributes(mapping: GivenMapping, attributes: list[_Mappable]) -> Iterator[Problem]:
    locators = frozenset(one for given in mapping.attributes for one in given.locators)
    met: set[str] = set()
    for given in mapping.attributes:
        found = _attribute(given, attributes)
        if found is None:
            yield Problem(
                code="UNKNOWN_EXTERNAL_ID_MAPPING",
                path=given.path,
                message=f"The object type has no attribute {given.external_id or given.name!r}",
            )
            continue
        if found.name in met:
            yield _invalid(given.path, f"The attribute {found.name!r} is mapped twice")
        met.add(found.name)
        if found.is_system and not (found.name == "Key" and given.external_id_part):
            yield Problem(
                code="SYSTEM_ATTRIBUTE",
                path=given.path,
                message=f"{found.name} is kept by Assets; Key may be mapped as identity only",
            )
        if found.type == "referenced_object":
            yield from _reference(given, locators)


def _reference(given: MappedAttribute, locators: frozenset[str]) -> Iterator[Problem]:
    if given.external_id_part:
        yield _invalid(given.path, "A reference cannot be part of the identity")
    wrong = (
        "objectMappingIQL is required"
        if given.iql is None
        else queries.problem(given.iql, locators)
    )
    if wrong is not None:
        yield Problem(
            code="INVALID_OBJECT_MAPPING_IQL",
            path=f"{given.path}/objectMappingIQL",
            message=wrong,
        )


def _type(
    mapping: GivenMapping, document: Document, known: Known
) -> tuple[str | None, list[_Mappable]]:
    """Find the type in the document, in the store, or both, with all attributes it will have."""
    found: list[_Mappable] = [_Mappable(*one, is_system=True) for one in _system()]
    name: str | None = None
    for given in document.types:
        if _means(mapping, given.name, given.external_id):
            name = given.name
            found += [
                _Mappable(one.name, one.external_id, one.type, one.is_system)
                for one in given.attributes
            ]
    for stored in known.types.values():
        if stored.schema_id == known.schema_id and _means(mapping, stored.name, stored.external_id):
            name = stored.name
            found += [
                _Mappable(one.name, one.external_id, one.type, one.is_system)
                for one in known.attributes.get(stored.id, [])
            ]
    return name, found


def _means(mapping: GivenMapping, name: str, external_id: str | None) -> bool:
    if mapping.type_external_id is not None:
        return mapping.type_external_id == external_id
    return mapping.type_name == name


def _attribute(given: MappedAttribute, attributes: list[_Mappable]) -> _Mappable | None:
    for one in attributes:
        if given.external_id is not None and one.external_id == given.external_id:
            return one
        if given.external_id is None and one.name == given.name:
            return one
    return None


def _system() -> Iterator[tuple[str, None, Kind]]:
    for name, kind in SYSTEM_ATTRIBUTES:
        yield name, None, kind


def _called(mapping: GivenMapping) -> str:
    return mapping.type_external_id or mapping.type_name


def _invalid(path: str, message: str) -> Problem:
    return Problem(code="INVALID_SCHEMA", path=path, message=message)

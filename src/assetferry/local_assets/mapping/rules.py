"""What a document must obey by itself, whatever the workspace holds."""

from collections import Counter
from collections.abc import Iterator

from assetferry.local_assets.errors import Problem
from assetferry.local_assets.mapping.document import Document, GivenAttribute, GivenType

__all__ = ["check"]

MULTIPLE_KINDS = frozenset({"email", "select", "referenced_object"})
"""The importable kinds that may hold more than one value (12.7)."""
UNLIMITED = -1


def check(document: Document) -> Iterator[Problem]:
    """Find what contradicts itself."""
    yield from _empty_external_ids(document)
    yield from _all_or_none(document)
    yield from _repeated_external_ids(document)
    yield from _repeated_names(document)
    for object_type in document.types:
        labels = [one for one in object_type.attributes if one.label]
        for extra in labels[1:]:
            yield _invalid(extra.path, f"{object_type.name!r} has two label attributes; keep one")
        for attribute in object_type.attributes:
            yield from _cardinality(document, attribute)
            if attribute.label and attribute.type == "referenced_object":
                yield _invalid(attribute.path, "A reference cannot be the label")


def _all_or_none(document: Document) -> Iterator[Problem]:
    """Demand external ids of all types and attributes once one is used (7.6)."""
    if not document.uses_external_ids:
        return
    for object_type in document.types:
        parts: list[GivenType | GivenAttribute] = [object_type, *object_type.attributes]
        for part in parts:
            system = isinstance(part, GivenAttribute) and part.is_system
            if part.external_id is None and not system:
                yield Problem(
                    code="JSON_SCHEMA_VALIDATION",
                    path=part.path,
                    message=f"{part.name!r} has no externalId: all or none must have one",
                )


def _empty_external_ids(document: Document) -> Iterator[Problem]:
    """Refuse empty ones: nothing could be found by them again."""
    for object_type in document.types:
        yield from _empty(object_type.path, "externalId", object_type.external_id)
        for attribute in object_type.attributes:
            yield from _empty(attribute.path, "externalId", attribute.external_id)
            target = attribute.target_external_id
            yield from _empty(attribute.path, "referenceObjectTypeExternalId", target)
    for mapping in document.mappings:
        yield from _empty(mapping.path, "objectTypeExternalId", mapping.type_external_id)
        for mapped in mapping.attributes:
            yield from _empty(mapped.path, "attributeExternalId", mapped.external_id)


def _empty(path: str, key: str, external_id: str | None) -> Iterator[Problem]:
    if external_id is not None and not external_id.strip():
        yield Problem(
            code="JSON_SCHEMA_VALIDATION",
            path=f"{path}/{key}",
            message=f"{key} is empty; leave it out, or give one",
        )


def _repeated_external_ids(document: Document) -> Iterator[Problem]:
    parts: list[GivenType | GivenAttribute] = []
    for object_type in document.types:
        parts += [object_type, *object_type.attributes]
    times = Counter(part.external_id for part in parts if part.external_id is not None)
    for part in parts:
        if part.external_id is not None and times[part.external_id] > 1:
            yield Problem(
                code="DUPLICATE_EXTERNAL_ID_ILLEGAL",
                path=f"{part.path}/externalId",
                message=f"{part.external_id!r} is used {times[part.external_id]} times",
            )


def _repeated_names(document: Document) -> Iterator[Problem]:
    names: set[str] = set()
    for object_type in document.types:
        if object_type.name in names:
            yield _invalid(object_type.path, f"Two object types are named {object_type.name!r}")
        names.add(object_type.name)
        own: set[str] = set()
        for attribute in object_type.attributes:
            if attribute.name in own:
                yield _invalid(
                    attribute.path,
                    f"Two attributes of {object_type.name!r} are named {attribute.name!r}",
                )
            own.add(attribute.name)


def _cardinality(document: Document, given: GivenAttribute) -> Iterator[Problem]:
    """Judge cardinality and uniqueness, which need external ids throughout (12.7)."""
    chosen = (given.minimum, given.maximum, given.unique)
    if not document.uses_external_ids and any(one is not None for one in chosen):
        yield _cardinality_problem(given, "Cardinality and unique need external ids throughout")
        return
    minimum = given.minimum or 0
    maximum = 1 if given.maximum is None else given.maximum
    if maximum == 0 or maximum < UNLIMITED:
        yield _cardinality_problem(given, "maximumCardinality is -1 (unlimited) or at least 1")
    elif minimum < 0 or (maximum != UNLIMITED and minimum > maximum):
        yield _cardinality_problem(given, "minimumCardinality lies between 0 and the maximum")
    elif maximum != 1 and given.type not in MULTIPLE_KINDS:
        yield _cardinality_problem(
            given,
            f"An attribute of type {given.type} holds one value; use select, email or "
            "referenced_object for several",
        )


def _cardinality_problem(given: GivenAttribute, message: str) -> Problem:
    return Problem(code="INVALID_CARDINALITY", path=given.path, message=message)


def _invalid(path: str, message: str) -> Problem:
    return Problem(code="INVALID_SCHEMA", path=path, message=message)

"""What a document must obey because of what the workspace already holds (7.5 to 7.7)."""

from collections.abc import Iterator

from assetferry.local_assets.errors import Problem
from assetferry.local_assets.mapping.document import Document, GivenAttribute, GivenType
from assetferry.local_assets.mapping.known import Known
from assetferry.local_assets.settings import MappingSettings
from assetferry.local_assets.store.catalogue import Attribute, ObjectType

__all__ = ["check", "target_of"]


def check(document: Document, known: Known, settings: MappingSettings) -> Iterator[Problem]:
    """Find what would rename, retype, re-point or collide."""
    for given in document.types:
        stored = known.match_type(given)
        yield from _type_problems(given, stored, known, settings)
        for attribute in given.attributes:
            old = None if stored is None else known.match_attribute(stored, attribute)
            if old is None:
                yield from _new_attribute(stored, attribute, known)
            else:
                yield from _old_attribute(old, attribute, document, known)
            yield from _reference(attribute, document, known, settings)
            yield from _statuses(attribute, known)


def target_of(given: GivenAttribute, document: Document, known: Known) -> str | None:
    """Give the external id or name by which a reference's type is found, None if it is not.

    A type of the document counts, and so does one that exists already (7.7).
    """
    external_id, name = given.target_external_id, given.target_name
    found = _target_in(given, document)
    if found is not None:
        return found
    if external_id is not None:
        return external_id if external_id in known.type_by_external_id else None
    return name if name in known.type_by_name else None


def _target_in(given: GivenAttribute, document: Document) -> str | None:
    external_id, name = given.target_external_id, given.target_name
    for one in document.types:
        if (external_id is not None and one.external_id == external_id) or (
            external_id is None and one.name == name
        ):
            return external_id or name
    return None


def _type_problems(
    given: GivenType, stored: ObjectType | None, known: Known, settings: MappingSettings
) -> Iterator[Problem]:
    if given.icon_key is not None and given.icon_key not in known.icon_keys:
        yield Problem(
            code="INVALID_SCHEMA",
            path=f"{given.path}/iconKey",
            message=f"No icon has the key {given.icon_key!r}; define it in iconSchema",
        )
    if stored is None:
        yield from _new_type(given, known)
        return
    if stored.name != given.name:
        yield _immutable(given.path, f"The object type {stored.name!r} cannot be renamed")
    if stored.icon_key is not None and given.icon_key not in (None, stored.icon_key):
        yield _immutable(given.path, f"The icon key of {stored.name!r} cannot be changed")
    parent = None if given.parent is None else known.match_type(given.parent)
    if settings.changed_property == "refuse" and (parent and parent.id) != stored.parent_id:
        yield _immutable(given.path, f"The object type {stored.name!r} cannot be moved")


def _new_type(given: GivenType, known: Known) -> Iterator[Problem]:
    namesake = known.type_by_name.get(given.name)
    if namesake is not None:
        yield Problem(
            code="EXTERNAL_ID_MISMATCH",
            path=given.path,
            message=f"An object type {given.name!r} exists with the external id "
            f"{namesake.external_id!r}",
        )
    elif given.external_id is not None and known.uses(given.external_id):
        yield _taken(given.path, given.external_id)


def _new_attribute(
    stored: ObjectType | None, given: GivenAttribute, known: Known
) -> Iterator[Problem]:
    namesake = None if stored is None else known.attribute_named(stored, given.name)
    if namesake is not None:
        yield Problem(
            code="EXTERNAL_ID_MISMATCH",
            path=given.path,
            message=f"An attribute {given.name!r} exists with the external id "
            f"{namesake.external_id!r}",
        )
    elif given.external_id is not None and known.uses(given.external_id):
        yield _taken(given.path, given.external_id)


def _old_attribute(
    stored: Attribute, given: GivenAttribute, document: Document, known: Known
) -> Iterator[Problem]:
    if given.external_id not in (None, stored.external_id):
        yield Problem(
            code="EXTERNAL_ID_MISMATCH",
            path=given.path,
            message=f"The attribute {given.name!r} has the external id {stored.external_id!r}",
        )
    if stored.name != given.name:
        yield _immutable(given.path, f"The attribute {stored.name!r} cannot be renamed")
    if stored.type != given.type and not stored.is_system:
        yield _immutable(
            given.path, f"The attribute {stored.name!r} is of type {stored.type} and stays so"
        )
    elif given.type == "referenced_object":
        yield from _repointed(stored, given, document, known)


def _repointed(
    stored: Attribute, given: GivenAttribute, document: Document, known: Known
) -> Iterator[Problem]:
    target = target_of(given, document, known)
    old = known.types.get(stored.reference_object_type_id or 0)
    if target is not None and old is not None and target not in (old.external_id, old.name):
        yield Problem(
            code="REFERENCED_OBJECT_TYPE_CHANGED",
            path=given.path,
            message=f"The attribute {stored.name!r} refers to {old.name!r} and stays so",
        )


def _reference(
    given: GivenAttribute, document: Document, known: Known, settings: MappingSettings
) -> Iterator[Problem]:
    if given.type != "referenced_object":
        return
    in_document = _target_in(given, document)
    found = in_document or target_of(given, document, known)
    if found is None or (in_document is None and settings.known_reference == "refuse"):
        wanted = given.target_external_id or given.target_name
        yield Problem(
            code="UNKNOWN_REFERENCE",
            path=given.path,
            message=f"{given.name!r} refers to the object type {wanted!r}, which is not in the "
            "document",
        )


def _statuses(given: GivenAttribute, known: Known) -> Iterator[Problem]:
    for name in given.status_names:
        if name.strip().lower() not in known.status_names:
            yield Problem(
                code="INVALID_SCHEMA",
                path=f"{given.path}/typeValues",
                message=f"There is no status {name!r}; define it in statusSchema",
            )


def _immutable(path: str, message: str) -> Problem:
    return Problem(code="IMMUTABLE_PROPERTY", path=path, message=message)


def _taken(path: str, external_id: str) -> Problem:
    return Problem(
        code="SCHEMA_INVALID_EXTERNAL_ID",
        path=f"{path}/externalId",
        message=f"{external_id!r} is used elsewhere in the workspace",
    )

"""Object types: a source that exists, one label, an identity, names that stay apart."""

from collections.abc import Iterable, Iterator

from assetferry.definition.complaints import Complaint, nearest
from assetferry.definition.draft import Draft
from assetferry.definition.names import slug
from assetferry.definition.object_types import ObjectType
from assetferry.definition.positions import Path

__all__ = ["check_object_types"]

_SYSTEM = frozenset({"key", "created", "updated"})
"""Attributes that Assets keeps itself on every object."""


def check_object_types(draft: Draft) -> Iterator[Complaint]:
    """Check each object type that could be read, and the names of all."""
    yield from _apart(("object_types",), draft.object_types)
    for name, parsed in draft.object_types.items():
        path: Path = ("object_types", name)
        yield from _apart((*path, "attributes"), draft.attribute_names[name])
        yield from _system(path, draft.attribute_names[name])
        if parsed is None:
            continue
        yield from _source(path, parsed, draft)
        yield from _label(path, parsed, whole=draft.whole(name))
    yield from _external_ids(draft)


def _apart(path: Path, names: Iterable[str]) -> Iterator[Complaint]:
    taken: dict[str, str] = {}
    for name in names:
        other = taken.setdefault(slug(name), name)
        if other != name:
            yield Complaint(
                (*path, name),
                f"differs from {other!r} only in case or punctuation",
                "Rename one of them so that letters or digits differ.",
            )


def _system(path: Path, names: Iterable[str]) -> Iterator[Complaint]:
    for name in names:
        if name.casefold() in _SYSTEM:
            yield Complaint(
                (*path, "attributes", name),
                "is an attribute that Assets keeps itself",
                f'Choose another name, such as "Source {name}".',
            )


def _source(path: Path, parsed: ObjectType, draft: Draft) -> Iterator[Complaint]:
    if draft.sources and parsed.source not in draft.sources:
        guess = nearest(parsed.source, draft.sources)
        yield Complaint(
            (*path, "source"),
            f"names {parsed.source!r}, which is no source",
            f'Did you mean "{guess}"?' if guess else f"Add [sources.{parsed.source}].",
        )


def _label(path: Path, parsed: ObjectType, *, whole: bool) -> Iterator[Complaint]:
    labels = [name for name, attribute in parsed.attributes.items() if attribute.label]
    for name in labels[1:]:
        yield Complaint(
            (*path, "attributes", name, "label"),
            f"makes a second label beside {labels[0]!r}",
            "Keep label = true on exactly one attribute.",
        )
    if not whole:  # the missing one may be among those that could not be read
        return
    if not labels:
        yield Complaint(
            (*path, "attributes"),
            "has no label, so objects would have no name",
            "Add label = true to the attribute that names an object to people.",
        )
    if not any(attribute.identity for attribute in parsed.attributes.values()):
        yield Complaint(
            (*path, "attributes"),
            "has no identity, so every run would create all objects again",
            "Add identity = true to what tells one object from another, such as a serial number.",
        )


def _external_ids(draft: Draft) -> Iterator[Complaint]:
    seen: dict[str, Path] = {}
    for type_name, parsed in draft.object_types.items():
        if parsed is None:
            continue
        path: Path = ("object_types", type_name)
        given: list[tuple[Path, str | None]] = [((*path, "external_id"), parsed.external_id)]
        given += [
            ((*path, "attributes", name, "external_id"), attribute.external_id)
            for name, attribute in parsed.attributes.items()
        ]
        for place, external_id in given:
            if external_id is not None and seen.setdefault(external_id, place) != place:
                yield Complaint(
                    place,
                    "is used twice",
                    "External ids are unique across the workspace; choose another.",
                )

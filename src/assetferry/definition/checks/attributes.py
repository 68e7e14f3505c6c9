"""Attributes: keys that belong together, values that fit, references that lead somewhere."""

from collections.abc import Iterator
from typing import Any

from assetferry.definition.attribute_values import own_converter
from assetferry.definition.attributes import MULTIPLE_TYPES, Attribute
from assetferry.definition.complaints import Complaint, nearest
from assetferry.definition.draft import Draft
from assetferry.definition.moments import MOMENT_TYPES
from assetferry.definition.positions import Path
from assetferry.definition.scalars import Misfit
from assetferry.definition.statuses import GLOBAL_STATUSES, canonical

__all__ = ["check_attributes"]


def check_attributes(draft: Draft) -> Iterator[Complaint]:
    """Check every attribute that could be read."""
    statuses = {canonical(name) for name in (*GLOBAL_STATUSES, *draft.statuses)}
    for type_name, parsed in draft.object_types.items():
        for name, attribute in parsed.attributes.items() if parsed else ():
            path: Path = ("object_types", type_name, "attributes", name)
            yield from _reading(path, attribute)
            yield from _flags(path, attribute)
            yield from _values(path, attribute, statuses)
            yield from _fitting(path, attribute, draft)
            yield from _reference(path, attribute, draft)


def _reading(path: Path, attribute: Attribute) -> Iterator[Complaint]:
    if attribute.from_ is None and attribute.from_record is None:
        yield Complaint(path, "does not say where to read", 'Add from = "key".')
    if attribute.from_ is not None and attribute.from_record is not None:
        yield Complaint(
            (*path, "from_record"), "stands beside from", "Keep one: a value has one place."
        )
    if attribute.format is not None and attribute.type not in MOMENT_TYPES:
        yield Complaint(
            (*path, "format"),
            f"means nothing to {attribute.type}",
            "Take it out; it is for date, time and date_time.",
        )


def _flags(path: Path, attribute: Attribute) -> Iterator[Complaint]:
    if attribute.multiple and attribute.type not in MULTIPLE_TYPES:
        yield Complaint(
            (*path, "multiple"),
            f"is not possible for {attribute.type}",
            f"Assets allows it for {', '.join(sorted(MULTIPLE_TYPES))}; join the values into one "
            "text with JMESPath's join(), or import them as objects of their own.",
        )
    if attribute.multiple and (attribute.identity or attribute.label):
        yield Complaint(
            (*path, "multiple"),
            "contradicts identity and label, which are one value",
            "Choose another attribute for them.",
        )
    if attribute.empty == "clear" and attribute.critical:
        yield Complaint(
            (*path, "empty"),
            "would clear what must have a value",
            "Take it out; identity, label and required values are never empty.",
        )
    if attribute.keep_unmapped and attribute.map is None:
        yield Complaint(
            (*path, "keep_unmapped"), "has no map to go with", "Add a map, or take it out."
        )
    if attribute.map is not None and not attribute.map:
        yield Complaint((*path, "map"), "is empty", "Add pairs, or take it out.")


def _values(path: Path, attribute: Attribute, statuses: set[str]) -> Iterator[Complaint]:
    if attribute.values is None:
        return
    at: Path = (*path, "values")
    if attribute.type not in ("select", "status"):
        yield Complaint(
            at,
            f"means nothing to {attribute.type}",
            'Take it out, or set type = "select" or "status".',
        )
        return
    if not attribute.values:
        yield Complaint(at, "is empty", "List the values allowed, or take it out.")
    seen: set[str] = set()
    for number, value in enumerate(attribute.values):
        known = canonical(value) if attribute.type == "status" else value
        if known in seen:
            yield Complaint((*at, number), "stands twice", "Take one out.")
        seen.add(known)
        if attribute.type == "status" and known not in statuses:
            yield Complaint(
                (*at, number),
                f"names {value!r}, which is no status of Assets",
                f'Say what it means: [statuses."{value}"] category = "active", "inactive" or '
                f'"pending"; or use one of {", ".join(GLOBAL_STATUSES)}.',
            )
        if attribute.type == "select" and ("," in value or not value.strip()):
            yield Complaint(
                (*at, number),
                "is empty or has a comma in it",
                "Assets separates the options of a select by commas; write it without.",
            )


def _fitting(path: Path, attribute: Attribute, draft: Draft) -> Iterator[Complaint]:
    convert = own_converter(attribute, draft.object_types)
    given: list[tuple[Path, Any]] = [
        ((*path, "map", key), value) for key, value in (attribute.map or {}).items()
    ]
    if attribute.default is not None:
        given.append(((*path, "default"), attribute.default))
    for place, value in given:
        try:
            convert(value)
        except Misfit as misfit:
            yield Complaint(
                place, str(misfit), f"Write what an attribute of type {attribute.type} can hold."
            )


def _reference(path: Path, attribute: Attribute, draft: Draft) -> Iterator[Complaint]:
    if attribute.type != "reference":
        for key, value in (("to", attribute.to), ("match", attribute.match)):
            if value is not None:
                yield Complaint(
                    (*path, key), "is for references", 'Set type = "reference", or take it out.'
                )
        return
    for key, value in (("to", attribute.to), ("match", attribute.match)):
        if value is None:
            yield Complaint(
                path,
                f"is a reference without {key}",
                'Write both: to = "Object Type", match = "its attribute".',
            )
    if attribute.to is None:
        return
    if attribute.to not in draft.object_types:
        guess = nearest(attribute.to, draft.object_types)
        yield Complaint(
            (*path, "to"),
            f"names {attribute.to!r}, which is no object type here",
            f'Did you mean "{guess}"?' if guess else f'Add [object_types."{attribute.to}"].',
        )
        return
    yield from _match(path, attribute.to, attribute.match, draft)


def _match(path: Path, to: str, match: str | None, draft: Draft) -> Iterator[Complaint]:
    names = draft.attribute_names[to]
    if match is not None and names and match not in names:
        guess = nearest(match, names)
        yield Complaint(
            (*path, "match"),
            f"names {match!r}, which is no attribute of {to!r}",
            f'Did you mean "{guess}"?' if guess else f"It has {', '.join(names)}.",
        )
        return
    target = draft.object_types[to]
    matched = target.attributes.get(match) if target and match else None
    if matched is not None and matched.type == "reference":
        yield Complaint(
            (*path, "match"),
            "is itself a reference",
            "Match an attribute that holds a value, such as the identity.",
        )

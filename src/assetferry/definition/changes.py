"""What another text of a definition changes that a run under way could not follow."""

from collections.abc import Iterator, Mapping
from typing import TypeVar

from assetferry.definition.attributes import Attribute
from assetferry.definition.document import Definition
from assetferry.definition.object_types import ObjectType
from assetferry.definition.sources import AnySource

__all__ = ["identity_changes", "lasting_changes"]

T = TypeVar("T")

_VALUES = {"from_", "from_record", "map", "keep_unmapped", "default", "empty", "format"}
"""Keys of an attribute that say how its values are made, and not what it is in Assets."""


def lasting_changes(old: Definition, new: Definition) -> tuple[str, ...]:
    """Name every change of object types, identities, sources and target, as one would write it.

    A run that has begun to read cannot follow these: what was sent would not fit what comes.
    """
    found = [*_sources(old, new), *_object_types(old, new), *identity_changes(old, new)]
    if old.name != new.name:
        found.insert(0, "name")
    if old.assets.base_url != new.assets.base_url:
        found.insert(0, "assets.base_url")
    return tuple(dict.fromkeys(found))


def identity_changes(old: Definition, new: Definition) -> tuple[str, ...]:
    """Name the object types whose objects would be told apart in another way."""
    return tuple(
        f"object_types.{name} (identity)"
        for name, before, after in _in_both(old.object_types, new.object_types)
        if _identity(before) != _identity(after)
    )


def _sources(old: Definition, new: Definition) -> Iterator[str]:
    yield from (f"sources.{name}" for name in sorted(old.sources.keys() ^ new.sources.keys()))
    for name, before, after in _in_both(old.sources, new.sources):
        if _read(before) != _read(after):
            yield f"sources.{name}"


def _object_types(old: Definition, new: Definition) -> Iterator[str]:
    names = old.object_types.keys() ^ new.object_types.keys()
    yield from (f"object_types.{name}" for name in sorted(names))
    for name, before, after in _in_both(old.object_types, new.object_types):
        if _shape(before) != _shape(after):
            yield f"object_types.{name}"
    if (old.schema_, old.statuses) != (new.schema_, new.statuses):
        yield "schema, statuses"


def _shape(object_type: ObjectType) -> object:
    """Give what Assets is told of an object type, and what feeds it."""
    attributes = {
        name: one.model_dump(exclude=_VALUES) for name, one in object_type.attributes.items()
    }
    given = object_type.model_dump(exclude={"where", "where_record", "attributes"})
    return given | {"attributes": attributes}


def _identity(object_type: ObjectType) -> dict[str, Attribute]:
    return {name: one for name, one in object_type.attributes.items() if one.identity}


def _read(source: AnySource) -> AnySource:
    """Leave out what may change without another record coming out of the source."""
    return source.model_copy(update={"auth": None, "headers": None})


def _in_both(old: Mapping[str, T], new: Mapping[str, T]) -> Iterator[tuple[str, T, T]]:
    for name, before in old.items():
        if name in new:
            yield name, before, new[name]

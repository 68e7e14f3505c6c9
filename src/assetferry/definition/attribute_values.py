"""The converters of an attribute, given the object types around it."""

from collections.abc import Mapping
from typing import TypeAlias

from assetferry.definition.attributes import Attribute
from assetferry.definition.conversions import Converter, converter
from assetferry.definition.object_types import ObjectType
from assetferry.definition.scalars import as_text

__all__ = ["own_converter", "source_converter"]

ObjectTypes: TypeAlias = Mapping[str, ObjectType | None]


def source_converter(attribute: Attribute, object_types: ObjectTypes) -> Converter:
    """Convert what the source writes, in the attribute's own ``format``.

    A reference is sent as the matched attribute stores its value, because Assets compares the
    two: what was stored as 5 is not found by 5.0.
    """
    if attribute.type != "reference":
        return converter(attribute.type, values=attribute.values, pattern=attribute.format)
    stored = _matched(attribute, object_types)
    if stored is None or stored.type == "reference":
        return as_text
    convert = source_converter(stored, object_types)
    return convert if convert is as_text else lambda value: as_text(convert(value))


def own_converter(attribute: Attribute, object_types: ObjectTypes) -> Converter:
    """Convert what the definition itself writes in ``map`` and ``default``: always ISO 8601."""
    if attribute.format is None:
        return source_converter(attribute, object_types)
    return converter(attribute.type, values=attribute.values)


def _matched(attribute: Attribute, object_types: ObjectTypes) -> Attribute | None:
    """Find the attribute that a reference matches; None where the definition has mistakes."""
    target = object_types.get(attribute.to) if attribute.to is not None else None
    if target is None or attribute.match is None:
        return None
    return target.attributes.get(attribute.match)

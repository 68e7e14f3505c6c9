"""Which fields of a record a stream reads: all that quarantine keeps of a bad one.

A record may hold more about people than the import needs; what it does not need is not stored.
"""

from collections.abc import Iterable
from typing import Any, cast

import msgspec

from assetferry.definition.document import Definition
from assetferry.definition.expressions import Node, parse
from assetferry.definition.object_types import ObjectType
from assetferry.definition.scalars import is_whole

__all__ = ["UsedFields", "used_fields"]

_ON_ELEMENTS = frozenset({"projection", "value_projection", "filter_projection", "pipe"})
"""Nodes whose first child reads the record, and whose others read what that one found."""
_FIRST_ONLY = _ON_ELEMENTS | {"subexpression", "index_expression"}
_NOTHING = frozenset({"literal", "slice", "index", "expref"})


class UsedFields:
    """The top-level fields of a record that some expression reads."""

    def __init__(self, names: Iterable[str] | None) -> None:
        """Take the names; None where an expression may read any field."""
        self.names = None if names is None else frozenset(names)

    def of(self, record: Any) -> Any:
        """Leave out of a record what nothing reads; texts that JSON cannot carry become null."""
        if self.names is not None and isinstance(record, dict):
            known = cast("dict[str, Any]", record)
            record = {name: value for name, value in known.items() if name in self.names}
        try:
            msgspec.json.encode(record)
        except UnicodeEncodeError:
            return _carried(record)
        return record


def _carried(value: Any) -> Any:
    if isinstance(value, dict):
        items = cast("dict[str, Any]", value).items()
        return {name: _carried(one) for name, one in items if _carried(name) is not None}
    if isinstance(value, list):
        return [_carried(one) for one in cast("list[Any]", value)]
    return None if isinstance(value, str) and not is_whole(value) else value


def used_fields(definition: Definition, stream: str) -> UsedFields:
    """Find what the object types of a stream read of its records."""
    names: set[str] = set()
    for object_type in definition.object_types.values():
        if object_type.source != stream:
            continue
        for expression in _over_record(object_type):
            found = _roots(parse(expression))
            if found is None:
                return UsedFields(None)
            names |= found
    return UsedFields(names)


def _over_record(object_type: ObjectType) -> Iterable[str]:
    """Give the expressions that are evaluated over the record, not over a nested item."""
    attributes = object_type.attributes.values()
    if object_type.each is not None:
        yield object_type.each
    else:
        yield from (one.from_ for one in attributes if one.from_ is not None)
        if object_type.where is not None:
            yield object_type.where
    yield from (one.from_record for one in attributes if one.from_record is not None)
    if object_type.where_record is not None:
        yield object_type.where_record


def _roots(node: Node) -> set[str] | None:
    """Name the fields that an expression reads of its input itself; None if that may be any."""
    kind = node["type"]
    if kind == "field":
        return {node["value"]}
    if kind in ("current", "identity"):
        return None
    if kind in _NOTHING:
        return set()
    children: list[Node] = node["children"]
    names: set[str] = set()
    for child in children[:1] if kind in _FIRST_ONLY else children:
        found = _roots(child)
        if found is None:
            return None
        names |= found
    return names

"""A definition as far as it could be read.

Checks across it then find the rest of the mistakes in the same pass.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from pydantic import TypeAdapter, ValidationError

from assetferry.definition.complaints import as_table
from assetferry.definition.egress import Egress
from assetferry.definition.object_types import ObjectType
from assetferry.definition.positions import Path
from assetferry.definition.schedule import Schedule
from assetferry.definition.sources import AnySource

__all__ = ["Draft", "draft"]

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """Parts that stand on their own; None where a part has mistakes that hide its content."""

    sources: Mapping[str, AnySource | None]
    object_types: Mapping[str, ObjectType | None]
    attribute_names: Mapping[str, tuple[str, ...]]
    """What each object type's attributes are called, the broken ones too."""
    statuses: frozenset[str]
    egress: Egress | None
    schedule: Schedule | None

    def whole(self, object_type: str) -> bool:
        """Tell whether every attribute of the type could be read."""
        parsed = self.object_types[object_type]
        names = self.attribute_names[object_type]
        return parsed is not None and len(names) == len(parsed.attributes)


def draft(raw: Mapping[str, Any], broken: Iterable[Path]) -> Draft:
    """Read every part of ``raw`` that lies outside the ``broken`` paths."""
    pruned = raw
    for path in broken:
        pruned = _without(pruned, _removable(path))
    types = as_table(raw.get("object_types"))
    return Draft(
        sources=_parts(AnySource, raw, pruned, "sources"),
        object_types=_parts(ObjectType, raw, pruned, "object_types"),
        attribute_names={
            name: tuple(as_table(as_table(value).get("attributes")))
            for name, value in types.items()
        },
        statuses=frozenset(as_table(raw.get("statuses"))),
        egress=_read(Egress, pruned.get("egress", None if "egress" in raw else {})),
        schedule=_read(Schedule, pruned.get("schedule")),
    )


def _removable(path: Path) -> Path:
    """Give the smallest part around a mistake without which the rest still makes sense."""
    if path[:1] == ("object_types",) and path[2:3] == ("attributes",):
        return path[:4]
    if path[:1] == ("object_types",):
        return path[:3]
    return path[:2] if path[:1] in (("sources",), ("statuses",)) else path[:1]


def _without(table: Mapping[str, Any], path: Path) -> Mapping[str, Any]:
    key = path[0] if path else None
    if not isinstance(key, str) or key not in table:
        return table
    if len(path) == 1:
        return {name: value for name, value in table.items() if name != key}
    if not isinstance(table[key], dict):
        return table
    return {**table, key: _without(cast("Mapping[str, Any]", table[key]), path[1:])}


def _parts(
    model: type[T], raw: Mapping[str, Any], pruned: Mapping[str, Any], key: str
) -> dict[str, T | None]:
    left = as_table(pruned.get(key))
    return {name: _read(model, left.get(name)) for name in as_table(raw.get(key))}


def _read(model: type[T], value: Any) -> T | None:
    try:
        return TypeAdapter(model).validate_python(value)
    except ValidationError:
        return None

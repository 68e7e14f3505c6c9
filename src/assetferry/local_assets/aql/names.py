"""What the names in a query stand for in one workspace.

Names are compared folded. A type name may occur in several object schemas, an attribute name
in several types: a name stands for all that bear it.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from .functions import fold

__all__ = ["Attribute", "Names", "ObjectType", "load_names"]


@dataclass(frozen=True, slots=True)
class ObjectType:
    """A row of object_types."""

    id: int
    name: str
    schema_id: int
    parent_id: int | None


@dataclass(frozen=True, slots=True)
class Attribute:
    """A row of attributes that is not a system one; it belongs to one type."""

    id: int
    name: str
    object_type_id: int
    type: str
    multiple: bool
    """Whether an object may hold several values (maximum cardinality other than 1)."""
    target_type_id: int | None
    """The type a reference points to; its child types count too."""


@dataclass(frozen=True, slots=True)
class Names:
    """The names of one workspace, as read at one moment."""

    workspace_id: str
    types: Mapping[int, ObjectType]
    schemas: Mapping[int, str]
    attributes: Mapping[str, tuple[Attribute, ...]]
    """By folded name."""
    children: Mapping[int, tuple[int, ...]] = field(default_factory=dict[int, tuple[int, ...]])

    def all_types(self) -> frozenset[int]:
        """Give every type of the workspace."""
        return frozenset(self.types)

    def attributes_named(self, name: str) -> tuple[Attribute, ...]:
        """Give the attributes of that name, of whatever type; none if it is unknown."""
        return self.attributes.get(_folded(name), ())

    def types_named(self, name: str) -> frozenset[int]:
        """Give the types of that name, of whatever object schema."""
        wanted = _folded(name)
        return frozenset(t.id for t in self.types.values() if _folded(t.name) == wanted)

    def schemas_named(self, name: str) -> frozenset[int]:
        """Give the object schemas of that name."""
        wanted = _folded(name)
        return frozenset(id_ for id_, each in self.schemas.items() if _folded(each) == wanted)

    def types_of_schemas(self, schema_ids: Iterable[int]) -> frozenset[int]:
        """Give the types of these object schemas."""
        wanted = frozenset(schema_ids)
        return frozenset(t.id for t in self.types.values() if t.schema_id in wanted)

    def with_children(self, type_ids: Iterable[int]) -> frozenset[int]:
        """Give these types and all below them."""
        found: set[int] = set()
        ahead = list(type_ids)
        while ahead:
            type_id = ahead.pop()
            if type_id not in found:
                found.add(type_id)
                ahead.extend(self.children.get(type_id, ()))
        return frozenset(found)

    def targets(self, attributes: Iterable[Attribute]) -> frozenset[int]:
        """Give the types that these references can point to."""
        targets: set[int] = set()
        for attribute in attributes:
            if attribute.target_type_id is None:
                return self.all_types()
            targets.add(attribute.target_type_id)
        return self.with_children(targets)


def load_names(connection: sqlite3.Connection, workspace_id: str) -> Names:
    """Read the names of a workspace; a query sees the types as they are at this moment."""
    types = {
        row[0]: ObjectType(*row)
        for row in connection.execute(
            "SELECT id, name, schema_id, parent_id FROM object_types WHERE workspace_id = ?",
            (workspace_id,),
        )
    }
    schemas = dict(
        connection.execute(
            "SELECT id, name FROM object_schemas WHERE workspace_id = ?", (workspace_id,)
        ).fetchall()
    )
    attributes: defaultdict[str, list[Attribute]] = defaultdict(list)
    for row in connection.execute(
        "SELECT id, name, object_type_id, type, maximum_cardinality <> 1,"
        " reference_object_type_id FROM attributes"
        " WHERE workspace_id = ? AND is_system = 0 ORDER BY id",
        (workspace_id,),
    ):
        id_, name, object_type_id, type_, multiple, target = row
        attributes[_folded(name)].append(
            Attribute(id_, name, object_type_id, type_, bool(multiple), target)
        )
    children: defaultdict[int, list[int]] = defaultdict(list)
    for each in types.values():
        if each.parent_id is not None:
            children[each.parent_id].append(each.id)
    return Names(
        workspace_id,
        types,
        schemas,
        {name: tuple(found) for name, found in attributes.items()},
        {parent: tuple(found) for parent, found in children.items()},
    )


def _folded(text: str) -> str:
    return fold(text) or ""

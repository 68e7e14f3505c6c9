"""Where the value that a name asks for is found: a column, attributes of types, references."""

import difflib
from dataclasses import dataclass

from .error import AqlError
from .fields import COLUMNS, Field, attribute_field
from .functions import fold
from .names import Attribute, Names
from .syntax import Name
from .typesets import TYPE_KEYWORDS

__all__ = ["Place", "Reference", "follow", "places"]

REFERENCE = "referenced_object"


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference attribute; its values are rows of object_references."""

    attribute: Attribute


@dataclass(frozen=True, slots=True)
class Place:
    """A field, and the types whose objects have it."""

    field: Field | Reference
    types: frozenset[int]


def places(name: Name, names: Names, types: frozenset[int]) -> list[Place]:
    """Give where a name's values are among these types; none is no mistake.

    ``Name`` is the label, except in types with an attribute called Name, where it is that
    attribute; ``label`` is always the label. Raises AqlError if no type of the workspace has
    an attribute of the name.
    """
    word = fold(name.text) or ""
    if word in COLUMNS:
        return [Place(COLUMNS[word], types)]
    found = names.attributes_named(name.text)
    if word == "name":
        own = frozenset(each.object_type_id for each in found)
        label = [Place(COLUMNS["label"], types - own)] if types - own else []
        return label + [_place(each) for each in found if each.object_type_id in types]
    if not found:
        raise _unknown(name, names)
    return [_place(each) for each in found if each.object_type_id in types]


def follow(name: Name, names: Names) -> list[Attribute]:
    """Give the references that a name before a dot stands for, in all types.

    Raises AqlError if there is no such attribute or none of them is a reference.
    """
    found = names.attributes_named(name.text)
    word = fold(name.text) or ""
    if not found and word not in COLUMNS and word != "name":
        raise _unknown(name, names)
    references = [each for each in found if each.type == REFERENCE]
    if not references:
        raise AqlError(
            f"{name.text!r} is not a reference, so no dot can follow it", name.position, name.text
        )
    return references


def _place(attribute: Attribute) -> Place:
    types = frozenset({attribute.object_type_id})
    if attribute.type == REFERENCE:
        return Place(Reference(attribute), types)
    return Place(attribute_field(attribute), types)


def _unknown(name: Name, names: Names) -> AqlError:
    word = fold(name.text) or ""
    if word in TYPE_KEYWORDS:
        return AqlError(f"{name.text} cannot be used here", name.position, name.text)
    near = difflib.get_close_matches(word, names.attributes, n=1)
    hint = f"; did you mean {names.attributes[near[0]][0].name!r}?" if near else ""
    return AqlError(
        f"No object type of this workspace has an attribute {name.text!r}{hint}",
        name.position,
        name.text,
    )

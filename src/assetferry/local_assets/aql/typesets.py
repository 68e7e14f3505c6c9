"""Conditions that only concern an object's type or schema.

They are decided while compiling: each stands for a fixed set of types, which narrows where
the other conditions of an AND are looked for.
"""

from .error import AqlError
from .functions import fold
from .names import Names
from .syntax import AllOf, AnyOf, Comparison, Empty, Node, TypeAndChildren, Value

__all__ = ["TYPE_KEYWORDS", "narrowed", "type_set"]

TYPE_KEYWORDS = frozenset({"objecttype", "objecttypeid", "objectschema", "objectschemaid"})


def type_set(node: Node, names: Names) -> frozenset[int] | None:
    """Give the types a condition stands for, or None if it looks at more than the type.

    Raises AqlError for an unknown type or schema.
    """
    match node:
        case AllOf(nodes) | AnyOf(nodes):
            sets = [type_set(each, names) for each in nodes]
            known = [each for each in sets if each is not None]
            if len(known) < len(sets):
                return None
            first, *rest = known
            return first.union(*rest) if isinstance(node, AnyOf) else first.intersection(*rest)
        case Comparison() if _keyword(node) in TYPE_KEYWORDS:
            return _but(names, _compared(node, names), negated=node.negated)
        case TypeAndChildren() if len(node.path) == 1:
            if _keyword(node) not in ("objecttype", "objecttypeid"):
                raise AqlError(
                    "objectTypeAndChildren goes with objectType",
                    node.path[0].position,
                    node.path[0].text,
                )
            found = names.with_children(_types(node.object_type, names))
            return _but(names, found, negated=node.negated)
        case Empty() if _keyword(node) in TYPE_KEYWORDS:
            return names.all_types() if node.negated else frozenset()
        case _:
            return None


def narrowed(node: Node | None, names: Names, types: frozenset[int]) -> frozenset[int]:
    """Give those of the types whose objects can match at all."""
    for each in node.nodes if isinstance(node, AllOf) else (node,):
        only = None if each is None else type_set(each, names)
        if only is not None:
            types &= only
    return types


def _keyword(node: Comparison | Empty | TypeAndChildren) -> str:
    return (fold(node.path[0].text) or "") if len(node.path) == 1 else ""


def _but(names: Names, found: frozenset[int], *, negated: bool) -> frozenset[int]:
    return names.all_types() - found if negated else found


def _compared(node: Comparison, names: Names) -> frozenset[int]:
    keyword = _keyword(node)
    if node.operator in ("=", "==", "IN"):
        read = {
            "objecttype": _types_by_name,
            "objecttypeid": _types_by_id,
            "objectschema": _types_by_schema_name,
            "objectschemaid": _types_by_schema_id,
        }[keyword]
        return frozenset[int]().union(*(read(value, names) for value in node.values))
    if node.operator in ("LIKE", "STARTSWITH", "ENDSWITH") and not keyword.endswith("id"):
        return _types_like(node, names, of_schema=keyword == "objectschema")
    raise AqlError(
        f"{node.path[0].text} cannot be compared with {node.operator}; use = or IN",
        node.values[0].position,
        node.values[0].text,
    )


def _types_like(node: Comparison, names: Names, *, of_schema: bool) -> frozenset[int]:
    part = node.values[0].text.casefold()

    def alike(name: str) -> bool:
        name = fold(name) or ""
        match node.operator:
            case "STARTSWITH":
                return name.startswith(part)
            case "ENDSWITH":
                return name.endswith(part)
            case _:
                return part in name

    if of_schema:
        return names.types_of_schemas(id_ for id_, name in names.schemas.items() if alike(name))
    return frozenset(each.id for each in names.types.values() if alike(each.name))


def _types(value: Value, names: Names) -> frozenset[int]:
    """Read a type by its name, or by its id where no type bears a number as its name."""
    found = names.types_named(value.text)
    return found or _types_by_id(value, names)


def _types_by_name(value: Value, names: Names) -> frozenset[int]:
    found = names.types_named(value.text)
    if not found:
        raise _unknown("object type", value)
    return found


def _types_by_id(value: Value, names: Names) -> frozenset[int]:
    id_ = _id(value)
    if id_ not in names.types:
        raise _unknown("object type", value)
    return frozenset({id_})


def _types_by_schema_name(value: Value, names: Names) -> frozenset[int]:
    found = names.schemas_named(value.text)
    if not found:
        raise _unknown("object schema", value)
    return names.types_of_schemas(found)


def _types_by_schema_id(value: Value, names: Names) -> frozenset[int]:
    id_ = _id(value)
    if id_ not in names.schemas:
        raise _unknown("object schema", value)
    return names.types_of_schemas({id_})


def _id(value: Value) -> int:
    text = value.text.strip()
    return int(text) if text.isascii() and text.isdecimal() else -1


def _unknown(kind: str, value: Value) -> AqlError:
    return AqlError(
        f"There is no {kind} {value.text!r} in this workspace", value.position, value.text
    )

"""A query as a tree: what was asked, with the places needed to explain a mistake.

Negations are part of the leaves (``negated``), because AQL has no NOT before a condition.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from .dates import DateFunction

__all__ = [
    "AllOf",
    "AnyOf",
    "Comparison",
    "Empty",
    "Having",
    "Name",
    "Node",
    "Operator",
    "Order",
    "Path",
    "Query",
    "TypeAndChildren",
    "Value",
]

Operator: TypeAlias = Literal[
    "=", "==", "<", "<=", ">", ">=", "LIKE", "STARTSWITH", "ENDSWITH", "IN"
]


@dataclass(frozen=True, slots=True)
class Name:
    """One segment of a path."""

    text: str
    position: int
    quoted: bool = False


Path: TypeAlias = tuple[Name, ...]
"""An attribute or keyword, reached through the references before it; never empty."""


@dataclass(frozen=True, slots=True)
class Value:
    """One operand, as text; the attribute it is compared with decides what it means."""

    text: str
    position: int
    function: DateFunction | None = None
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Comparison:
    """A path against one value, or with IN against any of several."""

    path: Path
    operator: Operator
    values: tuple[Value, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Empty:
    """IS EMPTY, or negated IS NOT EMPTY."""

    path: Path
    negated: bool = False


@dataclass(frozen=True, slots=True)
class TypeAndChildren:
    """IN objectTypeAndChildren(name or id): the type and all types below it."""

    path: Path
    object_type: Value
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Having:
    """Objects with a reference from (inbound) or to (outbound) an object that matches."""

    inbound: bool
    inner: "Node | None"
    negated: bool = False


@dataclass(frozen=True, slots=True)
class AllOf:
    """AND."""

    nodes: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class AnyOf:
    """OR."""

    nodes: "tuple[Node, ...]"


Node: TypeAlias = AllOf | AnyOf | Comparison | Empty | TypeAndChildren | Having


@dataclass(frozen=True, slots=True)
class Order:
    """ORDER BY one path."""

    path: Path
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """A whole query; without ``where`` it matches every object."""

    where: Node | None = None
    order: Order | None = None

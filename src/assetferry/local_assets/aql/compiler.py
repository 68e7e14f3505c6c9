"""A query as one SQL statement over the store.

Conditions are compiled inside a set of types, which every AND narrows by its conditions on
the type. A condition on an attribute concerns only objects whose type has it, also when it
is negative: ``RAM != 8`` finds no employees.
"""

# ruff: noqa: S608 - values are bound; only ids and our own expressions are in the text

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from .conditions import EVERYTHING, NOTHING, Condition, all_of, among, any_of, inverted, of_types
from .criteria import OneOf, Range, criteria
from .error import UnfitValue
from .fields import COLUMNS, Field
from .indexes import WantedIndex
from .names import Attribute, Names
from .parameters import Parameters
from .places import Place, Reference, follow, places
from .syntax import AllOf, AnyOf, Comparison, Empty, Having, Node, TypeAndChildren
from .typesets import narrowed, type_set

__all__ = ["Compiler"]

_DEEPEST = 4
"""Groups inside groups in one expression; SQLite's parser has a stack of 100 symbols."""


class Compiler:
    """Compiles one query; what it collects on the way belongs to that statement."""

    def __init__(self, names: Names, now: datetime, *, walking: bool = False) -> None:
        """With ``walking``, write nothing that an index could lead to: for a walk in order."""
        self.names = names
        self.walking = walking
        self.now = now
        self.parameters = Parameters()
        self.wanted: dict[WantedIndex, None] = {}
        self._steps: list[str] = []
        self._depth = 0

    def want(self, indexes: Iterable[WantedIndex]) -> None:
        """Note what would make the statement fast."""
        self.wanted |= dict.fromkeys(indexes)

    def step(self, select: str) -> str:
        """Name a sub-query: nested ones would overflow the stack of SQLite's parser."""
        name = f"step{len(self._steps)}"
        self._steps.append(f"{name} AS ({select})")
        return name

    @property
    def follows_references(self) -> bool:
        """Whether the statement needs sub-queries of its own."""
        return bool(self._steps)

    def with_steps(self, statement: str) -> str:
        """Put the named sub-queries before the statement that uses them."""
        if not self._steps:
            return statement
        return f"WITH {', '.join(self._steps)} {statement}"

    def where(self, node: Node | None, types: frozenset[int]) -> Condition:
        """Compile a condition together with the test on the types themselves."""
        return among(types, [] if node is None else [self.condition(node, types)])

    def condition(self, node: Node, types: frozenset[int]) -> Condition:
        """Compile a condition; that objects are of the types is tested by somebody else."""
        only = type_set(node, self.names)
        if only is not None:
            return EVERYTHING if only >= types else of_types(only & types)
        match node:
            case AllOf() | AnyOf():
                return self._group(node, types)
            case Having():
                return self._having(node)
            case Comparison() | Empty() if len(node.path) == 1:
                return self._leaf(node, types)
            case Comparison() | Empty() | TypeAndChildren():
                return self._through(node, types)

    def _group(self, node: AllOf | AnyOf, types: frozenset[int]) -> Condition:
        self._depth += 1
        match node:
            case AllOf(nodes):
                condition = self._all_of(nodes, types)
            case AnyOf(nodes):
                condition = any_of([self.condition(each, types) for each in nodes])
        self._depth -= 1
        if self._depth == 0 or self._depth % _DEEPEST or condition in (EVERYTHING, NOTHING):
            return condition
        within = among(types, [condition])
        step = self.step(f"SELECT o.id FROM objects o WHERE {within.sql}")
        return Condition(f"o.id IN {step}", condition.selective, types)

    def _all_of(self, nodes: Sequence[Node], types: frozenset[int]) -> Condition:
        within = narrowed(AllOf(tuple(nodes)), self.names, types)
        rest = [node for node in nodes if type_set(node, self.names) is None]
        conditions = [self.condition(node, within) for node in rest]
        return all_of(conditions) if within == types else among(within, conditions)

    def _leaf(self, node: Comparison | Empty, types: frozenset[int]) -> Condition:
        found = places(node.path[0], self.names, types)
        if isinstance(node, Empty):
            present = any_of([self._present(place) for place in found])
            return self._signed(present, found, types, negated=not node.negated)
        matches = any_of(self._matches(node, found))
        return self._signed(matches, found, types, negated=node.negated)

    def _matches(self, node: Comparison, found: Sequence[Place]) -> list[Condition]:
        """Test a value in all its places; it must fit the kind of one of them at least."""
        arms: list[Condition] = []
        unfit: UnfitValue | None = None
        fits = not found
        for place in found:
            try:
                arms.extend(self._arms(node, place))
                fits = True
            except UnfitValue as error:
                unfit = error
        if not fits and unfit is not None:
            raise unfit
        return arms

    def _arms(self, node: Comparison, place: Place) -> list[Condition]:
        if isinstance(place.field, Reference):
            return [self._refers(node, place.field.attribute)]
        field, arms = place.field, list[Condition]()
        for criterion in criteria(field.kind, node.operator, node.values, self.now):
            if isinstance(criterion, OneOf | Range) and not self.walking:
                self.want(field.index(criterion.form))
                arms += self._indexed(criterion, field, place.types)
                continue
            if field.path is None:
                test = field.satisfies(criterion, self.parameters, free=True)
            else:
                test = field.any_satisfies(criterion, self.parameters)
            arms.append(among(place.types, [Condition(test)]))
        return arms

    def _indexed(
        self, criterion: OneOf | Range, field: Field, types: frozenset[int]
    ) -> list[Condition]:
        """Test the first values by their indexes; objects with more of them apart."""
        test = Condition(field.satisfies(criterion, self.parameters), selective=True)
        if field is COLUMNS["key"] and isinstance(criterion, OneOf):
            return [all_of([self._near(criterion), test])]
        first = all_of([of_types(types), test])
        if field.path is None:
            return [first]
        further = [
            all_of([of_types(types), Condition(each, selective=True)])
            for each in field.further_satisfy(criterion, self.parameters)
        ]
        many = Condition(field.has_many(), selective=True)
        any_ = Condition(field.any_satisfies(criterion, self.parameters))
        return [first, *further, all_of([of_types(types), many, any_])]

    def _near(self, criterion: OneOf) -> Condition:
        """Find an object by the number at the end of its key, which is its id."""
        numbers = [str(key).rpartition("-")[2] for key in criterion.keys]
        ids = [int(each) for each in numbers if each.isascii() and each.isdecimal()]
        found = self.parameters.add_all([each for each in ids if each < 2**63])
        return Condition(f"o.id IN (SELECT value FROM json_each({found}))", selective=True)

    def _refers(self, node: Comparison, attribute: Attribute) -> Condition:
        """Compare a reference: with the label or the key of the object it points to."""
        targets = self.names.targets([attribute])
        label, key = (
            any_of(self._arms(node, Place(COLUMNS[name], targets))) for name in ("label", "key")
        )
        return self._pointing_to([attribute], among(targets, [any_of([label, key])]))

    def _through(
        self, node: Comparison | Empty | TypeAndChildren, types: frozenset[int]
    ) -> Condition:
        """Follow the references of a dotted path's first name, and ask the rest of its targets.

        Negations hold for the whole: no target matches, or there is none.
        """
        references = follow(node.path[0], self.names)
        here = [each for each in references if each.object_type_id in types]
        positive = isinstance(node, Empty)
        rest = replace(node, path=node.path[1:], negated=positive)
        targets = self.names.targets(here or references)
        matching = self._pointing_to(here, self.where(rest, targets))
        found = [Place(Reference(each), frozenset({each.object_type_id})) for each in here]
        return self._signed(matching, found, types, negated=node.negated != positive)

    def _having(self, node: Having) -> Condition:
        near, far = ("target_id", "object_id") if node.inbound else ("object_id", "target_id")
        if node.inner is None:
            found = Condition(f"EXISTS (SELECT 1 FROM object_references r WHERE r.{near} = o.id)")
        else:
            inner = self.where(node.inner, self.names.all_types())
            step = self.step(f"SELECT o.id FROM objects o WHERE {inner.sql}")
            found = Condition(
                f"o.id IN (SELECT r.{near} FROM object_references r WHERE r.{far} IN {step})",
                inner.selective,
            )
        return inverted(found) if node.negated else found

    def _pointing_to(self, attributes: Sequence[Attribute], target: Condition) -> Condition:
        step = self.step(f"SELECT o.id FROM objects o WHERE {target.sql}")
        if not attributes:
            return NOTHING
        ids = ", ".join(str(each.id) for each in attributes)
        return Condition(
            "o.id IN (SELECT r.object_id FROM object_references r"
            f" WHERE r.attribute_id IN ({ids}) AND r.target_id IN {step})",
            target.selective,
            frozenset(each.object_type_id for each in attributes),
        )

    def _present(self, place: Place) -> Condition:
        if isinstance(place.field, Field):
            held = f"{place.field.value('plain')} IS NOT NULL"
            return among(place.types, [Condition(held)])
        held = (
            "EXISTS (SELECT 1 FROM object_references r WHERE r.object_id = o.id"
            f" AND r.attribute_id = {place.field.attribute.id})"
        )
        return among(place.types, [Condition(held)])

    def _signed(
        self,
        condition: Condition,
        found: Sequence[Place],
        types: frozenset[int],
        *,
        negated: bool,
    ) -> Condition:
        """Turn a condition round, among the objects whose type has one of the places."""
        if not negated:
            return condition
        having = frozenset[int]().union(*(place.types for place in found))
        return inverted(condition) if having == types else among(having, [inverted(condition)])

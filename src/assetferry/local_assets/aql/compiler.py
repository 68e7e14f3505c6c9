"""A query as one SQL statement over the store.

Conditions are compiled inside a set of types, which every AND narrows by its conditions on
the type. A condition on an attribute concerns only objects whose type has it, also when it
is negative: ``RAM != 8`` finds no employees.

Whether a condition is *selective* (an index leads to its few objects) decides how SQLite is
guided: where one is, tests on the type are written ``+o.object_type_id`` and the order
``+…``, which keeps SQLite from walking a whole type in order instead.
"""

# ruff: noqa: S608 - values are bound; only ids and our own expressions are in the text

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from .criteria import OneOf, Range, criteria
from .error import UnfitValue
from .fields import COLUMNS, Field
from .indexes import WantedIndex
from .names import Attribute, Names
from .parameters import Parameters
from .places import Place, Reference, follow, places
from .syntax import AllOf, AnyOf, Comparison, Empty, Having, Node, TypeAndChildren
from .typesets import narrowed, type_set

__all__ = ["Compiler", "Condition"]

_WIDEST = 100
"""Members of an OR or AND, or arms of a union, in one expression: SQLite's limits are 1000
levels and 500 arms, and a wide list is a deep expression to it."""

_DEEPEST = 4
"""Groups inside groups in one expression; SQLite's parser has a stack of 100 symbols."""


@dataclass(frozen=True, slots=True)
class Condition:
    """SQL that is true for matching objects among those of the types it was compiled for."""

    sql: str
    selective: bool = False


_EVERYTHING = Condition("1")
_NOTHING = Condition("0", selective=True)


class Compiler:
    """Compiles one query; what it collects on the way belongs to that statement."""

    def __init__(self, names: Names, now: datetime) -> None:
        self.names = names
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

    def with_steps(self, statement: str) -> str:
        """Put the named sub-queries before the statement that uses them."""
        if not self._steps:
            return statement
        return f"WITH {', '.join(self._steps)} {statement}"

    def where(self, node: Node | None, types: frozenset[int]) -> Condition:
        """Compile a condition together with the test on the types themselves."""
        condition = _EVERYTHING if node is None else self.condition(node, types)
        return _all([self._of_types(types, free=condition.selective), condition])

    def condition(self, node: Node, types: frozenset[int]) -> Condition:
        """Compile a condition; that objects are of the types is tested by somebody else."""
        only = type_set(node, self.names)
        if only is not None:
            return _EVERYTHING if only >= types else self._of_types(only & types)
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
                condition = self._any([self.condition(each, types) for each in nodes])
        self._depth -= 1
        if self._depth == 0 or self._depth % _DEEPEST or condition in (_EVERYTHING, _NOTHING):
            return condition
        among = _all([self._of_types(types, free=condition.selective), condition])
        step = self.step(f"SELECT o.id FROM objects o WHERE {among.sql}")
        return Condition(f"o.id IN {step}", condition.selective)

    def _all_of(self, nodes: Sequence[Node], types: frozenset[int]) -> Condition:
        within = narrowed(AllOf(tuple(nodes)), self.names, types)
        rest = [node for node in nodes if type_set(node, self.names) is None]
        conditions = [self.condition(node, within) for node in rest]
        if within == types:
            return _all(conditions)
        selective = any(each.selective for each in conditions)
        return _all([self._of_types(within, free=selective), *conditions])

    def _leaf(self, node: Comparison | Empty, types: frozenset[int]) -> Condition:
        found = places(node.path[0], self.names, types)
        if isinstance(node, Empty):
            present = self._any([self._present(place) for place in found])
            return self._signed(present, found, types, negated=not node.negated)
        matches = self._any(self._matches(node, found))
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
            if not isinstance(criterion, OneOf | Range):
                satisfied = field.any_satisfies if field.path else field.satisfies
                test = Condition(satisfied(criterion, self.parameters))
                arms.append(_all([self._of_types(place.types), test]))
                continue
            self.want(field.index(criterion.form))
            of_type = self._of_types(place.types)
            test = Condition(field.satisfies(criterion, self.parameters), selective=True)
            near = self._near(criterion) if field is COLUMNS["key"] else _EVERYTHING
            arms.append(_all([of_type if near is _EVERYTHING else near, test]))
            if field.path is not None:
                any_ = Condition(field.any_satisfies(criterion, self.parameters), selective=True)
                arms.append(_all([of_type, Condition(field.has_several()), any_]))
        return arms

    def _near(self, criterion: OneOf | Range) -> Condition:
        """Find an object by the number at the end of its key, which is its id."""
        if isinstance(criterion, Range):
            return _EVERYTHING
        numbers = [str(key).rpartition("-")[2] for key in criterion.keys]
        ids = [int(each) for each in numbers if each.isascii() and each.isdecimal()]
        found = self.parameters.add_all([each for each in ids if each < 2**63])
        return Condition(f"o.id IN (SELECT value FROM json_each({found}))", selective=True)

    def _refers(self, node: Comparison, attribute: Attribute) -> Condition:
        """Compare a reference: with the label or the key of the object it points to."""
        targets = self.names.targets([attribute])
        label, key = (
            self._any(self._arms(node, Place(COLUMNS[name], targets))) for name in ("label", "key")
        )
        either = self._any([label, key])
        of_types = self._of_types(targets, free=either.selective)
        return self._pointing_to([attribute], _all([of_types, either]))

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
        return Condition(f"({found.sql}) IS NOT TRUE") if node.negated else found

    def _pointing_to(self, attributes: Sequence[Attribute], target: Condition) -> Condition:
        step = self.step(f"SELECT o.id FROM objects o WHERE {target.sql}")
        if not attributes:
            return _NOTHING
        ids = ", ".join(str(each.id) for each in attributes)
        return Condition(
            "o.id IN (SELECT r.object_id FROM object_references r"
            f" WHERE r.attribute_id IN ({ids}) AND r.target_id IN {step})",
            target.selective,
        )

    def _present(self, place: Place) -> Condition:
        of_types = self._of_types(place.types)
        if isinstance(place.field, Field):
            return _all([of_types, Condition(f"{place.field.value('plain')} IS NOT NULL")])
        held = (
            "EXISTS (SELECT 1 FROM object_references r WHERE r.object_id = o.id"
            f" AND r.attribute_id = {place.field.attribute.id})"
        )
        return _all([of_types, Condition(held)])

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
        return _all(
            [
                _EVERYTHING if having == types else self._of_types(having),
                Condition(f"({condition.sql}) IS NOT TRUE"),
            ]
        )

    def _any(self, conditions: Sequence[Condition]) -> Condition:
        conditions = [each for each in conditions if each.sql != "0"]
        if not conditions:
            return _NOTHING
        if len(conditions) == 1:
            return conditions[0]
        while len(conditions) > _WIDEST:
            conditions = [
                self._any(conditions[at : at + _WIDEST])
                for at in range(0, len(conditions), _WIDEST)
            ]
        if not all(each.selective for each in conditions):
            return Condition(f"({' OR '.join(each.sql for each in conditions)})")
        # SQLite would rather walk the type than use an index for each side of an OR.
        arms = " UNION ALL ".join(
            f"SELECT o.id FROM objects o WHERE {each.sql}" for each in conditions
        )
        return Condition(f"o.id IN ({arms})", selective=True)

    def _of_types(self, types: frozenset[int], *, free: bool = False) -> Condition:
        """Test the type; ``free`` keeps SQLite from choosing an index by it."""
        if not types:
            return _NOTHING
        column = "+o.object_type_id" if free else "o.object_type_id"
        if len(types) == 1:
            return Condition(f"{column} = {min(types)}")
        return Condition(f"{column} IN ({', '.join(map(str, sorted(types)))})")


def _all(conditions: Sequence[Condition]) -> Condition:
    if any(each.sql == "0" for each in conditions):
        return _NOTHING
    conditions = [each for each in conditions if each.sql != "1"]
    if not conditions:
        return _EVERYTHING
    if len(conditions) == 1:
        return conditions[0]
    selective = any(each.selective for each in conditions)
    while len(conditions) > _WIDEST:
        conditions = [
            _all(conditions[at : at + _WIDEST]) for at in range(0, len(conditions), _WIDEST)
        ]
    return Condition(f"({' AND '.join(each.sql for each in conditions)})", selective)

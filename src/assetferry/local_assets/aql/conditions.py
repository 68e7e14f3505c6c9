"""Conditions as SQL over ``objects o``, and how they are put together.

Whether a condition is *selective* (an index leads to its few objects) decides how SQLite is
guided: where one is, tests on the type beside it are written ``+o.object_type_id``, which
keeps SQLite from walking a whole type instead.
"""

# ruff: noqa: S608 - values are bound; only ids and our own expressions are in the text

from collections.abc import Sequence
from dataclasses import dataclass

__all__ = [
    "EVERYTHING",
    "NOTHING",
    "Condition",
    "all_of",
    "among",
    "any_of",
    "inverted",
    "of_types",
]

_WIDEST = 100
"""Members of an OR or AND, or arms of a union, in one expression: SQLite's limits are 1000
levels and 500 arms, and a wide list is a deep expression to it."""


@dataclass(frozen=True, slots=True)
class Condition:
    """SQL that is true for matching objects among those of the types it was compiled for."""

    sql: str
    selective: bool = False
    types: frozenset[int] | None = None
    """The types that matching objects can only have, where the SQL tests that."""


EVERYTHING = Condition("1")
NOTHING = Condition("0", selective=True, types=frozenset())


def of_types(types: frozenset[int], *, free: bool = False) -> Condition:
    """Test the type; ``free`` keeps SQLite from choosing an index by it."""
    if not types:
        return NOTHING
    column = "+o.object_type_id" if free else "o.object_type_id"
    if len(types) == 1:
        return Condition(f"{column} = {min(types)}", types=types)
    listed = ", ".join(map(str, sorted(types)))
    return Condition(f"{column} IN ({listed})", types=types)


def among(types: frozenset[int], conditions: Sequence[Condition]) -> Condition:
    """Put conditions and a test on the type together, unless they already make one.

    Without it SQLite often answers from the index alone and reads no object.
    """
    both = all_of(conditions)
    if both.types is not None and both.types <= types:
        return both
    return all_of([of_types(types, free=both.selective), both])


def all_of(conditions: Sequence[Condition]) -> Condition:
    """Join by AND."""
    if any(each.sql == "0" for each in conditions):
        return NOTHING
    conditions = [each for each in conditions if each.sql != "1"]
    if not conditions:
        return EVERYTHING
    if len(conditions) == 1:
        return conditions[0]
    selective = any(each.selective for each in conditions)
    known = [each.types for each in conditions if each.types is not None]
    types = known[0].intersection(*known[1:]) if known else None
    while len(conditions) > _WIDEST:
        conditions = [
            all_of(conditions[at : at + _WIDEST]) for at in range(0, len(conditions), _WIDEST)
        ]
    return Condition(f"({' AND '.join(each.sql for each in conditions)})", selective, types)


def any_of(conditions: Sequence[Condition]) -> Condition:
    """Join by OR; by a union where every side has an index, which SQLite would not use.

    It would rather walk the type once than look up each side of an OR.
    """
    conditions = [each for each in conditions if each.sql != "0"]
    if not conditions:
        return NOTHING
    if len(conditions) == 1:
        return conditions[0]
    while len(conditions) > _WIDEST:
        conditions = [
            any_of(conditions[at : at + _WIDEST]) for at in range(0, len(conditions), _WIDEST)
        ]
    if not all(each.selective for each in conditions):
        either = " OR ".join(each.sql for each in conditions)
        return Condition(f"({either})", types=_united(conditions))
    arms = " UNION ALL ".join(f"SELECT o.id FROM objects o WHERE {each.sql}" for each in conditions)
    return Condition(f"o.id IN ({arms})", selective=True, types=_united(conditions))


def inverted(condition: Condition) -> Condition:
    """Give what is true where a condition is false or unknown, as for a missing value."""
    return Condition(f"({condition.sql}) IS NOT TRUE")


def _united(conditions: Sequence[Condition]) -> frozenset[int] | None:
    types = frozenset[int]()
    for each in conditions:
        if each.types is None:
            return None
        types |= each.types
    return types

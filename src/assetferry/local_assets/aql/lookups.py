"""References found for many entries at once.

One statement per place an attribute's values lie in, whatever the number of values; with the
indexes of ``lookup_indexes`` each value costs a few steps down a tree.
"""

# ruff: noqa: S608 - values are bound; only ids and our own expressions are in the text

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from .conditions import of_types
from .criteria import Key, OneOf, criteria
from .error import UnfitValue
from .fields import Field
from .indexes import WantedIndex, missing
from .names import Names, load_names
from .placeholders import Lookup
from .places import Place, Reference, places
from .search import matching
from .syntax import Comparison, Query, Value

__all__ = ["find", "lookup_indexes"]


def find(
    connection: sqlite3.Connection,
    workspace_id: str,
    lookup: Lookup,
    values: Iterable[str],
    *,
    object_type_ids: Iterable[int],
    limit: int,
    names: Names | None = None,
) -> dict[str, list[int]]:
    """Give each value's matching objects of these types, at most ``limit`` each.

    Values that find nothing are absent. The same answer as ``matching`` gives to
    ``attribute = value``, value by value. Raises AqlError for an unknown attribute.
    """
    names = names or load_names(connection, workspace_id)
    types = names.all_types() & frozenset(object_type_ids)
    wanted = list(dict.fromkeys(values))
    found_places = places(lookup.name, names, types)
    keyed = [_keys(lookup, place, wanted) for place in found_places]
    found: defaultdict[str, set[int]] = defaultdict(set)
    rest = [value for value in wanted if any(value in odd for _, odd in keyed)]
    for value in rest:
        query = Query(Comparison((lookup.name,), lookup.operator, (Value(value, 1),)))
        found[value].update(
            matching(
                connection,
                workspace_id,
                query,
                object_type_ids=types,
                limit=limit,
                names=names,
            )
        )
    skip = frozenset(rest)
    for place, (keys, _) in zip(found_places, keyed, strict=True):
        if isinstance(place.field, Field):
            for key, ids in _lowest(connection, place.field, place.types, list(keys), limit):
                for value in keys[key]:
                    if value not in skip:
                        found[value].update(ids)
    return {value: sorted(ids)[:limit] for value, ids in found.items() if ids}


def lookup_indexes(
    connection: sqlite3.Connection,
    workspace_id: str,
    lookup: Lookup,
    *,
    object_type_ids: Iterable[int],
) -> list[str]:
    """Give the statements that would make ``find`` fast and were not executed yet.

    Worth it for small stores too: a run asks for many values.
    """
    names = load_names(connection, workspace_id)
    types = names.all_types() & frozenset(object_type_ids)
    indexes: list[WantedIndex] = []
    if lookup.operator == "=":
        for place in places(lookup.name, names, types):
            if isinstance(place.field, Field):
                form = "number" if place.field.kind == "number" else "folded"
                indexes += place.field.index(form)
    return missing(connection, indexes)


def _keys(
    lookup: Lookup, place: Place, values: Sequence[str]
) -> tuple[dict[Key, list[str]], set[str]]:
    """Turn values into the keys of a place.

    Values it cannot hold are left out; those that are no plain key (dates with a length,
    parts of a text) are given back apart.
    """
    keys: defaultdict[Key, list[str]] = defaultdict(list)
    odd: set[str] = set()
    if isinstance(place.field, Reference) or lookup.operator != "=":
        return {}, set(values)
    now = datetime.now(UTC)
    for value in values:
        try:
            (criterion,) = criteria(place.field.kind, "=", (Value(value, 1),), now)
        except UnfitValue:
            continue
        match criterion:
            case OneOf(form, (key,), None) if form != "plain":
                keys[key].append(value)
            case _:
                odd.add(value)
    return dict(keys), odd


def _lowest(
    connection: sqlite3.Connection,
    field: Field,
    types: frozenset[int],
    keys: Sequence[Key],
    limit: int,
) -> Iterable[tuple[Key, list[int]]]:
    """Give the first ``limit`` objects of each key, type by type.

    Within a type and key rows come by ascending id, so the first are the lowest, and a value
    that half the store has is not collected.
    """
    for type_id in sorted(types):
        for statement in _statements(field, of_types(frozenset({type_id})).sql):
            found: defaultdict[Key, list[int]] = defaultdict(list)
            for key, id_ in connection.execute(statement, {"keys": json.dumps(keys)}):
                if len(found[key]) < limit:
                    found[key].append(id_)
            yield from found.items()


def _statements(field: Field, of_type: str) -> Iterable[str]:
    form = "number" if field.kind == "number" else "folded"
    # CROSS JOIN fixes the order: every key is looked up, objects are not walked.
    for value in (field.value(form), *field.further_values(form)):
        yield (
            "SELECT k.value, o.id FROM json_each(:keys) k CROSS JOIN objects o"
            f" WHERE {of_type} AND {value} = k.value"
        )
    if field.path is not None:
        yield (
            "SELECT k.value, o.id FROM objects o"
            f" CROSS JOIN json_each(o.attributes, {field.path}) v CROSS JOIN json_each(:keys) k"
            f" WHERE {of_type} AND {field.has_many()} AND fold(v.value) = k.value"
        )

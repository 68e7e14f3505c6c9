"""Indexes that queries want, made when first asked for.

An index costs every later write, so only what is compared for equality, order or beginnings
gets one. Reading connections cannot make them: ``needed_indexes`` in ``search`` names the
statements, and whoever owns the writing connection executes them.

The type comes first in each index. Seen with EXPLAIN QUERY PLAN: without statistics SQLite
takes an index on the type alone before one on the expression alone, and one on both before
either. The index of an attribute holds only objects of its type, so that importing another
type does not pay for it.
"""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from .forms import Form, in_form

__all__ = ["Indexable", "WantedIndex", "further_indexes", "many_index", "missing", "value_index"]


@dataclass(frozen=True, slots=True)
class Indexable:
    """A field that an index can be made for."""

    name: str
    first: str
    """SQL for the first value's text, with ``{o}`` where the alias stands."""
    object_type_id: int | None = None
    """The only type that has the field; None for a column."""
    further: tuple[str, ...] = ()
    """SQL for its second value and some after it, where an object may hold several."""


@dataclass(frozen=True, slots=True)
class WantedIndex:
    """An index by its name, which says what is indexed, and the statement that makes it."""

    name: str
    ddl: str


def value_index(field: Indexable, form: Form) -> WantedIndex:
    """Give the index on the first value of a field."""
    name = f"aql_{field.name}_{form}"
    value = in_form(field.first.format(o=""), form)
    type_id = field.object_type_id
    only = "" if type_id is None else f" WHERE object_type_id = {type_id}"
    return WantedIndex(
        name, f"CREATE INDEX IF NOT EXISTS {name} ON objects (object_type_id, {value}){only}"
    )


def further_indexes(field: Indexable, form: Form) -> list[WantedIndex]:
    """Give the indexes on the values after the first, each of the objects that have one there."""
    made: list[WantedIndex] = []
    for place, value in enumerate(field.further, start=1):
        name = f"aql_{field.name}_{form}_{place}"
        key = in_form(value.format(o=""), form)
        made.append(
            WantedIndex(
                name,
                f"CREATE INDEX IF NOT EXISTS {name} ON objects (object_type_id, {key})"
                f" WHERE object_type_id = {field.object_type_id} AND {key} IS NOT NULL",
            )
        )
    return made


def many_index(field: Indexable, count: str) -> WantedIndex:
    """Give the index on objects with more values than have indexes; ``count`` is SQL."""
    name = f"aql_{field.name}_many"
    count = count.format(o="")
    most = len(field.further) + 1
    return WantedIndex(
        name,
        f"CREATE INDEX IF NOT EXISTS {name} ON objects (object_type_id, {count})"
        f" WHERE object_type_id = {field.object_type_id} AND {count} > {most}",
    )


def missing(connection: sqlite3.Connection, wanted: Iterable[WantedIndex]) -> list[str]:
    """Give the statements for those that do not exist yet."""
    existing = {
        name
        for (name,) in connection.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'index' AND substr(name, 1, 4) = 'aql_'"
        )
    }
    return [index.ddl for index in wanted if index.name not in existing]

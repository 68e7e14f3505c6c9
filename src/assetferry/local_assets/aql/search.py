"""Answer queries from the store.

Everything here only reads; a statement sees one moment of the store.
"""

# ruff: noqa: S608 - values are bound; only ids and our own expressions are in the text

import sqlite3
from collections.abc import Iterable
from datetime import UTC, datetime

from .compiler import Compiler
from .error import UnfitValue
from .indexes import missing
from .names import Names, load_names
from .ordering import order_key
from .syntax import Query
from .typesets import narrowed

__all__ = ["count", "matching", "needed_indexes", "search"]

SMALL = 1_000
"""Objects. Below this a walk through all of them is quicker than it is worth an index."""


def search(
    connection: sqlite3.Connection,
    workspace_id: str,
    query: Query,
    *,
    start: int,
    limit: int,
    now: datetime | None = None,
) -> list[int]:
    """Give the ids of one page of matching objects, in the query's order.

    ``start`` counts objects from 0. ``now`` (default: the clock) is what date functions see.
    Raises AqlError for names unknown to the workspace and for values that fit nothing.
    """
    names = load_names(connection, workspace_id)
    compiler = Compiler(names, now or datetime.now(UTC))
    statement = _ordered(compiler, query)
    page = compiler.parameters
    statement += f" LIMIT {page.add(limit)} OFFSET {page.add(start)}"
    return _ids(connection, compiler, statement)


def count(
    connection: sqlite3.Connection,
    workspace_id: str,
    query: Query,
    *,
    now: datetime | None = None,
) -> int:
    """Count all matching objects. Raises AqlError as ``search`` does."""
    names = load_names(connection, workspace_id)
    compiler = Compiler(names, now or datetime.now(UTC))
    types = narrowed(query.where, names, names.all_types())
    where = compiler.where(query.where, types)
    order_key(compiler, query.order, types)
    statement = f"SELECT count(*) FROM objects o WHERE {where.sql}"
    (found,) = connection.execute(
        compiler.with_steps(statement), compiler.parameters.values
    ).fetchone()
    return int(found)


def matching(
    connection: sqlite3.Connection,
    workspace_id: str,
    query: Query,
    *,
    object_type_ids: Iterable[int],
    limit: int,
    names: Names | None = None,
    now: datetime | None = None,
) -> list[int]:
    """Give the ids of at most ``limit`` matching objects of these types, lowest first.

    For references: the query's values come from data, so a value that fits no attribute finds
    nothing instead of being a mistake. Pass ``names`` to read them once for many queries.
    """
    names = names or load_names(connection, workspace_id)
    compiler = Compiler(names, now or datetime.now(UTC))
    types = narrowed(query.where, names, names.all_types() & frozenset(object_type_ids))
    try:
        where = compiler.where(query.where, types)
    except UnfitValue:
        return []
    statement = f"SELECT o.id FROM objects o WHERE {where.sql} ORDER BY +o.id"
    statement += f" LIMIT {compiler.parameters.add(limit)}"
    return _ids(connection, compiler, statement)


def needed_indexes(
    connection: sqlite3.Connection,
    workspace_id: str,
    query: Query,
    *,
    object_type_ids: Iterable[int] | None = None,
) -> list[str]:
    """Give the statements that would make a query fast and were not executed yet.

    Empty while the store is small. Execute them on the writing connection; each reads all
    objects once (a few seconds for a million) and is harmless to repeat. ``object_type_ids``
    as for ``matching``.
    """
    if _is_small(connection):
        return []
    names = load_names(connection, workspace_id)
    compiler = Compiler(names, datetime.now(UTC))
    types = names.all_types()
    if object_type_ids is not None:
        types &= frozenset(object_type_ids)
    where = compiler.where(query.where, narrowed(query.where, names, types))
    if object_type_ids is None and (query.order is not None or not where.selective):
        order_key(compiler, query.order, narrowed(query.where, names, types))
    return missing(connection, compiler.wanted)


def _ordered(compiler: Compiler, query: Query) -> str:
    types = narrowed(query.where, compiler.names, compiler.names.all_types())
    where = compiler.where(query.where, types)
    key = order_key(compiler, query.order, types)
    free = "+" if where.selective else ""
    way = " DESC" if query.order is not None and query.order.descending else ""
    return f"SELECT o.id FROM objects o WHERE {where.sql} ORDER BY {free}{key}{way}, o.id{way}"


def _ids(connection: sqlite3.Connection, compiler: Compiler, statement: str) -> list[int]:
    rows = connection.execute(compiler.with_steps(statement), compiler.parameters.values)
    return [id_ for (id_,) in rows]


def _is_small(connection: sqlite3.Connection) -> bool:
    beyond = connection.execute("SELECT 1 FROM objects LIMIT 1 OFFSET ?", (SMALL,)).fetchone()
    return beyond is None

"""Answer queries from the store.

Everything here only reads; a statement sees one moment of the store.

There are two ways to a page of results: find all matches by an index and sort them, or walk
the objects in order and keep those that match. The first is right for few matches, the second
for many: a page of half a million is found within the first few dozen objects. So the index
is asked first, but only for so many.
"""

# ruff: noqa: S608 - values are bound; only ids and our own expressions are in the text

import json
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from .compiler import Compiler
from .conditions import Condition
from .error import UnfitValue
from .indexes import missing
from .names import Names, load_names
from .ordering import OrderKey, order_key
from .syntax import Query
from .typesets import narrowed

__all__ = ["Found", "count", "find_page", "matching", "needed_indexes", "search"]

MANY = 10_000
"""Matches from which on a walk in order may be quicker than sorting: sorting these takes
about 10 ms, and so does a walk past as many objects."""
SMALL = 1_000
"""Objects. Below this a walk through all of them is quicker than it is worth an index."""


@dataclass(frozen=True, slots=True)
class Found:
    """One page of a query."""

    ids: list[int]
    total: int | None = None
    """How many match in all, where finding the page has told."""


def search(
    connection: sqlite3.Connection,
    workspace_id: str,
    query: Query,
    *,
    start: int,
    limit: int,
    names: Names | None = None,
    now: datetime | None = None,
) -> list[int]:
    """Give the ids of one page of matching objects, in the query's order.

    ``start`` counts objects from 0. ``now`` (default: the clock) is what date functions see.
    Pass ``names`` to read them once for several questions; so in the functions below. Raises
    AqlError for names unknown to the workspace and for values that fit nothing.
    """
    return find_page(
        connection, workspace_id, query, start=start, limit=limit, names=names, now=now
    ).ids


def find_page(
    connection: sqlite3.Connection,
    workspace_id: str,
    query: Query,
    *,
    start: int,
    limit: int,
    names: Names | None = None,
    now: datetime | None = None,
) -> Found:
    """Answer as ``search`` does, and tell how many there are where that is known by then.

    A condition that no index leads to, such as LIKE, costs a look at every object. Where it
    turns out that few match, that one look is all.
    """
    names, now = names or load_names(connection, workspace_id), now or datetime.now(UTC)
    plan = _Plan.of(query, names, now)
    found = plan.ids(connection, limit=MANY)
    if len(found) < MANY:
        return Found(plan.in_order(connection, found)[start : start + limit], len(found))
    if plan.where.selective and plan.can_walk(connection, reach=start + limit):
        plan = _Plan.of(query, names, now, walking=True)
    return Found(plan.page(connection, start=start, limit=limit))


def count(
    connection: sqlite3.Connection,
    workspace_id: str,
    query: Query,
    *,
    names: Names | None = None,
    now: datetime | None = None,
) -> int:
    """Count all matching objects. Raises AqlError as ``search`` does."""
    names = names or load_names(connection, workspace_id)
    plan = _Plan.of(query, names, now or datetime.now(UTC))
    return plan.count(connection)


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
    nothing instead of being a mistake.
    """
    names = names or load_names(connection, workspace_id)
    among = frozenset(object_type_ids)
    try:
        plan = _Plan.of(query, names, now or datetime.now(UTC), among=among)
    except UnfitValue:
        return []
    return plan.ids(connection, order="+o.id", limit=limit)


def needed_indexes(
    connection: sqlite3.Connection,
    workspace_id: str,
    query: Query,
    *,
    object_type_ids: Iterable[int] | None = None,
    names: Names | None = None,
) -> list[str]:
    """Give the statements that would make a query fast and were not executed yet.

    Empty while the store is small. Execute them on the writing connection; each reads all
    objects once (about a second for a million) and is harmless to repeat. An index for the
    order comes second, once it shows that there are many matches to sort.
    ``object_type_ids`` as for ``matching``.
    """
    if connection.execute("SELECT 1 FROM objects LIMIT 1 OFFSET ?", (SMALL,)).fetchone() is None:
        return []
    among = None if object_type_ids is None else frozenset(object_type_ids)
    names = names or load_names(connection, workspace_id)
    plan = _Plan.of(query, names, datetime.now(UTC), among=among)
    lacking = missing(connection, plan.compiler.wanted)
    if lacking or among is not None or plan.key.index is None:
        return lacking
    lacking = missing(connection, [plan.key.index])
    if lacking and plan.where.selective and len(plan.ids(connection, limit=MANY)) < MANY:
        return []
    return lacking


@dataclass(frozen=True, slots=True)
class _Plan:
    """A query compiled against the names of a workspace."""

    compiler: Compiler
    where: Condition
    key: OrderKey
    descending: bool

    @classmethod
    def of(
        cls,
        query: Query,
        names: Names,
        now: datetime,
        *,
        among: frozenset[int] | None = None,
        walking: bool = False,
    ) -> "_Plan":
        compiler = Compiler(names, now, walking=walking)
        types = names.all_types() if among is None else names.all_types() & among
        types = narrowed(query.where, names, types)
        where = compiler.where(query.where, types)
        key = order_key(compiler, query.order, types)
        return cls(compiler, where, key, query.order is not None and query.order.descending)

    def page(self, connection: sqlite3.Connection, *, start: int, limit: int) -> list[int]:
        """Read a page in order."""
        return self.ids(connection, order=self._order(), start=start, limit=limit)

    def ids(
        self,
        connection: sqlite3.Connection,
        *,
        limit: int,
        start: int = 0,
        order: str | None = None,
    ) -> list[int]:
        """Read matching ids, as they come if no order is given."""
        statement = (
            f"SELECT o.id FROM objects o WHERE {self.where.sql}"
            f"{f' ORDER BY {order}' if order else ''} LIMIT :limit OFFSET :start"
        )
        # SQLite counts in 64 bits; nothing starts beyond that.
        bounds = {"limit": limit, "start": min(start, 2**63 - 1)}
        return [id_ for (id_,) in self._run(connection, statement, **bounds)]

    def in_order(self, connection: sqlite3.Connection, ids: list[int]) -> list[int]:
        """Sort ids as the query orders them."""
        statement = (
            "SELECT o.id FROM objects o WHERE o.id IN (SELECT value FROM json_each(:ids))"
            f" ORDER BY {self._order()}"
        )
        return [id_ for (id_,) in self._run(connection, statement, ids=json.dumps(ids))]

    def count(self, connection: sqlite3.Connection) -> int:
        """Count all matches."""
        statement = f"SELECT count(*) FROM objects o WHERE {self.where.sql}"
        return int(next(self._run(connection, statement))[0])

    def can_walk(self, connection: sqlite3.Connection, *, reach: int) -> bool:
        """Tell whether a walk in order to the match number ``reach`` is quicker than sorting.

        It passes ``reach * objects / MANY`` objects on the way there, if no more than MANY
        match and they lie evenly in the order. A walk gains nothing where references are
        followed: all that point to a match are collected first, either way.
        """
        if (
            self.compiler.follows_references
            or self.key.index is None
            or missing(connection, [self.key.index])
        ):
            return False
        (last,) = connection.execute("SELECT max(id) FROM objects").fetchone()
        return reach * (last or 0) <= 4 * MANY * MANY

    def _order(self) -> str:
        way = " DESC" if self.descending else ""
        return f"{'+' if self.where.selective else ''}{self.key.sql}{way}, o.id{way}"

    def _run(
        self, connection: sqlite3.Connection, statement: str, **values: str | int
    ) -> Iterator[tuple[int]]:
        return connection.execute(
            self.compiler.with_steps(statement), {**self.compiler.parameters.values, **values}
        )

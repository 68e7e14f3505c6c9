"""Any query that the grammar can write is answered, the same in each way of answering it."""

import importlib
import sqlite3
from datetime import UTC, datetime

from hypothesis import event, given, settings
from hypothesis import strategies as st

from assetferry.local_assets import aql

SEARCH = importlib.import_module("assetferry.local_assets.aql.search")
WORKSPACE = "w1"
NOW = datetime(2026, 11, 20, tzinfo=UTC)

NAMES = """
Name
label
Key
Created
objectId
"Serial Number"
RAM
Purchased
State
Owner
Ports
Seen
Rack
Email
Backup
Department
Owner.Name
Owner.Email
Owner.Department
Owner.Manager.Key
Owner.RAM
Owner.objectType
objectType
objectSchema
objectTypeId
"""
VALUES = """
alpha
SN-1
8
16.0
-1
""
"In Service"
USB-C
HDMI
IT-6
Laptop
Server
2
2026-02-01
10:00
"ada@example.com"
Ada
now()
"now(-1w)"
startOfYear(-1y)
straße
"""
OPERATORS = ["=", "==", "!=", "<", "<=", ">", ">=", "LIKE", "NOT LIKE", "STARTSWITH", "ENDSWITH"]
names = st.sampled_from(NAMES.strip().splitlines())
values = st.sampled_from(VALUES.strip().splitlines())


@st.composite
def comparisons(draw: st.DrawFn) -> str:
    name, value = draw(names), draw(values)
    shape = draw(st.integers(0, 4))
    if shape == 0:
        return f"{name} IS {draw(st.sampled_from(['', 'NOT ']))}EMPTY"
    if shape == 1:
        listed = ", ".join(draw(st.lists(values, min_size=1, max_size=3)))
        return f"{name} {draw(st.sampled_from(['', 'NOT ']))}IN ({listed})"
    operator = draw(st.sampled_from(OPERATORS))
    return f"{name} {operator} {value}"


def deeper(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Put queries together: AND, OR, parentheses, HAVING."""
    joined = st.lists(inner, min_size=2, max_size=3)
    return st.one_of(
        joined.map(" AND ".join),
        joined.map(" OR ".join).map("({})".format),
        st.tuples(
            st.sampled_from(["HAVING", "NOT HAVING"]), st.sampled_from(["inR", "outR"]), inner
        ).map(lambda three: f"object {three[0]} {three[1]}({three[2]})"),
    )


queries = st.recursive(comparisons(), deeper, max_leaves=6)
orders = st.one_of(
    st.just(""), names.map(" ORDER BY {}".format), names.map(" ORDER BY {} DESC".format)
)


@settings(max_examples=300)
@given(text=queries, order=orders)
def test_aql_any_query_is_answered_or_refused_with_its_place(
    store: sqlite3.Connection, text: str, order: str
) -> None:
    """A query names its mistake, or finds the same objects by indexes and by a walk in order."""
    query = aql.parse(text + order)
    try:
        found = aql.search(store, WORKSPACE, query, start=0, limit=100, now=NOW)
    except aql.AqlError as error:
        event("refused")
        assert 1 <= error.position <= len(text + order)  # noqa: PT017 - either outcome is right
        return
    assert aql.count(store, WORKSPACE, query, now=NOW) == len(found) == len(set(found))
    assert aql.search(store, WORKSPACE, query, start=2, limit=3, now=NOW) == found[2:5]
    plan = SEARCH._Plan.of(query, aql.load_names(store, WORKSPACE), NOW, walking=True)
    assert plan.page(store, start=0, limit=100) == found


@settings(max_examples=100)
@given(text=comparisons())
def test_aql_negation_is_all_the_others_of_these_types(
    store: sqlite3.Connection, text: str
) -> None:
    """``=`` and ``!=`` (also IN, LIKE, EMPTY) share out the objects whose type has the name."""
    opposites = {" != ": " = ", " NOT IN ": " IN ", " NOT LIKE ": " LIKE ", " IS NOT ": " IS "}
    negative = next((each for each in opposites if each in text), None)
    if negative is None:
        return

    def ids(query: str) -> set[int]:
        return set(aql.search(store, WORKSPACE, aql.parse(query), start=0, limit=100, now=NOW))

    name = text.partition(negative)[0]
    try:
        yes, no = ids(text.replace(negative, opposites[negative])), ids(text)
        either = ids(f"{name} IS EMPTY") | ids(f"{name} IS NOT EMPTY")
    except aql.AqlError:
        return
    assert not yes & no
    assert yes | no == either


def test_aql_start_beyond_everything_is_an_empty_page(store: sqlite3.Connection) -> None:
    """However far a client pages, there is an answer."""
    assert aql.search(store, WORKSPACE, aql.parse(""), start=10**30, limit=5) == []

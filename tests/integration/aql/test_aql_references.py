"""How the references of imported objects are found."""

import sqlite3

import pytest

from assetferry.local_assets import aql

WORKSPACE = "w1"


def test_aql_matching_is_limited_to_types_and_number(store: sqlite3.Connection) -> None:
    """A reference's query sees only the referenced types, and no more than it needs."""
    query = aql.parse('"Serial Number" = SN-1')
    both = aql.matching(store, WORKSPACE, query, object_type_ids=[2, 3], limit=10)
    assert both == [1, 4]
    assert aql.matching(store, WORKSPACE, query, object_type_ids=[3], limit=10) == [4]
    assert aql.matching(store, WORKSPACE, query, object_type_ids=[2, 3], limit=1) == [1]


@pytest.mark.parametrize(
    ("iql", "values", "types", "found"),
    [
        ("Name = ${x}", ["ALPHA", "beta", "none"], [2], {"ALPHA": [1], "beta": [2]}),
        ("Name IN (${x${0}})", ["ada", "Research"], [4, 5], {"ada": [6], "Research": [8]}),
        ("Name Like ${x}", ["a", "bob", "zz"], [2, 4], {"a": [1, 2, 3, 6], "bob": [7]}),
        ("Email = ${x}", ["a@x.org", "ADA@example.com"], [4], None),
        ("RAM = ${x}", ["8", "16.0", "many"], [2, 3], {"8": [1], "16.0": [2]}),
        ('"Serial Number" = ${x}', ["sn-1", " SN-1 "], [2, 3], None),
        ("Seen = ${x}", ["2026-02-01"], [2], {"2026-02-01": [1]}),
        ("Purchased = ${x}", ["2026-03-01", "soon"], [2], {"2026-03-01": [2]}),
        ("Owner = ${x}", ["IT-6"], [2], {"IT-6": [1]}),
        ("Key = ${x}", ["IT-6", "it-7"], [4], {"IT-6": [6], "it-7": [7]}),
        ("objectId = ${x}", ["6", "x"], [4], {"6": [6]}),
        ("Ports = ${x}", ["USB-C", "HDMI"], [2], {"USB-C": [1, 2], "HDMI": [1]}),
    ],
)
def test_aql_find_answers_as_matching_does(
    store: sqlite3.Connection,
    iql: str,
    values: list[str],
    types: list[int],
    found: dict[str, list[int]] | None,
) -> None:
    """Looking up many values at once finds what asking for each of them finds."""
    template = aql.placeholders(iql)
    lookup = template.lookup
    assert lookup is not None
    many = aql.find(store, WORKSPACE, lookup, values, object_type_ids=types, limit=9)
    singly: dict[str, list[int]] = {}
    for value in values:
        query = template.bind({"x": [value]})
        assert query is not None
        ids = aql.matching(store, WORKSPACE, aql.parse(query), object_type_ids=types, limit=9)
        if ids:
            singly[value] = ids
    assert many == singly
    if found is not None:
        assert many == found


def test_aql_find_gives_no_more_than_asked_for(store: sqlite3.Connection) -> None:
    """A value that half the store has does not fill the memory."""
    lookup = aql.placeholders("Ports = ${x}").lookup
    assert lookup is not None
    found = aql.find(store, WORKSPACE, lookup, ["USB-C"], object_type_ids=[2], limit=1)
    assert found == {"USB-C": [1]}

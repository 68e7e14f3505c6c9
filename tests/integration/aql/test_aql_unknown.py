"""Queries that a workspace cannot answer, and where their mistake is said to be."""

import sqlite3

import pytest

from assetferry.local_assets import aql

WORKSPACE = "w1"

MISTAKES = [
    # query, position, word, part of the message
    ("Nmae = x", 1, "Nmae", "did you mean 'Name'"),
    ("objectType = Laptop AND Ram = 3 AND Rak = 1", 37, "Rak", "did you mean 'Rack'"),
    ("objectType = Nothing", 14, "Nothing", "no object type 'Nothing'"),
    ("objectType = Secret", 14, "Secret", "no object type"),
    ("Hidden = 1", 1, "Hidden", "Hidden"),
    ("objectTypeId = 99", 16, "99", "no object type"),
    ("objectTypeId = 7", 16, "7", "no object type"),
    ("objectSchema = Nothing", 16, "Nothing", "no object schema"),
    ("objectSchemaId = 3", 18, "3", "no object schema"),
    ("objectType > Laptop", 14, "Laptop", "use = or IN"),
    ("objectType IN objectTypeAndChildren(Nothing)", 37, "Nothing", "no object type"),
    ("Name IN objectTypeAndChildren(Laptop)", 1, "Name", "objectType"),
    ("RAM = many", 7, "many", "numbers"),
    ("RAM = NaN", 7, "NaN", "numbers"),
    ("RAM < 1e999", 7, "1e999", "range"),
    ("RAM > now()", 7, "now", "numbers"),
    ("objectId = x", 12, "x", "numbers"),
    ("Purchased > soon", 13, "soon", "2026-01-31"),
    ("Purchased > now(-9000y)", 13, "now", "range"),
    ("Backup = noon", 10, "noon", "09:30"),
    ("Name = now()", 8, "now", "dates"),
    ("RAM.Name = x", 1, "RAM", "not a reference"),
    ("Created.Name = x", 1, "Created", "not a reference"),
    ("Owner.Nmae = x", 7, "Nmae", "Name"),
    ("Owner.RAM.x = 1", 7, "RAM", "not a reference"),
    ("ORDER BY Nmae", 10, "Nmae", "Name"),
    ("ORDER BY RAM.x", 10, "RAM", "not a reference"),
    ("objectType = Server AND objectType = Laptop AND Nmae = 1", 49, "Nmae", "Name"),
]


@pytest.mark.parametrize(("text", "position", "word", "says"), MISTAKES)
def test_aql_mistake_against_the_workspace(
    store: sqlite3.Connection, text: str, position: int, word: str, says: str
) -> None:
    """What a workspace does not know, and values that fit nothing, are errors at their place."""
    query = aql.parse(text)
    with pytest.raises(aql.AqlError) as caught:
        aql.search(store, WORKSPACE, query, start=0, limit=10)
    assert (caught.value.position, caught.value.word) == (position, word)
    assert says in caught.value.message
    with pytest.raises(aql.AqlError):
        aql.count(store, WORKSPACE, query)

"""The order of results, and pages of them."""

import sqlite3

import pytest

from assetferry.local_assets import aql

WORKSPACE = "w1"

ORDERS = [
    ("objectType = Laptop AND objectSchema = IT", [1, 2, 3]),
    ("objectSchema = IT", [6, 1, 2, 7, 4, 3, 9, 8, 5]),
    ("objectSchema = IT ORDER BY label DESC", [5, 8, 9, 3, 4, 7, 2, 1, 6]),
    ("ORDER BY Key", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]),
    ("objectType = Server ORDER BY objectId DESC", [5, 4]),
    ("objectTypeId = 2 ORDER BY RAM", [1, 2, 3]),
    ("objectTypeId = 2 ORDER BY RAM DESC", [3, 2, 1]),
    ("objectTypeId = 2 ORDER BY Purchased", [3, 1, 2]),
    ("objectTypeId = 2 ORDER BY Purchased DESC", [2, 1, 3]),
    ("RAM > 0 ORDER BY RAM ASC", [1, 4, 2, 3, 5]),
    ("objectTypeId = 2 ORDER BY Created", [3, 2, 1]),
    ("objectTypeId = 2 ORDER BY Owner", [3, 1, 2]),
    ("objectTypeId = 2 ORDER BY Owner.Name DESC", [2, 1, 3]),
    ("objectTypeId = 2 ORDER BY Owner.Department.label DESC", [1, 3, 2]),
    ("objectType IN (Server, Department) ORDER BY objectType", [8, 9, 4, 5]),
    ("objectType IN (Server, Department) ORDER BY objectTypeId", [4, 5, 8, 9]),
    ("objectType = Laptop ORDER BY objectSchema DESC", [10, 3, 2, 1]),
    ("objectType = Laptop ORDER BY objectSchemaId", [1, 2, 3, 10]),
    ("objectType IN (Server, Employee) ORDER BY Name", [6, 7, 4, 5]),
]


@pytest.mark.parametrize(("text", "ids"), ORDERS)
def test_aql_order_and_pages(store: sqlite3.Connection, text: str, ids: list[int]) -> None:
    """Results come in order, missing first when ascending, and pages of one add up to it."""
    query = aql.parse(text)
    assert aql.search(store, WORKSPACE, query, start=0, limit=100) == ids
    pages = [aql.search(store, WORKSPACE, query, start=at, limit=1) for at in range(len(ids))]
    assert [id_ for page in pages for id_ in page] == ids

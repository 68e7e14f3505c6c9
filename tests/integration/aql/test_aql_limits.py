"""Queries as deep and as long as they may be, against SQLite's own limits."""

import sqlite3

import pytest

from assetferry.local_assets import aql

WORKSPACE = "w1"


def nested(leaf: str) -> str:
    """Put a condition under 50 parentheses of AND and OR in turn."""
    text = leaf
    for level in range(50):
        text = f"{leaf} {'OR' if level % 2 else 'AND'} ({text})"
    return text


def having(inner: str, start: str) -> str:
    """Put a condition under 50 HAVINGs."""
    for _ in range(50):
        inner = f"{start}({inner})"
    return inner


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (nested("Name LIKE alph"), {1}),
        (nested("RAM = 8"), {1}),
        (nested("Ports = HDMI"), {1}),
        (nested("Owner.Name = Ada"), {1}),
        (nested("Owner.Name != Ada"), {2, 3}),
        (having("Name = Ada", "object HAVING outR"), set[int]()),
        (having("Name = Ada OR RAM = 8", "object HAVING inR"), set[int]()),
        ("Owner" + ".Manager" * 48 + ".Name = x", set[int]()),
        (" OR ".join(["RAM=8"] * 1100), {1}),
        (" OR ".join(["RAM LIKE 8"] * 700), {1, 3}),
        (" AND ".join(["Ports = HDMI"] * 580), {1}),
        (" OR ".join(["Ports = HDMI"] * 600), {1}),
        ("RAM IN (" + ", ".join(map(str, range(1500))) + ")", {1, 2, 3, 5}),
        ("Seen IN (" + ",".join(["2026-02-01"] * 800) + ")", {1}),
    ],
    ids=range(14),
)
def test_aql_longest_and_deepest_queries_are_answered(
    store: sqlite3.Connection, text: str, found: set[int]
) -> None:
    """What the grammar allows never meets a limit of the database underneath."""
    assert set(aql.search(store, WORKSPACE, aql.parse(text), start=0, limit=100)) == found

"""A small store with two workspaces, written as the server writes it."""

import json
import sqlite3
from collections.abc import Iterator

import pytest

from assetferry.local_assets import aql
from assetferry.local_assets.store.schema import DDL

WORKSPACE = "w1"
DAY = "2026-01-01T00:00:00.000Z"

TYPES = [
    # id, schema, parent, name
    (1, 1, None, "Hardware"),
    (2, 1, 1, "Laptop"),
    (3, 1, 1, "Server"),
    (4, 1, None, "Employee"),
    (5, 1, None, "Department"),
    (6, 2, None, "Laptop"),
]
ATTRIBUTES = [
    # id, type, name, kind, maximum, target
    (20, 2, "Serial Number", "text", 1, None),
    (21, 2, "RAM", "integer", 1, None),
    (22, 2, "Purchased", "date", 1, None),
    (23, 2, "State", "status", 1, None),
    (24, 2, "Owner", "referenced_object", 1, 4),
    (25, 2, "Ports", "select", -1, None),
    (26, 2, "Seen", "date_time", 1, None),
    (27, 2, "Managed", "boolean", 1, None),
    (28, 2, "Backup", "time", 1, None),
    (30, 3, "Serial Number", "text", 1, None),
    (31, 3, "RAM", "double", 1, None),
    (32, 3, "Rack", "text", 1, None),
    (40, 4, "Name", "text", 1, None),
    (41, 4, "Email", "email", -1, None),
    (42, 4, "Department", "referenced_object", 1, 5),
    (43, 4, "Manager", "referenced_object", 1, 4),
]
ALPHA = {
    "20": ["SN-1"],
    "21": ["8"],
    "22": ["2026-01-31"],
    "23": ["In Service"],
    "25": ["HDMI", "USB-C"],
    "26": ["2026-02-01T10:15:30.000Z"],
    "27": ["true"],
    "28": ["09:30:00"],
}
BETA = {
    "20": ["sn-2"],
    "21": ["16"],
    "22": ["2026-03-01"],
    "23": ["Closed"],
    "25": ["USB-C"],
}
OBJECTS: list[tuple[int, int, int, str, str, dict[str, list[str]]]] = [
    # id, schema, type, label, created, attributes
    (1, 1, 2, "alpha", "2026-11-20T08:00:00.000Z", ALPHA),
    (2, 1, 2, "Beta", "2026-11-19T08:00:00.000Z", BETA),
    (3, 1, 2, 'gamma "x"', "2026-11-13T08:00:00.000Z", {"20": ["SN-3 a\\b"], "21": ["128"]}),
    (4, 1, 3, "db.1", DAY, {"30": ["SN-1"], "31": ["9.5"], "32": ["R 1"]}),
    (5, 1, 3, "STRASSE", DAY, {"30": ["X"], "31": ["1000"]}),
    (6, 1, 4, "ada@example.com", DAY, {"40": ["Ada"], "41": ["ada@example.com", "a@x.org"]}),
    (7, 1, 4, "bob@example.com", DAY, {"40": ["Bob"], "41": ["bob@example.com"]}),
    (8, 1, 5, "Research", DAY, {}),
    (9, 1, 5, "R&D", DAY, {}),
    (10, 2, 6, "other", DAY, {}),
]
REFERENCES = [(1, 24, 6), (2, 24, 7), (6, 42, 8), (7, 43, 6)]


@pytest.fixture(scope="module")
def store() -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(":memory:")
    aql.prepare(connection)
    connection.executescript(DDL)
    for workspace in (WORKSPACE, "w2"):
        connection.execute("INSERT INTO workspaces VALUES (?, ?, ?)", (workspace, workspace, DAY))
    for id_, workspace, name, key in [
        (1, WORKSPACE, "IT", "IT"),
        (2, WORKSPACE, "Lab Stock", "LAB"),
        (3, "w2", "IT", "IT"),
    ]:
        connection.execute(
            "INSERT INTO object_schemas VALUES (?, ?, ?, ?, '', ?, ?)",
            (id_, workspace, name, key, DAY, DAY),
        )
    for id_, schema, parent, name in [*TYPES, (7, 3, None, "Secret")]:
        workspace = "w2" if schema == 3 else WORKSPACE
        connection.execute(
            "INSERT INTO object_types VALUES (?, ?, ?, ?, ?, '', ?, NULL, 0, ?, ?)",
            (id_, workspace, schema, parent, name, f"t{id_}", DAY, DAY),
        )
    for id_, type_, name, kind, maximum, target in [
        *ATTRIBUTES,
        (70, 7, "Hidden", "text", 1, None),
    ]:
        connection.execute(
            "INSERT INTO attributes (id, workspace_id, object_type_id, name, description,"
            " external_id, type, maximum_cardinality, reference_object_type_id, position,"
            " created, updated) VALUES (?, ?, ?, ?, '', ?, ?, ?, ?, 0, ?, ?)",
            (
                *(id_, "w2" if type_ == 7 else WORKSPACE, type_, name, f"a{id_}"),
                *(kind, maximum, target, DAY, DAY),
            ),
        )
    for id_, schema, type_, label, created, attributes in [
        *OBJECTS,
        (11, 3, 7, "alpha", DAY, {"70": ["SN-1"]}),
    ]:
        key = f"{ {1: 'IT', 2: 'LAB', 3: 'IT'}[schema] }-{id_}"
        connection.execute(
            "INSERT INTO objects VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *(id_, "w2" if schema == 3 else WORKSPACE, schema, type_, label, key),
                *(created, DAY, json.dumps(attributes)),
            ),
        )
    connection.executemany("INSERT INTO object_references VALUES (?, ?, ?)", REFERENCES)
    connection.commit()
    yield connection
    connection.close()

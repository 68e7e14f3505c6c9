"""Indexes: used where they exist, asked for where they help, and never changing an answer."""

import json
import sqlite3
from collections.abc import Iterator

import pytest

from assetferry.local_assets import aql
from assetferry.local_assets.store.schema import DDL

WORKSPACE = "w"
PLACES = ("first", "second", "third", "fourth", "fifth", "sixth")
DAY = "2026-01-01T00:00:00.000Z"
SIZE = 30_000
ATTRIBUTES = [
    # id, name, kind, maximum
    (1, "Serial", "text", 1),
    (2, "RAM", "integer", 1),
    (3, "State", "status", 1),
    (4, "Mail", "email", -1),
    (5, "Bought", "date", 1),
]


@pytest.fixture(scope="module")
def many() -> Iterator[sqlite3.Connection]:
    """30,000 laptops: most in service, one in 10,000 stolen, some with more addresses."""
    connection = sqlite3.connect(":memory:")
    aql.prepare(connection)
    connection.executescript(DDL)
    connection.execute("INSERT INTO workspaces VALUES ('w', 'w', ?)", (DAY,))
    connection.execute(
        "INSERT INTO object_schemas VALUES (1, 'w', 'IT', 'IT', '', ?, ?)", (DAY, DAY)
    )
    connection.execute(
        "INSERT INTO object_types VALUES (1, 'w', 1, NULL, 'Laptop', '', 't', NULL, 0, ?, ?)",
        (DAY, DAY),
    )
    connection.executemany(
        "INSERT INTO attributes (id, workspace_id, object_type_id, name, description, external_id,"
        " type, maximum_cardinality, position, created, updated)"
        " VALUES (?, 'w', 1, ?, '', ?, ?, ?, 0, ?, ?)",
        [(id_, name, name, kind, most, DAY, DAY) for id_, name, kind, most in ATTRIBUTES],
    )
    connection.executemany(
        "INSERT INTO objects VALUES (?, 'w', 1, 1, ?, ?, ?, ?, ?)",
        [(at, f"l-{at * 7 % SIZE:05}", f"IT-{at}", DAY, DAY, _values(at)) for at in range(SIZE)],
    )
    connection.commit()
    yield connection
    connection.close()


def _values(at: int) -> str:
    mails = [f"m{at}@x.example"] + ([f"second{at}@x.example"] if at % 1_000 == 0 else [])
    if at % 7_500 == 0:
        mails = [f"{place}{at}@x.example" for place in PLACES]
    state = "Stolen" if at % 10_000 == 1 else "In Service"
    bought = f"20{10 + at % 15}-06-{1 + at % 28:02}"
    return json.dumps(
        {"1": [f"SN{at:06}"], "2": [str(at % 512)], "3": [state], "4": mails, "5": [bought]}
    )


def run(connection: sqlite3.Connection, text: str, limit: int = 25) -> tuple[list[int], int, str]:
    """Search and count; give the plans that SQLite had for all statements of the search."""
    plans: list[str] = []

    def explain(statement: str) -> None:
        # The statement comes with its values written out.
        if "FROM objects o" in statement and not statement.startswith("EXPLAIN"):
            plans.append(statement)

    query = aql.parse(text)
    connection.set_trace_callback(explain)
    found = aql.search(connection, WORKSPACE, query, start=0, limit=limit)
    connection.set_trace_callback(None)
    rows = [
        row[3]
        for statement in plans
        for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}")
    ]
    return found, aql.count(connection, WORKSPACE, query), " | ".join(rows)


QUERIES = [
    # query, how many, the index that its plan must name
    (
        "objectType = Laptop AND Serial = sn000123",
        1,
        "aql_1_folded (object_type_id=? AND <expr>=?)",
    ),
    ("Serial = sn000123", 1, "aql_1_folded (object_type_id=? AND <expr>=?)"),
    ("Serial == SN000123", 1, "aql_1_folded (object_type_id=? AND <expr>=?)"),
    ("Serial IN (SN000123, SN000124)", 2, "aql_1_folded (object_type_id=? AND <expr>=?)"),
    ("Serial STARTSWITH sn00012", 10, "aql_1_folded (object_type_id=? AND <expr>>? AND <expr><?)"),
    ("RAM = 8", 59, "aql_2_number (object_type_id=? AND <expr>=?)"),
    ("RAM > 509", 116, "aql_2_number (object_type_id=? AND <expr>>?)"),
    ("Bought >= 2024-06-28", 71, "aql_5_plain (object_type_id=? AND <expr>>?)"),
    ("Mail = m77@x.example", 1, "aql_4_folded (object_type_id=? AND <expr>=?)"),
    ("Mail = second2000@x.example", 1, "aql_4_folded_1 (object_type_id=? AND <expr>=?)"),
    ("Mail = fourth7500@x.example", 1, "aql_4_folded_3 (object_type_id=? AND <expr>=?)"),
    ("Mail = sixth7500@x.example", 1, "aql_4_many (object_type_id=? AND <expr>>?)"),
    ("Mail STARTSWITH third", 4, "aql_4_folded_2 (object_type_id=? AND <expr>>? AND <expr><?)"),
    ("Name = l-00007", 1, "aql_label_folded (object_type_id=? AND <expr>=?)"),
    ("State = Stolen", 3, "aql_3_folded (object_type_id=? AND <expr>=?)"),
    ("State = Stolen OR Serial = SN000123", 4, "aql_1_folded (object_type_id=? AND <expr>=?)"),
    ("Key = IT-77", 1, "USING INTEGER PRIMARY KEY"),
    ("objectId = 77", 1, "USING INTEGER PRIMARY KEY"),
    ('State = "In Service"', 29_997, "aql_label_folded (object_type_id=?)"),
    ('State = "In Service" AND RAM >= 0 OR Bought > 2000-01-01', 30_000, "aql_label_folded"),
    ("objectType = Laptop", 30_000, "aql_label_folded (object_type_id=?)"),
    ("objectType = Laptop ORDER BY RAM DESC", 30_000, "aql_2_number (object_type_id=?)"),
    ("State != Stolen ORDER BY Serial", 29_997, "aql_1_folded (object_type_id=?)"),
]


def test_aql_indexes_are_used_and_change_nothing(many: sqlite3.Connection) -> None:
    """Each query gives the same page and count before and after its indexes exist.

    Then its plan names the index, and no further one is asked for.
    """
    before = {text: run(many, text)[:2] for text, _, _ in QUERIES}
    for text, _, _ in QUERIES:
        for _round in ("conditions", "order"):
            for statement in aql.needed_indexes(many, WORKSPACE, aql.parse(text)):
                many.execute(statement)
    for text, wanted, index in QUERIES:
        ids, counted, plan = run(many, text)
        assert (ids, counted) == before[text], text
        assert counted == wanted, text
        assert index in plan, (text, plan)
        assert aql.needed_indexes(many, WORKSPACE, aql.parse(text)) == [], text


def test_aql_pages_of_many_matches_agree_however_they_are_found(
    many: sqlite3.Connection,
) -> None:
    """Pages found by a walk (the first) and by sorting (deep ones) join without a seam."""
    query = aql.parse('State = "In Service"')
    for statement in aql.needed_indexes(many, WORKSPACE, query):
        many.execute(statement)
    every = aql.search(many, WORKSPACE, query, start=0, limit=SIZE)
    assert len(set(every)) == 29_997
    labels = dict(many.execute("SELECT id, label FROM objects").fetchall())
    assert every == sorted(every, key=labels.__getitem__)
    for start in (0, 25, 12_000, 29_990):
        page = aql.search(many, WORKSPACE, query, start=start, limit=25)
        assert page == every[start : start + 25]


def test_aql_indexes_are_only_asked_for_where_they_help(many: sqlite3.Connection) -> None:
    """A part of a text, a negation or an emptiness cannot be looked up: no index for them."""
    for text in ("Serial LIKE 12", "Serial ENDSWITH 9", "RAM != 8", "Bought IS EMPTY"):
        query = aql.parse(text)
        wanted = aql.needed_indexes(many, WORKSPACE, query)
        assert all("aql_label_folded" in statement for statement in wanted), text


def test_aql_small_store_needs_no_index(store: sqlite3.Connection) -> None:
    """What is walked in a moment is not worth an index that every write would pay for."""
    assert aql.needed_indexes(store, "w1", aql.parse("RAM = 8")) == []


def test_aql_find_looks_every_value_up(many: sqlite3.Connection) -> None:
    """With the indexes it asks for, a thousand values cost a thousand look-ups, not walks."""
    lookup = aql.placeholders("Serial = ${x}").lookup
    assert lookup is not None
    for statement in aql.lookup_indexes(many, WORKSPACE, lookup, object_type_ids=[1]):
        many.execute(statement)
    assert aql.lookup_indexes(many, WORKSPACE, lookup, object_type_ids=[1]) == []
    values = [f"sn{at:06}" for at in range(0, SIZE, 30)]
    steps = 0

    def tick() -> int:
        nonlocal steps
        steps += 1
        return 0

    many.set_progress_handler(tick, 1_000)
    found = aql.find(many, WORKSPACE, lookup, values, object_type_ids=[1], limit=2)
    many.set_progress_handler(None, 0)
    assert [found[value] for value in values] == [[at] for at in range(0, SIZE, 30)]
    assert steps < 100  # thousands of SQLite's instructions; a walk per value takes 300,000


def test_aql_a_part_of_a_text_is_looked_for_once(many: sqlite3.Connection) -> None:
    """Where few match, page and total come of one walk; where many do, the total is left open."""
    statements: list[str] = []
    many.set_trace_callback(statements.append)
    found = aql.find_page(
        many, WORKSPACE, aql.parse("Serial LIKE n00012"), start=2, limit=5, names=None
    )
    many.set_trace_callback(None)
    walks = [one for one in statements if "instr(" in one]
    assert (len(found.ids), found.total, len(walks)) == (5, 10, 1)
    every = aql.find_page(many, WORKSPACE, aql.parse("Serial LIKE sn"), start=0, limit=5)
    assert (len(every.ids), every.total) == (5, None)

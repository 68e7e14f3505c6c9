"""What is found in the records of a first page, and the objects that are shown of it."""

from textwrap import dedent
from typing import Any

import pytest

from assetferry.definition.document import Definition
from assetferry.definition.load import load
from assetferry.preflight.arrivals import arrival_findings
from assetferry.preflight.finding import Finding
from assetferry.preflight.probing import probe
from assetferry.preflight.samples import samples

HEAD = dedent("""\
    name = "hardware"
    [assets]
    base_url = "https://api.atlassian.com"
    token = "env:ASSETS_TOKEN"
    missing_objects = "ignore"
    [egress]
    allow = ["inventory.example.com"]
    [sources.devices]
    type = "rest"
    url = "https://inventory.example.com/api"
    [statuses."In Repair"]
    category = "pending"
    """)
THING = dedent("""\
    [object_types.Thing]
    source = "devices"
    [object_types.Thing.attributes]
    Id = { from = "id", identity = true, label = true }
    """)
PERSON = dedent("""\
    [object_types.Person]
    source = "devices"
    each = "owners"
    [object_types.Person.attributes]
    Mail = { from = "mail", type = "email", identity = true, label = true }
    """)


def definition(attributes: str = "", more: str = "", thing: str = "") -> Definition:
    """A definition with further attributes of Thing, or further types."""
    types = THING.replace('source = "devices"\n', f'source = "devices"\n{thing}\n')
    return load(f"{HEAD}{types}{attributes}\n{more}", origin="test.toml")


def found(read: Definition, records: list[Any]) -> list[Finding]:
    """Everything that is found, but for what is as it should be."""
    judged = arrival_findings("devices", probe(read, "devices", records), read)
    return [one for one in judged if one.state != "ok"]


def things(count: int, **fields: Any) -> list[dict[str, Any]]:
    """Records with ids of their own and equal other fields."""
    return [{"id": f"t{number}", **fields} for number in range(count)]


def test_good_records_give_no_worry() -> None:
    """Every value found and fitting: nothing to say."""
    assert found(definition('A = { from = "a" }'), things(10, a="x")) == []
    assert found(definition('A = { from = "a" }'), []) == []


@pytest.mark.parametrize(
    ("attribute", "records", "message"),
    [
        ('A = { from = "b" }', things(3, a="x"), "Thing.A: b is absent or empty in every record"),
        ('A = { from = "a", empty = "clear" }', things(3, a=" "), "Thing.A: a is absent or empty"),
        ('A = { from = "b", default = "x" }', things(5), "all 5 objects of the first page take"),
        ('A = { from = "a", map = { up = "x" }, default = "x" }', things(5, a="on"),
         "all 5 objects of the first page take the default"),
        ('A = { from = "a", type = "integer" }', [*things(3, a=1), {"id": "y", "a": "much"}],
         "1 value would be left out (the first in record 4): a is a text"),
        ('A = { from = "a", type = "date" }', things(2, a="01.02.2026"), "2 values would be left"),
        ('A = { from = "a", required = true }', [*things(3, a=1), {"id": "y"}],
         "1 record would be quarantined (number 4): Thing.A: a is empty but required"),
        ('A = { from = "a", map = { up = "x" } }', things(9, a="down"),
         "none of the 9 records of the first page becomes an object"),
        ('A = { from = "a", type = "status" }', things(3, a="On Fire"),
         'does not know the status "On Fire"'),
        ('A = { from = "a", type = "select" }', things(3, a="blue"), 'the first page has "blue"'),
    ],
)  # fmt: skip
def test_one_attribute_is_judged(attribute: str, records: list[Any], message: str) -> None:
    """The worry is said, at the attribute."""
    judged = found(definition(attribute), records)
    (one,) = [one for one in judged if message in one.message]
    if one.state == "warning":
        assert one.path == ("object_types", "Thing", "attributes", "A")


@pytest.mark.parametrize(
    ("attribute", "records"),
    [
        ('A = { from = "a" }', [*things(9), {"id": "y", "a": "x"}]),
        ('A = { from = "b", default = "x" }', things(4)),
        ('A = { from = "b", default = "x" }', [*things(9), {"id": "y", "b": "z"}]),
        ('A = { from = "a", type = "status" }', things(3, a="in repair")),
        ('A = { from = "a", type = "status" }', things(3, a="Active")),
        ('A = { from = "a", type = "select" }', [{"id": "y", "a": ""}, {"id": "z", "a": "x"}][:0]),
    ],
)
def test_what_is_normal_is_no_worry(attribute: str, records: list[Any]) -> None:
    """Some empty values, some defaults, statuses that are declared: all is well."""
    assert found(definition(attribute), records) == []


@pytest.mark.parametrize(
    ("keys", "key", "message"),
    [
        ("where = \"kind == 'x'\"", "where", "is true for none of the items"),
        ("where_record = \"kind == 'x'\"", "where_record", "is true for none of the records"),
        ('each = "parts"', "each", "leads to nothing"),
        ('each = "parts"\nwhere = "kind == \'x\'"', "each", "leads to nothing"),
    ],
)
def test_what_keeps_everything_away_is_named(keys: str, key: str, message: str) -> None:
    """The very key without which something would arrive."""
    (_, one) = found(definition(thing=keys), things(3))
    assert message in one.message
    assert one.path == ("object_types", "Thing", key)


def test_one_identity_with_two_contents_is_told_with_the_difference() -> None:
    """Equal repeats are normal; another content loses against the first."""
    read = definition(more=PERSON + 'Name = { from = "name" }\nTeam = { from = "team" }')
    ann = {"mail": "ann@x", "name": "Ann", "team": "A"}
    records: list[Any] = [
        {"id": "1", "owners": [ann]},
        {"id": "2", "owners": [ann, {"mail": "bob@x", "name": "Bob", "team": "B"}]},
    ]
    assert found(read, records) == []
    records.append({"id": "3", "owners": {"mail": "ann@x", "name": "Ann", "team": "B"}})
    (one,) = found(read, records)
    assert "Person: on the first page an identity comes again with other content 1 time" in (
        one.message
    )
    assert "records 1 and 3 differ in Team;" in one.message


def test_more_quarantine_than_allowed_is_told() -> None:
    """The share of the first page against the share that a run may have."""
    read = definition('A = { from = "a", required = true }')
    judged = found(read, [*things(98, a=1), {"id": "x"}, {"id": "y"}])
    assert "2% of the first page would be quarantined, and 1% is the most" in judged[-1].message
    assert judged[-1].path == ("safety", "max_quarantined")
    assert len(found(read, [*things(100, a=1), {"id": "x"}])) == 1


def test_records_that_are_no_objects() -> None:
    """Texts instead of objects: nothing arrives, and the reason is given."""
    judged = found(definition(), ["a", "b", None])
    assert judged[0].state == "failed"
    assert "not a JSON object" in judged[1].message


def test_ten_objects_are_shared_by_the_types() -> None:
    """Types take turns; what one has too few of, others show."""
    read = definition(more=PERSON)
    records: list[Any] = [
        {"id": str(number), "owners": [{"mail": f"p{number // 7}@x"}]} for number in range(20)
    ]
    shown = samples(read, {"devices": probe(read, "devices", records)})
    assert [one.object_type for one in shown] == ["Thing"] * 7 + ["Person"] * 3
    assert [one.label for one in shown[7:]] == ["p0@x", "p1@x", "p2@x"]
    assert [one.record for one in shown[7:]] == [1, 8, 15]


def test_every_type_is_shown_even_of_twelve() -> None:
    """Ten is for most definitions; one with more types still sees each once."""
    many = "".join(THING.replace("Thing", f"Kind{number}") for number in range(11))
    read = load(HEAD + THING + many, origin="test.toml")
    shown = samples(read, {"devices": probe(read, "devices", things(5))})
    assert len(shown) == len({one.object_type for one in shown}) == 12


def test_values_are_shown_as_assets_stores_them() -> None:
    """Texts, as Assets keeps everything; references as the look-up they are."""
    read = definition(
        'On = { from = "on", type = "boolean" }\n'
        'Size = { from = "size", type = "double" }\n'
        'Day = { from = "day", type = "date", format = "%d.%m.%Y" }\n'
        'Owner = { from = "mail", type = "reference", to = "Person", match = "Mail" }\n'
        'Tags = { from = "tags", type = "select", multiple = true }\n',
        more=PERSON,
    )
    record = {"id": 5, "on": "TRUE", "size": 5.0, "day": "31.12.2026", "mail": "a@x",
              "tags": ["x", "y", "x"]}  # fmt: skip
    (one,) = samples(read, {"devices": probe(read, "devices", [record])})
    assert one.label == "5"
    assert one.attributes == {
        "Id": "5",
        "On": "true",
        "Size": "5",
        "Day": "2026-12-31",
        "Owner": {"object_type": "Person", "attribute": "Mail", "equals": "a@x"},
        "Tags": ["x", "y"],
    }

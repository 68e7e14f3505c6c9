"""Section 12.5 to 12.8 of the wire contract: values, references, cardinality, statuses."""

from typing import Any

import pytest

from conformance import expect
from conformance_model import Model, counters, labels, one_value, shown
from conformance_site import Site

pytestmark = pytest.mark.writes

CONVERTED = [
    ("text", 5, "5"),
    ("integer", "12", "12"),
    ("integer", 7.0, "7"),
    ("integer", "1.5", None),
    ("boolean", "TRUE", "true"),
    ("boolean", "yes", None),
    ("double", "2.50", "2.5"),
    ("double", "NaN", None),
    ("time", "09:30", "09:30:00"),
    ("time", "25:00", None),
    ("url", "https://example.com/a", "https://example.com/a"),
    ("url", "not one", None),
    ("email", "a@x.org", "a@x.org"),
    ("email", "a b@x.org", None),
    ("textarea", "long\ntext", "long\ntext"),
    ("ipaddress", "2001:0DB8::1", "2001:db8::1"),
    ("ipaddress", "300.1.1.1", None),
]


@pytest.mark.parametrize(
    ("kind", "value", "stored"),
    CONVERTED,
    ids=lambda one: str(one)[:20],
)
def test_12_5_values_by_type(site: Site, kind: str, value: Any, stored: str | None) -> None:
    """Stored as text in one form; what does not convert is left out and counted."""
    found, counted = one_value(site, {"type": kind}, value)
    expect([[] if stored is None else [stored]], found)
    expect((1, 0 if stored is not None else 1), (counted["objectsCreated"], counted["errorCount"]))


@pytest.mark.parametrize(
    ("kind", "value", "stored"),
    [
        ("date", "2021-02-16", "2021-02-16"),
        ("date_time", "2021-02-16T21:04:41.527+01:00", "2021-02-16T20:04:41.527Z"),
        ("date_time", "2021-02-16T20:04:41Z", "2021-02-16T20:04:41.000Z"),
    ],
    ids=str,
)
def test_12_5_dates_are_stored_in_utc(site: Site, kind: str, value: str, stored: str) -> None:
    """ISO 8601 in, one form stored; what is displayed is formatted."""
    model = Model(site.tag).type("Host", {"Name": {}, "Value": {"type": kind}})
    model.map("Host", "hosts", {"Name": "name", "Value": "value"}, identity=("Name",))
    site.map(model.document())
    site.run({"hosts": [{"name": "h", "value": value}]})
    (found,) = site.find(f'objectType = "{model.name("Host")}"')
    values = [one["objectAttributeValues"][0].get("value") for one in found["attributes"]]
    expect([stored], [one for one in values if one == stored])


@pytest.mark.parametrize(
    ("entry", "found"),
    [
        ({"os": "macOS Big Sur"}, ["macOS Big Sur"]),
        ({"os": 'quoted "x" \\'}, ['quoted "x" \\']),
        ({"os": "nothing"}, []),
        ({"os": ""}, []),
    ],
    ids=["blanks", "quotes", "no match", "empty"],
)
def test_12_6_placeholders_are_quoted_and_escaped(site: Site, entry: Any, found: list[str]) -> None:
    """A locator's value finds the object of that name; no match leaves the reference empty."""
    model = Model(site.tag).type("Host", {"Name": {}, "OS": {"to": "OS"}}).type("OS", {"Name": {}})
    locators: dict[str, str | list[str]] = {"Name": "name", "OS": "os"}
    model.map("Host", "hosts", locators, identity=("Name",), iql={"OS": "Name = ${os}"})
    model.map("OS", "oses", {"Name": "name"}, identity=("Name",))
    site.map(model.document())
    oses = [{"name": "macOS Big Sur"}, {"name": 'quoted "x" \\'}]
    result = site.run({"hosts": [{"name": "h", **entry}], "oses": oses})
    expect([found], shown(site, model, "OS"))
    expect(0, counters(result)["errorCount"])


@pytest.mark.parametrize("maximum", [-1, 1])
def test_12_6_all_values_and_too_many_matches(site: Site, maximum: int) -> None:
    """IN (${names${0}}) takes every value; more matches than fit are an entry error."""
    to: dict[str, Any] = {"to": "OS", "minimumCardinality": 0, "maximumCardinality": maximum}
    model = Model(site.tag).type("Host", {"Name": {}, "OS": to}).type("OS", {"Name": {}})
    locators: dict[str, str | list[str]] = {"Name": "name", "OS": "oses"}
    iql = {"OS": "Name IN (${oses${0}})"}
    model.map("Host", "hosts", locators, identity=("Name",), iql=iql)
    model.map("OS", "all", {"Name": "name"}, identity=("Name",))
    site.map(model.document())
    data = {
        "hosts": [{"name": "h", "oses": ["a", "c"]}],
        "all": [{"name": name} for name in ("a", "b", "c")],
    }
    counted = counters(site.run(data))
    expect(([["a", "c"]], 0) if maximum == -1 else ([[]], 1), _referred(site, model, counted))


def _referred(site: Site, model: Model, counted: Any) -> tuple[Any, int]:
    found = [sorted(values) for values in shown(site, model, "OS")]
    return found, counted["errorCount"]


def test_12_6_an_object_may_refer_to_itself_and_to_child_types(site: Site) -> None:
    """References are resolved once everything is written, and reach types below."""
    model = Model(site.tag).type("Host", {"Name": {}, "To": {"to": "Host"}})
    model.type("Blade", {"Name": {}}, under="Host")
    locators: dict[str, str | list[str]] = {"Name": "name", "To": "to"}
    model.map("Host", "hosts", locators, identity=("Name",), iql={"To": "Name = ${to}"})
    model.map("Blade", "blades", {"Name": "name"}, identity=("Name",))
    site.map(model.document())
    site.run({"hosts": [{"name": "a", "to": "a"}, {"name": "b", "to": "x"}]}, {"blades": [_X]})
    expect([["a"], ["x"]], shown(site, model, "To"))


_X = {"name": "x"}


def test_12_7_too_many_or_too_few_values(site: Site) -> None:
    """Too many: the value is left out. Too few: the entry is skipped. Either is counted."""
    model = Model(site.tag).type(
        "Host",
        {
            "Name": {},
            "Mail": {"type": "email", "minimumCardinality": 1, "maximumCardinality": 2},
        },
    )
    model.map("Host", "hosts", {"Name": "name", "Mail": "mail"}, identity=("Name",))
    site.map(model.document())
    good, extra = ["a@x.org"], ["a@x.org", "b@x.org", "c@x.org"]
    entries: list[dict[str, Any]] = [
        {"name": "a", "mail": good},
        {"name": "b", "mail": []},
        {"name": "c", "mail": extra},
    ]
    counted = counters(site.run({"hosts": entries}))
    expect((2, "a"), (counted["errorCount"], labels(site, model)[0]))
    expect([], [label for label in labels(site, model) if label == "b"])


def test_12_7_unique_values(site: Site) -> None:
    """A value that another object has: the entry is skipped and counted."""
    model = Model(site.tag).type("Host", {"Name": {}, "Serial": {"unique": True}})
    model.map("Host", "hosts", {"Name": "name", "Serial": "serial"}, identity=("Name",))
    site.map(model.document())
    entries = [{"name": "a", "serial": "1"}, {"name": "b", "serial": "1"}]
    counted = counters(site.run({"hosts": entries}))
    expect((1, 1), (counted["objectsCreated"], counted["errorCount"]))
    again = counters(site.run({"hosts": [{"name": "c", "serial": "1"}]}))
    expect((0, 1), (again["objectsCreated"], again["errorCount"]))


@pytest.mark.parametrize(
    ("value", "stored"),
    [("Active", ["Active"]), (" rUSTY ", ["Rusty"]), ("Stopped", []), ("Nonsense", [])],
)
def test_12_8_statuses(site: Site, value: str, stored: list[str]) -> None:
    """By name in any case; global ones and the document's own, within typeValues."""
    rusty = {"name": "Rusty", "description": "d", "category": "inactive"}
    found, counted = one_value(
        site,
        {"type": "status", "typeValues": ["Active", "Rusty"]},
        value,
        statusSchema={"statuses": [rusty]},
    )
    expect([stored], found)
    expect(1, counted["objectsCreated"])


def test_12_5_a_select_made_by_a_document_takes_any_value(site: Site) -> None:
    """A document has no way to say what a select offers."""
    expect([["a"]], one_value(site, {"type": "select"}, "a")[0])

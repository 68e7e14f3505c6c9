"""Section 14 of the wire contract: AQL, and paging (13.1)."""

from collections.abc import Callable
from typing import Any

import pytest

from conformance import expect
from conformance_model import Model
from conformance_site import Site

NewSite = Callable[..., Site]
pytestmark = pytest.mark.writes

HOSTS = [
    {"name": "alpha", "ram": 8, "ports": ["a@x.org", "b@x.org"], "owner": "Ann", "on": True},
    {"name": "Beta", "ram": 16, "ports": ["b@x.org"], "owner": "Bob", "bought": "2021-02-16"},
    {"name": "gamma ray", "ram": 128, "note": 'a "b" \\ c', "on": False},
    {"name": "delta"},
]


@pytest.fixture(scope="module")
def stocked(new_site: NewSite) -> tuple[Site, Model]:
    """A site with four hosts, a blade below them, two people, and who owns what."""
    site = new_site()
    model = Model(site.tag)
    model.type(
        "Host",
        {
            "Name": {},
            "RAM": {"type": "integer"},
            "Ports": {"type": "email", "minimumCardinality": 0, "maximumCardinality": -1},
            "Note": {},
            "On": {"type": "boolean"},
            "Bought": {"type": "date"},
            "Owner": {"to": "Person"},
        },
    )
    model.type("Blade", {"Name": {}}, under="Host").type("Person", {"Name": {}, "Town": {}})
    locators: dict[str, str | list[str]] = {
        "Name": "name",
        "RAM": "ram",
        "Ports": "ports",
        "Note": "note",
        "On": "on",
        "Bought": "bought",
        "Owner": "owner",
    }
    owner = {"Owner": "Name = ${owner}"}
    model.map("Host", "hosts", locators, identity=("Name",), iql=owner)
    model.map("Blade", "blades", {"Name": "name"}, identity=("Name",))
    model.map("Person", "people", {"Name": "name", "Town": "town"}, identity=("Name",))
    site.map(model.document())
    people = [{"name": "Ann", "town": "New York"}, {"name": "Bob", "town": "Berlin"}]
    site.run({"hosts": HOSTS}, {"people": people, "blades": [{"name": "blade"}]})
    return site, model


FOUND: list[tuple[str, str]] = [
    ("", "alpha Beta delta gamma"),
    ("Name = ALPHA", "alpha"),
    ("Name == ALPHA", ""),
    ("Name == alpha", "alpha"),
    ('Name = "gamma ray"', "gamma"),
    ('Note = "a \\"b\\" \\\\ c"', "gamma"),
    ("Name != alpha", "Beta delta gamma"),
    ("Name LIKE ETA", "Beta"),
    ("Name LIKE a", "alpha Beta delta gamma"),
    ("Name NOT LIKE eta", "alpha delta gamma"),
    ("Name STARTSWITH al", "alpha"),
    ('Name ENDSWITH "ray"', "gamma"),
    ("Name IN (alpha, BETA)", "alpha Beta"),
    ("Name NOT IN (alpha, BETA)", "delta gamma"),
    ("RAM = 16", "Beta"),
    ("RAM > 9", "Beta gamma"),
    ("RAM <= 16", "alpha Beta"),
    ("RAM < 100 AND RAM >= 16", "Beta"),
    ("RAM IS EMPTY", "delta"),
    ("RAM IS NOT EMPTY", "alpha Beta gamma"),
    ("RAM != 8", "Beta delta gamma"),
    ("On = true", "alpha"),
    ("Bought = 2021-02-16", "Beta"),
    ('Bought < "2022-01-01"', "Beta"),
    ('Ports = "a@x.org"', "alpha"),
    ('Ports != "a@x.org"', "Beta delta gamma"),
    ('Ports NOT IN ("a@x.org", "b@x.org")', "delta gamma"),
    ("Owner = Ann", "alpha"),
    ('Owner.Town = "New York"', "alpha"),
    ("Owner.Name LIKE b", "Beta"),
    ("Owner IS EMPTY", "delta gamma"),
    ("label = alpha", "alpha"),
    ("Name = alpha OR Name = Beta AND RAM = 1", "alpha"),
    ("(Name = alpha OR Name = Beta) AND RAM = 16", "Beta"),
    ("name = alpha and ram = 8", "alpha"),
    ('Created > "now(-1h)"', "alpha Beta delta gamma"),
    ("Created > now(-1h) AND Created <= endOfDay()", "alpha Beta delta gamma"),
    ("Created < startOfYear(-1d)", ""),
    ("object HAVING outboundReferences()", "alpha Beta"),
    ("object NOT HAVING outR()", "delta gamma"),
    ("object HAVING outR(Name = Ann)", "alpha"),
    ('object HAVING outboundReferences(Town = "Berlin")', "Beta"),
    ("ORDER BY Name DESC", "gamma delta Beta alpha"),
    ("ORDER BY RAM", "delta alpha Beta gamma"),
    ("RAM > 1 ORDER BY RAM DESC", "gamma Beta alpha"),
]


@pytest.mark.parametrize(("query", "labels"), FOUND, ids=[query or "empty" for query, _ in FOUND])
def test_14_a_query_finds(stocked: tuple[Site, Model], query: str, labels: str) -> None:
    """Each form of the grammar finds these hosts, in this order; the count agrees."""
    site, model = stocked
    condition, order, by = query.partition("ORDER BY")
    kind = f'objectType = "{model.name("Host")}"'
    whole = f"{kind} AND ({condition})" if condition.strip() else kind
    found = site.find(f"{whole} {order}{by}")
    expect(labels.split(), [one["label"].split()[0] for one in found])
    counted = site.view("POST", "object/aql/totalcount", {"qlQuery": whole}).gives(200)
    expect(len(found), counted["totalCount"])


@pytest.mark.parametrize(
    ("form", "labels"),
    [
        ('objectType = "{host}"', ["alpha", "Beta", "delta", "gamma ray"]),
        (
            'objectType IN objectTypeAndChildren("{host}")',
            ["alpha", "Beta", "blade", "delta", "gamma ray"],
        ),
        ('objectType IN ("{blade}", "{person}")', ["Ann", "blade", "Bob"]),
        ('objectType = "{person}" AND object HAVING inboundReferences()', ["Ann", "Bob"]),
        ('objectType = "{person}" AND object HAVING inR(RAM = 8)', ["Ann"]),
        ('objectSchemaId = {schema} AND objectType = "{blade}"', ["blade"]),
    ],
)
def test_14_types_and_what_refers_to_objects(
    stocked: tuple[Site, Model], form: str, labels: list[str]
) -> None:
    """Child types only where they are asked for; references are followed backwards, too."""
    site, model = stocked
    names = {kind.lower(): model.name(kind) for kind in ("Host", "Blade", "Person")}
    found = site.find(form.format(schema=site.schema, **names))
    expect(labels, [one["label"] for one in found])


def test_14_objects_by_id_and_key(stocked: tuple[Site, Model]) -> None:
    """Both find exactly the one."""
    site, model = stocked
    (one,) = site.find(f'objectType = "{model.name("Blade")}"')
    for query in (f"objectId = {one['id']}", f"Key = {one['objectKey']}"):
        expect([one["id"]], [found["id"] for found in site.find(query)])


REFUSED = [
    "Name = ",
    "Name = a AND",
    "= a",
    "Name a",
    "(Name = a",
    "Name = a)",
    'Name = "open',
    "Name IN ()",
    "Name IN alpha",
    "NOT Name = a",
    "Name = a Name = b",
    "Name IS NULL",
    "anyAttribute = a",
    "Name = currentUser()",
    "object HAVING connectedTickets()",
    "ORDER BY Name, RAM",
    "Name = a ORDER Name",
    "objectType IN objectTypeAndChildren(",
    "(" * 60 + "Name = a" + ")" * 60,
    "Name = " + "a" * 10_000,
]


@pytest.mark.parametrize("query", REFUSED, ids=lambda query: query[:40])
def test_14_what_is_no_query(stocked: tuple[Site, Model], query: str) -> None:
    """400, by search and by count."""
    site, _ = stocked
    for path in ("object/aql", "object/aql/totalcount"):
        site.view("POST", path, {"qlQuery": query}).refuses(400)


def test_13_1_pages_are_stable_and_end(stocked: tuple[Site, Model]) -> None:
    """Page by page the same objects in the same order; the last says so, none follows."""
    site, model = stocked
    query = {"qlQuery": f'objectType IN objectTypeAndChildren("{model.name("Host")}")'}
    pages: list[Any] = []
    while not pages or not pages[-1]["isLast"]:
        path = f"object/aql?startAt={2 * len(pages)}&maxResults=2"
        pages.append(site.view("POST", path, query).gives(200))
    expect([2, 2, 1], [len(page["values"]) for page in pages])
    together = [one["id"] for page in pages for one in page["values"]]
    expect([one["id"] for one in site.find(query["qlQuery"])], together)
    behind = site.view("POST", "object/aql?startAt=6", query).gives(200)
    expect(([], True), (behind["values"], behind["isLast"]))


def test_13_1_attributes_can_be_left_out(stocked: tuple[Site, Model]) -> None:
    """includeAttributes=false: no values."""
    site, model = stocked
    for one in site.find(f'objectType = "{model.name("Host")}"', "?includeAttributes=false"):
        expect((), tuple(one.get("attributes", ())))


def test_13_2_a_referenced_object_is_whole_but_for_its_attributes(
    stocked: tuple[Site, Model],
) -> None:
    """Label and key are what is displayed and searched."""
    site, model = stocked
    (host,) = site.find(f'objectType = "{model.name("Host")}" AND Name = alpha')
    values = [one["objectAttributeValues"][0] for one in host["attributes"]]
    (value,) = [one for one in values if one["referencedType"]]
    found = value["referencedObject"]
    expect((found["label"], found["objectKey"]), (value["displayValue"], value["searchValue"]))
    expect(set[str](), {"id", "label", "objectType", "created", "_links"} - set(found))

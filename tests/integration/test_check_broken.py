"""A definition broken in one way: ``check`` names the cause, its place and the cure."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from starlette.responses import PlainTextResponse, Response

from checking import World, closed_port
from definitions import LAPTOP, UNTOLD
from imports import Site
from third_party import ThirdParty

ATTRIBUTES = "object_types.Laptop.attributes"
REFERENCE = """
"Owner" = { from = "owner.email", type = "reference", to = "Employee", match = "Email" }
[object_types.Employee]
source = "devices"
each = "owner"
[object_types.Employee.attributes]
"Email" = { from = "email", identity = true, label = true }
[object_types.Person]
source = "devices"
each = "owner"
[object_types.Person.attributes]
"Email" = { from = "email", identity = true, label = true }
"""


@pytest.fixture
def world(site: Site, third_party: ThirdParty, third_party_url: str, tmp_path: Path) -> World:
    """Everything works until a test breaks it."""
    return World(site, third_party, third_party_url, tmp_path)


def replaced(old: str, new: str) -> Callable[[World], str]:
    """The good text with one part replaced."""

    def arrange(world: World) -> str:
        text = world.text()
        assert old in text
        return text.replace(old, new)

    return arrange


def after_push(old: str, new: str, types: str = LAPTOP) -> Callable[[World], str]:
    """The good mapping is pushed, then one part of the text is replaced."""

    def arrange(world: World) -> str:
        text = world.text(types=types)
        assert old in text
        assert world.push(text) == 0
        return text.replace(old, new)

    return arrange


def with_environ(name: str, value: str | None) -> Callable[[World], str]:
    """The good text, with another variable."""

    def arrange(world: World) -> str:
        world.environ[name] = value
        return world.text()

    return arrange


def answering(response: Response) -> Callable[[World], str]:
    """The good text, with a source that answers otherwise."""

    def arrange(world: World) -> str:
        world.service.answers.append(response)
        return world.text()

    return arrange


def with_records(alter: Callable[[ThirdParty], None]) -> Callable[[World], str]:
    """The good text, with other records."""

    def arrange(world: World) -> str:
        alter(world.service)
        return world.text()

    return arrange


def nowhere(key: str) -> Callable[[World], str]:
    """The good text, where one of the servers does not run."""

    def arrange(world: World) -> str:
        old = world.site.url if key == "assets" else world.service_url
        new = f"http://127.0.0.1:{closed_port()}"
        return world.text().replace(old, new).replace(old.removeprefix("http://"), new[7:])

    return arrange


def unchanged(world: World) -> str:
    return world.text()


def without_total(world: World) -> str:
    return world.text(pages=UNTOLD)


def below_the_root(world: World) -> str:
    return world.text().replace(world.site.url, f"{world.site.url}/jsm/assets", 1)


def at_another_service(world: World) -> str:
    return world.text().replace(world.site.url, world.service_url, 1)


def disabled(world: World) -> str:
    assert world.push(world.text()) == 0
    world.change_source(enabled=False)
    return world.text()


def running(world: World) -> str:
    assert world.push(world.text()) == 0
    world.site.start()
    return world.text()


def known_otherwise(world: World) -> str:
    assert world.push(world.text(name="somebody-elses")) == 0
    return world.text()


def somebody_twice(service: ThirdParty) -> None:
    service.records[3]["serial"] = service.records[1]["serial"]


def no_records(service: ThirdParty) -> None:
    service.records.clear()


def one_bad(service: ThirdParty) -> None:
    service.records[4]["ram_gb"] = "much"


def small_pages(service: ThirdParty) -> None:
    service.largest_page = 7


class Row(NamedTuple):
    """How to break it; then this must be said."""

    name: str
    arrange: Callable[[World], str]
    code: int
    step: str
    state: str
    message: str
    cure: str
    key: str | None


ROWS = [
    # The definition
    Row("toml", replaced('name = "hardware"', "name = hardware"), 2, "definition", "failed",
        "not valid TOML", "quotes", None),
    Row("unknown key", replaced("identity = true", "identity = true, lable = true"), 2,
        "definition", "failed", "not a key", "Did you mean label?",
        f'{ATTRIBUTES}."Serial Number".lable'),
    Row("egress missing", replaced("[egress]\nallow", "[egress]\n#"), 2, "definition", "failed",
        "[egress] does not allow", "allow = [", "sources.devices.url"),
    Row("missing objects", replaced('missing_objects = "ignore"', ""), 0, "definition", "warning",
        "objects that a run does not bring", 'missing_objects = "ignore"', "assets"),
    # Secrets and the way out
    Row("no token", with_environ("ASSETS_TOKEN", None), 1, "secrets", "failed",
        "ASSETS_TOKEN is not set", "same name", "assets.token"),
    Row("no source token", with_environ("INVENTORY_TOKEN", ""), 1, "secrets", "failed",
        "env:INVENTORY_TOKEN is empty", "same name", "sources.devices.auth.token"),
    Row("no certificates", replaced("[egress]", '[egress]\nca_file = "/nowhere.pem"'), 1, "egress",
        "failed", "ca_file cannot be read", "PEM file", "egress.ca_file"),
    Row("no proxy", replaced("[egress]", '[egress]\nproxy = "env:NO_SUCH_PROXY"'), 1, "secrets",
        "failed", "NO_SUCH_PROXY is not set", "same name", "egress.proxy"),
    # Credentials and import source
    Row("wrong token", with_environ("ASSETS_TOKEN", "wrong"), 1, "credentials", "failed", "401",
        "new container token for the import source in Jira", "assets.token"),
    Row("wrong base_url", below_the_root, 1, "credentials", "failed", "404",
        "nothing of /jsm/assets", "assets.base_url"),
    Row("another service", at_another_service,
        1, "credentials", "failed", "404", "https://api.atlassian.com", "assets.base_url"),
    Row("assets unreachable", nowhere("assets"), 1, "credentials", "failed", "cannot be reached",
        "See that Assets runs", "assets.base_url"),
    Row("disabled", disabled, 1, "import_source", "failed", "DISABLED", "Switch it on in Jira",
        "assets"),
    Row("running", running, 0, "import_source", "warning", "is INGESTING", "Wait for its end",
        "assets"),
    Row("no mapping yet", unchanged, 0, "import_source", "note",
        "MISSING_MAPPING", "assetferry mapping push", None),
    # Mapping
    Row("renamed", after_push('"Hostname" = { from = "name"',
        '"Host Name" = { external_id = "hardware/laptop/hostname", from = "name"'), 1, "mapping",
        "failed", 'knows this external id as "Hostname"', 'Write "Hostname" here again',
        f'{ATTRIBUTES}."Host Name"'),
    Row("looks renamed", after_push('"Hostname"', '"Machine"'), 0, "mapping", "warning",
        'looks like a rename of "Hostname" (both are the label)',
        'external_id = "hardware/laptop/hostname"', f"{ATTRIBUTES}.Machine"),
    Row("type looks renamed", after_push("object_types.Laptop", "object_types.Notebook"), 0,
        "mapping", "warning", 'Notebook: looks like a rename of "Laptop"',
        'external_id = "hardware/laptop"', "object_types.Notebook"),
    Row("retyped", after_push('"integer"', '"text"'), 1, "mapping", "failed",
        "it is integer in Assets", 'type = "integer"', f'{ATTRIBUTES}."RAM (GB)".type'),
    Row("re-pointed", after_push('to = "Employee"', 'to = "Person"', LAPTOP + REFERENCE), 1,
        "mapping", "failed", 'refers to "Employee"', 'to = "Employee"', f"{ATTRIBUTES}.Owner.to"),
    Row("other ids", known_otherwise, 1, "mapping", "failed",
        'another external id: "somebody-elses/laptop"', 'external_id = "somebody-elses/laptop"',
        "object_types.Laptop"),
    Row("taken id", after_push('"Hostname" = { from', '"X" = { external_id = '
        '"hardware/laptop", from'), 1, "mapping", "failed", "both have the external id", "",
        "object_types"),
    Row("gone", after_push('"RAM (GB)" = { from = "ram_gb", type = "integer", required = true }',
        ""), 0, "mapping", "warning", "not in the definition any more", "minimum cardinality",
        ATTRIBUTES),
    Row("not required any more", after_push(", required = true", ""), 0, "mapping", "warning",
        "Assets demands a value of every object", "required = true", f'{ATTRIBUTES}."RAM (GB)"'),
    Row("not unique any more", after_push(", unique = true", "",
        LAPTOP.replace("required = true", "unique = true")), 0, "mapping", "warning",
        "no two objects", "unique = true", f'{ATTRIBUTES}."RAM (GB)"'),
    # The first page
    Row("records path", replaced('records = "devices"', 'records = "items"'), 1, "first_page",
        "failed", 'records = "items" leads to nothing', "correct url, records",
        "sources.devices.records"),
    Row("total path", replaced('total = "total"', 'total = "count"'), 1, "first_page", "failed",
        "pagination.total must lead to a whole number", "pagination", "sources.devices.records"),
    Row("source 401", answering(Response(status_code=401)), 1, "first_page", "failed", "401",
        "env:INVENTORY_TOKEN", "sources.devices.auth"),
    Row("source HTML", answering(PlainTextResponse("<html>login</html>")), 1, "first_page",
        "failed", "not JSON", "curl", "sources.devices.records"),
    Row("source 404", replaced("/offset", "/nowhere"), 1, "first_page", "failed", "404",
        "compare with the service", "sources.devices.url"),
    Row("source 500", answering(PlainTextResponse("oops", 500)), 1, "first_page", "failed", "500",
        "Check again", "sources.devices.url"),
    Row("source 429", answering(Response(status_code=429)), 1, "first_page", "failed", "429",
        "few minutes", "sources.devices.url"),
    Row("source redirects away", answering(Response(status_code=302,
        headers={"Location": "http://127.0.0.9:1/"})), 1, "first_page", "failed",
        "not on the list of hosts", "", "egress.allow"),
    Row("source unreachable", nowhere("source"), 1, "first_page", "failed", "cannot be reached",
        "service runs", "sources.devices.url"),
    Row("no records", with_records(no_records), 0, "first_page", "warning",
        "fewer than min_records", "Correct url, params or records", "sources.devices"),
    Row("small pages", with_records(small_pages), 0, "first_page", "warning",
        "gives 7 records a page, though page_size is 10", "page_size = 7",
        "sources.devices.pagination.page_size"),
    Row("large pages", replaced("chunk_records = 10", "chunk_records = 4"), 0, "first_page",
        "warning", "cut into 3 chunks", "chunk_records = 10",
        "sources.devices.pagination.page_size"),
    Row("no total", without_total, 0, "first_page", "warning",
        "one after another", "total =", "sources.devices.pagination"),
    # What becomes of the records
    Row("optional misspelt", replaced(", required = true }\n", ' }\n"Colour" = { from = '
        '"color" }\n'), 0, "objects", "warning", "color is absent or empty in every record",
        "case-sensitive", f"{ATTRIBUTES}.Colour"),
    Row("identity misspelt", replaced('from = "serial"', 'from = "Serial"'), 1, "objects",
        "failed", "none of the 10 records", "following lines", "sources.devices"),
    Row("where", replaced('source = "devices"', 'source = "devices"\nwhere = "kind == \'x\'"'), 0,
        "objects", "warning", "is true for none of the items", "case-sensitive",
        "object_types.Laptop.where"),
    Row("each", replaced('source = "devices"', 'source = "devices"\neach = "Owner"'), 0,
        "objects", "warning", "leads to nothing", "case-sensitive", "object_types.Laptop.each"),
    Row("quarantine", with_records(one_bad), 0, "objects", "warning",
        "1 record would be quarantined (number 5): Laptop.RAM (GB): ram_gb is a text", "",
        f'{ATTRIBUTES}."RAM (GB)"'),
    Row("repeats", with_records(somebody_twice), 0, "objects", "warning",
        "records 2 and 4 differ in Hostname", "identity narrower", ATTRIBUTES),
    Row("select", replaced('type = "integer"', 'type = "select"'), 0, "objects", "warning",
        'cannot declare the options of a select; the first page has "8", "16"',
        "Add the options", f'{ATTRIBUTES}."RAM (GB)"'),
    Row("status", replaced('type = "integer"', 'type = "status"'), 0, "objects", "warning",
        'does not know the status "8"', '[statuses."', f'{ATTRIBUTES}."RAM (GB)"'),
]  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_cause_place_and_cure_are_named(world: World, row: Row) -> None:
    """Broken in one way, the check ends as it must and says what, where and what to do."""
    text = row.arrange(world)
    checked = world.check(text)
    assert checked.code == row.code, checked.told["steps"]
    assert checked.told["ok"] == (row.code == 0)
    found = [one for one in checked.find(row.step, row.message) if one["state"] == row.state]
    assert found, checked.told["steps"]
    step = found[0]
    assert row.cure in (step["cure"] or "")
    assert step["key"] == row.key
    if row.key is not None:
        last = row.key.rpartition(".")[2].split("[")[0].strip('"')
        assert last in text.splitlines()[step["line"] - 1]


def test_a_file_that_is_no_text(world: World) -> None:
    """Bytes that are no UTF-8 are a mistake in the definition, with a line."""
    checked = world.check(b'name = "hardware"\n# caf\xe9\n')
    assert checked.code == 2
    (step,) = checked.told["steps"]
    assert (step["step"], step["line"]) == ("definition", 2)
    assert "UTF-8" in step["message"]


def test_all_mistakes_of_a_definition_at_once(world: World) -> None:
    """A definition that cannot be used is one step for each mistake, and nobody is asked."""
    text = world.text().replace("identity = true", "identity = 3, lable = true")
    checked = world.check(text)
    assert checked.code == 2
    assert len(checked.find("definition")) == 2
    assert {one["step"] for one in checked.told["steps"]} == {"definition"}
    assert checked.told["mapping"] is None
    assert world.service.asked == []

"""Every mistake in a definition is named with its key, its line, what is wrong and the cure."""

from typing import NamedTuple

import pytest

from assetferry.definition.load import load
from assetferry.definition.problems import DefinitionError, Problem
from assetferry.errors import Fatal

GOOD = """\
name = "hardware"

[assets]
base_url = "https://api.atlassian.com"
token = "env:ASSETS_TOKEN"
missing_objects = "ignore"

[egress]
allow = ["inventory.example.com"]

[sources.devices]
type = "rest"
url = "https://inventory.example.com/api/devices"
records = "devices"
auth = { type = "bearer", token = "env:INVENTORY_TOKEN" }
pagination = { type = "offset", offset_param = "skip", page_size = 100, total = "total" }

[object_types.Laptop]
source = "devices"
where = "kind == 'laptop'"

[object_types.Laptop.attributes]
"Serial Number" = { from = "serial", identity = true }
"Hostname" = { from = "name", label = true }
"RAM (GB)" = { from = "ram_gb", type = "integer" }
"State" = { from = "state", type = "status", values = ["In Service", "Closed"] }
"Owner" = { from = "owner.email", type = "reference", to = "Employee", match = "Email" }

[object_types.Employee]
source = "devices"
each = "owner"

[object_types.Employee.attributes]
"Email" = { from = "email", type = "email", identity = true, label = true }

[limits]
chunk_bytes = "1 MiB"
time_limit = "15 min"
reads = 8

[safety]
max_shrink = "20%"

[schedule]
frequency = "DAILY"
start = "2026-12-01T09:00"
timezone = "Europe/Berlin"
"""

LAPTOP = "object_types.Laptop.attributes"


class Row(NamedTuple):
    """Replace ``old`` by ``new`` in the good definition; then exactly this must be said."""

    old: str
    new: str
    key: str
    line: int | None
    message: str
    cure: str


ROWS = [
    # TOML itself
    Row('name = "hardware"', "name = hardware", "", 1, "not valid TOML: Invalid value", "quotes"),
    Row("[egress]", "[assets]", "", 8, "Cannot declare", "stands once"),
    Row("reads = 8", 'reads = """8', "", 48, "Unterminated string", "quotes"),
    # Keys and sections
    Row("[limits]", "[limit]", "limit", 36, "not a key that belongs here", "Did you mean limits?"),
    Row(
        "reads = 8",
        'close_deadline = "999999 d"',
        "limits.close_deadline",
        39,
        "less than or equal to 31622400",
        "Correct",
    ),
    Row("reads = 8", "x = " + "[" * 100_000, "", 48, "recursion", "quotes"),
    Row("reads = 8", "raeds = 8", "limits.raeds", 39, "not a key", "Did you mean reads?"),
    Row("reads = 8", "colour = 8", "limits.colour", 39, "not a key", "known here are"),
    Row('name = "hardware"', "", "name", None, "is missing", "Add name to the top"),
    Row('base_url = "https://api.atlassian.com"', "", "assets.base_url", 3, "is missing", "Add"),
    Row('{ from = "serial",', '{ frmo = "serial",', f'{LAPTOP}."Serial Number".frmo', 23,
        "not a key that belongs here", "Did you mean from?"),
    Row('token = "env:INVENTORY_TOKEN"', 'tokn = "x"', "sources.devices.auth.tokn", 15,
        "not a key", "Did you mean token?"),
    # Types of values
    Row("reads = 8", 'reads = "8"', "limits.reads", 39, "not a whole number", "Write a whole"),
    Row("reads = 8", "reads = 65", "limits.reads", 39, "less than or equal to 64", "Correct"),
    Row('identity = true }\n"H', 'identity = 1 }\n"H', f'{LAPTOP}."Serial Number".identity', 23,
        "is not true or false", "Write true or false"),
    Row('"Hostname" = { from = "name", label = true }', '"Hostname" = "name"',
        f"{LAPTOP}.Hostname", 24, "is not a table", "{ key = value, … }"),
    Row('"15 min"', '"15 minutes"', "limits.time_limit", 38, "unknown unit minutes", "15 min"),
    Row('"1 MiB"', "1048576", "limits.chunk_bytes", 37, "not a quantity", '"1 MiB"'),
    Row('"20%"', "20", "safety.max_shrink", 42, "not a share", '"20%"'),
    Row('"integer"', '"interger"', f'{LAPTOP}."RAM (GB)".type', 25, "none of the values",
        "Did you mean integer?"),
    Row('"offset"', '"ofset"', "sources.devices.pagination.type", 16, "none of the values",
        "Did you mean offset?"),
    Row('type = "bearer", ', "", "sources.devices.auth.type", 15, "is missing", "which kind"),
    Row('type = "rest"', 'type = "sql"', "sources.devices.type", 12, "one possible", '"rest"'),
    Row('name = "hardware"', 'name = "Hard ware"', "name", 1, "lower-case", "hard_ware"),
    # Expressions
    Row("kind == 'laptop'", "kind = 'laptop'", "object_types.Laptop.where", 20,
        "not a JMESPath expression at character 6", "single quotes"),
    Row('records = "devices"', 'records = "devics()"', "sources.devices.records", 14,
        "calls devics()", "jmespath.org"),
    # Secrets and addresses
    Row('"env:ASSETS_TOKEN"', '"hunter2"', "assets.token", 5, "the secret itself", "env:NAME"),
    Row('"env:ASSETS_TOKEN"', '"env:MY-TOKEN"', "assets.token", 5, "not name an env", "env:ASS"),
    Row('"env:ASSETS_TOKEN"', '"file:token"', "assets.token", 5, "full path", "file:/full"),
    Row("https://inventory", "https://u:hunter2@inventory", "sources.devices.url", 13,
        "user name or password", "basic"),
    Row('records = "devices"', 'headers = { X-Api-Key = "hunter2" }',
        "sources.devices.headers.X-Api-Key", 14, "carries a secret", 'type = "header"'),
    Row('records = "devices"', 'params = { api_key = "hunter2" }',
        "sources.devices.params.api_key", 14, "end up in logs", 'type = "header"'),
    Row("/api/devices", "/api/devices?API-Key=hunter2", "sources.devices.url", 13,
        "has API-Key, which looks like a secret", 'type = "header"'),
    Row("[sources.devices]", 'proxy = "http://u:hunter2@proxy"\n[sources.devices]', "egress.proxy",
        11, "user name or password", "env:NAME"),
    Row("[sources.devices]", 'proxy = "proxy:3128"\n[sources.devices]', "egress.proxy",
        11, "neither an http address", '"http://host:port"'),
    Row('"https://inventory.example.com/api/devices"', '"inventory.example.com"',
        "sources.devices.url", 13, "not an absolute", "whole address"),
    Row('allow = ["inv', 'allow = ["other", "finv', "sources.devices.url", 13,
        "[egress] does not allow", 'allow = ["other", "finventory.example.com", "inventory.e'),
    Row('["inventory.example.com"]', '["inventory.example.com", "*"]', "egress.allow[1]", 9,
        "every host", "*.domain"),
    Row('records = "devices"', "body = { a = 1 }", "sources.devices.body", 14, "GET", "POST"),
    Row('records = "devices"', "params = { skip = 1 }", "sources.devices.params.skip", 14,
        "also set by pagination", "Take it out"),
    Row('records = "devices"', 'method = "POST"\nbody = { since = 2026-01-01 }',
        "sources.devices.body", 15, "which JSON has", "in quotes"),
    # Between the sections
    Row('source = "devices"\nwhere', 'source = "device"\nwhere', "object_types.Laptop.source", 19,
        "'device', which is no source", 'Did you mean "devices"?'),
    Row('to = "Employee"', 'to = "Employe"', f"{LAPTOP}.Owner.to", 27, "no object type",
        'Did you mean "Employee"?'),
    Row('match = "Email"', 'match = "Mail"', f"{LAPTOP}.Owner.match", 27, "no attribute of",
        'Did you mean "Email"?'),
    Row(', match = "Email"', "", f"{LAPTOP}.Owner", 27, "without match", "Write both"),
    Row('type = "integer"', 'to = "Employee"', f'{LAPTOP}."RAM (GB)".to', 25, "for references",
        'type = "reference"'),
    Row('"name", label = true', '"name"', LAPTOP, 22, "has no label", "label = true"),
    Row('type = "integer"', "label = true", f'{LAPTOP}."RAM (GB)".label', 25,
        "second label beside 'Hostname'", "exactly one"),
    Row('"serial", identity = true', '"serial"', LAPTOP, 22, "no identity", "identity = true"),
    Row('from = "ram_gb", ', "", f'{LAPTOP}."RAM (GB)"', 25, "where to read", "from ="),
    Row('from = "ram_gb"', 'from = "a", from_record = "b"', f'{LAPTOP}."RAM (GB)".from_record',
        25, "beside from", "Keep one"),
    Row('"RAM (GB)"', '"Created"', f"{LAPTOP}.Created", 25, "Assets keeps itself", "another name"),
    Row('"RAM (GB)"', '"host name"\n= { from = "x" }\n"Host-Name"'.replace("\n=", " ="),
        f"{LAPTOP}.Host-Name", 26, "only in case or punctuation", "Rename"),
    Row('"RAM (GB)"', '" RAM"', f'{LAPTOP}." RAM"', 25, "spaces around", "Use the name"),
    Row('type = "integer"', "multiple = true", f'{LAPTOP}."RAM (GB)".multiple', 25,
        "not possible for text", "email, reference, select"),
    Row('"name", label = true', '"name", label = true, empty = "clear"', f"{LAPTOP}.Hostname.empty",
        24, "must have a value", "Take it out"),
    Row('type = "integer"', 'type = "integer", format = "%d"', f'{LAPTOP}."RAM (GB)".format', 25,
        "means nothing to integer", "date_time"),
    Row('type = "integer"', 'type = "date", format = "%d.%Q"', f'{LAPTOP}."RAM (GB)".format', 25,
        "unknown directive %Q", "strptime"),
    Row('match = "Email" }', 'match = "Email", default = "nobody" }', f"{LAPTOP}.Owner.default", 27,
        "not an e-mail address", "reference"),
    Row('type = "integer"', 'type = "integer", default = "many"', f'{LAPTOP}."RAM (GB)".default',
        25, "a text that is no whole number", "type integer"),
    Row('type = "integer"', 'type = "integer", map = { a = 1.5 }', f'{LAPTOP}."RAM (GB)".map.a',
        25, "a number that is no whole number", "type integer"),
    Row('type = "integer"', "keep_unmapped = true", f'{LAPTOP}."RAM (GB)".keep_unmapped', 25,
        "has no map", "Add a map"),
    Row('type = "integer"', 'values = ["1"]', f'{LAPTOP}."RAM (GB)".values', 25,
        "means nothing to text", "select"),
    Row('"Closed"]', '"Closed", "In Repair"]', f"{LAPTOP}.State.values[2]", 26,
        "no status of Assets", '[statuses."In Repair"] category'),
    Row('"Closed"]', '"Closed", "closed"]', f"{LAPTOP}.State.values[2]", 26, "twice", "Take one"),
    Row('type = "integer"', 'type = "select", values = ["a,b"]', f'{LAPTOP}."RAM (GB)".values[0]',
        25, "comma", "without"),
    Row("[limits]", "[statuses.Active]\ncategory = 'active'\n[limits]", "statuses.Active", 36,
        "exists in every Assets", "Take it out"),
    Row("[limits]", "[statuses]\nNew.category = 'active'\nNEW.category = 'active'\n[limits]",
        "statuses.New", 37, "or twice here", "Take it out"),
    Row('name", label = true', 'name", label = true, external_id = "x", description = "y" }\n'
        '"A" = { from = "a", external_id = "x"', f"{LAPTOP}.A.external_id", 25, "used twice",
        "unique"),
    Row("[object_types.Laptop]", '[sources.more]\ntype = "rest"\n'
        'url = "https://inventory.example.com/x"\n[object_types.Laptop]', "sources.more", 18,
        "read by no object type", "take it out"),
    # Schedule
    Row("frequency =", "frequencie =", "schedule.frequencie", 45, "not a key", "mean frequency?"),
    Row('"Europe/Berlin"', '"Europe/Berlim"', "schedule.timezone", 47, "not a time zone", "IANA"),
    Row("09:00", "09:00+01:00", "schedule.start", 46, "offset of its own", "wall-clock"),
    Row('frequency = "DAILY"', "", "schedule.frequency", 44, "is missing", "every"),
    Row('frequency = "DAILY"', 'every = "1 h"', "schedule.every", 45, "our own clock",
        'by = "assetferry"'),
    Row('"DAILY"', '"DAILY"\ndays = ["Mon"]\nby = "assetferry"', "schedule.days", 46,
        "WEEKLY only", 'frequency = "WEEKLY"'),
]  # fmt: skip


def problems(text: str) -> tuple[Problem, ...]:
    with pytest.raises(DefinitionError) as caught:
        load(text, origin="hardware.toml")
    return caught.value.problems


def test_the_definition_that_is_broken_below_is_good() -> None:
    """A row proves something only if nothing else is wrong."""
    assert load(GOOD, origin="hardware.toml").name == "hardware"


@pytest.mark.parametrize("row", ROWS, ids=[f"{row.key}: {row.message}" for row in ROWS])
def test_mistake_is_named_with_place_and_cure(row: Row) -> None:
    """One mistake gives one problem with its key, line, message and cure, and nothing else."""
    assert GOOD.count(row.old) == 1, "the row must change exactly one place"
    (problem,) = problems(GOOD.replace(row.old, row.new))
    assert (problem.key, problem.line) == (row.key, row.line)
    assert row.message in problem.message
    assert row.cure in problem.cure


def test_all_mistakes_come_in_one_pass_in_order() -> None:
    """Mistakes of values and mistakes between sections do not hide each other."""
    text = GOOD.replace('"env:ASSETS_TOKEN"', '"hunter2"').replace('"integer"', '"interger"')
    text = text.replace('to = "Employee"', 'to = "Employe"').replace("reads = 8", "reads = 0")
    text = text.replace('["inventory.example.com"]', "[]")
    found = problems(text)
    assert [problem.line for problem in found] == [5, 13, 25, 27, 39]


def test_a_broken_part_causes_no_further_complaints() -> None:
    """What cannot be read is not also said to be missing elsewhere."""
    text = GOOD.replace("[object_types.Employee.attributes]", "[object_types.Employee.attribute]")
    (problem,) = problems(text)
    assert problem.key == "object_types.Employee.attribute"
    text = GOOD.replace("[sources.devices]", "[source.devices]")
    (problem,) = problems(text)
    assert problem.key == "source"
    text = GOOD.replace("[sources.devices]", "[sources.Devices]")
    (problem,) = problems(text.replace('source = "devices"', 'source = "Devices"'))
    assert problem.key == "sources.Devices"


@pytest.mark.parametrize("row", [row for row in ROWS if "hunter2" in row.new])
def test_a_secret_in_the_file_is_never_repeated(row: Row) -> None:
    """Errors end up in terminals and logs; the value that should not be there must not follow."""
    with pytest.raises(DefinitionError) as caught:
        load(GOOD.replace(row.old, row.new), origin="x")
    shown = f"{caught.value!s} {caught.value!r} {caught.value.problems!r}"
    assert "hunter2" not in shown
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_error_says_how_many_where_and_what() -> None:
    """The message alone is enough to correct the file; the error ends the command."""
    with pytest.raises(DefinitionError) as caught:
        load(GOOD.replace("reads = 8", "raeds = 8"), origin="hardware.toml")
    assert isinstance(caught.value, Fatal)
    assert str(caught.value) == (
        "hardware.toml: 1 mistake in the definition\n"
        "  line 39: limits.raeds: is not a key that belongs here. Did you mean reads?"
    )


def test_toml_mistake_has_a_column() -> None:
    """An editor can jump to the very place."""
    (problem,) = problems(GOOD.replace("reads = 8", "reads = eight"))
    assert (problem.line, problem.column) == (39, 9)

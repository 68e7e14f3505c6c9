"""A definition as the design shows it is read whole, and its JSON Schema says the same."""

import json
import subprocess
import sys
import tomllib
from datetime import datetime
from typing import Any, cast

import jsonschema_rs
import pytest
from pydantic import ValidationError

from assetferry.definition.assets import ApiTokenUser, OAuthUser
from assetferry.definition.auth import BasicAuth, BearerAuth, HeaderAuth, NoAuth
from assetferry.definition.document import Definition, json_schema
from assetferry.definition.load import content_hash, load
from assetferry.definition.pagination import (
    CursorPagination,
    LinkPagination,
    NoPagination,
    OffsetPagination,
    PagePagination,
)
from assetferry.definition.secrets import SecretReference

FULL = """\
name = "hardware"

[assets]
base_url = "https://api.atlassian.com"      # the local server: http://127.0.0.1:8700
token = "env:ASSETS_TOKEN"
missing_objects = "ignore"

[egress]
allow = ["inventory.example.com"]
proxy = "env:HTTPS_PROXY"
ca_file = "/etc/ssl/company.pem"

[sources.devices]
type = "rest"
url = "https://inventory.example.com/api/devices"
records = "devices"
auth = { type = "bearer", token = "env:INVENTORY_TOKEN" }
pagination = { type = "offset", offset_param = "skip", limit_param = "limit", page_size = 100, total = "total" }

[schema]
name = "Hardware"
description = "Imported from the inventory"

[statuses."In Repair"]
category = "pending"

[object_types.Laptop]
description = "A portable computer"
source = "devices"
where = "kind == 'laptop'"
external_id = "hardware/laptop"

[object_types.Laptop.attributes]
"Serial Number" = { from = "serial", identity = true }
"Hostname"      = { from = "name", label = true }
"RAM (GB)"      = { from = "ram_gb", type = "integer" }
"Purchased"     = { from = "purchased_at", type = "date" }
"State"         = { from = "state", type = "status", values = ["In Service", "In Repair"], map = { up = "In Service", down = "In Repair" }, default = "In Repair" }
"Owner"         = { from = "owner.email", type = "reference", to = "Employee", match = "Email" }

[object_types.Employee]
description = "Who uses it"
source = "devices"
each = "owner"
where_record = "owner != null"
[object_types.Employee.attributes]
"Email"    = { from = "email", type = "email", identity = true, label = true }
"Name"     = { from = "name" }
"Last Seen With" = { from_record = "serial" }

[limits]
chunk_records = 500
chunk_bytes = "1 MiB"
time_limit = "15 min"
reads = 8
sends = 4
max_attempts = 8
[limits.hosts."inventory.example.com"]
per_minute = 600

[safety]
min_records = 1
max_shrink = "20%"
max_quarantined = "1%"
on_failure = { manual = "hold", scheduled = "abandon" }
hold_for = "24 h"

[schedule]
frequency = "DAILY"
start = "2026-12-01T09:00"
timezone = "Europe/Berlin"
by = "assets"
"""  # noqa: E501  # as people write it

MINIMAL = """\
name = "tiny"
assets = { base_url = "http://127.0.0.1:8700", token = "file:~/token" }
egress = { allow = ["127.0.0.1"] }
sources.list = { type = "rest", url = "http://127.0.0.1:9/list" }
object_types.Thing = { source = "list", attributes.Name = { from = "n", identity = true, label = true } }
"""  # noqa: E501  # likewise


def read(text: str) -> Definition:
    return load(text, origin="test")


def test_every_section_of_the_design_is_read() -> None:
    """Values arrive in the units and types that the rest of the program works with."""
    found = read(FULL)
    assert found.assets.token == SecretReference("env", "ASSETS_TOKEN")
    assert found.egress.proxy == SecretReference("env", "HTTPS_PROXY")
    assert (found.limits.chunk_bytes, found.limits.time_limit) == (1024**2, 900.0)
    assert found.limits.hosts["inventory.example.com"].per_minute == 600
    assert (found.safety.max_shrink, found.safety.hold_for) == (0.2, 86400.0)
    assert found.schema_ is not None
    assert found.schema_.name == "Hardware"
    assert found.schedule is not None
    assert found.schedule.start == datetime(2026, 12, 1, 9)  # noqa: DTZ001  # wall clock
    assert list(found.object_types) == ["Laptop", "Employee"]
    laptop = found.object_types["Laptop"].attributes
    assert list(laptop)[:2] == ["Serial Number", "Hostname"]
    assert laptop["State"].map == {"up": "In Service", "down": "In Repair"}
    assert (laptop["Owner"].to, laptop["Owner"].match) == ("Employee", "Email")
    employee = found.object_types["Employee"]
    assert employee.attributes["Last Seen With"].from_record == "serial"


def test_little_needs_to_be_said() -> None:
    """What is left out has the defaults of the design."""
    found = read(MINIMAL)
    assert found.assets.missing_objects == "unknown"
    assert found.sources["list"].records == "@"
    assert (found.limits.chunk_records, found.limits.reads, found.limits.sends) == (500, 8, 4)
    assert (found.limits.chunk_bytes, found.limits.time_limit) == (1024**2, 900.0)
    assert (found.limits.processing_limit, found.limits.max_attempts) == (21600.0, 8)
    assert (found.safety.min_records, found.safety.max_shrink) == (1, 0.2)
    assert (found.safety.on_failure.manual, found.safety.on_failure.scheduled) == (
        "hold",
        "abandon",
    )
    assert found.schedule is None
    assert found.schema_ is None


@pytest.mark.parametrize(
    ("missing_objects", "tolerated"), [("ignore", 0.01), ("remove", 0.0), ("unknown", 0.0)]
)
def test_no_quarantine_is_tolerated_where_objects_may_be_removed(
    missing_objects: str, tolerated: float
) -> None:
    """A quarantined record's object is missing from the run, and Assets would remove it."""
    text = FULL.replace('missing_objects = "ignore"', f'missing_objects = "{missing_objects}"')
    assert read(text).max_quarantined == tolerated


@pytest.mark.parametrize(
    ("auth", "kind"),
    [
        ('{ type = "none" }', NoAuth),
        ('{ type = "bearer", token = "env:T" }', BearerAuth),
        ('{ type = "header", name = "X-Api-Key", value = "env:T" }', HeaderAuth),
        ('{ type = "basic", username = "u", password = "file:/run/p" }', BasicAuth),
    ],
)
def test_every_kind_of_auth_is_read(auth: str, kind: type) -> None:
    """The kind shows by its type key."""
    text = FULL.replace('{ type = "bearer", token = "env:INVENTORY_TOKEN" }', auth)
    assert isinstance(read(text).sources["devices"].auth, kind)


@pytest.mark.parametrize(
    ("pagination", "kind"),
    [
        ('{ type = "none" }', NoPagination),
        ('{ type = "offset" }', OffsetPagination),
        ('{ type = "page", page_param = "p", size_param = "s", total_pages = "pages" }',
         PagePagination),
        ('{ type = "cursor", cursor_param = "after", cursor = "next", more = "more" }',
         CursorPagination),
        ('{ type = "link", limit_param = "n", page_size = 50 }', LinkPagination),
    ],
)  # fmt: skip
def test_every_kind_of_pagination_is_read(pagination: str, kind: type) -> None:
    """The kind shows by its type key."""
    start = FULL.index("pagination = ") + len("pagination = ")
    text = FULL[:start] + pagination + FULL[FULL.index("\n", start) :]
    assert isinstance(read(text).sources["devices"].pagination, kind)


@pytest.mark.parametrize(
    ("keys", "kind"),
    [
        ('email = "a@b.example"\napi_token = "env:A"', ApiTokenUser),
        ('cloud_id = "c"\nclient_id = "i"\nclient_secret = "env:S"\nrefresh_token = "env:R"',
         OAuthUser),
    ],
)  # fmt: skip
def test_the_kind_of_user_shows_by_its_keys(keys: str, kind: type) -> None:
    """Both kinds of asUser credential need no type of their own."""
    found = read(FULL.replace("[egress]", f"[assets.user]\n{keys}\n[egress]"))
    assert isinstance(found.assets.user, kind)


def test_a_definition_cannot_be_changed() -> None:
    """Lanes share it; only a new text makes a new definition."""
    with pytest.raises(ValidationError):
        setattr(read(FULL), "name", "other")  # noqa: B010  # pyright would refuse the statement


def test_a_byte_order_mark_does_no_harm() -> None:
    """Some editors write one."""
    assert read("\ufeff" + FULL) == read(FULL)


def test_hash_tells_texts_apart() -> None:
    """Equal text, equal hash; it is stored, so it must not depend on the process."""
    assert content_hash(FULL) == content_hash(FULL)
    assert content_hash(FULL) != content_hash(FULL + "\n")
    assert content_hash("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_package_imports_nothing_heavy() -> None:
    """A command that loads no definition must not pay for pydantic, nor must resolving secrets."""
    code = (
        "import sys, assetferry.definition, assetferry.definition.problems, "
        "assetferry.definition.secrets as s; s.resolve(s.SecretReference('env', 'A'), {'A': 'b'}); "
        "sys.exit('pydantic' in sys.modules or 'jmespath' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0  # noqa: S603


# JSON Schema


def test_json_schema_accepts_what_is_accepted() -> None:
    """An editor that checks with the schema shows no errors in a good definition."""
    validator = jsonschema_rs.validator_for(json_schema())
    validator.validate(tomllib.loads(FULL))
    validator.validate(tomllib.loads(MINIMAL))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("reads = 8", "raeds = 8"),
        ("reads = 8", "reads = 65"),
        ('"15 min"', '"15 minutes"'),
        ('"env:ASSETS_TOKEN"', '"hunter2"'),
        ('type = "integer"', 'type = "interger"'),
        ('type = "offset"', 'type = "ofset"'),
        ('identity = true }\n"Hostname"', 'identity = 1 }\n"Hostname"'),
    ],
)
def test_json_schema_refuses_what_is_refused(old: str, new: str) -> None:
    """An editor finds unknown keys, wrong types and secrets while one types."""
    text = FULL.replace(old, new)
    assert text != FULL
    assert not jsonschema_rs.validator_for(json_schema()).is_valid(tomllib.loads(text))


def test_every_field_is_described() -> None:
    """The reference pages are made from these descriptions."""
    schema = json_schema()
    definitions = cast("dict[str, dict[str, Any]]", schema["$defs"])
    for name, found in {"Definition": schema, **definitions}.items():
        for key, described in cast(
            "dict[str, dict[str, Any]]", found.get("properties", {})
        ).items():
            assert described.get("description"), f"{name}.{key} says nothing"
    json.dumps(schema)

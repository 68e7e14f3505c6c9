"""The SQLite ledger: one writer that commits in groups, and fails whole or not at all."""

import asyncio
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event, insert, select
from sqlalchemy.exc import IntegrityError, OperationalError

from assetferry.ledger import sqlite as sqlite_module
from assetferry.ledger.errors import LedgerBusy, LedgerUnusable
from assetferry.ledger.opening import open_file
from assetferry.ledger.sqlite import SqliteLedger, sqlite_engine
from assetferry.ledger.tables import pushes
from assetferry.ledger.transition import Ledger
from assetferry.ledger.upgrade import upgrade


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """An upgraded ledger that nobody has open."""
    path = tmp_path / "ledger" / "ledger.db"
    engine = sqlite_engine(path)
    upgrade(engine)
    engine.dispose()
    return path


@asynccontextmanager
async def opened(file: Path) -> AsyncGenerator[SqliteLedger]:
    ledger = SqliteLedger(file)
    try:
        yield ledger
    finally:
        await ledger.close()


def put(connection: Connection, name: str, size: int = 1) -> str:
    """Write one row."""
    row = {
        "definition": name,
        "import_source_id": "",
        "document_hash": "x" * size,
        "pushed_at": 0.0,
    }
    connection.execute(insert(pushes), row)
    return name


def put_and_fail(connection: Connection, name: str) -> None:
    put(connection, name)
    raise ValueError(name)


def names(connection: Connection) -> list[str]:
    return list(
        connection.execute(select(pushes.c.definition).order_by(pushes.c.definition)).scalars()
    )


def pragma(connection: Connection, text: str) -> Any:
    return connection.exec_driver_sql(f"PRAGMA {text}").scalar()


def on_disk(file: Path) -> list[str]:
    """What another process sees."""
    with sqlite3.connect(file) as connection:
        rows = connection.execute("SELECT definition FROM pushes ORDER BY definition").fetchall()
    connection.close()
    return [row[0] for row in rows]


class Gate:
    """Keeps the writer busy until a whole group has queued up behind it."""

    def __init__(self) -> None:
        self._entered, self._open = threading.Event(), threading.Event()

    def __call__(self, _connection: Connection) -> None:
        self._entered.set()
        assert self._open.wait(10)

    async def grouped(self, ledger: Ledger, *calls: tuple[Callable[..., Any], Any]) -> list[Any]:
        """Execute all calls in one group; give results and errors."""
        first = asyncio.create_task(ledger.run(self))
        await asyncio.to_thread(self._entered.wait, 10)
        tasks = [asyncio.create_task(ledger.run(call, name)) for call, name in calls]
        await asyncio.sleep(0)  # each task has queued its call when it first waits
        self._open.set()
        await first
        return await asyncio.gather(*tasks, return_exceptions=True)


@pytest.fixture
def commits(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """One item for each commit of engines that are made from here on."""
    counted: list[str] = []

    def count(_connection: Connection) -> None:
        counted.append("commit")

    def engine(path: Path) -> Engine:
        made = sqlite_engine(path)
        event.listen(made, "commit", count)
        return made

    monkeypatch.setattr(sqlite_module, "sqlite_engine", engine)
    return counted


async def test_what_waits_shares_one_commit(file: Path, commits: list[str]) -> None:
    """A hundred transitions at once need a few waits for the disk, not a hundred."""
    async with opened(file) as ledger:
        calls = [(put, f"{number:03}") for number in range(100)]
        assert await Gate().grouped(ledger, *calls) == [name for _, name in calls]
        assert len(commits) == 3  # the gate's, 64, 36
        assert on_disk(file) == [name for _, name in calls]


async def test_a_failing_transition_undoes_only_itself(file: Path, commits: list[str]) -> None:
    """Its caller gets the error, the others of the group their results, all in one commit."""
    async with opened(file) as ledger:
        told = await Gate().grouped(
            ledger, (put, "a"), (put_and_fail, "b"), (put, "a"), (put, "c"), (put_and_fail, "d")
        )
        assert told[0] == "a"
        assert isinstance(told[1], ValueError)
        assert isinstance(told[2], IntegrityError)
        assert told[3] == "c"
        assert isinstance(told[4], ValueError)
        assert len(commits) == 2
        assert on_disk(file) == ["a", "c"]


async def test_a_result_is_on_the_disk_when_it_is_told(file: Path) -> None:
    """Killed at the instant it has its answer, a process has lost nothing."""
    code = """
import asyncio, os, signal, sys
from pathlib import Path
from sqlalchemy import text
from assetferry.ledger.sqlite import SqliteLedger
async def main():
    ledger = SqliteLedger(Path(sys.argv[1]))
    await ledger.run(lambda on: on.execute(text("INSERT INTO pushes VALUES ('kept', '', '', 0)")))
    os.kill(os.getpid(), signal.SIGKILL)
asyncio.run(main())
"""
    command = [sys.executable, "-c", code, str(file)]
    killed = await asyncio.to_thread(subprocess.run, command, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert on_disk(file) == ["kept"]


async def test_the_writers_settings(file: Path) -> None:
    """Power cuts lose nothing (FULL, WAL), writers queue, and rows go with their parents."""
    async with opened(file) as ledger:
        assert await ledger.run(pragma, "journal_mode") == "wal"
        assert await ledger.run(pragma, "synchronous") == 2
        assert await ledger.run(pragma, "foreign_keys") == 1
        assert await ledger.run(pragma, "busy_timeout") == 30_000


async def test_a_full_disk_is_told_and_leaves_nothing_half_written(file: Path) -> None:
    """The transition that did not fit is undone and says what to do; with space it works."""
    async with opened(file) as ledger:
        pages = await ledger.run(pragma, "page_count")
        await ledger.run(pragma, f"max_page_count = {pages}")
        told = await Gate().grouped(ledger, (put, "small"), (put_much, "large"))
        assert isinstance(told[1], LedgerUnusable), told
        assert "disk is full" in str(told[1])
        assert "free space" in str(told[1])
        # Whether the others of the group were written is for their own answers to say.
        assert on_disk(file) == (["small"] if told[0] == "small" else [])
        assert told[0] == "small" or isinstance(told[0], LedgerUnusable)
        await ledger.run(pragma, f"max_page_count = {pages + 1000}")
        assert await ledger.run(put_much, "large") == "large"
        assert "large" in await ledger.run(names)


def put_much(connection: Connection, name: str) -> str:
    put(connection, f"{name}, the first half", 10)
    return put(connection, name, 500_000)


async def test_a_disk_that_is_full_alone_is_told_as_well(file: Path) -> None:
    """Also where the transition has the group to itself."""
    async with opened(file) as ledger:
        await ledger.run(pragma, f"max_page_count = {await ledger.run(pragma, 'page_count')}")
        with pytest.raises(LedgerUnusable, match=r"disk is full.*free space"):
            await ledger.run(put_much, "large")
        assert on_disk(file) == []


def put_on_a_failing_disk(connection: Connection, name: str) -> None:
    """Meet what a broken medium makes of a statement."""
    put(connection, name)
    broken = sqlite3.OperationalError("disk I/O error")
    broken.sqlite_errorcode = sqlite3.SQLITE_IOERR_FSYNC
    raise OperationalError("INSERT", {}, broken)


async def test_a_disk_that_fails_is_told(file: Path) -> None:
    """What is the file's fault is told as such to whom it met, and not as a statement's error."""
    async with opened(file) as ledger:
        told = await Gate().grouped(ledger, (put, "a"), (put_on_a_failing_disk, "b"), (put, "c"))
        assert isinstance(told[1], LedgerUnusable)
        assert "disk I/O error" in str(told[1])
        assert (told[0], told[2]) == ("a", "c")
        assert on_disk(file) == ["a", "c"]


async def test_a_ledger_that_may_not_be_written_is_told(file: Path) -> None:
    """A medium that became read-only, here by a setting that even root has to obey."""
    async with opened(file) as ledger:
        # The setting holds from here on, for the end of its own transaction too.
        steps: list[tuple[Callable[..., Any], str]] = [(pragma, "query_only = ON"), (put, "a")]
        for transition, what in steps:
            with pytest.raises(LedgerUnusable, match="belongs to this user"):
                await ledger.run(transition, what)
    assert on_disk(file) == []


@contextmanager
def locking(file: Path) -> Generator[None]:
    """Another process in the middle of a transaction that does not end."""
    connection = sqlite3.connect(file, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        connection.execute("ROLLBACK")
        connection.close()


async def test_a_ledger_that_stays_locked_is_busy(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process's lock is waited for, then told as something that time may heal."""
    monkeypatch.setattr(sqlite_module, "_LOCKED_FOR_S", 0.05)
    async with opened(file) as ledger:
        with locking(file), pytest.raises(LedgerBusy, match="locked"):
            await ledger.run(put, "a")
        assert await ledger.run(put, "a") == "a"


async def test_closing_finishes_what_was_asked(file: Path) -> None:
    """What is queued is written, what comes later is refused; nobody waits for ever."""
    ledger = SqliteLedger(file)
    asked = [asyncio.create_task(ledger.run(put, f"{number:03}")) for number in range(100)]
    await asyncio.sleep(0)
    closing = asyncio.create_task(ledger.close())
    await asyncio.sleep(0)
    late = asyncio.create_task(ledger.run(put, "late"))
    async with asyncio.timeout(10):
        await asyncio.gather(*asked)
        await closing
        with pytest.raises(LedgerUnusable, match="closed"):
            await late
        with pytest.raises(LedgerUnusable, match="closed"):
            await ledger.run(put, "later")
        await ledger.close()
    assert len(on_disk(file)) == 100


async def test_who_no_longer_waits_does_not_disturb(file: Path) -> None:
    """A cancelled caller's transition happens all the same; the next ones are answered."""
    problems: list[Any] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, problem: problems.append(problem))
    async with opened(file) as ledger:
        task = asyncio.create_task(ledger.run(put, "a"))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await ledger.run(names) == ["a"]
    assert problems == []


async def test_a_writer_that_cannot_begin_answers_everybody(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever keeps it from opening the file is told; no call hangs."""

    def broken(path: Path) -> Engine:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(sqlite_module, "sqlite_engine", broken)
    async with asyncio.timeout(10), opened(file) as ledger:
        for _ in range(2):
            with pytest.raises(LedgerUnusable):
                await ledger.run(put, "a")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


async def test_the_ledger_is_for_this_user_only(tmp_path: Path) -> None:
    """0600 in 0700, the files beside it too: records and definitions are nobody else's."""
    folder = tmp_path / "data"
    ledger = open_file(folder / "ledger.db")
    await ledger.run(put, "a")
    assert mode(folder) == 0o700
    files = {path.name: mode(path) for path in folder.iterdir()}
    assert files.keys() >= {"ledger.db", "ledger.db-wal"}
    assert set(files.values()) == {0o600}
    await ledger.close()


@pytest.mark.parametrize("kind", ["folder", "garbage", "no folder"])
def test_a_file_that_is_no_ledger_is_named(tmp_path: Path, kind: str) -> None:
    """The message says which file, and what to see to."""
    path = tmp_path / "ledger.db"
    if kind == "folder":
        path.mkdir()
    elif kind == "garbage":
        path.write_bytes(b"no database at all " * 100)
    else:
        path.write_text("")
        path = path / "ledger.db"
    with pytest.raises(LedgerUnusable, match="ASSETFERRY_DATA_DIR") as raised:
        open_file(path)
    assert str(path) in str(raised.value)

"""The store's parts: bits of met objects, the writer's promises, the spool."""

import asyncio
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetferry.local_assets.processing.met import BLOCK_BITS, MetObjects
from assetferry.local_assets.store.bulk import AT_ONCE, insert_rows
from assetferry.local_assets.store.database import Database
from assetferry.local_assets.store.schema import DDL
from assetferry.local_assets.store.spool import Spool
from assetferry.local_assets.store.writer import Writer


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    opened = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    opened.executescript(DDL)
    yield opened
    opened.close()


EDGE = BLOCK_BITS


@given(
    st.lists(
        st.one_of(
            st.integers(0, EDGE * 3),
            st.tuples(st.integers(EDGE - 40, EDGE + 40), st.integers(0, EDGE * 2)),
        )
    )
)
def test_met_objects_are_a_set_that_survives_storing(
    steps: list[int | tuple[int, int]],
) -> None:
    """Single ids and ranges across block edges are what a set holds, also after reloading."""
    connection = sqlite3.connect(":memory:")
    connection.executescript(DDL)
    met = MetObjects(connection, 1)
    expected: set[int] = set()
    for step in steps:
        if isinstance(step, tuple):
            start, size = step
            met.add_range(start, start + size)
            expected |= set(range(start, start + size))
        else:
            assert met.add(step) == (step not in expected)
            expected.add(step)
    connection.executemany("INSERT OR REPLACE INTO met_objects VALUES (?, ?, ?)", met.changes())
    again = MetObjects(connection, 1)
    assert met.changes() == []
    around = {one + step for one in expected for step in (-1, 0, 1)} | {0, EDGE - 1, EDGE}
    assert {one for one in around if one >= 0 and one in again} == expected
    connection.close()


@pytest.mark.parametrize("count", [0, 1, AT_ONCE - 1, AT_ONCE, 2 * AT_ONCE + 7])
def test_rows_are_inserted_whole_and_in_order(connection: sqlite3.Connection, count: int) -> None:
    """No row is lost or doubled where the statements of a thousand meet the rest."""
    rows = [(f"name{number}", number) for number in range(count)]
    insert_rows(connection, "INSERT INTO sequences (name, next)", rows)
    found = connection.execute("SELECT name, next FROM sequences ORDER BY next").fetchall()
    assert found == rows


async def test_a_job_that_raises_leaves_nothing_behind(tmp_path: Path) -> None:
    """What a job did before it failed is rolled back, and the next job works."""
    database = Database(tmp_path / "a.sqlite3")

    def fail(connection: sqlite3.Connection) -> None:
        connection.execute("INSERT INTO sequences VALUES ('x', 1)")
        raise ValueError("no")

    def count(connection: sqlite3.Connection) -> int:
        return int(connection.execute("SELECT count(*) FROM sequences").fetchone()[0])

    with pytest.raises(ValueError, match="no"):
        await database.writer.run(fail)
    assert await database.writer.run(count) == 0
    database.close()


async def test_requests_go_before_processing(connection: sqlite3.Connection) -> None:
    """A request that came later is written before processing that waits already."""
    writer = Writer(connection)
    order: list[str] = []
    started, gate = threading.Event(), threading.Event()

    def hold(_: sqlite3.Connection) -> None:
        started.set()
        gate.wait()

    first = asyncio.ensure_future(writer.run(hold))
    await asyncio.to_thread(started.wait)
    queued = [
        asyncio.to_thread(writer.call, lambda _: order.append("processing")),
        writer.run(lambda _: order.append("request")),
    ]
    waiting = [asyncio.ensure_future(one) for one in queued]
    while writer._jobs.qsize() < len(queued):  # noqa: ASYNC110 # pyright: ignore[reportPrivateUsage]
        await asyncio.sleep(0)
    gate.set()
    await asyncio.gather(first, *waiting)
    writer.stop()
    assert order == ["request", "processing"]


async def test_a_stopped_writer_says_so(connection: sqlite3.Connection) -> None:
    """After a stop no job is accepted silently."""
    writer = Writer(connection)
    writer.stop()
    with pytest.raises(RuntimeError, match="stopping"):
        await writer.run(lambda _: None)


def test_readers_cannot_write(tmp_path: Path) -> None:
    """Only the writer changes the file, whatever a reader tries."""
    database = Database(tmp_path / "a.sqlite3")
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        database.reader().execute("DELETE FROM statuses")
    database.close()


def test_the_spool_gives_back_what_it_was_given(tmp_path: Path) -> None:
    """Bodies come back by their places; a part lost to a power cut is told, not guessed."""
    spool = Spool(tmp_path / "chunks")
    places = [(spool.append(1, body), body) for body in (b"one", b"", b"three" * 1000)]
    assert [spool.read(1, start, len(body)) for start, body in places] == [b for _, b in places]
    spool.settle(1)
    spool.settle(2)
    with pytest.raises(EOFError):
        spool.read(1, places[-1][0], 5001)
    spool.append(2, b"x")
    spool.keep_only({2})
    assert [path.name for path in (tmp_path / "chunks").iterdir()] == ["2.chunks"]
    spool.drop(2)
    spool.drop(2)


async def test_whoever_asks_for_a_broken_job_is_told(connection: sqlite3.Connection) -> None:
    """Also of an end that asyncio's futures refuse to carry, which would be waited for for ever."""
    writer = Writer(connection)

    def ends_early(_: sqlite3.Connection) -> object:
        return next(iter(()))

    async with asyncio.timeout(60):
        with pytest.raises(RuntimeError, match="ended early"):
            await writer.run(ends_early)
    writer.stop()

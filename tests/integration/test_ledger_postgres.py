"""The PostgreSQL ledger: what only a server and several connections can do."""

import asyncio
import threading
from collections.abc import AsyncGenerator

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from assetferry.ledger import postgres
from assetferry.ledger.clock import instant
from assetferry.ledger.errors import LedgerBusy
from assetferry.ledger.opening import open_ledger
from assetferry.ledger.postgres import PostgresLedger
from assetferry.ledger.transition import Ledger
from ledgers import HOUR


@pytest.fixture
async def fleet(postgres_url: str) -> AsyncGenerator[Ledger]:
    """A ledger on PostgreSQL, with a table of two numbers."""
    ledger = open_ledger({"ASSETFERRY_DATABASE_URL": postgres_url})
    await ledger.run(execute, "CREATE TABLE numbers (name text PRIMARY KEY, number integer)")
    await ledger.run(execute, "INSERT INTO numbers VALUES ('a', 0), ('b', 0)")
    yield ledger
    await ledger.close()


def execute(connection: Connection, statement: str) -> None:
    connection.execute(text(statement))


def number(connection: Connection, name: str) -> int:
    return connection.execute(
        text("SELECT number FROM numbers WHERE name = :name"), {"name": name}
    ).scalar_one()


class Crossing:
    """Two transitions that take two rows in opposite order, and meet in between."""

    def __init__(self) -> None:
        self.tries = 0
        self._meeting = threading.Barrier(2, timeout=10)

    def __call__(self, connection: Connection, first: str, second: str) -> str:
        self.tries += 1
        add = text("UPDATE numbers SET number = number + 1 WHERE name = :name")
        connection.execute(add, {"name": first})
        if self.tries <= 2:
            self._meeting.wait()
        connection.execute(add, {"name": second})
        return first


async def test_the_victim_of_a_deadlock_goes_again(fleet: Ledger) -> None:
    """The server undoes one of the two; it is executed anew, and both have happened once."""
    crossing = Crossing()
    done = await asyncio.gather(fleet.run(crossing, "a", "b"), fleet.run(crossing, "b", "a"))
    assert done == ["a", "b"]
    assert crossing.tries >= 3  # the victim may cross the other's path again
    assert [await fleet.run(number, name) for name in "ab"] == [2, 2]


async def test_a_deadlock_that_comes_again_and_again_is_told(fleet: Ledger) -> None:
    """After some tries the error is the caller's; nothing is tried for ever."""
    tries: list[int] = []

    def always(connection: Connection) -> None:
        tries.append(1)
        execute(connection, "DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '40P01'; END $$")

    with pytest.raises((DBAPIError, LedgerBusy)):
        await fleet.run(always)
    assert len(tries) == 5


async def test_a_connection_that_breaks_off_is_busy(fleet: Ledger) -> None:
    """Nothing of the transition has happened; the next one gets a connection that works."""

    def broken(connection: Connection) -> None:
        execute(connection, "UPDATE numbers SET number = 7")
        execute(connection, "SELECT pg_terminate_backend(pg_backend_pid())")

    with pytest.raises(LedgerBusy, match="broke off"):
        await fleet.run(broken)
    assert await fleet.run(number, "a") == 0


async def test_who_stands_still_in_a_transition_keeps_its_locks_for_seconds_only(
    postgres_url: str, fleet: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped or cut off between two statements: the server undoes the first, others go on."""
    monkeypatch.setattr(postgres, "_STANDS_STILL_S", 1)
    still, locked, thawed = PostgresLedger(postgres_url), threading.Event(), threading.Event()

    def freeze(connection: Connection) -> None:
        execute(connection, "UPDATE numbers SET number = 7 WHERE name = 'a'")
        locked.set()
        assert thawed.wait(60)
        execute(connection, "UPDATE numbers SET number = 7 WHERE name = 'b'")

    frozen = asyncio.create_task(still.run(freeze))
    await asyncio.to_thread(locked.wait, 60)
    try:
        async with asyncio.timeout(30):
            await fleet.run(execute, "UPDATE numbers SET number = 1 WHERE name = 'a'")
    finally:
        thawed.set()
    with pytest.raises(LedgerBusy, match="broke off"):
        await frozen
    assert [await fleet.run(number, name) for name in "ab"] == [1, 0]
    await still.run(execute, "UPDATE numbers SET number = 2 WHERE name = 'b'")
    await still.close()


async def test_a_server_that_is_out_of_reach_is_busy() -> None:
    """A server that restarts is no reason to give up: the same may work at another time."""
    ledger = PostgresLedger("postgresql://user:hush@/x?host=/nowhere")
    with pytest.raises(LedgerBusy) as raised:
        await ledger.run(number, "a")
    assert "hush" not in str(raised.value)
    assert "hush" not in ledger.place
    await ledger.close()


async def test_a_mistake_is_not_tried_again(fleet: Ledger) -> None:
    """What fails for its own reasons is the caller's error, whole and undone."""
    with pytest.raises(DBAPIError):
        await fleet.run(execute, "UPDATE numbers SET number = 1; SELECT 1 / 0")
    with pytest.raises(DBAPIError):
        await fleet.run(execute, "INSERT INTO numbers VALUES ('a', 1)")
    assert await fleet.run(number, "a") == 0


async def test_the_database_tells_the_time(fleet: Ledger, postgres_url: str) -> None:
    """All machines share one clock; a test's ledger may be an hour ahead of it."""
    ahead = PostgresLedger(postgres_url, skew=HOUR)
    now, then = await fleet.run(instant), await ahead.run(instant)
    assert HOUR <= then - now < HOUR + 60
    await ahead.close()


async def test_more_transitions_than_connections_take_turns(fleet: Ledger) -> None:
    """The pool is never exhausted: whoever comes later waits."""
    add = "UPDATE numbers SET number = number + 1 WHERE name = 'a'"
    await asyncio.gather(*(fleet.run(execute, add) for _ in range(40)))
    assert await fleet.run(number, "a") == 40

"""The SQLite writer: transitions that share a commit do not share a failure."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from assetferry.ledger.opening import open_file
from assetferry.ledger.transition import Ledger

_ADD = text(
    "INSERT INTO workers (id, host, pid, started_at, seen_at) VALUES (:id, 'here', 1, 0, 0)"
)


def add(connection: Connection, worker: str) -> str:
    connection.execute(_ADD, {"id": worker})
    return worker


def add_and_fail(connection: Connection, worker: str) -> None:
    add(connection, worker)
    raise KeyError(worker)


def workers(connection: Connection) -> list[str]:
    return list(connection.execute(text("SELECT id FROM workers ORDER BY id")).scalars())


async def test_what_fails_in_a_group_undoes_only_itself(sqlite_ledger: Ledger) -> None:
    """Of many transitions at once, those that raise leave nothing, all others happen once."""
    calls = [
        sqlite_ledger.run(add_and_fail if number % 5 == 0 else add, f"{number:03}")
        for number in range(100)
    ]
    outcomes = await asyncio.gather(*calls, return_exceptions=True)
    failed = [number for number in range(100) if isinstance(outcomes[number], KeyError)]
    assert failed == list(range(0, 100, 5))
    kept = [f"{number:03}" for number in range(100) if number % 5]
    assert await sqlite_ledger.run(workers) == kept
    assert [one for one in outcomes if isinstance(one, str)] == kept


async def test_a_broken_rule_undoes_only_its_transition(sqlite_ledger: Ledger) -> None:
    """A unique key that is taken fails the transition that broke it, not its neighbours."""
    calls = [sqlite_ledger.run(add, name) for name in ("a", "b", "a", "c")]
    outcomes = await asyncio.gather(*calls, return_exceptions=True)
    assert [isinstance(outcome, Exception) for outcome in outcomes] == [False, False, True, False]
    assert await sqlite_ledger.run(workers) == ["a", "b", "c"]


async def test_what_was_answered_is_there_for_others(tmp_path: Path) -> None:
    """When a call returns, another opening of the same file sees what it wrote."""
    first, second = open_file(tmp_path / "ledger.db"), open_file(tmp_path / "ledger.db")
    try:
        with pytest.raises(KeyError):
            await first.run(add_and_fail, "lost")
        await first.run(add, "kept")
        assert await second.run(workers) == ["kept"]
    finally:
        await first.close()
        await second.close()

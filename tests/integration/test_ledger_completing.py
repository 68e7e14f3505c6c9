"""From the last chunk to the result, on both databases: exactly one completion, none missed."""

import asyncio
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from assetferry.ledger.chunk import Send
from assetferry.ledger.claim import Ended, claim
from assetferry.ledger.closing import end_run
from assetferry.ledger.completing import begin_completion, completed, record_result
from assetferry.ledger.errors import LeaseLost
from assetferry.ledger.history import last_good_entries
from assetferry.ledger.holding import hold, resume
from assetferry.ledger.postgres import postgres_engine
from assetferry.ledger.run import Run, load_run
from assetferry.ledger.sqlite import sqlite_engine
from assetferry.ledger.staging import stage
from assetferry.ledger.starting import open_streams
from assetferry.ledger.states import RunState
from assetferry.ledger.submitting import submitted
from assetferry.ledger.transition import Ledger
from ledgers import (
    another,
    begun,
    gave,
    ingested,
    ingesting,
    processing,
    reading,
    sending,
    step,
)


async def last_two(ledger: Ledger, definition: str = "hardware") -> tuple[Run, list[Send]]:
    """A run of two streams, whose last chunks are both about to be submitted."""
    run = await ingesting(ledger, "a", "b", definition=definition)
    sends: list[Send] = []
    for _ in range(2):
        going_on = await ledger.run(stage, await reading(ledger, run), gave(b"x"), send_on=True)
        assert going_on is not None
        sends.append(going_on)
    return run, sends


async def test_r03_two_last_chunks_on_postgres(postgres_url: str) -> None:
    """Neither transaction sees the other's last chunk; one completion after both misses nothing.

    Explicit interleaving: both submit, both look, both commit, both look again, where the
    second look of one waits for the row that the other has changed.
    """
    async with another({"ASSETFERRY_DATABASE_URL": postgres_url}) as ledger:
        run, (one, two) = await last_two(ledger)
    engine = postgres_engine(postgres_url)
    first, second = engine.connect(), engine.connect()
    with first, second, ThreadPoolExecutor(1) as thread:
        first.begin()
        second.begin()
        submitted(first, one)
        submitted(second, two)
        assert not begin_completion(first, run.id)
        assert not begin_completion(second, run.id)
        first.commit()
        second.commit()
        # Without a look after the commit nobody would ever have completed the run.
        assert begin_completion(first, run.id)
        waiting = thread.submit(begin_completion, second, run.id)
        wait_for_lock(engine.connect(), waiting)
        first.commit()
        assert not waiting.result(timeout=10)
        second.commit()
        assert load_run(second, run.id).state is RunState.COMPLETING
    engine.dispose()


async def test_a_completion_that_is_undone_leaves_it_to_the_other(postgres_url: str) -> None:
    """Whoever waited for a process that died in the middle completes instead."""
    async with another({"ASSETFERRY_DATABASE_URL": postgres_url}) as ledger:
        run = await ingested(ledger)
    engine = postgres_engine(postgres_url)
    first, second = engine.connect(), engine.connect()
    with first, second, ThreadPoolExecutor(1) as thread:
        assert begin_completion(first, run.id)
        waiting = thread.submit(begin_completion, second, run.id)
        wait_for_lock(engine.connect(), waiting)
        first.rollback()
        assert waiting.result(timeout=10)
        second.commit()
    engine.dispose()


def wait_for_lock(connection: Connection, waiting: "Future[bool]") -> None:
    """Wait until somebody waits for a lock of somebody else."""
    blocked = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
    with connection:
        while not connection.execute(blocked).scalar():
            assert not waiting.done(), "it did not have to wait"
            connection.rollback()


async def test_r03_two_last_chunks_on_sqlite(tmp_path: Path) -> None:
    """Two connections submit and complete in turn, as the writer lock has it: one completes."""
    database = {"ASSETFERRY_DATA_DIR": str(tmp_path)}
    async with another(database) as ledger:
        run, sends = await last_two(ledger)
    engine = sqlite_engine(tmp_path / "ledger.db")

    def lane(send: Send) -> bool:
        with engine.begin() as connection:
            submitted(connection, send)
        with engine.begin() as connection:
            return begin_completion(connection, run.id)

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(lane, sends)) == [False, True]
    engine.dispose()


async def test_r03_two_last_chunks_through_two_ledgers(
    ledger: Ledger, database: dict[str, str]
) -> None:
    """Two processes' ledgers, many rounds: each run is completed exactly once, none is missed."""
    async with another(database) as second:
        for number in range(8):
            run, sends = await last_two(ledger, f"round-{number}")

            async def lane(one: Ledger, send: Send, run: str = run.id) -> bool:
                await one.run(submitted, send)
                return await one.run(begin_completion, run)

            won = await asyncio.gather(lane(ledger, sends[0]), lane(second, sends[1]))
            assert sum(won) == 1


async def test_r03_nothing_is_completed_too_early(ledger: Ledger) -> None:
    """Not while a stream is read, a chunk waits, a person is asked, or in another state."""
    run = await begun(ledger)
    assert not await ledger.run(begin_completion, run.id)
    leased = await step(ledger, run)
    await ledger.run(open_streams, run.id, leased.token, ["a"])
    assert not await ledger.run(begin_completion, run.id)
    await ledger.run(stage, await reading(ledger, run), gave(b"x"), send_on=False)
    assert not await ledger.run(begin_completion, run.id)
    await ledger.run(submitted, await sending(ledger, run))
    await ledger.run(hold, run.id, code="c", reason="Look.", cure="Look.")
    assert not await ledger.run(begin_completion, run.id)
    await ledger.run(resume, run.id)
    assert await ledger.run(begin_completion, run.id)
    assert not await ledger.run(begin_completion, run.id)


async def test_a_judgement_from_before_a_hold_completes_nothing(ledger: Ledger) -> None:
    """What was found safe before a person was asked is looked at anew after the answer."""
    run = await ingested(ledger)
    judging = await step(ledger, run)
    await ledger.run(hold, run.id, code="c", reason="Look.", cure="Look.")
    await ledger.run(resume, run.id)
    assert not await ledger.run(begin_completion, run.id, judging.token)
    again = await step(ledger, run)
    assert await ledger.run(begin_completion, run.id, again.token)
    assert (await step(ledger, run)).state is RunState.COMPLETING


async def test_a_completed_run_keeps_what_assets_reports(ledger: Ledger) -> None:
    """PROCESSING from the call on, the result before the end, each step under its token."""
    run = await ingested(ledger)
    await ledger.run(begin_completion, run.id)
    leased = await step(ledger, run)
    await ledger.run(completed, run.id, leased.token)
    with pytest.raises(LeaseLost):
        await ledger.run(completed, run.id, leased.token)
    watched = await step(ledger, run)
    assert watched.state is RunState.PROCESSING
    assert watched.completed_at is not None
    await ledger.run(record_result, run.id, watched.token, {"result": "OK"})
    await ledger.run(end_run, run.id, watched.token, end=RunState.DONE, code=None, reason="Fine.")
    told = await ledger.run(load_run, run.id)
    assert (told.state, told.result, told.reason) == (RunState.DONE, {"result": "OK"}, "Fine.")
    assert isinstance(await ledger.run(claim, run.id, "w"), Ended)


async def test_the_last_good_run_is_the_last_that_was_done(ledger: Ledger) -> None:
    """Neither a partial one nor another definition's says how many there should be."""
    assert await ledger.run(last_good_entries, "hardware") is None
    for entries, end in ((7, RunState.DONE), (9, RunState.DONE), (2, RunState.PARTIAL)):
        run = await processing(ledger, entries=entries)
        leased = await step(ledger, run)
        await ledger.run(end_run, run.id, leased.token, end=end, code=None, reason="Ended.")
    assert await ledger.run(last_good_entries, "hardware") == {"Laptop": 9}
    assert await ledger.run(last_good_entries, "software") is None

"""What a ledger no longer keeps, and what outlives it; on both databases."""

from pathlib import Path

import pytest
from sqlalchemy import Connection, func, select

from assetferry.engine.retention import DurationUnclear, Retention, clear, forget_older, seconds
from assetferry.ledger.closing import begin_closing, end_run
from assetferry.ledger.completing import record_result
from assetferry.ledger.errors import LeaseLost
from assetferry.ledger.forgetting import RunInUse, forget
from assetferry.ledger.history import last_good_entries
from assetferry.ledger.opening import open_file
from assetferry.ledger.quarantining import quarantined
from assetferry.ledger.run import Run, latest_runs, load_run
from assetferry.ledger.sqlite import SqliteLedger
from assetferry.ledger.staging import stage
from assetferry.ledger.states import RunState
from assetferry.ledger.submitting import split
from assetferry.ledger.tables import metadata, payloads
from assetferry.ledger.timeline import timeline
from assetferry.ledger.transition import Ledger
from ledgers import HOUR, gave, ingesting, later, part, processing, reading, rejected, step

PERSON = "somebody.unmistakable@example.com"


async def done(ledger: Ledger, *, definition: str = "hardware", entries: int = 10) -> Run:
    """A run that ended DONE."""
    run = await processing(ledger, definition=definition, entries=entries)
    leased = await step(ledger, run)
    await ledger.run(record_result, run.id, leased.token, None)
    await ledger.run(
        end_run, run.id, leased.token, end=RunState.DONE, code=None, reason="Everything arrived."
    )
    return await ledger.run(load_run, run.id)


async def failed(ledger: Ledger) -> Run:
    """A run that ended FAILED with somebody in quarantine, and a chunk that was never sent."""
    run = await ingesting(ledger)
    work = await reading(ledger, run)
    bad = rejected({"email": PERSON})
    await ledger.run(stage, work, gave(b"a", b"b", rejected=[bad]), send_on=False)
    await ledger.run(begin_closing, run.id, end=RunState.FAILED, code="x", reason="A test.")
    leased = await step(ledger, run)
    await ledger.run(end_run, run.id, leased.token, end=RunState.FAILED, code="x", reason="A test.")
    return await ledger.run(load_run, run.id)


def rows_of(connection: Connection, run: str) -> dict[str, int]:
    """How many rows each table has of a run."""
    return {
        name: connection.execute(
            select(func.count()).select_from(table).where(table.c.run == run)
        ).scalar_one()
        for name, table in metadata.tables.items()
        if "run" in table.c
    }


async def test_a_forgotten_run_leaves_nothing(ledger: Ledger) -> None:
    """Not a row of any table names it."""
    run = await failed(ledger)
    assert (await ledger.run(rows_of, run.id))["quarantine"] == 1
    await ledger.run(forget, run)
    await clear(ledger)
    assert set((await ledger.run(rows_of, run.id)).values()) == {0}
    assert await ledger.run(latest_runs, limit=1) == []


async def test_what_later_runs_need_is_kept(ledger: Ledger) -> None:
    """The next import is still measured against the last good one, and later against its own."""
    first, second = await done(ledger, entries=7), await done(ledger, entries=9)
    await ledger.run(forget, first)
    assert await ledger.run(last_good_entries, "hardware") == {"Laptop": 9}
    await ledger.run(forget, second)
    assert await ledger.run(last_good_entries, "hardware") == {"Laptop": 9}
    assert await ledger.run(last_good_entries, "software") is None
    await done(ledger, entries=4)
    assert await ledger.run(last_good_entries, "hardware") == {"Laptop": 4}


async def test_a_run_that_has_not_ended_is_not_forgotten(ledger: Ledger) -> None:
    """Nor one whose quarantine is being brought in."""
    run = await ingesting(ledger)
    with pytest.raises(RunInUse, match="has not ended"):
        await ledger.run(forget, run)
    assert (await ledger.run(load_run, run.id)).id == run.id


async def test_what_is_too_old_goes_quarantine_first(
    ledger: Ledger, database: dict[str, str]
) -> None:
    """The run stays with its story after its quarantine is gone, and goes in its own time."""
    run = await failed(ledger)
    async with later(database, 2 * HOUR) as then:
        await Retention(quarantine=3 * HOUR, runs=None).apply(then)
        assert len(await then.run(quarantined, run.id)) == 1
        await Retention(quarantine=HOUR, runs=3 * HOUR).apply(then)
        assert await then.run(quarantined, run.id) == []
        kinds = [event.kind for event in await then.run(timeline, run.id)]
        assert kinds[-1] == "quarantine_expired"
        assert await forget_older(then, HOUR) == [run.id]
        assert await then.run(latest_runs, limit=1) == []


async def test_a_run_under_way_is_never_too_old(ledger: Ledger, database: dict[str, str]) -> None:
    """However long it is held."""
    run = await ingesting(ledger)
    async with later(database, 1000 * HOUR) as then:
        await Retention(quarantine=0.0, runs=0.0).apply(then)
        assert (await then.run(load_run, run.id)).id == run.id


async def test_no_payload_outlives_its_chunk(ledger: Ledger) -> None:
    """A late split must not give an ended run parts whose bytes nobody would ever drop."""
    run = await ingesting(ledger)
    sending = await ledger.run(stage, await reading(ledger, run), gave(b"a"), send_on=True)
    assert sending is not None
    await ledger.run(begin_closing, run.id, end=RunState.FAILED, code="x", reason="A test.")
    leased = await step(ledger, run)
    await ledger.run(end_run, run.id, leased.token, end=RunState.FAILED, code="x", reason="A test.")
    with pytest.raises(LeaseLost):
        await ledger.run(split, sending, [part(b"1", 5), part(b"2", 5)], refused=False)
    left = await ledger.run(
        lambda connection: connection.execute(select(func.count()).select_from(payloads)).scalar()
    )
    assert left == 0


async def test_forgotten_people_are_not_left_in_the_file(tmp_path: Path) -> None:
    """SQLite would only mark deleted rows as free; they are overwritten, and used again."""
    file = tmp_path / "ledger.db"
    opened = open_file(file)
    run = await failed(opened)
    await opened.close()
    assert PERSON.encode() in file.read_bytes()
    again = SqliteLedger(file)
    await again.run(forget, run)
    await clear(again)
    await again.close()
    assert not file.with_name("ledger.db-wal").exists()
    assert PERSON.encode() not in file.read_bytes()


async def test_the_space_of_forgotten_runs_is_used_again(tmp_path: Path) -> None:
    """A ledger that forgets as much as it learns does not grow."""
    file = tmp_path / "ledger.db"
    sizes: list[int] = []
    for _ in range(4):
        opened = open_file(file)
        run = await ingesting(opened)
        work = await reading(opened, run)
        many = [rejected({"text": "x" * 1000}) for _ in range(500)]
        await opened.run(stage, work, gave(b"a" * 100_000, rejected=many), send_on=False)
        await opened.run(begin_closing, run.id, end=RunState.FAILED, code="x", reason="A test.")
        leased = await step(opened, run)
        await opened.run(end_run, run.id, leased.token, end=RunState.FAILED, code="x", reason="A.")
        await opened.run(forget, await opened.run(load_run, run.id))
        await clear(opened)
        await opened.close()
        sizes.append(file.stat().st_size)
    assert sizes[3] <= sizes[0] * 1.1


def test_durations_are_written_as_in_definitions() -> None:
    """With or without a space; anything else names the setting and how to write it."""
    assert seconds("90d", name="x") == seconds("90 d", name="x") == 90 * 86400
    assert Retention.of({}) == Retention(quarantine=90 * 86400.0, runs=365 * 86400.0)
    assert Retention.of({"ASSETFERRY_KEEP_RUNS": "forever"}).runs is None
    with pytest.raises(DurationUnclear, match="ASSETFERRY_KEEP_RUNS"):
        Retention.of({"ASSETFERRY_KEEP_RUNS": "soon"})

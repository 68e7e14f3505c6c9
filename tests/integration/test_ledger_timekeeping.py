"""Somebody sets the clock: waits stay as long as they were, holders keep what they hold."""

import asyncio
import itertools
from collections.abc import Callable

import pytest
from sqlalchemy import Connection, select

from assetferry.engine import importer as importer_module
from assetferry.engine.importer import Importer
from assetferry.equipment import equip
from assetferry.ledger.claim import Wait, claim
from assetferry.ledger.clock import instant
from assetferry.ledger.errors import LeaseLost, LedgerUnusable
from assetferry.ledger.forgetting import expired_run
from assetferry.ledger.holding import hold, overdue
from assetferry.ledger.leasing import ChunkLease, renew
from assetferry.ledger.pacing import pause_host, pauses
from assetferry.ledger.postgres import PostgresLedger
from assetferry.ledger.retrying import retry_chunk
from assetferry.ledger.run import Run, latest_runs
from assetferry.ledger.staging import stage
from assetferry.ledger.states import RunState
from assetferry.ledger.tables import chunks
from assetferry.ledger.timekeeping import keep_time
from assetferry.ledger.transition import Ledger
from clocks import SetClock
from definitions import definition, source
from imports import Site, finished, new_run
from ledgers import HOUR, begun, gave, ingesting, kinds, reading
from third_party import ThirdParty

DAY = 24 * HOUR


@pytest.fixture
def clock(database: dict[str, str]) -> SetClock:
    """The clock that counts for the ledger, on each database in turn."""
    return SetClock(database)


async def looked(ledger: Ledger) -> float:
    """A process looks at the clock, as each does again and again; by how much it was set."""
    return await ledger.run(keep_time, stamp=True)


async def waits(ledger: Ledger) -> float:
    """How long the only chunk still waits."""
    now = await ledger.run(instant)
    due_at = await ledger.run(lambda on: on.execute(select(chunks.c.due_at)).scalar_one())
    return due_at - now


async def put_back(ledger: Ledger, *, seconds: float) -> Run:
    """A run whose chunk goes again in so many seconds."""
    run = await ingesting(ledger)
    work = await reading(ledger, run)
    due_at = await ledger.run(instant) + seconds
    await ledger.run(retry_chunk, work, due_at=due_at, counted=True, code="x", message="x")
    return run


async def test_what_waits_waits_as_long_as_before(clock: SetClock) -> None:
    """Set back by an hour: a row that was to go in seconds does, a host has its whole pause."""
    async with clock.process() as ledger:
        await looked(ledger)
        run = await put_back(ledger, seconds=20)
        await ledger.run(pause_host, "example.com", seconds=600, reason="Asked.")
        clock.set(-HOUR)
        await looked(ledger)
        assert 10 < await waits(ledger) <= 20 + 5
        (pause,) = await ledger.run(pauses)
        assert 590 < pause.left <= 605
        assert "clock_set" in await kinds(ledger, run)
        assert await looked(ledger) == 0.0


async def test_a_clock_that_was_set_while_nobody_worked_is_noticed_by_the_next(
    clock: SetClock,
) -> None:
    """Also by a process that did not see it; and of two, one moves what waits."""
    async with clock.process() as ledger:
        await looked(ledger)
        await put_back(ledger, seconds=20)
    clock.set(-DAY)
    async with clock.process() as one, clock.process() as other:
        await asyncio.gather(looked(one), looked(other))
        assert 10 < await waits(one) <= 25
        clock.set(DAY)
        clock.set(-DAY)
        assert await looked(other) == 0.0


async def test_the_newest_run_stays_the_newest(clock: SetClock) -> None:
    """What is begun after a clock was set back is not taken for older than what was before."""
    async with clock.process() as ledger:
        await looked(ledger)
        await begun(ledger, "first")
        await looked(ledger)
        clock.set(-HOUR)
        await looked(ledger)
        second = await begun(ledger, "second")
        assert [run.id for run in await ledger.run(latest_runs, limit=1)] == [second.id]


async def test_a_clock_set_forward_takes_no_row_from_its_holder(clock: SetClock) -> None:
    """On this machine nobody takes it; on a server its token makes the late result worthless."""
    async with clock.process() as ledger, clock.process() as other:
        await looked(ledger)
        run = await ingesting(ledger)
        work = await reading(ledger, run)
        clock.set(HOUR)
        taken = await other.run(claim, run.id, "another")
        if isinstance(taken, Wait):
            assert await ledger.run(renew, [ChunkLease(work.key, work.token)]) == []
            await ledger.run(stage, work, gave(b"a"), send_on=False)
            return
        assert isinstance(ledger, PostgresLedger)
        with pytest.raises(LeaseLost):
            await ledger.run(stage, work, gave(b"a"), send_on=False)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_a_clock_set_forward_ends_nothing_before_its_time(clock: SetClock) -> None:
    """No wait, no hold and no run in the ledger's keeping is over because the clock says so."""
    async with clock.process() as ledger:
        await looked(ledger)
        await put_back(ledger, seconds=20)
        held = await begun(ledger, "held")
        await ledger.run(hold, held.id, code="x", reason="x", cure="x")
        clock.set(1000 * DAY)
        assert 10 < await waits(ledger) <= 20
        assert await ledger.run(overdue) == []
        assert await ledger.run(expired_run, older_than=DAY) is None
        clock.set(-1000 * DAY)
        assert 10 < await waits(ledger) <= 20


def fails(_connection: Connection) -> None:
    raise ValueError("a transition of its own")


def finds_the_disk_full(connection: Connection) -> None:
    pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
    connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    connection.exec_driver_sql("CREATE TABLE ballast AS SELECT zeroblob(16777216) AS body")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("spoilt", [fails, finds_the_disk_full])
async def test_what_was_undone_is_noticed_again(
    clock: SetClock, spoilt: Callable[[Connection], None]
) -> None:
    """The transaction that met the set clock is rolled back: the next one moves what waits."""
    async with clock.process() as ledger:
        await looked(ledger)
        await put_back(ledger, seconds=20)
        clock.set(-HOUR)
        with pytest.raises((ValueError, LedgerUnusable)):
            await ledger.run(spoilt)
        await ledger.run(lambda on: on.exec_driver_sql("PRAGMA max_page_count = 100000"))
        assert 10 < await waits(ledger) <= 20


@pytest.mark.parametrize("seconds", [-HOUR, HOUR, 1000 * DAY])
async def test_an_import_goes_on_at_once_however_the_clock_is_set(
    clock: SetClock,
    site: Site,
    third_party: ThirdParty,
    third_party_url: str,
    monkeypatch: pytest.MonkeyPatch,
    seconds: float,
) -> None:
    """In the middle of its reads and sends: it ends within seconds, everything there once.

    On this machine no page is asked for twice either.
    """
    monkeypatch.setattr(importer_module, "RENEW_S", 0.1)
    number = itertools.count()
    third_party.before = lambda: clock.set(seconds) if next(number) == 4 else None
    text = definition(site.url, source(third_party_url), service_url=third_party_url)
    async with clock.process() as ledger, asyncio.timeout(30):
        async with Importer(ledger, equip, locks=None) as importer:
            run = await importer.begin(new_run(text))
            assert run is not None
            ended = await finished(ledger, importer, run.id)
        assert ended.state is RunState.DONE, ended.reason
        assert site.objects("objectType = Laptop") == 100
        assert site.states() == ["DONE"]
        if not isinstance(ledger, PostgresLedger):
            assert len(third_party.asked) == len(set(third_party.asked)) == 10
            assert "clock_set" in await kinds(ledger, run)

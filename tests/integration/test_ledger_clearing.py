"""What ended and forgotten runs leave behind goes in pieces, whoever deletes it; both databases."""

from itertools import pairwise

import pytest
from sqlalchemy import Connection, func, insert, select

from assetferry.engine.retention import Retention, clear
from assetferry.ledger import clearing
from assetferry.ledger.clearing import clear_piece
from assetferry.ledger.closing import begin_closing, end_run
from assetferry.ledger.forgetting import forget
from assetferry.ledger.history import last_good_entries
from assetferry.ledger.quarantining import quarantined
from assetferry.ledger.run import Run, RunUnknown, latest_runs, load_run
from assetferry.ledger.staging import stage
from assetferry.ledger.states import RunState
from assetferry.ledger.tables import chunks, identities, quarantine, runs
from assetferry.ledger.timeline import timeline
from assetferry.ledger.transition import Ledger
from definitions import EMPLOYEE, LAPTOP, definition, source
from imports import Site, run_import
from ledgers import (
    HOUR,
    another,
    begun,
    gave,
    ingesting,
    later,
    processing,
    reading,
    rejected,
    step,
)


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pieces of three rows."""
    monkeypatch.setattr(clearing, "_PIECE", 3)
    monkeypatch.setattr(clearing, "_WITHOUT_WAITING", 3)


async def ended(ledger: Ledger, *, met: int = 10) -> Run:
    """A run that ended DONE after it had met so many."""
    run = await processing(ledger)

    def meet(connection: Connection) -> None:
        row = {"run": run.id, "content": b"x", "number": 0, "part": "", "position": 0}
        rows = [row | {"identity": bytes([number])} for number in range(met)]
        connection.execute(insert(identities), rows)

    await ledger.run(meet)
    leased = await step(ledger, run)
    await ledger.run(end_run, run.id, leased.token, end=RunState.DONE, code=None, reason="Done.")
    return await ledger.run(load_run, run.id)


async def full(ledger: Ledger, *, bad: int = 10) -> Run:
    """A run that ended FAILED with so many in quarantine."""
    run = await ingesting(ledger)
    work = await reading(ledger, run)
    rows = [rejected(number) for number in range(bad)]
    await ledger.run(stage, work, gave(b"a", b"b", rejected=rows), send_on=False)
    await ledger.run(begin_closing, run.id, end=RunState.FAILED, code="x", reason="A test.")
    leased = await step(ledger, run)
    await ledger.run(end_run, run.id, leased.token, end=RunState.FAILED, code="x", reason="A test.")
    return await ledger.run(load_run, run.id)


def left(connection: Connection) -> tuple[int, int, int, int]:
    """How many runs, identities, rows of quarantine and chunks there are."""
    one, two, three, four = (
        connection.execute(select(func.count()).select_from(table)).scalar_one()
        for table in (runs, identities, quarantine, chunks)
    )
    return one, two, three, four


async def test_the_end_of_a_large_run_is_a_short_transaction(
    ledger: Ledger, database: dict[str, str]
) -> None:
    """It deletes one piece of what was met; another process deletes the rest, and the run stays."""
    run = await ended(ledger)
    assert run.state is RunState.DONE
    assert (await ledger.run(left))[1] == 7
    async with another(database) as other:
        assert await other.run(clear_piece)
        assert (await other.run(left))[1] == 4
        await clear(other)
        assert (await other.run(left))[1] == 0
    assert await ledger.run(load_run, run.id) == run
    assert not await ledger.run(clear_piece)


async def test_a_small_run_leaves_nothing_to_be_cleared(ledger: Ledger) -> None:
    """Its own end has deleted everything."""
    await ended(ledger, met=2)
    assert (await ledger.run(left))[1] == 0
    assert not await ledger.run(clear_piece)


async def test_of_a_run_under_way_nothing_is_deleted(ledger: Ledger) -> None:
    """Clearing looks for marked runs only."""
    run = await full(ledger)
    await begun(ledger)
    before = await ledger.run(left)
    await clear(ledger)
    assert await ledger.run(left) == before
    assert len(await ledger.run(quarantined, run.id)) == 10


async def test_a_forgotten_run_is_unknown_from_the_first_moment(
    ledger: Ledger, database: dict[str, str]
) -> None:
    """Whoever deletes it may die between two pieces: nobody meets half a run, others go on."""
    run = await full(ledger)
    good = await ended(ledger)
    await ledger.run(forget, run)
    await ledger.run(forget, good)
    assert await ledger.run(clear_piece)
    assert await ledger.run(latest_runs, limit=5) == []
    with pytest.raises(RunUnknown):
        await ledger.run(load_run, run.id)
    assert await ledger.run(last_good_entries, "hardware") == {"Laptop": 10}
    async with later(database, 2 * HOUR) as then:
        await Retention(quarantine=HOUR, runs=HOUR).apply(then)
        assert await then.run(left) == (0, 0, 0, 0)


async def test_pieces_never_hold_more_rows_than_they_may(ledger: Ledger) -> None:
    """Over all the tables of a run together."""
    run = await full(ledger)
    await ledger.run(forget, run)
    sizes = [sum(await ledger.run(left))]
    while await ledger.run(clear_piece):
        sizes.append(sum(await ledger.run(left)))
    assert max(before - after for before, after in pairwise(sizes)) <= 4
    assert sizes[-1] == 0


async def test_an_old_quarantine_goes_in_pieces_and_is_told_once(
    ledger: Ledger, database: dict[str, str]
) -> None:
    """With the number of all its reasons."""
    run = await full(ledger)
    async with later(database, 2 * HOUR) as then:
        await Retention(quarantine=HOUR, runs=None).apply(then)
        assert await then.run(quarantined, run.id) == []
        told = [one.text for one in await then.run(timeline, run.id) if "reasons" in one.text]
    assert told == ["Its quarantine, 10 reasons, was deleted after 0.0416667 days"]


async def test_an_import_clears_up_behind_itself(
    ledger: Ledger, site: Site, third_party_url: str
) -> None:
    """The process that saw it end deletes whom it met."""
    text = definition(
        site.url, source(third_party_url), types=LAPTOP + EMPLOYEE, service_url=third_party_url
    )
    run = await run_import(ledger, text)
    assert run.state is RunState.DONE, run.reason
    assert (await ledger.run(left))[:2] == (1, 0)

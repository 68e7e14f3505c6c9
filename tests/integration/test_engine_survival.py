"""R1, R2, R4, R5, R11: deaths, doubles and lost messages at every step of an import."""

import asyncio
from typing import Any

import pytest

from alone import drive
from assetferry.assets.answers import Unavailable
from assetferry.errors import RetryLater
from assetferry.ledger.creation import begin_run
from assetferry.ledger.holding import resume
from assetferry.ledger.run import Run
from assetferry.ledger.staging import stage
from assetferry.ledger.states import RunState
from assetferry.ledger.submitting import submitted
from assetferry.ledger.sums import sums
from assetferry.ledger.transition import Ledger
from definitions import definition, source
from imports import Site, new_run
from killing import Tape, live_again, until_death
from ledgers import another, gave, ingesting, reading, sending
from tapping import Tap
from third_party import ThirdParty


@pytest.fixture
def text(site: Site, third_party: ThirdParty, third_party_url: str) -> str:
    """Six laptops in three pages, a chunk each."""
    del third_party.records[6:]
    pages = source(third_party_url, page_size=2)
    limits = "chunk_records = 2\nmax_attempts = 3"
    return definition(site.url, pages, limits=limits, service_url=third_party_url)


async def begun(ledger: Ledger, text: str) -> Run:
    run = await ledger.run(begin_run, new_run(text), owner=None)
    assert run is not None
    return run


async def all_there(ledger: Ledger, site: Site, run: Run) -> None:
    """Everything arrived once, in one completed execution, and no other is open."""
    assert run.state is RunState.DONE, (run.state, run.held_reason, run.reason)
    told = await ledger.run(sums, run.id)
    assert (told.records_read, told.entries_submitted) == (6, 6)
    assert site.objects("objectType = Laptop") == 6
    (own,) = [one for one in site.history() if one["executionId"] == run.execution_id]
    assert own["state"] == "DONE"
    assert {one["state"] for one in site.history()} <= {"DONE", "CANCELLED"}


async def steps_of(ledger: Ledger, text: str) -> list[str]:
    """The steps of an undisturbed import."""
    tape = Tape(ledger)
    run = await begun(ledger, text)
    assert (await drive(tape, run, tape.tap.equip)).state is RunState.DONE
    return tape.steps


async def test_r02_a_start_that_dies_after_any_step_leaves_no_orphan(
    ledger: Ledger, site: Site, text: str
) -> None:
    """Killed after each request and each transaction up to the first rows, answers lost with it."""
    last = (await steps_of(ledger, text)).index("open_streams") + 1
    died = list[str | None]()
    for after in range(1, last + 1):
        run = await begun(ledger, text)
        died.append(await until_death(ledger, run, after))
        await all_there(ledger, site, await live_again(ledger, run))
    assert {"start", "note_post", "record_execution", "open_streams"} <= set(died)


async def test_r05_between_any_two_steps_of_a_chunk_the_chain_neither_forks_nor_stops(
    ledger: Ledger, site: Site, text: str
) -> None:
    """Killed after each step from the first page to the completion: every chunk is there once."""
    steps = await steps_of(ledger, text)
    first, last = steps.index("open_streams") + 2, steps.index("begin_completion") + 1
    died = list[str | None]()
    for after in range(first, last + 1):
        run = await begun(ledger, text)
        died.append(await until_death(ledger, run, after))
        await all_there(ledger, site, await live_again(ledger, run))
    assert {"read", "stage", "submit", "submitted", "begin_completion"} <= set(died)


async def test_r04_what_arrives_twice_is_counted_once(
    ledger: Ledger, site: Site, text: str
) -> None:
    """Every request that has an effect is delivered twice: one execution, every object once."""
    tap = Tap(twice=frozenset({"push_mapping", "start", "submit", "complete"}))
    run = await begun(ledger, text)
    await all_there(ledger, site, await drive(ledger, run, tap.equip))
    assert site.states() == ["DONE"]


async def test_r04_one_import_source_has_one_active_run(ledger: Ledger, text: str) -> None:
    """However many ask at once, one begins."""
    begins = [ledger.run(begin_run, new_run(text), owner=None) for _ in range(5)]
    assert sum(run is not None for run in await asyncio.gather(*begins)) == 1


async def test_r01_chunks_that_two_workers_commit_at_once_are_both_there(
    ledger: Ledger, database: dict[str, str]
) -> None:
    """Two connections stage and submit rows of one run side by side: no sum loses a part."""
    run = await ingesting(ledger, *(f"s{number}" for number in range(8)), reads=8, sends=8)
    async with another(database) as other:
        reads = [await reading(ledger, run, f"w{number % 2}") for number in range(8)]
        both = [ledger, other] * 4
        await asyncio.gather(
            *(
                one.run(stage, read, gave(b"x", records=3), send_on=False)
                for one, read in zip(both, reads, strict=True)
            )
        )
        sends = [await sending(ledger, run) for _ in range(8)]
        await asyncio.gather(
            *(one.run(submitted, send) for one, send in zip(both, sends, strict=True))
        )
    told = await ledger.run(sums, run.id)
    assert (told.records_read, told.entries_submitted) == (24, 24)
    assert all(stream.chunks_submitted == 1 for stream in told.streams)


class OutOfReach(RetryLater):
    """A source that gives no answer."""

    code = "out_of_reach"


def lost(name: str) -> Any:
    """What the engine sees of a message that was lost."""
    if name == "read":
        raise OutOfReach("No answer.")
    return Unavailable(reason="No answer.")


@pytest.mark.parametrize("way", ["request", "answer"])
async def test_r11_any_one_message_may_be_lost(
    ledger: Ledger, site: Site, text: str, way: str
) -> None:
    """Each request in turn never arrives, or its answer does not: the import ends DONE."""
    number, hit = 0, True
    while hit:
        number, hit, tap = number + 1, False, Tap()

        async def drop(name: str, *given: Any, tap: Tap = tap, number: int = number) -> Any:
            nonlocal hit
            if len(tap.asked) == number:
                hit = True
                return lost(name)
            return given[0] if given else None

        if way == "request":
            tap.before = drop
        else:
            tap.after = drop
        run = await begun(ledger, text)
        await all_there(ledger, site, await drive(ledger, run, tap.equip))
    assert number > 10


async def test_r11_when_nothing_arrives_any_more_the_run_is_held_and_goes_on_later(
    ledger: Ledger, site: Site, text: str
) -> None:
    """From each request on all are lost: a hold with a cure, never silence; resumed, DONE."""
    number, hit = 0, True
    while hit:
        number, hit, tap = number + 1, False, Tap()

        async def drop(name: str, tap: Tap = tap, number: int = number) -> Any:
            nonlocal hit
            if len(tap.asked) < number:
                return None
            hit = True
            return lost(name)

        tap.before = drop
        run = await begun(ledger, text)
        stopped = await drive(ledger, run, tap.equip, watching=False)
        if hit:
            assert stopped.held, (number, stopped.state)
            assert "No answer." in (stopped.held_reason or "")
            assert stopped.held_cure
            assert await ledger.run(resume, run.id)
            stopped = await drive(ledger, run, Tap().equip)
        await all_there(ledger, site, stopped)
    assert number > 10

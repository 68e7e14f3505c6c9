"""Holds: who ends one that nobody answers, and what resuming asks first."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from starlette.responses import Response

from alone import drive
from assetferry.assets.answers import ExecutionStatus, Missing, Unauthorized
from assetferry.engine.importer import Importer
from assetferry.engine.ports import Equipment
from assetferry.equipment import equip
from assetferry.errors import NeedsPerson
from assetferry.ledger.claim import claim
from assetferry.ledger.closing import begin_closing
from assetferry.ledger.creation import begin_run
from assetferry.ledger.holding import hold, resume
from assetferry.ledger.leasing import release_all
from assetferry.ledger.run import Run, load_run
from assetferry.ledger.states import RunState
from assetferry.ledger.transition import Ledger
from definitions import definition, source
from imports import Site, finished, new_run, run_import
from ledgers import later, seen
from tapping import Tap
from third_party import ThirdParty

DAY = 24 * 3600.0


@pytest.fixture
def text(site: Site, third_party_url: str) -> str:
    """A hundred laptops."""
    return definition(site.url, source(third_party_url), service_url=third_party_url)


@pytest.fixture
async def held(ledger: Ledger, text: str, third_party: ThirdParty) -> Run:
    """A run that is held because the source wants another token."""
    third_party.answers.append(Response(status_code=401))
    run = await run_import(ledger, text)
    assert (run.held, run.state) == (True, RunState.INGESTING)
    return run


async def begun(ledger: Ledger, text: str) -> Run:
    run = await ledger.run(begin_run, new_run(text), owner=None)
    assert run is not None
    return run


async def ended(ledger: Ledger, run: str) -> Run:
    """Wait until a run has ended, whoever ends it."""
    return await seen(ledger, run, lambda found: found.ended)


async def test_resuming_asks_first_whether_the_execution_still_takes_data(
    ledger: Ledger, site: Site, text: str, held: Run, third_party: ThirdParty
) -> None:
    """What was sent is gone with the execution: FAILED, nothing is read, and run starts anew."""
    site.cancel(held.execution_id or "")
    asked = len(third_party.asked)
    async with Importer(ledger, equip, locks=None) as importer:
        assert await importer.resume(held.id)
        end = await finished(ledger, importer, held.id)
    assert (end.state, end.reason_code) == (RunState.FAILED, "execution_gone")
    assert "is CANCELLED in Assets by now" in (end.reason or "")
    assert len(third_party.asked) == asked
    assert (await run_import(ledger, text)).state is RunState.DONE


async def test_resuming_goes_on_where_the_execution_still_takes_data(
    ledger: Ledger, site: Site, held: Run
) -> None:
    """It is asked once, before anything else, and then all arrives in the same execution."""
    assert await ledger.run(resume, held.id)
    tap = Tap()
    end = await drive(ledger, held, tap.equip)
    assert end.state is RunState.DONE
    assert tap.asked[:2] == ["status", "read"]
    assert site.states() == ["DONE"]
    assert site.objects("objectType = Laptop") == 100


async def test_an_execution_that_assets_does_not_know_any_more_ends_the_run(
    ledger: Ledger, held: Run
) -> None:
    """404 is as good as CANCELLED."""
    assert await ledger.run(resume, held.id)

    async def unknown(name: str) -> Any:
        return Missing(reason="No such execution.") if name == "status" else None

    end = await drive(ledger, held, Tap(before=unknown).equip)
    assert (end.state, end.reason_code) == (RunState.FAILED, "execution_gone")


async def test_a_scheduled_run_is_closed_instead_of_held(
    ledger: Ledger, site: Site, text: str, third_party: ThirdParty
) -> None:
    """Nobody watches it, and it must not block the next: it ends with reason and cure."""
    third_party.answers.append(Response(status_code=401))
    run = await run_import(ledger, text, scheduled=True)
    assert (run.state, run.reason_code) == (RunState.FAILED, "source_unauthorized")
    assert "401" in (run.reason or "")
    assert site.states() == ["CANCELLED"]
    assert len(site.history()[0]["failures"]) == 1


async def test_a_hold_that_is_too_old_is_closed_by_whoever_comes_by(
    ledger: Ledger, database: dict[str, str], site: Site, held: Run
) -> None:
    """Not by one that comes early, nor by one that lacks its secrets: by the next that can."""

    @asynccontextmanager
    async def unequipped(_text: str, _origin: str) -> AsyncGenerator[Equipment]:
        raise NeedsPerson("The secret is not here.")
        yield

    for seconds, able in ((DAY - 60, equip), (DAY + 60, unequipped)):
        async with later(database, seconds) as ahead, Importer(ahead, able, locks=None) as other:
            await other.tend()
        assert (await ledger.run(load_run, held.id)).held
    async with later(database, DAY + 60) as late, Importer(late, equip, locks=None):
        end = await ended(ledger, held.id)
    assert (end.state, end.reason_code) == (RunState.FAILED, "held_too_long")
    assert "Held for over 24 h" in (end.reason or "")
    assert site.states() == ["CANCELLED"]


async def test_a_closing_that_was_left_alone_is_finished_by_whoever_comes_by(
    ledger: Ledger, site: Site, held: Run
) -> None:
    """The process that cancelled was killed: another one, working on nothing, closes it."""
    end = RunState.CANCELLED
    assert await ledger.run(begin_closing, held.id, end=end, code="cancelled", reason="No.")
    async with Importer(ledger, equip, locks=None):
        assert (await ended(ledger, held.id)).state is RunState.CANCELLED
    assert site.states() == ["CANCELLED"]


async def test_a_closing_that_kills_its_workers_is_held_and_then_ends(
    ledger: Ledger, database: dict[str, str], held: Run
) -> None:
    """Twenty died on it, a person may look; nobody does, and the run ends saying what is open."""
    await ledger.run(begin_closing, held.id, end=RunState.CANCELLED, code="c", reason="No.")
    for _ in range(20):
        await ledger.run(claim, held.id, "dying")
        await ledger.run(release_all, "dying", lost=True)
    stopped = await drive(ledger, held, Tap().equip)
    assert (stopped.held, stopped.state) == (True, RunState.CLOSING)
    async with later(database, DAY + 60) as late, Importer(late, equip, locks=None):
        end = await ended(ledger, held.id)
    assert end.state is RunState.CANCELLED
    assert f"Execution {held.execution_id} may still be open in Assets" in (end.reason or "")


async def test_a_scheduled_closing_that_kills_its_workers_ends(ledger: Ledger, text: str) -> None:
    """Nobody would look at a hold of it."""
    run = await ledger.run(begin_run, new_run(text, scheduled=True), owner=None)
    assert run is not None
    await ledger.run(begin_closing, run.id, end=RunState.FAILED, code="c", reason="No.")
    for _ in range(20):
        await ledger.run(claim, run.id, "dying")
        await ledger.run(release_all, "dying", lost=True)
    assert (await drive(ledger, run, Tap().equip)).state is RunState.FAILED


async def to_processing(ledger: Ledger, text: str, tap: Tap, then: Any) -> Run:
    """A run that Assets processes, while ``then`` answers for it instead; driven to its end."""

    async def instead(name: str) -> Any:
        return await then() if name == "status" and "complete" in tap.asked else None

    tap.before = instead
    return await begun(ledger, text)


async def test_processing_for_too_long_is_held_and_watched_to_its_end(
    ledger: Ledger, text: str
) -> None:
    """The hold shows while Assets takes its time; when it ends after all the run ends, DONE."""
    seen: list[bool] = []
    tap = Tap()

    async def slow() -> Any:
        found = await ledger.run(load_run, run.id)
        seen.append(found.held)
        slow_still = ExecutionStatus(execution_id=found.execution_id, state="PROCESSING")
        return None if found.held and len(seen) > 2 else slow_still

    limited = text.replace("[limits]", '[limits]\nprocessing_limit = "0.1 s"')
    run = await to_processing(ledger, limited, tap, slow)
    end = await drive(ledger, run, tap.equip)
    assert end.state is RunState.DONE
    assert not end.held
    assert seen[0] is False
    assert seen[-1] is True


async def test_who_resumes_what_assets_processes_gives_it_the_same_time_again(
    ledger: Ledger, text: str
) -> None:
    """Else it would be held again at the next look."""
    tap, holds = Tap(), list[float]()

    async def slow() -> Any:
        found = await ledger.run(load_run, run.id)
        if found.held_since is not None:
            holds.append(found.held_since)
            await ledger.run(resume, run.id)
        return None if len(holds) == 2 else ExecutionStatus(execution_id=None, state="PROCESSING")

    limited = text.replace("[limits]", '[limits]\nprocessing_limit = "0.3 s"')
    run = await to_processing(ledger, limited, tap, slow)
    assert (await drive(ledger, run, tap.equip)).state is RunState.DONE
    assert holds[1] - holds[0] > 0.3


@pytest.mark.parametrize("trouble", [Missing(reason="404"), Unauthorized(reason="401")])
async def test_what_cannot_be_asked_about_is_held_and_asked_again_in_a_while(
    ledger: Ledger, text: str, trouble: Any
) -> None:
    """Held, and neither given up nor asked again and again: the next look is half a minute off."""
    tap = Tap()

    async def refuse() -> Any:
        return trouble

    run = await to_processing(ledger, text, tap, refuse)
    driving = asyncio.create_task(drive(ledger, run, tap.equip))
    found = await seen(ledger, run.id, lambda run: run.held and run.lease_until is None)
    driving.cancel()
    assert (found.state, found.held_reason) == (RunState.PROCESSING, trouble.reason)
    assert found.due_at - (found.held_since or 0.0) > 20


async def test_a_held_run_is_held_once(ledger: Ledger, held: Run) -> None:
    """The first reason stays, with its cure."""
    assert not await ledger.run(hold, held.id, code="c", reason="Another.", cure="None.")
    assert "401" in ((await ledger.run(load_run, held.id)).held_reason or "")

"""R2: a start that reaches Assets late, or is answered late, leaves nothing open behind it."""

from typing import Any

import pytest

from alone import drive
from assetferry.assets.answers import Unavailable
from assetferry.engine import closing
from assetferry.engine.importer import Importer
from assetferry.equipment import equip
from assetferry.ledger.closing import begin_closing
from assetferry.ledger.creation import begin_run
from assetferry.ledger.leasing import release_all
from assetferry.ledger.run import Run, load_run
from assetferry.ledger.states import RunState
from assetferry.ledger.transition import Ledger
from definitions import definition, source
from imports import Site, new_run, run_import
from tapping import Tap
from third_party import ThirdParty

LOST = Unavailable(reason="connection reset")


@pytest.fixture
def text(site: Site, third_party: ThirdParty, third_party_url: str) -> str:
    """Five laptops."""
    del third_party.records[5:]
    return definition(site.url, source(third_party_url), service_url=third_party_url)


async def begun(ledger: Ledger, text: str) -> Run:
    run = await ledger.run(begin_run, new_run(text), owner=None)
    assert run is not None
    return run


async def cancel(ledger: Ledger, run: Run) -> None:
    end, reason = RunState.CANCELLED, "Cancelled by a person."
    assert await ledger.run(begin_closing, run.id, end=end, code="cancelled", reason=reason)


async def test_r02_a_cancel_while_a_start_is_under_way_closes_what_it_makes(
    ledger: Ledger, site: Site, text: str
) -> None:
    """Whoever sees the cancel first waits for the answer, which names what is to be closed."""
    run = await begun(ledger, text)

    async def strike(name: str) -> None:
        if name == "start":
            await cancel(ledger, run)
            async with Importer(ledger, equip, locks=None) as other:
                assert await other.go_on(run.id)
                assert (await ledger.run(load_run, run.id)).state is RunState.CLOSING

    ended = await drive(ledger, run, Tap(before=strike).equip)
    assert ended.state is RunState.CANCELLED
    assert site.states() == ["CANCELLED"]
    assert len(site.history()[0]["failures"]) == 1


async def end_elsewhere(ledger: Ledger, run: Run) -> None:
    """Cancel a run whose worker counts as dead, and let somebody else close it."""
    await cancel(ledger, run)
    await ledger.run(release_all, "alone", lost=True)
    assert (await drive(ledger, run, equip)).state is RunState.CANCELLED


@pytest.mark.parametrize("reachable", [True, False])
async def test_r02_what_a_start_made_after_its_run_had_ended_is_closed(
    ledger: Ledger,
    site: Site,
    text: str,
    monkeypatch: pytest.MonkeyPatch,
    reachable: bool,  # noqa: FBT001 # a parameter of the test
) -> None:
    """By the worker that thaws; by the next run where Assets is out of its reach."""
    monkeypatch.setattr(closing, "ARRIVAL_S", 0.0)
    run = await begun(ledger, text)

    async def strike(name: str) -> Any:
        if name == "start":
            await end_elsewhere(ledger, run)
        return LOST if name == "cancel" and not reachable else None

    ended = await drive(ledger, run, Tap(before=strike).equip)
    assert ended.state is RunState.CANCELLED
    assert ended.execution_id == site.history()[0]["executionId"]
    assert site.states() == ["CANCELLED" if reachable else "INGESTING"]
    assert (await run_import(ledger, text)).state is RunState.DONE
    assert site.states() == ["CANCELLED", "DONE"]


async def test_r02_a_start_that_arrives_after_its_sender_died_is_closed(
    ledger: Ledger, site: Site, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Closing does not believe the first look, which comes before the start arrives."""
    monkeypatch.setattr(closing, "ARRIVAL_S", 0.2)
    run, tap = await begun(ledger, text), Tap()

    async def on_its_way(name: str) -> Any:
        if name == "start":
            await cancel(ledger, run)
            return LOST
        return None

    async def arrive(name: str, answer: Any) -> Any:
        if name == "newest" and tap.asked.count("newest") == 2:
            site.start()
        return answer

    tap.before, tap.after = on_its_way, arrive
    ended = await drive(ledger, run, tap.equip)
    assert ended.state is RunState.CANCELLED
    assert site.states() == ["CANCELLED"]


async def test_r02_a_lost_start_that_arrives_after_the_look_is_no_stranger(
    ledger: Ledger, site: Site, text: str
) -> None:
    """The 409 that it brings about ends nothing: the execution is cancelled, and asked for anew."""
    run, tap = await begun(ledger, text), Tap()

    async def on_its_way(name: str) -> Any:
        if name != "start":
            return None
        if tap.asked.count("start") == 1:
            return LOST
        if tap.asked.count("start") == 2:
            site.start()
        return None

    tap.before = on_its_way
    ended = await drive(ledger, run, tap.equip)
    assert (ended.state, tap.asked.count("start")) == (RunState.DONE, 3)
    assert site.states() == ["CANCELLED", "DONE"]


async def test_r02_a_cancel_while_a_start_is_refused_leaves_the_others_execution_alone(
    ledger: Ledger, site: Site, text: str
) -> None:
    """The 409 tells that nothing was made: what is open in Assets is somebody else's."""
    run = await begun(ledger, text)

    async def strike(name: str) -> None:
        if name == "start":
            site.start()
            await cancel(ledger, run)

    ended = await drive(ledger, run, Tap(before=strike).equip)
    assert ended.state is RunState.CANCELLED
    assert site.states() == ["INGESTING"]

"""R7: a cancel that comes at any step, and the race with the call that completes an import."""

from typing import Any

import pytest

from alone import drive
from assetferry.assets.answers import Unavailable
from assetferry.equipment import equip
from assetferry.ledger.claim import Wait, Work, claim
from assetferry.ledger.closing import begin_closing
from assetferry.ledger.creation import begin_run
from assetferry.ledger.leasing import RunLease, renew
from assetferry.ledger.run import Run, load_run
from assetferry.ledger.states import RunState
from assetferry.ledger.transition import Ledger
from definitions import definition, source
from imports import Site, new_run, run_import
from tapping import Tap
from third_party import ThirdParty

CLOSING = {"newest", "report_failure", "cancel"}
"""What a cancelled run may still ask: which execution a lost start made, and to end it."""


@pytest.fixture
def text(site: Site, third_party: ThirdParty, third_party_url: str) -> str:
    """Twenty laptops in pages of five, two pages to a chunk."""
    del third_party.records[20:]
    pages = source(third_party_url, page_size=5)
    return definition(site.url, pages, service_url=third_party_url)


async def begun(ledger: Ledger, text: str) -> Run:
    run = await ledger.run(begin_run, new_run(text), owner=None)
    assert run is not None
    return run


async def cancel(ledger: Ledger, run: str) -> bool:
    end, reason = RunState.CANCELLED, "Cancelled by a person."
    return await ledger.run(begin_closing, run, end=end, code="cancelled", reason=reason)


async def cancelled_at(ledger: Ledger, text: str, number: int) -> tuple[Run, list[str]] | None:
    """Cancel while the n-th request is answered; the run's end and what was asked after.

    None where there is no n-th request.
    """
    run, tap, after = await begun(ledger, text), Tap(), list[int]()

    async def strike(_name: str, answer: Any) -> Any:
        if len(tap.asked) == number:
            await cancel(ledger, run.id)
            after.append(number)
        return answer

    tap.after = strike
    ended = await drive(ledger, run, tap.equip)
    return (ended, tap.asked[number:]) if after else None


async def test_r07_after_a_cancel_at_any_request_nothing_is_asked_but_the_remote_cancel(
    ledger: Ledger, site: Site, text: str
) -> None:
    """As if by another process, for every request there is; nothing is left open in Assets."""
    ends, number = list[RunState](), 1
    while (found := await cancelled_at(ledger, text, number)) is not None:
        ended, asked = found
        ends.append(ended.state)
        told = f"request {number}: {ended.state}, then {asked}"
        if ended.state is RunState.CANCELLED:
            assert set(asked) <= CLOSING, told
        else:  # Assets had been told that everything is there
            assert (ended.state, set(asked) - {"status"}) == (RunState.DONE, set()), told
        assert "INGESTING" not in site.states(), told
        number += 1
    assert ends.count(RunState.CANCELLED) >= 10
    assert RunState.DONE in ends


@pytest.mark.parametrize("moment", ["on its way", "answered"])
async def test_r07_a_cancel_while_assets_is_told_to_complete_waits_for_its_answer(
    ledger: Ledger, site: Site, text: str, moment: str
) -> None:
    """Assets accepts: the import goes on to its real end, and no failure is written anywhere."""
    run = await begun(ledger, text)
    tap, waited = Tap(), list[Work]()

    async def strike(name: str, answer: Any = None) -> Any:
        if name == "complete":
            token = (await ledger.run(load_run, run.id)).token
            assert await cancel(ledger, run.id)
            # Who makes the call has it still; who sees the cancel first does not overtake it.
            assert await ledger.run(renew, [RunLease(run.id, token)]) == []
            waited.append(await ledger.run(claim, run.id, "other"))
        return answer

    if moment == "answered":
        tap.after = strike
    else:
        tap.before = strike
    ended = await drive(ledger, run, tap.equip)
    assert [type(one) for one in waited] == [Wait]
    assert (ended.state, ended.reason) == (RunState.DONE, "Everything arrived.")
    assert site.history()[0]["failures"] == []
    assert site.objects("objectType = Laptop") == 20


async def complete_there(ledger: Ledger, run: Run) -> None:
    """Tell Assets that everything is there, past the engine."""
    known = await ledger.run(load_run, run.id)
    async with equip(known.definition_text, known.origin) as equipment:
        source_id = known.import_source_id or ""
        target = equipment.target.at(known.workspace_id or "", source_id, links=known.links)
        await target.complete(known.execution_id or "")


async def test_a_completing_call_that_arrives_after_the_failure_was_written_is_believed(
    ledger: Ledger, site: Site, text: str
) -> None:
    """Its process is gone, the failure stands in the history: the run has the end Assets gives."""
    run = await begun(ledger, text)

    async def on_its_way(name: str) -> Any:
        return Unavailable(reason="reset") if name == "complete" else None

    async def arrive(name: str, answer: Any) -> Any:
        if name == "complete":
            await cancel(ledger, run.id)
        if name == "report_failure":
            await complete_there(ledger, run)
        return answer

    ended = await drive(ledger, run, Tap(before=on_its_way, after=arrive).equip)
    assert ended.state is RunState.DONE
    assert "was to be closed, just before" in (ended.reason or "")
    assert len(site.history()[0]["failures"]) == 1
    assert site.objects("objectType = Laptop") == 20


async def test_a_run_that_somebody_else_completed_is_not_taken_for_ours(
    ledger: Ledger, text: str
) -> None:
    """Assets applies a part, which we never asked for: the run ends FAILED and says so."""
    run, tap = await begun(ledger, text), Tap()

    async def complete(name: str, answer: Any) -> Any:
        if name == "submit" and tap.asked.count("submit") == 1:
            await complete_there(ledger, run)
        return answer

    tap.after = complete
    ended = await drive(ledger, run, tap.equip)
    assert (ended.state, ended.reason_code) == (RunState.FAILED, "completed_in_assets")
    assert "may be applied there" in (ended.reason or "")


async def test_assets_out_of_reach_ends_the_closing_and_the_next_run_closes_what_was_left(
    ledger: Ledger, site: Site, text: str
) -> None:
    """After close_deadline the run ends naming the execution, which blocks nobody afterwards."""
    run = await begun(ledger, text.replace("[limits]", '[limits]\nclose_deadline = "0.1 s"'))

    async def out_of_reach(name: str) -> Any:
        return Unavailable(reason="No route.") if name in {"report_failure", "cancel"} else None

    async def strike(name: str, answer: Any) -> Any:
        if name == "submit":
            await cancel(ledger, run.id)
        return answer

    ended = await drive(ledger, run, Tap(before=out_of_reach, after=strike).equip)
    assert ended.state is RunState.CANCELLED
    left = f"Execution {ended.execution_id} may still be open in Assets: No route."
    assert left in (ended.reason or "")
    assert site.states() == ["INGESTING"]
    again = await run_import(ledger, text)
    assert again.state is RunState.DONE
    assert site.states() == ["CANCELLED", "DONE"]


async def test_r07_a_closing_that_was_left_alone_past_its_deadline_is_tried_all_the_same(
    ledger: Ledger, site: Site, text: str
) -> None:
    """One lost answer leaves nothing open, though nobody had worked on it in time."""
    run = await begun(ledger, text.replace("[limits]", '[limits]\nclose_deadline = "0.001 s"'))
    tap = Tap()

    async def out_of_reach(name: str) -> Any:
        lost = name == "cancel" and tap.asked.count("cancel") == 1
        return Unavailable(reason="No route.") if lost else None

    async def strike(name: str, answer: Any) -> Any:
        if name == "submit":
            await cancel(ledger, run.id)
        return answer

    tap.before, tap.after = out_of_reach, strike
    ended = await drive(ledger, run, tap.equip)
    assert (ended.state, ended.reason) == (RunState.CANCELLED, "Cancelled by a person.")
    assert site.states() == ["CANCELLED"]

"""R10: a record that Assets refuses is found, set aside and counted; the rest arrives.

Against the real local server, which refuses what a fault names; on both databases.
"""

import pytest

from assetferry.engine import decisions
from assetferry.ledger.quarantining import quarantined
from assetferry.ledger.run import Run
from assetferry.ledger.states import RunState
from assetferry.ledger.sums import sums
from assetferry.ledger.timeline import timeline
from assetferry.ledger.transition import Ledger
from definitions import definition, source
from imports import Site, run_import

ONE_AT_A_TIME = "chunk_records = 10\nsends = 1\nreads = 1"


def made(site: Site, url: str, *, allowed: str = "5%") -> str:
    """The definition of these imports; chunks go one after the other."""
    safety = f'max_quarantined = "{allowed}"'
    return definition(site.url, source(url), limits=ONE_AT_A_TIME, safety=safety, service_url=url)


def poison(site: Site, *numbers: int) -> list[int]:
    """Let Assets refuse some laptops; the faults' ids."""
    return [
        site.fault("entry", selector="laptop", field="serial_number", value=f"SN-{number:06}")
        for number in numbers
    ]


async def refusals(ledger: Ledger, run: Run) -> list[str]:
    """The serial numbers in quarantine."""
    found = await ledger.run(quarantined, run.id)
    assert {one.code for one in found} <= {"refused_by_assets"}
    return sorted(one.record["serial_number"] for one in found)


async def test_r10_poison_records_are_found_by_halving(
    ledger: Ledger, site: Site, third_party_url: str
) -> None:
    """Two of a hundred, in one chunk and in two: the other 98 arrive, and the run is PARTIAL."""
    poison(site, 42, 77)
    run = await run_import(ledger, made(site, third_party_url))
    assert run.state is RunState.PARTIAL, run.held_reason
    assert await refusals(ledger, run) == ["SN-000042", "SN-000077"]
    assert site.objects("objectType = Laptop") == 98
    assert (await ledger.run(sums, run.id)).entries_submitted == 98
    kinds = [event.kind for event in await ledger.run(timeline, run.id)]
    assert kinds.count("entry_refused") == 2


async def test_r10_a_closed_execution_blames_no_record(
    ledger: Ledger, site: Site, third_party_url: str
) -> None:
    """It answers 400 too: the status is asked first, and the run ends instead."""
    site.fault("close", end="cancelled", route="POST data", skip=3)
    run = await run_import(ledger, made(site, third_party_url))
    assert (run.state, run.reason_code) == (RunState.FAILED, "cancelled_in_assets")
    assert await refusals(ledger, run) == []


async def test_r10_where_nothing_was_ever_accepted_the_mapping_is_to_blame(
    ledger: Ledger, site: Site, third_party_url: str
) -> None:
    """The run is held with the cure, and not one record is called bad."""
    site.fault("status", route="POST data", status=400, times=None)
    run = await run_import(ledger, made(site, third_party_url))
    assert run.held
    assert "no entry of this object type" in (run.held_reason or "")
    assert "mapping show" in (run.held_cure or "")
    assert await refusals(ledger, run) == []


async def test_r10_the_search_has_a_budget(
    ledger: Ledger, site: Site, third_party_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When it is spent the run is held, with what was found so far and nothing more."""
    monkeypatch.setattr(decisions, "BISECTIONS", 6)
    poison(site, *range(40, 60))
    run = await run_import(ledger, made(site, third_party_url, allowed="50%"))
    assert run.held
    assert "refused data 6 times" in (run.held_reason or "")
    assert len(await refusals(ledger, run)) < 6
    assert site.states() == ["INGESTING"]


async def test_r10_more_poison_than_allowed_holds_the_run(
    ledger: Ledger, site: Site, third_party_url: str
) -> None:
    """Above max_quarantined nothing is completed."""
    poison(site, *range(50, 56))
    run = await run_import(ledger, made(site, third_party_url))
    assert run.held
    assert "5% is allowed" in (run.held_reason or "")
    assert len(await refusals(ledger, run)) == 6
    assert site.states() == ["INGESTING"]

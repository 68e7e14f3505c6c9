"""R10: a record that Assets refuses is found, set aside and counted; the rest arrives.

Against the real local server, which refuses what a fault names; on both databases.
"""

import pytest

from assetferry.engine import decisions
from assetferry.engine.importer import Importer
from assetferry.equipment import equip
from assetferry.ledger.quarantining import quarantined
from assetferry.ledger.run import Run, load_run
from assetferry.ledger.states import RunState
from assetferry.ledger.sums import sums
from assetferry.ledger.timeline import timeline
from assetferry.ledger.transition import Ledger
from definitions import definition, source
from imports import Site, finished, new_run, run_import
from third_party import ThirdParty, laptop

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


MANY = 1500
FEW = 3
"""Pages of fifteen that may be read: another lane may be quicker than the hold."""


@pytest.fixture
def useless(site: Site, third_party: ThirdParty, third_party_url: str) -> str:
    """The definition of an import whose records all lack what the mapping requires."""
    third_party.records = [laptop(number) | {"ram_gb": None} for number in range(MANY)]
    return definition(
        site.url,
        source(third_party_url, page_size=100),
        limits="chunk_records = 100\nreads = 1\nsends = 1",
        service_url=third_party_url,
    )


async def test_r10_a_source_that_cannot_be_used_is_not_read_to_its_end(
    ledger: Ledger, useless: str, site: Site, third_party: ThirdParty
) -> None:
    """Held as soon as 1 % of the whole is certain to be passed, with the cure; Assets got nothing.

    An override lets it go on to the end, once and for the whole run, and is recorded.
    """
    async with Importer(ledger, equip, locks=None) as importer:
        run = await importer.begin(new_run(useless))
        assert run is not None
        held = await finished(ledger, importer, run.id)
        assert held.held
        assert "of 1500 records could not become entries, 1% is allowed." in (
            held.held_reason or ""
        )
        assert "--override max_quarantined" in (held.held_cure or "")
        assert len(third_party.asked) <= FEW
        assert await importer.resume(run.id, overrides={"max_quarantined": "So be it (ann@desk)"})
        ended = await finished(ledger, importer, run.id)
    assert ended.state is RunState.PARTIAL, ended.held_reason
    assert ended.overrides == {"max_quarantined": "So be it (ann@desk)"}
    assert (await ledger.run(sums, run.id)).streams[0].records_quarantined == MANY
    assert site.states() == ["DONE"]


async def test_r10_a_hopeless_run_that_is_resumed_as_it_is_is_held_again(
    ledger: Ledger, useless: str, third_party: ThirdParty
) -> None:
    """Resuming alone mends nothing: little more is read, and a person is asked again."""
    async with Importer(ledger, equip, locks=None) as importer:
        run = await importer.begin(new_run(useless))
        assert run is not None
        await finished(ledger, importer, run.id)
        assert await importer.resume(run.id)
        again = await finished(ledger, importer, run.id)
    assert again.held
    assert "of 1500 records" in (again.held_reason or "")
    assert 2 <= len(third_party.asked) <= 2 * FEW


async def test_r10_a_scheduled_run_that_is_hopeless_ends(
    ledger: Ledger, useless: str, site: Site, third_party: ThirdParty
) -> None:
    """Nobody is there to be asked: FAILED at once, and its execution is cancelled."""
    run = await run_import(ledger, useless, scheduled=True)
    assert (run.state, run.reason_code) == (RunState.FAILED, "too_many_quarantined")
    assert len(third_party.asked) <= FEW
    assert site.states() == ["CANCELLED"]


async def test_r10_a_mapping_that_assets_refuses_is_not_searched_entry_by_entry(
    ledger: Ledger, site: Site, third_party: ThirdParty, third_party_url: str
) -> None:
    """The pieces that are searched count: held long before the budget of the search is spent."""
    third_party.records = [
        laptop(number) | {"name": "good" if number < 250 else "bad"} for number in range(MANY)
    ]
    site.fault("entry", selector="laptop", field="hostname", value="bad")
    text = definition(
        site.url,
        source(third_party_url, page_size=250),
        limits="chunk_records = 250\nreads = 1\nsends = 1",
        service_url=third_party_url,
    )
    run = await run_import(ledger, text)
    assert run.held
    assert "of 1500 records could not become entries" in (run.held_reason or "")
    assert "Assets says: " in (run.held_reason or "")
    assert (await ledger.run(load_run, run.id)).bisections < 2 * 100
    assert len(third_party.asked) < 6

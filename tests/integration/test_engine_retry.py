"""A quarantine driven again: what comes in, what stays, what Assets keeps; on both databases."""

from dataclasses import replace
from typing import Any

import pytest

from assetferry.assets.answers import Accepted, Refused, Trouble
from assetferry.engine.importer import Importer
from assetferry.engine.redriving import KeptRecords
from assetferry.equipment import equip
from assetferry.ledger.history import last_good_entries
from assetferry.ledger.quarantining import Quarantined, quarantined
from assetferry.ledger.quarantining import set_aside as put
from assetferry.ledger.redriving import settle_retry
from assetferry.ledger.run import Run
from assetferry.ledger.staged import Rejected
from assetferry.ledger.states import RunState
from assetferry.ledger.sums import sums
from assetferry.ledger.transition import Ledger
from definitions import LAPTOP, definition, source
from imports import Equip, Site, finished, new_run, run_import
from ledgers import ingesting, reading
from spoiling import Spoils, spoilt
from third_party import ThirdParty


def mapped(table: str) -> str:
    """The object type with its cure: what the source's words for memory mean."""
    before = '"ram_gb", type = "integer"'
    return LAPTOP.replace(before, f"{before}, map = {{ {table} }}, keep_unmapped = true")


def made(site: Site, url: str, types: str = LAPTOP, *, missing: str = "ignore") -> str:
    """The definition of these imports."""
    safety = 'max_quarantined = "50%"'
    return definition(
        site.url, source(url), types=types, missing=missing, safety=safety, service_url=url
    )


async def retried(ledger: Ledger, run: Run, text: str, *, equip: Equip = equip) -> Run:
    """Drive a run's quarantine again, with a definition's text."""
    async with Importer(ledger, equip, locks=None) as importer:
        asked = replace(new_run(text), retry_of=run.id, origin=f"retry of {run.id}")
        begun = await importer.begin(asked)
        assert begun is not None
        return await finished(ledger, importer, begun.id)


async def left(ledger: Ledger, run: Run) -> list[Quarantined]:
    """What of a run's quarantine has not been brought in."""
    return [one for one in await ledger.run(quarantined, run.id) if one.retried_by is None]


async def test_a_mended_mapping_brings_in_what_was_set_aside(
    ledger: Ledger, site: Site, third_party: ThirdParty, third_party_url: str
) -> None:
    """Only the bad records go again, out of the ledger; each makes one object, and is marked."""
    for number, value in ((7, "plenty"), (30, "lots"), (55, None)):
        third_party.records[number]["ram_gb"] = value
    run = await run_import(ledger, made(site, third_party_url))
    assert run.state is RunState.PARTIAL
    assert site.objects("objectType = Laptop") == 97
    asked = len(third_party.asked)
    mended = made(site, third_party_url, mapped("plenty = 64, lots = 128"))
    retry = await retried(ledger, run, mended)
    assert retry.state is RunState.PARTIAL
    assert len(third_party.asked) == asked
    assert site.objects("objectType = Laptop") == 99
    assert site.states() == ["DONE", "DONE"]
    told = await ledger.run(sums, retry.id)
    assert (told.records_read, told.entries_submitted) == (3, 2)
    (still,) = await left(ledger, run)
    assert (still.record["serial"], still.code) == ("SN-000055", "missing_required")
    marked = [one.retried_by for one in await ledger.run(quarantined, run.id)]
    assert sorted(marked, key=str) == [retry.id, retry.id, None]


async def test_what_fails_again_stays_with_its_new_reason(
    ledger: Ledger, site: Site, third_party: ThirdParty, third_party_url: str
) -> None:
    """A second retry tries it once more, and nothing that came in by then."""
    third_party.records[7]["ram_gb"] = "plenty"
    third_party.records[9]["ram_gb"] = "lots"
    run = await run_import(ledger, made(site, third_party_url))
    before = {one.record["serial"]: one.reason for one in await left(ledger, run)}
    strict = mapped("plenty = 64").replace(", keep_unmapped = true", "")
    await retried(ledger, run, made(site, third_party_url, strict))
    (still,) = await left(ledger, run)
    assert still.code == "unmapped_value"
    assert still.reason != before["SN-000009"]
    second = await retried(ledger, run, made(site, third_party_url, mapped("lots = 128")))
    assert second.state is RunState.DONE
    assert (await ledger.run(sums, second.id)).records_read == 1
    assert await left(ledger, run) == []
    assert site.objects("objectType = Laptop") == 100


async def test_an_entry_that_assets_refused_goes_again_as_it_was(
    ledger: Ledger, site: Site, third_party_url: str
) -> None:
    """Refused again it stays, with the reason of this time; once Assets takes it, it is in."""
    reasons = iter(["first", "second"])
    said: dict[str, str] = {"reason": next(reasons)}

    async def refuse(_execution: str, body: bytes) -> Accepted | Trouble | None:
        return Refused(reason=said["reason"]) if b'"SN-000042"' in body else None

    spoils = spoilt(Spoils(submit=refuse))
    text = made(site, third_party_url)
    run = await run_import(ledger, text, equip=spoils)
    assert site.objects("objectType = Laptop") == 99
    (entry,) = await left(ledger, run)
    assert entry.record["serial_number"] == "SN-000042"
    said["reason"] = next(reasons)
    again = await retried(ledger, run, text, equip=spoils)
    assert again.state is RunState.PARTIAL
    (entry,) = await left(ledger, run)
    assert (entry.code, entry.reason) == ("refused_by_assets", "second")
    assert (await retried(ledger, run, text)).state is RunState.DONE
    assert await left(ledger, run) == []
    assert site.objects("objectType = Laptop") == 100


async def test_a_retry_is_no_measure_for_full_runs(
    ledger: Ledger, site: Site, third_party: ThirdParty, third_party_url: str
) -> None:
    """It is not held for being small, and the next full run is not believed the larger for it."""
    text = made(site, third_party_url)
    good = await run_import(ledger, text)
    assert good.state is RunState.DONE
    third_party.records[7]["ram_gb"] = "plenty"
    run = await run_import(ledger, text)
    retry = await retried(ledger, run, made(site, third_party_url, mapped("plenty = 64")))
    assert retry.state is RunState.DONE, retry.held_reason
    assert await ledger.run(last_good_entries, "hardware") == {"Laptop": 100}


@pytest.mark.parametrize("missing", ["remove", "unknown"])
async def test_a_retry_never_completes_where_objects_would_be_removed(
    ledger: Ledger, site: Site, third_party: ThirdParty, third_party_url: str, missing: str
) -> None:
    """Even begun past the command's own check, it is held before Assets is told that all is in."""
    third_party.records[7]["ram_gb"] = "plenty"
    run = await run_import(ledger, made(site, third_party_url))
    text = made(site, third_party_url, mapped("plenty = 64"), missing=missing)
    retry = await retried(ledger, run, text)
    assert retry.held
    assert "remove the objects" in (retry.held_reason or "")
    assert site.states() == ["DONE", "INGESTING"]
    assert len(await left(ledger, run)) == 1


async def test_a_token_of_another_import_source_retries_nothing(
    ledger: Ledger,
    site: Site,
    third_party: ThirdParty,
    third_party_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The records would turn up in somebody else's schema."""
    third_party.records[7]["ram_gb"] = "plenty"
    run = await run_import(ledger, made(site, third_party_url))
    other = site.server.new_source("Other")
    monkeypatch.setenv("ASSETS_TOKEN", other.token)
    retry = await retried(ledger, run, made(site, third_party_url, mapped("plenty = 64")))
    assert retry.held
    assert "another import source" in (retry.held_reason or "")
    assert Site(site.server, other).states() == []


async def test_a_long_quarantine_is_read_record_by_record(ledger: Ledger) -> None:
    """Every record once and in order, however many reasons it has and wherever a page ends."""
    run = await ingesting(ledger)
    work = await reading(ledger, run)
    rows = [
        Rejected(
            place={"cursor": None, "index": number},
            object_type="Laptop",
            attribute=f"Attribute {reason}",
            code="bad_value",
            reason="It does not fit.",
            record={"serial": number},
        )
        for number in range(700)
        for reason in range(3)
    ]
    await ledger.run(put, work.key, rows, 0.0)
    kept = KeptRecords(ledger, run.id, "devices")
    seen: list[Any] = []
    cursor = None
    pages = 0
    while True:
        page = await kept.read(cursor)
        seen += [record["serial"] for record in page.records]
        pages += 1
        if page.next is None:
            break
        cursor = page.next
    assert seen == list(range(700))
    assert pages == 5
    first = await ledger.run(quarantined, run.id, limit=3)
    await ledger.run(settle_retry, "r", brought_in=[one.id for one in first], again=[])
    assert (await kept.read(None)).records[0]["serial"] == 1

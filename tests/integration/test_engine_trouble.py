"""Imports that meet trouble: what is tried again, what is held, what ends, what is never lost."""

import asyncio
from collections.abc import Iterator

import pytest
from sqlalchemy import Connection
from starlette.responses import PlainTextResponse, Response

from assetferry.assets.answers import (
    Accepted,
    Refused,
    Started,
    Throttled,
    Trouble,
    Unavailable,
)
from assetferry.engine.importer import Importer
from assetferry.equipment import equip
from assetferry.ledger.claim import Step, claim
from assetferry.ledger.creation import unfinished_run
from assetferry.ledger.leasing import release_all
from assetferry.ledger.run import latest_runs, load_run
from assetferry.ledger.starting import record_execution
from assetferry.ledger.states import RunState
from assetferry.ledger.sums import sums
from assetferry.ledger.timeline import timeline
from assetferry.ledger.transition import Ledger
from assetferry.local_assets.server import LocalAssets
from assetferry.local_assets.settings import Settings
from definitions import definition, source
from imports import Site, finished, new_run, run_import
from spoiling import Spoils, spoilt
from third_party import ThirdParty


@pytest.fixture
def text(site: Site, third_party_url: str) -> str:
    """The definition of most of these imports."""
    return definition(site.url, source(third_party_url), service_url=third_party_url)


async def kinds(ledger: Ledger, run: str) -> list[str]:
    """What the timeline tells, in order."""
    return [event.kind for event in await ledger.run(timeline, run)]


async def test_a_source_that_fails_is_read_again(
    ledger: Ledger, site: Site, third_party: ThirdParty, text: str
) -> None:
    """A 500, an HTML page with 200 and a truncated body are no end of data: all is imported."""
    third_party.answers.extend(
        [
            PlainTextResponse("oops", 500),
            None,
            PlainTextResponse("<html>login</html>", 200),
            PlainTextResponse('{"devices": [', 200),
        ]
    )
    run = await run_import(ledger, text)
    assert run.state is RunState.DONE
    assert site.objects("objectType = Laptop") == 100


async def test_a_throttled_source_is_asked_when_it_said(
    ledger: Ledger, site: Site, third_party: ThirdParty, text: str
) -> None:
    """Retry-After is a wait, not a failed attempt: more of them than attempts do no harm."""
    wait = Response(status_code=429, headers={"Retry-After": "0"})
    third_party.answers.extend([wait] * 3)
    run = await run_import(ledger, text.replace("[limits]", "[limits]\nmax_attempts = 2"))
    assert run.state is RunState.DONE
    assert site.objects("objectType = Laptop") == 100


async def test_a_source_that_stays_down_holds_the_run(
    ledger: Ledger, site: Site, third_party: ThirdParty, text: str
) -> None:
    """After max_attempts the run waits for a person; resumed, it goes on where it stood."""
    third_party.answers.extend([None] * 4 + [PlainTextResponse("down", 503)] * 20)
    text = text.replace("[limits]", "[limits]\nmax_attempts = 1")
    async with Importer(ledger, equip, locks=None) as importer:
        run = await importer.begin(new_run(text))
        assert run is not None
        held = await finished(ledger, importer, run.id)
        assert held.held
        assert "503" in (held.held_reason or "")
        assert site.states() == ["INGESTING"]
        third_party.answers.clear()
        asked = len(third_party.asked)
        assert await importer.resume(run.id)
        ended = await finished(ledger, importer, run.id)
    assert ended.state is RunState.DONE
    assert len(third_party.asked) - asked <= 10
    assert site.objects("objectType = Laptop") == 100


async def test_a_scheduled_run_is_abandoned_instead_of_held(
    ledger: Ledger, site: Site, third_party: ThirdParty, text: str
) -> None:
    """Nobody watches a scheduled run: it ends FAILED, is reported, and leaves nothing open."""
    third_party.answers.extend([PlainTextResponse("down", 503)] * 20)
    text = text.replace("[limits]", "[limits]\nmax_attempts = 1")
    run = await run_import(ledger, text, scheduled=True)
    assert run.state is RunState.FAILED
    (execution,) = site.history()
    assert execution["state"] == "CANCELLED"
    assert execution["executedType"] == "SCHEDULED"
    assert "503" in execution["failures"][0]["failureReason"]


async def test_a_missing_secret_holds_the_run_and_names_it(
    ledger: Ledger, site: Site, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that lacks a secret starts nothing in Assets, and says which one."""
    monkeypatch.delenv("INVENTORY_TOKEN")
    run = await run_import(ledger, text)
    assert run.held
    assert "INVENTORY_TOKEN" in (run.held_reason or "")
    assert site.states() == []


async def test_a_replaced_token_holds_the_run(
    ledger: Ledger, site: Site, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """401 in mid-run: with the new token in place, resuming loses and doubles nothing."""
    replaced: list[str] = []

    async def replace_token(_execution: str, _body: bytes) -> Accepted | Trouble | None:
        if not replaced:
            replaced.append("being replaced")
            replaced.append(await asyncio.to_thread(site.new_token))
        return None

    run = await run_import(ledger, text, equip=spoilt(Spoils(submit=replace_token)))
    assert run.held
    monkeypatch.setenv("ASSETS_TOKEN", replaced[1])
    async with Importer(ledger, equip, locks=None) as importer:
        assert await importer.resume(run.id)
        ended = await finished(ledger, importer, run.id)
    assert ended.state is RunState.DONE, ended.reason
    assert site.objects("objectType = Laptop") == 100
    assert site.states() == ["DONE"]


@pytest.fixture
def small_server() -> Iterator[LocalAssets]:
    """An Assets that takes no body above 20,000 bytes."""
    with LocalAssets(Settings(port=0, max_body_bytes=20_000)) as server:
        yield server


async def test_r10_a_chunk_too_large_for_assets_is_halved(
    ledger: Ledger,
    small_server: LocalAssets,
    third_party: ThirdParty,
    third_party_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """413 splits a chunk until its parts fit; nothing is sent twice."""
    for record in third_party.records:
        record["name"] = record["name"].ljust(200, "x")
    site = Site(small_server, small_server.new_source("Hardware"))
    monkeypatch.setenv("ASSETS_TOKEN", site.made.token)
    monkeypatch.setenv("INVENTORY_TOKEN", "let-me-in")
    run = await run_import(
        ledger,
        definition(
            site.url,
            source(third_party_url, page_size=100),
            limits="chunk_records = 100",
            service_url=third_party_url,
        ),
    )
    assert run.state is RunState.DONE
    assert "chunk_split" in await kinds(ledger, run.id)
    assert site.objects("objectType = Laptop") == 100
    assert (await ledger.run(sums, run.id)).entries_submitted == 100


async def test_r10_a_record_too_large_for_assets_holds_the_run(
    ledger: Ledger,
    small_server: LocalAssets,
    third_party: ThirdParty,
    third_party_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Halving comes down to the one entry that Assets cannot take: a person has to map less."""
    third_party.records[42]["name"] = "x" * 30_000
    site = Site(small_server, small_server.new_source("Hardware"))
    monkeypatch.setenv("ASSETS_TOKEN", site.made.token)
    monkeypatch.setenv("INVENTORY_TOKEN", "let-me-in")
    run = await run_import(
        ledger,
        definition(
            site.url,
            source(third_party_url, page_size=100),
            limits="chunk_records = 100\nsends = 1",
            service_url=third_party_url,
        ),
    )
    assert run.held
    assert "one entry" in (run.held_reason or "")
    assert site.states() == ["INGESTING"]


async def test_r10_one_poison_record_is_found_and_set_aside(
    ledger: Ledger, site: Site, text: str
) -> None:
    """400 while INGESTING: bisection finds the entry, the other 99 arrive."""

    async def refuse(_execution: str, body: bytes) -> Accepted | Trouble | None:
        return Refused(reason="bad entry") if b'"SN-000042"' in body else None

    run = await run_import(
        ledger,
        text.replace("min_records = 1", 'max_quarantined = "1%"'),
        equip=spoilt(Spoils(submit=refuse)),
    )
    assert run.state is RunState.PARTIAL, run.held_reason
    assert "Assets refused 1 entries" in (run.reason or "")
    assert site.objects("objectType = Laptop") == 99


async def test_when_assets_takes_nothing_at_all_the_run_is_held(
    ledger: Ledger, site: Site, text: str
) -> None:
    """If no entry of a type was ever accepted the mapping is to blame, not the data."""

    async def refuse(_execution: str, _body: bytes) -> Accepted | Trouble | None:
        return Refused(reason="unknown attribute")

    run = await run_import(ledger, text, equip=spoilt(Spoils(submit=refuse)))
    assert run.held
    assert "no entry of this object type" in (run.held_reason or "")
    assert (await ledger.run(sums, run.id)).streams[0].records_quarantined == 0


async def test_an_execution_cancelled_in_assets_ends_the_run(
    ledger: Ledger, site: Site, text: str
) -> None:
    """A closed execution answers 400 too, and its chunks are not bad: nothing is quarantined."""
    cancelled: list[str] = []

    async def cancel(execution: str, _body: bytes) -> Accepted | Trouble | None:
        if not cancelled:
            cancelled.append(execution)
            await asyncio.to_thread(site.cancel, execution)
        return None

    run = await run_import(ledger, text, equip=spoilt(Spoils(submit=cancel)))
    assert run.state is RunState.FAILED
    assert run.reason_code == "cancelled_in_assets"
    assert (await ledger.run(sums, run.id)).types[0].entries_quarantined == 0


async def test_a_lost_answer_to_a_submission_is_sent_again_with_the_same_bytes(
    ledger: Ledger, site: Site, text: str
) -> None:
    """The chunk arrived, its answer did not: Assets is given the same bytes and id again."""
    bodies: list[bytes] = []

    async def lose(execution: str, body: bytes) -> Accepted | Trouble | None:
        bodies.append(body)
        return Throttled(until=None) if bodies.count(body) == 1 and len(bodies) < 4 else None

    run = await run_import(ledger, text, equip=spoilt(Spoils(submit=lose)))
    assert run.state is RunState.DONE
    assert len(bodies) == 13
    assert len(set(bodies)) == 10
    assert site.objects("objectType = Laptop") == 100


@pytest.fixture(params=["first", "none"])
def deduping(request: pytest.FixtureRequest) -> Iterator[LocalAssets]:
    """An Assets that knows repeats by their id, and one that takes every chunk it is sent."""
    with LocalAssets(Settings(port=0, dedupe=request.param)) as server:
        yield server


async def test_chunks_that_arrive_twice_make_no_object_twice(
    ledger: Ledger,
    deduping: LocalAssets,
    third_party_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Every third answer is lost after the chunk arrived: right whether Assets dedupes or not."""
    site = Site(deduping, deduping.new_source("Hardware"))
    monkeypatch.setenv("ASSETS_TOKEN", site.made.token)
    monkeypatch.setenv("INVENTORY_TOKEN", "let-me-in")
    answers: list[Accepted | Trouble] = []

    def lose(answer: Accepted | Trouble) -> Accepted | Trouble:
        answers.append(answer)
        return answer if len(answers) % 3 else Unavailable(reason="connection reset")

    text = definition(site.url, source(third_party_url), service_url=third_party_url)
    run = await run_import(ledger, text, equip=spoilt(Spoils(submitted=lose)))
    assert run.state is RunState.DONE, run.reason
    assert len(answers) > 10
    assert site.objects("objectType = Laptop") == 100
    assert (await ledger.run(sums, run.id)).entries_submitted == 100


async def test_a_lost_answer_to_a_start_leaves_no_orphan(
    ledger: Ledger, site: Site, text: str
) -> None:
    """The execution that the lost call made is cancelled, empty, and another one is asked for."""
    lost: list[Started | Trouble] = []

    def lose(answer: Started | Trouble) -> Started | Trouble:
        lost.append(answer)
        return answer if len(lost) > 1 else Unavailable(reason="connection reset")

    run = await run_import(ledger, text, equip=spoilt(Spoils(start=lose)))
    assert run.state is RunState.DONE
    assert site.states() == ["CANCELLED", "DONE"]
    assert site.objects("objectType = Laptop") == 100


async def test_r02_a_start_that_was_taken_over_cancels_nothing_of_its_successor(
    ledger: Ledger, site: Site, text: str
) -> None:
    """A process that slept through its lease sees its successor's execution, and lets it be."""
    asked: list[str] = []

    async def sleep_through_the_lease() -> None:
        asked.append("newest")
        if len(asked) != 2:  # the look after the lost answer
            return
        (lost,) = [one["executionId"] for one in site.history()]
        site.cancel(lost)
        site.start()
        (successors, _) = [one["executionId"] for one in site.history()]
        await ledger.run(succeed, successors)

    def succeed(connection: Connection, execution: str) -> None:
        (run,) = latest_runs(connection, limit=1)
        release_all(connection, run.worker or "", lost=False)
        work = claim(connection, run.id, "successor")
        assert isinstance(work, Step)
        record_execution(connection, run.id, work.run.token, execution_id=execution, links={})
        release_all(connection, "successor", lost=False)

    def lose(_answer: Started | Trouble) -> Started | Trouble:
        return Unavailable(reason="connection reset")

    spoils = Spoils(start=lose, newest=sleep_through_the_lease)
    run = await run_import(ledger, text, equip=spoilt(spoils))
    assert (run.state, len(asked)) == (RunState.DONE, 2)
    assert site.states() == ["CANCELLED", "DONE"]


async def test_a_lost_answer_to_a_completion_completes_once(
    ledger: Ledger, site: Site, text: str
) -> None:
    """PROCESSING tells that the completing call had worked."""

    def lose(_answer: Accepted | Trouble) -> Accepted | Trouble:
        return Unavailable(reason="connection reset")

    run = await run_import(ledger, text, equip=spoilt(Spoils(complete=lose)))
    assert run.state is RunState.DONE
    assert (await kinds(ledger, run.id)).count("processing") == 1
    assert site.states() == ["DONE"]


async def test_somebody_elses_execution_is_left_alone(
    ledger: Ledger, site: Site, text: str
) -> None:
    """Busy ends the run at once, and does not cancel what is not ours."""
    first = await run_import(ledger, text)
    assert first.state is RunState.DONE
    site.start()
    run = await run_import(ledger, text)
    assert (run.state, run.reason_code) == (RunState.FAILED, "busy")
    assert site.states() == ["DONE", "INGESTING"]


async def test_two_definitions_of_one_import_source_do_not_run_at_once(
    ledger: Ledger, site: Site, text: str, third_party: ThirdParty
) -> None:
    """The ledger's index refuses the second while the first is held."""
    third_party.answers.append(Response(status_code=401))
    held = await run_import(ledger, text)
    assert held.held
    other = await run_import(ledger, text.replace('name = "hardware"', 'name = "other"'))
    assert (other.state, other.reason_code) == (RunState.FAILED, "busy")
    assert held.id in (other.reason or "")


async def test_a_cancelled_run_leaves_nothing_open(
    ledger: Ledger, site: Site, text: str, third_party: ThirdParty
) -> None:
    """Cancelling tells Assets why, drops what it was sent, and ends the run."""
    third_party.answers.extend([None, None, Response(status_code=401)])
    held = await run_import(ledger, text)
    async with Importer(ledger, equip, locks=None) as importer:
        assert await importer.cancel(held.id)
        ended = await finished(ledger, importer, held.id)
    assert ended.state is RunState.CANCELLED
    (execution,) = site.history()
    assert execution["state"] == "CANCELLED"
    assert await ledger.run(unfinished_run, "hardware") is None


async def test_closing_waits_for_assets_to_come_back(
    ledger: Ledger, site: Site, text: str, third_party: ThirdParty, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A token that is refused cannot close: the run ends and says what may still be open."""
    third_party.answers.append(Response(status_code=401))
    held = await run_import(ledger, text)
    monkeypatch.setenv("ASSETS_TOKEN", "wrong")
    async with Importer(ledger, equip, locks=None) as importer:
        assert await importer.cancel(held.id)
        ended = await finished(ledger, importer, held.id)
    assert ended.state is RunState.CANCELLED
    assert "may still be open" in (ended.reason or "")


async def test_a_run_without_its_secret_can_be_cancelled(
    ledger: Ledger, site: Site, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that never spoke to Assets has nothing to close there: it ends at once."""
    monkeypatch.delenv("INVENTORY_TOKEN")
    held = await run_import(ledger, text)
    assert held.held
    async with Importer(ledger, equip, locks=None) as importer:
        assert await importer.cancel(held.id)
        ended = await finished(ledger, importer, held.id)
    assert (ended.state, ended.reason) == (RunState.CANCELLED, "Cancelled by a person.")


async def test_a_definite_no_to_a_start_leaves_others_alone(
    ledger: Ledger, site: Site, text: str
) -> None:
    """After a refused start, an execution that somebody else began is not taken for ours."""
    refused: list[str] = []

    def refuse(answer: Started | Trouble) -> Started | Trouble:
        if not refused and isinstance(answer, Started):
            refused.append(answer.execution_id)
            return Refused(reason="not today")
        return answer

    async with Importer(ledger, spoilt(Spoils(start=refuse)), locks=None) as importer:
        run = await importer.begin(new_run(text))
        assert run is not None
        held = await finished(ledger, importer, run.id)
        assert "not today" in (held.held_reason or "")
        assert await importer.resume(run.id)
        ended = await finished(ledger, importer, run.id)
    assert ended.reason_code == "busy"
    assert site.states() == ["INGESTING"]


async def test_a_wrong_mapping_is_told_before_anything_starts(
    ledger: Ledger, site: Site, text: str
) -> None:
    """Assets refuses a retyped attribute: the run is held with Assets' reason, nothing started."""
    assert (await run_import(ledger, text)).state is RunState.DONE
    retyped = text.replace(
        '{ from = "name", label = true }', '{ from = "ram_gb", type = "integer", label = true }'
    )
    run = await run_import(ledger, retyped)
    assert run.held
    assert "IMMUTABLE_PROPERTY" in (run.held_reason or "")
    assert site.states() == ["DONE"]


async def test_unauthorized_at_the_start_is_held(
    ledger: Ledger, site: Site, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wrong token is for a person to mend: no attempt is wasted."""
    monkeypatch.setenv("ASSETS_TOKEN", "wrong")
    run = await run_import(ledger, text)
    assert run.held
    assert "token" in (run.held_cure or "")
    assert site.states() == []
    assert (await ledger.run(load_run, run.id)).attempts == 0

"""Schedules: set in Assets, called by its dispatcher, run; on both databases."""

import asyncio
import json
import os
import urllib.request
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from assetferry.assets.answers import Trouble
from assetferry.definition.load import load
from assetferry.ledger.clock import instant
from assetferry.ledger.notices import pending
from assetferry.ledger.run import latest_runs, load_run
from assetferry.ledger.transition import Ledger
from assetferry.ledger.triggers import triggers_of
from assetferry.local_assets.server import LocalAssets
from assetferry.local_assets.settings import Settings
from assetferry.web.rounds import Rounds
from assetferry.web.scheduling import Scheduler, Unschedulable, scheduling
from assetferry.web.slot import Kept
from definitions import definition, source
from doors import SOURCE, contents, open_door
from imports import Site, finished, run_import
from ledgers import begun, kinds, later

DAY = 86_400.0


@pytest.fixture(scope="module")
def moved() -> Iterator[LocalAssets]:
    """A local Assets server whose clock is moved by hand."""
    with LocalAssets(Settings(port=0, clock="test")) as server:
        yield server


@pytest.fixture
def site(moved: LocalAssets, monkeypatch: pytest.MonkeyPatch) -> Site:
    """An import source on that server; it is now there too."""
    made = moved.new_source("Hardware")
    monkeypatch.setenv("ASSETS_TOKEN", made.token)
    monkeypatch.setenv("INVENTORY_TOKEN", "let-me-in")
    monkeypatch.setenv("ADMIN_TOKEN", made.api_token)
    found = Site(moved, made)
    local(found, "PUT", "clock", {"now": datetime.now(UTC).isoformat()})
    return found


def local(site: Site, method: str, path: str, body: Any = None) -> Any:
    """Call something under ``/_local/``."""
    request = urllib.request.Request(
        f"{site.url}/_local/{path}",
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


def slots(site: Site) -> list[str]:
    """What became of each slot, the oldest first."""
    place = f"workspaces/{site.made.workspace_id}/importsources/{site.made.import_source_id}/slots"
    return [one["outcome"] for one in local(site, "GET", place)["values"]][::-1]


@pytest.fixture
def text(site: Site, third_party_url: str) -> str:
    """A definition that can be run."""
    return definition(site.url, source(third_party_url), service_url=third_party_url)


def scheduled(
    text: str,
    *,
    url: str = "https://ferry.example.com",
    in_: timedelta = timedelta(minutes=2),
    more: str = "",
) -> str:
    """A definition with a schedule that is due soon, by the clock of the schedule's zone."""
    start = (datetime.now(UTC) + in_).replace(microsecond=0, tzinfo=None).isoformat()
    return (
        f'{text}\n{more}\n[trigger]\npublic_url = "{url}"\n'
        f'[schedule]\nfrequency = "DAILY"\nstart = "{start}"\n'
    )


@asynccontextmanager
async def scheduler(ledger: Ledger, text: str) -> AsyncGenerator[Scheduler]:
    """What the commands speak through."""
    async with scheduling(load(text, origin="test.toml"), ledger, os.environ) as found:
        assert isinstance(found, Scheduler), found
        yield found


async def kept(ledger: Ledger) -> list[Kept]:
    """The keys that Assets may call by."""
    known = await ledger.run(triggers_of, "hardware")
    return [Kept.of(one.schedule) for one in known if one.schedule is not None]


async def test_r04_a_schedule_is_set_called_and_run_and_each_slot_once(
    database: dict[str, str], ledger: Ledger, site: Site, text: str
) -> None:
    """The whole story: set, due, called by Assets, run to DONE, with the tag Scheduled.

    A second call for the same slot begins nothing, the next day's begins a run.
    """
    await run_import(ledger, text)
    async with open_door(ledger, text, signed=False) as door:
        async with scheduler(ledger, scheduled(text, url=door.url)) as found:
            assert isinstance(await found.set(), Kept)
        await asyncio.to_thread(local, site, "POST", "clock/advance", {"seconds": 3600})
        assert slots(site) == ["answered"]
        (run, first) = await ledger.run(latest_runs, limit=9)
        assert run.scheduled
        assert not first.scheduled
        assert (await finished(ledger, door.importer, run.id)).state == "DONE"
        newest = site.history()[0]
        assert (newest["state"], newest["tags"]) == ("DONE", ["Scheduled"])
        # By our clock it is still the first day: the same slot.
        await asyncio.to_thread(local, site, "POST", "clock/advance", {"seconds": DAY})
        assert slots(site) == ["answered", "answered"]
        assert len(await ledger.run(latest_runs, limit=9)) == 2
    async with (
        later(database, DAY) as tomorrow,
        open_door(tomorrow, text, signed=False) as door,
        scheduler(tomorrow, scheduled(text, url=door.url, in_=timedelta(minutes=90))) as found,
    ):
        assert isinstance(await found.set(), Kept)
        await asyncio.to_thread(local, site, "POST", "clock/advance", {"seconds": DAY})
        assert slots(site)[-1] == "answered"
        newest_run = (await ledger.run(latest_runs, limit=1))[0]
        await finished(tomorrow, door.importer, newest_run.id)
        assert len(await ledger.run(latest_runs, limit=9)) == 3


async def test_a_schedule_that_meets_an_unfinished_run_is_in_the_history_and_is_told(
    ledger: Ledger, site: Site, text: str
) -> None:
    """Assets is answered 409, and says so to people; timeline and outbox have it too."""
    await run_import(ledger, text)
    run = await begun(ledger)
    telling = f'{text}\n[notify]\nurl = "env:HOOK"\n'
    async with open_door(ledger, telling, signed=False) as door:
        async with scheduler(ledger, scheduled(text, url=door.url)) as found:
            assert isinstance(await found.set(), Kept)
        await asyncio.to_thread(local, site, "POST", "clock/advance", {"seconds": 3600})
    assert slots(site) == ["failed"]
    newest = site.history()[0]
    assert newest["tags"] == ["Scheduled"]
    assert "answered 409" in newest["failures"][0]["failureReason"]
    assert (await kinds(ledger, run))[-1] == "blocked"
    assert await ledger.run(pending) == 1


async def test_a_schedule_that_assets_does_not_call_for_is_told_all_the_same(
    database: dict[str, str], ledger: Ledger, site: Site, text: str
) -> None:
    """While an execution is open Assets calls nobody; whoever serves sees the time go by."""
    await run_import(ledger, text)
    run = await run_import(ledger, text.replace("min_records = 1", "min_records = 1000"))
    assert run.held
    telling = f'{text}\n[notify]\nurl = "env:HOOK"\n'
    async with scheduler(ledger, scheduled(text)) as found:
        assert isinstance(await found.set(), Kept)
    await asyncio.to_thread(local, site, "POST", "clock/advance", {"seconds": 3600})
    assert slots(site) == ["busy"]

    async def look(at: Ledger) -> int:
        async with open_door(at, telling, signed=False) as door:
            for _ in range(2):
                await Rounds(at, door.importer, {}).look_after(door.served)
        return await ledger.run(pending)

    assert await look(ledger) == 0, "its time has not come yet"
    async with later(database, 1800) as then:
        assert await look(then) == 1
    assert (await kinds(ledger, run))[-1] == "blocked"


async def test_r04_one_schedule_however_often_it_is_set(
    ledger: Ledger, site: Site, text: str
) -> None:
    """Set again it is replaced and keeps its id; deleted it is gone, and nothing opens any more."""
    await run_import(ledger, text)
    async with scheduler(ledger, scheduled(text)) as found:
        assert await found.show() is None
        first = await found.set()
        second = await found.set()
        assert isinstance(first, Kept)
        assert isinstance(second, Kept)
        assert first.schedule_id == second.schedule_id
        assert await kept(ledger) == [second]
        shown = await found.show()
        assert shown is not None
        assert not isinstance(shown, Trouble)
        assert (shown.schedule_id, shown.frequency) == (second.schedule_id, "DAILY")
        assert await found.delete() is True
        assert await kept(ledger) == []
        assert await found.show() is None
        assert await found.delete() is False


async def test_r04_a_schedule_whose_answer_was_lost_is_not_made_twice(
    ledger: Ledger, site: Site, text: str
) -> None:
    """The call arrived, its answer did not: what is there is found and replaced."""
    await run_import(ledger, text)
    lost = {"kind": "lost", "source": site.made.import_source_id, "route": "POST importschedule"}
    local(site, "POST", "faults", lost)
    async with scheduler(ledger, scheduled(text)) as found:
        assert isinstance(await found.set(), Kept)
        assert len(await kept(ledger)) == 1
        assert await found.delete() is True
        assert await found.show() is None


async def test_a_schedule_may_be_kept_as_a_user(ledger: Ledger, site: Site, text: str) -> None:
    """[assets.user] speaks about schedules, the container token still names the import source."""
    await run_import(ledger, text)
    user = f'[assets.user]\nemail = "{site.made.email}"\napi_token = "env:ADMIN_TOKEN"\n'
    async with scheduler(ledger, scheduled(text, more=user)) as found:
        assert isinstance(await found.set(), Kept)
    nobody = user.replace("ADMIN_TOKEN", "ASSETS_TOKEN")
    async with scheduler(ledger, scheduled(text, more=nobody)) as found:
        answer = await found.set()
        assert isinstance(answer, Trouble)
        assert "401" in getattr(answer, "reason", "")


async def test_an_import_source_without_a_mapping_is_not_scheduled(
    ledger: Ledger, site: Site, text: str
) -> None:
    """Assets would refuse it; the cure is said instead."""
    async with scheduler(ledger, scheduled(text)) as found:
        with pytest.raises(Unschedulable, match="mapping push"):
            await found.set()
    assert await kept(ledger) == []


async def test_r13_a_call_of_assets_is_bound_to_its_schedule(ledger: Ledger) -> None:
    """The key alone opens nothing at another time, for other ids, or twice."""
    nowhere = "http://127.0.0.1:9"
    text = definition(nowhere, source(nowhere), service_url=nowhere)
    now = await ledger.run(instant)
    soon, past = (datetime.fromtimestamp(now + more, UTC).isoformat() for more in (3600, -DAY / 2))
    plain = {"content-type": "application/json"}

    def at(start: str) -> Kept:
        return Kept(frequency="DAILY", start=start, timezone="UTC", window=7200.0)

    async with open_door(ledger, text, schedule=at(past)) as door:
        before = await ledger.run(contents)
        assert (await door.call(headers=plain)).status == 400
        assert await ledger.run(contents) == before
    async with open_door(ledger, text, schedule=at(soon)) as door:
        before = await ledger.run(contents)
        other = door.body.replace(SOURCE.encode(), SOURCE.replace("2", "4").encode())
        assert (await door.call(headers=plain, body=other)).status == 400
        assert (await door.call(headers={"content-type": "text/plain"})).status == 415
        assert (await door.call(headers=plain, path="/triggers/" + "A" * 43)).status == 401
        assert await ledger.run(contents) == before
        first = await door.call(headers=plain)
        again = await door.call(headers={**plain, "webhook-id": "another"})
        assert [first.body["result"], again.body["result"]] == ["begun", "known"]
        run = await ledger.run(load_run, first.body["run"])
        assert run.scheduled
        assert run.hold_for == 0

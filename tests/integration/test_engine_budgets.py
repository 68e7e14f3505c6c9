"""Imports whose hosts have budgets or ask for pauses, end to end, on both databases."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from email.utils import formatdate
from urllib.parse import urlsplit

import pytest
from starlette.responses import JSONResponse, PlainTextResponse, Response

from assetferry.engine.importer import Importer
from assetferry.equipment import equip
from assetferry.ledger.pacing import Pause, pauses, take_turn
from assetferry.ledger.states import RunState
from assetferry.ledger.sums import sums
from assetferry.ledger.transition import Ledger
from assetferry.local_assets.server import LocalAssets
from definitions import CURSOR, definition, source
from imports import Site, finished, new_run, run_import
from ledgers import HOUR, another, later
from third_party import ThirdParty


@pytest.fixture
def text(site: Site, third_party_url: str) -> str:
    """The definition of most of these imports."""
    return definition(site.url, source(third_party_url), service_url=third_party_url)


def budget(url: str, per_minute: int) -> str:
    """The budget of a host."""
    return f'\n[limits.hosts."{urlsplit(url).netloc}"]\nper_minute = {per_minute}\n'


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    """Wait until it is so."""
    async with asyncio.timeout(60):
        while not await condition():  # noqa: ASYNC110 (another connection changes it)
            await asyncio.sleep(0.02)


async def test_r10_two_processes_share_the_budget_of_a_source(
    ledger: Ledger,
    database: dict[str, str],
    assets_server: LocalAssets,
    third_party: ThirdParty,
    third_party_url: str,
    text: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Two imports of ten requests each, on one ledger, take as long as twenty requests may."""
    text += budget(third_party_url, 1200)
    elsewhere = Site(assets_server, assets_server.new_source("Other"))
    monkeypatch.setenv("OTHER_TOKEN", elsewhere.made.token)
    other_text = text.replace('name = "hardware"', 'name = "other"', 1)
    other_text = other_text.replace("ASSETS_TOKEN", "OTHER_TOKEN")
    began = time.time()
    async with another(database) as other:
        both = await asyncio.gather(run_import(ledger, text), run_import(other, other_text))
    asked = len(third_party.asked)
    assert [run.state for run in both] == [RunState.DONE] * 2
    assert asked >= 20
    host = urlsplit(third_party_url).netloc
    turn = await ledger.run(take_turn, host, every=0.0, patience=HOUR)
    assert turn.until >= began + asked * 60 / 1200


async def test_r10_a_spent_budget_waits_in_the_ledger(
    ledger: Ledger,
    database: dict[str, str],
    site: Site,
    third_party: ThirdParty,
    third_party_url: str,
    text: str,
) -> None:
    """With one request a minute a second one is not made, nor counted as a failure; later it is."""
    text = text.replace(source(third_party_url), source(third_party_url, page_size=50))
    text = text.replace("chunk_records = 10", "chunk_records = 100")
    text += budget(third_party_url, 1)
    async with Importer(ledger, equip, locks=None) as importer:
        run = await importer.begin(new_run(text))
        assert run is not None

        async def waiting() -> bool:
            told = await ledger.run(sums, run.id)
            return bool(told.closed) and told.entries_submitted == 50

        # The first page is not lost for the want of the second: it is a chunk of its own.
        await until(waiting)
        told = await ledger.run(sums, run.id)
    assert told.closed[0].reason is None
    assert told.chunks.retried == 0
    assert len(third_party.asked) == 1
    async with later(database) as in_an_hour, Importer(in_an_hour, equip, locks=None) as importer:
        assert await importer.go_on(run.id)
        ended = await finished(in_an_hour, importer, run.id)
    assert ended.state is RunState.DONE
    assert len(third_party.asked) == 2
    assert site.objects("objectType = Laptop") == 100


async def test_r10_a_budget_of_assets_counts_every_call(
    ledger: Ledger, site: Site, text: str
) -> None:
    """Ten chunks and the calls around them all take a turn."""
    began = time.time()
    run = await run_import(ledger, text + budget(site.url, 6000))
    assert run.state is RunState.DONE
    turn = await ledger.run(take_turn, urlsplit(site.url).netloc, every=0.0, patience=HOUR)
    assert turn.until >= began + 16 * 60 / 6000


def in_half_an_hour() -> float:
    return time.time() + HOUR / 2


FORMS: dict[str, Callable[[], Response]] = {
    "429 with seconds": lambda: PlainTextResponse("", 429, {"Retry-After": "1800"}),
    "429 with a date": lambda: PlainTextResponse(
        "", 429, {"Retry-After": formatdate(in_half_an_hour(), usegmt=True)}
    ),
    "503 with seconds": lambda: PlainTextResponse("", 503, {"Retry-After": "1800"}),
    "429 with a reset": lambda: PlainTextResponse(
        "", 429, {"X-RateLimit-Reset": str(int(in_half_an_hour()))}
    ),
    "200 with nothing left": lambda: JSONResponse(
        {"devices": [], "meta": {"next": "0"}},
        headers={"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1800"},
    ),
}


@pytest.mark.parametrize("form", FORMS)
async def test_r10_a_source_is_left_alone_for_as_long_as_it_asked(
    form: str,
    ledger: Ledger,
    database: dict[str, str],
    site: Site,
    third_party: ThirdParty,
    third_party_url: str,
) -> None:
    """The wait is durable and whole, uses up no attempt, is told, and survives the process."""
    text = definition(
        site.url,
        source(third_party_url, path="cursor", pages=CURSOR, page_size=None),
        limits="max_attempts = 1\nchunk_records = 10",
        service_url=third_party_url,
    )
    third_party.answers.append(FORMS[form]())
    pause: list[Pause] = []
    async with Importer(ledger, equip, locks=None) as importer:
        run = await importer.begin(new_run(text))
        assert run is not None

        async def waiting() -> bool:
            pause[:] = await ledger.run(pauses)
            return bool(pause)

        await until(waiting)
        told = await ledger.run(sums, run.id)
    assert told.closed[0].host == urlsplit(third_party_url).netloc
    assert abs(pause[0].until - in_half_an_hour()) < 300
    assert told.chunks.retried == 0
    assert len(third_party.asked) == 1
    async with later(database) as in_an_hour, Importer(in_an_hour, equip, locks=None) as importer:
        assert await importer.go_on(run.id)
        ended = await finished(in_an_hour, importer, run.id)
    assert ended.state is RunState.DONE, ended.held_reason
    assert site.objects("objectType = Laptop") == 100


async def test_r10_other_runs_leave_a_paused_source_alone(
    ledger: Ledger, site: Site, third_party: ThirdParty, third_party_url: str, text: str
) -> None:
    """A run that begins during the pause does not ask at all."""
    third_party.answers.append(PlainTextResponse("", 429, {"Retry-After": "1800"}))

    async def paused() -> bool:
        return bool(await ledger.run(pauses))

    async with Importer(ledger, equip, locks=None) as importer:
        run = await importer.begin(new_run(text))
        assert run is not None
        await until(paused)
        assert await importer.cancel(run.id)
        await finished(ledger, importer, run.id)
        asked = len(third_party.asked)
        second = await importer.begin(new_run(text))
        assert second is not None

        async def waiting() -> bool:
            return bool((await ledger.run(sums, second.id)).closed)

        await until(waiting)
    assert len(third_party.asked) == asked == 1


@pytest.mark.parametrize("status", [429, 503])
async def test_r10_a_wait_of_more_than_a_day_holds(
    status: int, ledger: Ledger, site: Site, third_party: ThirdParty, text: str
) -> None:
    """25 hours need a person; once resumed, the source is asked at once and all is imported."""
    third_party.answers.append(PlainTextResponse("", status, {"Retry-After": "90000"}))
    async with Importer(ledger, equip, locks=None) as importer:
        run = await importer.begin(new_run(text))
        assert run is not None
        held = await finished(ledger, importer, run.id)
        assert held.held
        assert "25 hours" in (held.held_reason or "")
        assert "quota" in (held.held_cure or "")
        assert await importer.resume(run.id)
        ended = await finished(ledger, importer, run.id)
    assert ended.state is RunState.DONE
    assert site.objects("objectType = Laptop") == 100


async def test_r10_a_storm_of_429_uses_up_no_attempts(
    ledger: Ledger, site: Site, third_party: ThirdParty, text: str
) -> None:
    """Of two attempts, three throttled answers take none and a 503 takes one."""
    third_party.answers.extend(PlainTextResponse("", 429, {"Retry-After": "0"}) for _ in range(3))
    third_party.answers.append(PlainTextResponse("down", 503))
    run = await run_import(ledger, text.replace("[limits]", "[limits]\nmax_attempts = 2"))
    assert run.state is RunState.DONE
    assert len(third_party.asked) == 14
    assert site.objects("objectType = Laptop") == 100


async def test_r10_assets_is_left_alone_for_as_long_as_it_asked(
    ledger: Ledger, database: dict[str, str], site: Site, text: str
) -> None:
    """One chunk meets a 429 of half an hour: no other is sent until then, then all arrive."""
    fault = await asyncio.to_thread(
        site.fault, "status", route="POST data", status=429, retryAfter=1800, times=None
    )
    text = text.replace("[limits]", "[limits]\nmax_attempts = 1\nsends = 1")
    async with Importer(ledger, equip, locks=None) as importer:
        run = await importer.begin(new_run(text))
        assert run is not None

        async def waiting() -> bool:
            return bool((await ledger.run(sums, run.id)).closed)

        await until(waiting)
        told = await ledger.run(sums, run.id)
        assert told.closed[0].host == urlsplit(site.url).netloc
        assert (told.entries_submitted, told.chunks.retried) == (0, 0)
    await asyncio.to_thread(site.mend, fault)
    async with later(database) as in_an_hour, Importer(in_an_hour, equip, locks=None) as importer:
        assert await importer.go_on(run.id)
        ended = await finished(in_an_hour, importer, run.id)
    assert ended.state is RunState.DONE, ended.held_reason
    assert site.objects("objectType = Laptop") == 100

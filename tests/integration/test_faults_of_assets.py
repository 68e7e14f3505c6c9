"""Every fault of docs/faults.md against a real import: what heals it, and what is told of it.

One lane by itself, so that each fault meets the request it is meant for; on both databases.
"""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from alone import drive
from assetferry.equipment import equip
from assetferry.ledger.closing import begin_closing
from assetferry.ledger.creation import begin_run
from assetferry.ledger.holding import resume
from assetferry.ledger.run import Run
from assetferry.ledger.states import RunState
from assetferry.ledger.transition import Ledger
from assetferry.local_assets.faults.reading import KINDS
from commands import until
from definitions import definition, source
from imports import Site, new_run
from third_party import ThirdParty

DATE = {"retryAfterForm": "date"}
HTML = {"body": "<html>Sign in</html>", "headers": {"Content-Type": "text/html"}}
CALLS = (
    *("GET imports/info", "GET configstatus", "PUT mapping", "GET executions/status"),
    *("POST executions", "GET status", "POST data"),
)
"""Every route of an import that goes well."""
CLOSING = ("POST history/failed", "DELETE executions")
"""And those of one that does not."""
Spec = dict[str, Any]


@pytest.fixture
def text(site: Site, third_party: ThirdParty, third_party_url: str) -> str:
    """Twenty laptops in two chunks."""
    del third_party.records[20:]
    return definition(site.url, source(third_party_url), service_url=third_party_url)


async def imported(ledger: Ledger, text: str) -> Run:
    """Begin a run and work on it until it ends or is held."""
    run = await ledger.run(begin_run, new_run(text), owner=None)
    assert run is not None
    return await drive(ledger, run, equip, watching=False)


async def laptops(site: Site) -> int:
    """Count what has arrived."""
    return await asyncio.to_thread(site.objects, "objectType = Laptop")


def used(site: Site) -> list[int]:
    """How often each fault was met."""
    return [one["used"] for one in site.faults()]


PASSING: dict[str, Spec] = {
    "408": {"kind": "status", "status": 408},
    "429": {"kind": "status", "status": 429},
    "429 for a second": {"kind": "status", "status": 429, "retryAfter": 1},
    "429 until a date": {"kind": "status", "status": 429, "retryAfter": 1, **DATE},
    "500": {"kind": "status", "status": 500},
    "503 for no time": {"kind": "status", "status": 503, "retryAfter": 0},
    "a web page": {"kind": "status", "status": 200, **HTML},
    "a slow answer": {"kind": "delay", "seconds": 0.05},
    "a reset": {"kind": "reset"},
    "a reset in the answer": {"kind": "reset", "inBody": True},
    "a lost answer": {"kind": "lost"},
    "half an answer": {"kind": "cut"},
}
"""What one more try heals."""
SECONDS = {"429 for a second", "429 until a date"}


@pytest.mark.parametrize("name", PASSING)
async def test_what_passes_is_healed_wherever_it_strikes(
    ledger: Ledger, site: Site, text: str, name: str
) -> None:
    """Every call of an import meets the fault once, the completing one too: DONE, nothing lost."""
    if name in SECONDS:  # as often as that they would only take long
        site.fault(route="POST data", **PASSING[name])
    else:
        for route in CALLS:
            site.fault(route=route, **PASSING[name])
        site.fault(route="POST data", skip=2, **PASSING[name])
    run = await imported(ledger, text)
    assert run.state is RunState.DONE, (run.held_reason, run.reason)
    assert set(used(site)) == {1}, used(site)
    assert await laptops(site) == 20
    states = site.states()
    assert [state for state in states if state != "CANCELLED"] == ["DONE"], states


@pytest.mark.parametrize("name", [one for one in PASSING if one not in SECONDS])
async def test_what_passes_leaves_no_cancelled_run_open(
    ledger: Ledger, site: Site, text: str, name: str
) -> None:
    """A held run that is cancelled then: both calls of its closing meet the fault once."""
    site.fault("status", route="POST data", status=401)
    run = await imported(ledger, text)
    assert run.held
    for route in CLOSING:
        site.fault(route=route, **PASSING[name])
    end, reason = RunState.CANCELLED, "Cancelled by a person."
    assert await ledger.run(begin_closing, run.id, end=end, code="cancelled", reason=reason)
    ended = await drive(ledger, run, equip)
    assert ended.state is RunState.CANCELLED, ended.held_reason
    assert used(site) == [1, 1, 1]
    assert site.states() == ["CANCELLED"]
    assert [one["failureReason"] for one in site.history()[0]["failures"]][:1] == [ended.reason]


LASTING: dict[str, tuple[Spec, str]] = {
    "401": ({"kind": "status", "status": 401}, "401"),
    "403": ({"kind": "status", "status": 403}, "403"),
    "404": ({"kind": "status", "status": 404}, "404"),
    "409": ({"kind": "status", "status": 409}, "409"),
    "418": ({"kind": "status", "status": 418}, "418"),
    "429 for days": ({"kind": "status", "status": 429, "retryAfter": 200_000}, "wait for 56 hours"),
    "503 until a far date": (
        {"kind": "status", "status": 503, "retryAfter": 200_000, "retryAfterForm": "date"},
        "wait for 56 hours",
    ),
    "500": ({"kind": "status", "status": 500}, "answered 500"),
    "a web page": ({"kind": "status", "status": 200, **HTML}, "with a web page"),
    "an answer that takes too long": ({"kind": "delay", "seconds": 600}, "longer than time_limit"),
    "a reset": ({"kind": "reset"}, "broke before the whole answer"),
    "a reset in the answer": ({"kind": "reset", "inBody": True}, "broke before the whole answer"),
    "a lost answer": ({"kind": "lost"}, "broke before the whole answer"),
    "half an answer": ({"kind": "cut"}, "broke before the whole answer"),
    "a limit that no entry meets": ({"kind": "limit", "maxBytes": 10}, "no chunk as large as this"),
}
"""What goes on and on, and the words that tell of it."""


@pytest.mark.parametrize("name", LASTING)
async def test_what_goes_on_is_held_with_its_reason_and_goes_on_later(
    ledger: Ledger, site: Site, text: str, name: str
) -> None:
    """No chunk comes through: nothing is completed; once it is over the run resumes to DONE."""
    spec, words = LASTING[name]
    slow = '\ntime_limit = "0.3 s"' if spec["kind"] == "delay" else ""
    text = text.replace("[limits]", f"[limits]\nmax_attempts = 3{slow}")
    fault = site.fault(route="POST data", times=None, **spec)
    run = await imported(ledger, text)
    assert run.held, (run.state, run.reason)
    assert words in (run.held_reason or "")
    assert run.held_cure
    assert site.states() == ["INGESTING"]
    assert await laptops(site) == 0
    site.mend(fault)
    assert await ledger.run(resume, run.id)
    ended = await drive(ledger, run, equip, watching=False)
    assert ended.state is RunState.DONE, (ended.held_reason, ended.reason)
    assert await laptops(site) == 20
    assert site.states() == ["DONE"]


HALVED: dict[str, Spec] = {
    "a limit that a half meets": {"kind": "limit", "maxBytes": 600},
    "413 once": {"kind": "status", "status": 413, "times": 1},
    "400 once": {"kind": "status", "status": 400, "times": 1},
}


@pytest.mark.parametrize("name", HALVED)
async def test_what_is_too_large_or_refused_once_is_halved(
    ledger: Ledger, site: Site, text: str, name: str
) -> None:
    """Both halves arrive, and nobody is blamed."""
    site.fault(route="POST data", **HALVED[name])
    run = await imported(ledger, text)
    assert (run.state, run.reason) == (RunState.DONE, "Everything arrived."), run.held_reason
    assert used(site)[0] > 0
    assert await laptops(site) == 20


async def test_a_refused_entry_is_set_aside(ledger: Ledger, site: Site, text: str) -> None:
    """PARTIAL, and the reason names where it is."""
    site.fault("entry", selector="laptop", field="serial_number", value="SN-000013")
    text = text.replace("min_records = 1", 'max_quarantined = "50%"')
    run = await imported(ledger, text)
    assert run.state is RunState.PARTIAL, run.held_reason
    assert "Assets refused 1 entries; they are in quarantine" in (run.reason or "")
    assert await laptops(site) == 19


SWALLOWED = {
    "a chunk": ({"route": "POST data"}, RunState.PARTIAL, "10 entries sent, Assets saw"),
    "the completion": ({"route": "POST data", "skip": 2}, RunState.DONE, "Everything arrived."),
}


@pytest.mark.parametrize("name", SWALLOWED)
async def test_something_that_answers_in_the_place_of_assets_is_found_out(
    ledger: Ledger, site: Site, text: str, name: str
) -> None:
    """An empty 200 is what Assets may answer too: in the end its counts tell."""
    where, end, words = SWALLOWED[name]
    site.fault("status", status=200, **where)
    run = await imported(ledger, text)
    assert (run.state, used(site)) == (end, [1]), run.held_reason
    assert words.replace("10", "20") in (run.reason or "")
    assert await laptops(site) == (20 if end is RunState.DONE else 10)


async def test_a_completion_that_never_arrives_is_held_as_that(
    ledger: Ledger, site: Site, text: str
) -> None:
    """All data is swallowed: Assets waits for it, and is not said to process anything."""
    fault = site.fault("status", status=200, route="POST data", times=None)
    limited = text.replace("[limits]", '[limits]\nprocessing_limit = "0.1 s"')
    run = await imported(ledger, limited)
    assert (run.state, run.held) == (RunState.PROCESSING, True)
    assert "still waits for data" in (run.held_reason or "")
    assert "See what answers" in (run.held_cure or "")
    site.mend(fault)
    ended = await drive(ledger, run, equip)
    assert ended.state is RunState.PARTIAL
    assert "20 entries sent, Assets saw 0" in (ended.reason or "")


TOKENS: Sequence[Spec] = ({}, {"route": "POST executions"}, {"route": "POST data", "skip": 1})


@pytest.mark.parametrize("where", TOKENS, ids=["at once", "before the start", "in the middle"])
async def test_a_replaced_token_waits_for_the_new_one(
    ledger: Ledger, site: Site, text: str, where: Spec, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Held with the cure; with the new token it goes on where it stood."""
    fresh = site.set_fault("token", **where)["token"]
    run = await imported(ledger, text)
    assert run.held
    assert "401" in (run.held_reason or "")
    assert "container token" in (run.held_cure or "")
    monkeypatch.setenv("ASSETS_TOKEN", fresh)
    assert await ledger.run(resume, run.id)
    ended = await drive(ledger, run, equip, watching=False)
    assert ended.state is RunState.DONE, ended.held_reason
    assert (await laptops(site), site.states()) == (20, ["DONE"])


CLOSED: dict[str, tuple[Spec, int]] = {
    "cancelled before a chunk": ({"end": "cancelled", "route": "POST data", "skip": 1}, 0),
    "cancelled after a chunk": ({"end": "cancelled", "route": "POST data", "when": "after"}, 0),
    "cancelled before the completion": ({"end": "cancelled", "route": "POST data", "skip": 2}, 0),
    "cancelled right after the start": (
        {"end": "cancelled", "route": "POST executions", "when": "after"},
        0,
    ),
    "completed before a chunk": ({"end": "completed", "route": "POST data", "skip": 1}, 10),
    "completed after a chunk": (
        {"end": "completed", "route": "POST data", "when": "after"},
        10,
    ),
}


@pytest.mark.parametrize("name", CLOSED)
async def test_an_execution_that_somebody_else_ends_ends_the_run(
    ledger: Ledger, site: Site, text: str, name: str
) -> None:
    """FAILED, with what was done there; what was read is blamed for nothing."""
    spec, arrived = CLOSED[name]
    site.fault("close", **spec)
    run = await imported(ledger, text)
    assert (run.state, run.reason_code) == (RunState.FAILED, f"{spec['end']}_in_assets"), run.reason
    assert used(site) == [1]
    assert f"{spec['end']} " in (run.reason or "")
    assert ("may be applied there" in (run.reason or "")) is (spec["end"] == "completed")
    await asyncio.to_thread(until, lambda: site.states() != ["PROCESSING"], "the end of it there")
    assert await laptops(site) == arrived


async def test_an_execution_that_somebody_completes_when_all_is_there_is_complete(
    ledger: Ledger, site: Site, text: str
) -> None:
    """It is what the run was about to do: DONE, and true."""
    site.fault("close", end="completed", route="POST data", when="after", skip=1)
    run = await imported(ledger, text)
    assert (run.state, await laptops(site)) == (RunState.DONE, 20), run.held_reason


def test_no_kind_of_fault_is_left_out() -> None:
    """A new kind of docs/faults.md needs an import that meets it."""
    specs = [*PASSING.values(), *(spec for spec, _ in LASTING.values()), *HALVED.values()]
    met = {spec["kind"] for spec in specs} | {"entry", "token", "close"}
    assert met == set(KINDS)

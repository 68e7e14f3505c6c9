"""Calls that are right: each begins one run, however often and wherever it arrives."""

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import Connection, func, select

from assetferry.ledger.calling import Begun, Blocked, Known, begin_called
from assetferry.ledger.closing import begin_closing, end_unreached
from assetferry.ledger.creation import NewRun, unfinished_run
from assetferry.ledger.run import Run, latest_runs, load_run
from assetferry.ledger.states import RunState
from assetferry.ledger.tables import trigger_calls
from assetferry.ledger.transition import Ledger
from assetferry.ledger.triggers import Opened, drop_triggers, replace_trigger
from definitions import definition, source
from doors import SOURCE, WORKSPACE, Door, contents, open_door
from imports import Site, finished
from ledgers import another, begun, new_run

NOWHERE = "http://127.0.0.1:9"
TEXT = definition(NOWHERE, source(NOWHERE), service_url=NOWHERE)


@pytest.fixture
def text(site: Site, third_party_url: str) -> str:
    """A definition that can be run."""
    return definition(site.url, source(third_party_url), service_url=third_party_url)


def door_of(ledger: Ledger, site: Site, text: str):  # noqa: ANN201 # as open_door
    made = site.made
    return open_door(ledger, text, workspace=made.workspace_id, source=made.import_source_id)


async def runs_of(door: Door) -> list[Run]:
    return await door.ledger.run(latest_runs, limit=100)


async def test_r13_a_right_call_runs_the_import(ledger: Ledger, site: Site, text: str) -> None:
    """Answered at once with the run's id; the run is worked on here, to its end."""
    async with door_of(ledger, site, text) as door:
        answer = await door.call()
        assert answer.status == 200
        run = await finished(ledger, door.importer, answer.body["run"])
    assert run.state is RunState.DONE
    assert site.objects("objectType = Laptop") == 100
    assert site.states() == ["DONE"]


async def test_r04_a_call_that_comes_again_begins_nothing(ledger: Ledger) -> None:
    """Repeated as it was, or anew under the same id: the answer names the run there is."""
    async with open_door(ledger, TEXT) as door:
        headers = await door.headers()
        first = await door.call(headers=headers)
        before = [one.id for one in await runs_of(door)]
        again = await door.call(headers=headers)
        anew = await door.call(headers=await door.headers(late=7))
        assert first.body == {"result": "begun", "run": before[0]}
        assert again.body == anew.body == {"result": "known", "run": before[0]}
        assert [one.id for one in await runs_of(door)] == before


async def test_r04_a_call_given_to_two_processes_at_once_begins_one_run(
    database: dict[str, str], ledger: Ledger
) -> None:
    """Whoever comes second is told of the run of whoever came first, wherever it asks."""
    async with another(database) as theirs, open_door(ledger, TEXT) as one:
        await theirs.run(lambda _connection: None)
        async with open_door(theirs, TEXT) as other:
            # The second door replaced the key.
            headers = await other.headers()
            answers = await asyncio.gather(
                *(door.call(headers=headers, path=other.path) for door in (one, other) * 4)
            )
            assert {answer.status for answer in answers} == {200}
            results = sorted(answer.body["result"] for answer in answers)
            assert results == ["begun", *["known"] * 7]
            assert len({answer.body["run"] for answer in answers}) == 1
            assert len(await runs_of(one)) == 1


async def test_r13_a_busy_source_is_told_and_no_row_is_written(ledger: Ledger) -> None:
    """409 while a run has not ended; the same call begins one afterwards, for it was not used."""
    async with open_door(ledger, TEXT) as door:
        headers = await door.headers()
        run = await begun(ledger, owner="somebody else")
        before = await ledger.run(contents)
        answer = await door.call(headers=headers)
        assert (answer.status, answer.body) == (409, {"error": "busy"})
        assert await ledger.run(contents) == before
        assert await ledger.run(
            begin_closing, run.id, end=RunState.CANCELLED, code="cancelled", reason="Cancelled."
        )
        assert await ledger.run(end_unreached, run.id, reason="")
        assert (await door.call(headers=headers)).body["result"] == "begun"


async def test_r13_a_key_that_was_replaced_or_revoked_opens_nothing(ledger: Ledger) -> None:
    """From the moment another one is made, and for good."""
    async with open_door(ledger, TEXT) as door:
        opened = Opened(definition="hardware", workspace_id=WORKSPACE, import_source_id=SOURCE)
        await ledger.run(replace_trigger, "another key", opened)
        assert (await door.call()).status == 401
        assert (await door.call(path="/triggers/another%20key")).status == 200
        assert await ledger.run(drop_triggers, "hardware") == 1
        assert (await door.call(path="/triggers/another%20key")).status == 401


async def test_r13_the_token_must_belong_to_the_source_that_is_named(
    ledger: Ledger, site: Site, text: str
) -> None:
    """The run knows which import source the call was for, and touches no other."""
    async with open_door(ledger, text) as door:
        answer = await door.call()
        run = await finished(ledger, door.importer, answer.body["run"])
    assert run.held
    assert "another import source" in (run.held_reason or "")
    assert site.states() == []


async def test_a_door_that_closes_takes_nothing(ledger: Ledger) -> None:
    """Told to leave, it says so to callers and to whoever asks after its health."""
    async with open_door(ledger, TEXT) as door:
        healthy = await door.call(method="GET", path="/healthz", headers={}, body=b"")
        assert (healthy.status, healthy.body) == (200, {"status": "ok"})
        before = await ledger.run(contents)
        door.importer.leave()
        assert (await door.call()).status == 503
        leaving = await door.call(method="GET", path="/healthz", headers={}, body=b"")
        assert (leaving.status, leaving.body) == (503, {"status": "leaving"})
        assert await ledger.run(contents) == before


def asked(definition: str = "hardware", source: str = SOURCE) -> NewRun:
    """A run as a call asks for it."""
    return replace(new_run(definition), workspace_id=WORKSPACE, import_source_id=source)


def calls(connection: Connection) -> int:
    return connection.execute(select(func.count()).select_from(trigger_calls)).scalar_one()


async def test_r04_run_and_slot_are_written_together_or_not_at_all(ledger: Ledger) -> None:
    """A transaction that fails after both leaves neither, so the call may come again."""

    def broken(connection: Connection) -> None:
        assert isinstance(begin_called(connection, asked(), slot="s", owner=None), Begun)
        raise RuntimeError("the power went off")

    before = await ledger.run(contents)
    with pytest.raises(RuntimeError):
        await ledger.run(broken)
    assert await ledger.run(contents) == before
    assert isinstance(await ledger.run(begin_called, asked(), slot="s", owner=None), Begun)


async def test_r04_a_slot_is_one_import_sources(ledger: Ledger) -> None:
    """Two sources may have a slot of one name; a definition of another name shares its source's."""
    first = await ledger.run(begin_called, asked(), slot="s", owner=None)
    assert isinstance(first, Begun)
    elsewhere = await ledger.run(begin_called, asked("other", WORKSPACE), slot="s", owner=None)
    assert isinstance(elsewhere, Begun)
    same_source = await ledger.run(begin_called, asked("third"), slot="s", owner=None)
    assert same_source == Known(first.run.id)
    blocked = await ledger.run(begin_called, asked("third"), slot="t", owner=None)
    assert isinstance(blocked, Blocked)
    assert blocked.by.id == first.run.id
    assert await ledger.run(calls) == 2
    assert await ledger.run(unfinished_run, "third") is None
    assert (await ledger.run(load_run, first.run.id)).import_source_id == SOURCE

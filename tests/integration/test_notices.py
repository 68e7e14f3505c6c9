"""Notices: written with what they tell of, delivered at least once, harmless; on both databases."""

import asyncio
import os
from collections.abc import Iterator
from dataclasses import replace
from unittest.mock import ANY

import pytest
from sqlalchemy import Connection, select

from assetferry.definition.load import load
from assetferry.engine.asking import asked_run
from assetferry.engine.redefinition import redefinition
from assetferry.ledger.calling import Blocked, begin_called
from assetferry.ledger.closing import end_run
from assetferry.ledger.creation import NewRun, begin_run
from assetferry.ledger.holding import hold, resume
from assetferry.ledger.notices import claim_notice, pending
from assetferry.ledger.redefining import redefine
from assetferry.ledger.run import Run
from assetferry.ledger.states import RunState
from assetferry.ledger.tables import notices
from assetferry.ledger.transition import Ledger
from assetferry.ledger.workers import bury, register
from assetferry.notices.courier import Courier
from assetferry.preflight.checkup import check
from definitions import definition, source
from doors import SOURCE, WORKSPACE, contents
from imports import Site
from ledgers import HOUR, another, kinds, later, step
from receiver import SECRET, Receiver, receiving
from third_party import ThirdParty

NOWHERE = "http://127.0.0.1:9"


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    """Somebody to tell, whose address and secret are in the environment."""
    with receiving() as found:
        monkeypatch.setenv("HOOK", found.url)
        monkeypatch.setenv("HOOK_SECRET", SECRET)
        yield found


def notifying(text: str, receiver: Receiver, *, more: str = "", allowed: bool = True) -> str:
    """A definition that tells the receiver."""
    host = receiver.url.split("/")[2]
    if allowed:
        text = text.replace("allow = [", f'allow = ["{host}", ')
    keys = f'url = "env:HOOK"\nsecret = "env:HOOK_SECRET"\n{more}'
    return f"{text}\n[notify]\n{keys}\n"


def asked(receiver: Receiver, *, more: str = "", allowed: bool = True) -> NewRun:
    """A run of such a definition."""
    text = definition(NOWHERE, source(NOWHERE), service_url=NOWHERE)
    text = notifying(text, receiver, more=more, allowed=allowed)
    return asked_run(load(text, origin="test.toml"), text, origin="test.toml")


async def begun(ledger: Ledger, new: NewRun) -> Run:
    run = await ledger.run(begin_run, new, owner=None)
    assert run is not None
    return run


async def held(ledger: Ledger, receiver: Receiver, **how: str | bool) -> Run:
    """A run that is held, of which somebody wants to be told."""
    run = await begun(ledger, asked(receiver, **how))  # pyright: ignore[reportArgumentType]
    assert await ledger.run(
        hold, run.id, code="c", reason="Serial SN-000001 is odd.", cure="Look at it."
    )
    return run


async def ended(ledger: Ledger, run: Run, end: RunState, code: str | None) -> None:
    leased = await step(ledger, run)
    await ledger.run(end_run, run.id, leased.token, end=end, code=code, reason="SN-000001")


def courier(ledger: Ledger, worker: str = "w", environ: dict[str, str] | None = None) -> Courier:
    return Courier(ledger, os.environ if environ is None else environ, worker)


def rows(connection: Connection) -> list[tuple[str, int, float | None, str | None]]:
    chosen = select(notices.c.kind, notices.c.attempts, notices.c.settled_at, notices.c.error)
    return [tuple(row) for row in connection.execute(chosen)]  # pyright: ignore[reportReturnType]


async def test_a_hold_is_told_once_signed_and_without_the_record(
    ledger: Ledger, receiver: Receiver
) -> None:
    """What a Slack-like receiver shows is in text; reasons, which may quote records, stay here."""
    run = await held(ledger, receiver)
    await courier(ledger).deliver_due()
    await courier(ledger).deliver_due()
    (told,) = receiver.told
    assert told.signed
    assert told.headers["content-type"] == "application/json"
    assert told.body["type"] == "import.held"
    assert run.id in told.body["text"]
    assert "Look at it." in told.body["text"]
    assert told.body["data"] == {
        "definition": "hardware",
        "run": run.id,
        "state": "STARTING",
        "held": True,
        "code": "c",
        "scheduled": False,
        "records_read": 0,
        "records_quarantined": 0,
    }
    for kept in (b"SN-000001", b"very-secret-path", SECRET.encode(), b"env:"):
        assert kept not in told.raw
    assert await ledger.run(pending) == 0
    for row in (await ledger.run(contents))["notices"]:
        assert "very-secret-path" not in row
        assert SECRET not in row


@pytest.mark.parametrize(
    ("end", "code", "expected"),
    [
        (RunState.FAILED, "shrunk", ["import.failed"]),
        (RunState.PARTIAL, "partial", ["import.partial"]),
        (RunState.FAILED, "busy", ["import.blocked"]),
        (RunState.DONE, None, []),
        (RunState.CANCELLED, "cancelled", []),
    ],
)
async def test_each_end_is_told_for_what_it_is(
    ledger: Ledger, receiver: Receiver, end: RunState, code: str | None, expected: list[str]
) -> None:
    """A good end is not, and neither is one that a person chose."""
    await ended(ledger, await begun(ledger, asked(receiver)), end, code)
    await courier(ledger).deliver_due()
    assert receiver.kinds == expected


async def test_only_what_is_asked_for_is_told(ledger: Ledger, receiver: Receiver) -> None:
    """The key "on" names the occasions; a definition without [notify] tells nobody."""
    run = await held(ledger, receiver, more='on = ["partial"]')
    assert await ledger.run(pending) == 0
    await ledger.run(resume, run.id)
    await ended(ledger, run, RunState.PARTIAL, "partial")
    silent = replace(asked(receiver), definition="silent", notify=())
    await ended(ledger, await begun(ledger, silent), RunState.FAILED, "shrunk")
    await courier(ledger).deliver_due()
    assert receiver.kinds == ["import.partial"]


async def test_a_run_tells_whom_its_definition_names_now(
    ledger: Ledger, receiver: Receiver
) -> None:
    """Somebody may be named only once a run is in trouble, and it goes on with that text."""
    text = definition(NOWHERE, source(NOWHERE), service_url=NOWHERE)
    quiet = asked_run(load(text, origin="test.toml"), text, origin="test.toml")
    run = await begun(ledger, quiet)
    await ledger.run(hold, run.id, code="c", reason="r", cure="c")
    assert await ledger.run(pending) == 0
    telling = notifying(text, receiver)
    old, new = load(text, origin="test.toml"), load(telling, origin="test.toml")
    instead = redefinition(run, old=old, new=new, text=telling, origin="test.toml")
    assert await ledger.run(redefine, run.id, instead)
    await ledger.run(resume, run.id)
    await ledger.run(hold, run.id, code="c", reason="r", cure="c")
    await courier(ledger).deliver_due()
    assert receiver.kinds == ["import.held"]


async def test_every_hold_is_told_anew(ledger: Ledger, receiver: Receiver) -> None:
    """One that was resumed and is held again has something new to say, under another id."""
    run = await held(ledger, receiver)
    await ledger.run(resume, run.id)
    await ledger.run(hold, run.id, code="c", reason="Again.", cure="Look again.")
    await courier(ledger).deliver_due()
    assert receiver.kinds == ["import.held"] * 2
    assert len({one.id for one in receiver.told}) == 2


async def test_a_notice_is_written_with_what_it_tells_of_or_not_at_all(
    ledger: Ledger, receiver: Receiver
) -> None:
    """A transaction that fails leaves neither the hold nor the notice."""
    run = await begun(ledger, asked(receiver))

    def broken(connection: Connection) -> None:
        assert hold(connection, run.id, code="x", reason="r", cure="c")
        assert pending(connection) == 1
        raise RuntimeError("the power went off")

    before = await ledger.run(contents)
    with pytest.raises(RuntimeError):
        await ledger.run(broken)
    assert await ledger.run(contents) == before


async def test_r04_a_blocked_schedule_is_told_once_for_each_slot(
    ledger: Ledger, receiver: Receiver
) -> None:
    """However often Assets calls; a call by hand is answered and not told of."""
    run = await held(ledger, receiver)
    manual = replace(asked(receiver), workspace_id=WORKSPACE, import_source_id=SOURCE)
    scheduled = replace(manual, scheduled=True)
    for new, slot in ((scheduled, "a"), (scheduled, "a"), (manual, "c"), (scheduled, "b")):
        assert isinstance(await ledger.run(begin_called, new, slot=slot, owner=None), Blocked)
    await courier(ledger).deliver_due()
    assert receiver.kinds == ["import.held", "import.blocked", "import.blocked"]
    assert all(run.id in one.body["text"] for one in receiver.told)
    assert (await kinds(ledger, run)).count("blocked") == 2


async def test_a_scheduled_run_that_may_not_be_held_is_told_of_by_its_end(
    ledger: Ledger, receiver: Receiver
) -> None:
    """It is closed at once: one notice, not two."""
    run = await begun(ledger, replace(asked(receiver), scheduled=True, hold_for=0.0))
    assert await ledger.run(hold, run.id, code="c", reason="r", cure="c")
    assert await ledger.run(pending) == 0


async def test_a_lost_answer_is_followed_by_the_same_notice(
    database: dict[str, str], ledger: Ledger, receiver: Receiver
) -> None:
    """Same id, same bytes: the receiver can tell that it is a repeat."""
    await held(ledger, receiver)
    receiver.answers.append(0)
    await courier(ledger).deliver_due()
    assert await ledger.run(rows) == [("held", 1, None, ANY)]
    async with later(database, 60) as then:
        await courier(then).deliver_due()
    first, second = receiver.told
    assert (first.id, first.raw) == (second.id, second.raw)
    assert second.signed
    assert await ledger.run(pending) == 0


async def test_a_notice_of_a_process_that_died_is_delivered_by_the_next(
    database: dict[str, str], ledger: Ledger, receiver: Receiver
) -> None:
    """Dead before it sent, or after: its lease falls with it, and the id stays."""
    await held(ledger, receiver)
    await ledger.run(register, "dead", host="here", pid=1)
    taken = await ledger.run(claim_notice, "dead")
    assert taken is not None
    async with another(database) as next_process:
        await courier(next_process, "alive").deliver_due()
        assert receiver.told == []
        await next_process.run(bury, "dead")
        await courier(next_process, "alive").deliver_due()
    assert [one.id for one in receiver.told] == [taken.id]


async def test_processes_at_once_deliver_each_notice_once(
    database: dict[str, str], ledger: Ledger, receiver: Receiver
) -> None:
    """A lease each: none is sent twice while nobody dies."""
    for number in range(8):
        new = replace(asked(receiver), definition=f"import-{number}")
        run = await begun(ledger, new)
        await ledger.run(hold, run.id, code="c", reason="r", cure="c")
    async with another(database) as theirs:
        await asyncio.gather(
            courier(ledger, "one").deliver_due(), courier(theirs, "other").deliver_due()
        )
    assert len(receiver.told) == 8
    assert len({one.id for one in receiver.told}) == 8


async def test_who_cannot_deliver_leaves_it_to_others(ledger: Ledger, receiver: Receiver) -> None:
    """A process without the secret counts no attempt and keeps nothing."""
    await held(ledger, receiver)
    await courier(ledger, environ={}).deliver_due()
    assert await ledger.run(rows) == [("held", 0, None, None)]
    await courier(ledger).deliver_due()
    assert receiver.kinds == ["import.held"]


async def test_a_receiver_that_is_dead_for_a_day_is_given_up(
    database: dict[str, str], ledger: Ledger, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until then it is tried again; what is remembered names the host and not the address."""
    await held(ledger, receiver)
    monkeypatch.setenv("HOOK", "http://127.0.0.1:9/hooks/very-secret-path")
    await courier(ledger).deliver_due()
    ((kind, attempts, settled, error),) = await ledger.run(rows)
    assert (kind, attempts, settled) == ("held", 1, None)
    assert error is not None
    assert "very-secret-path" not in error
    async with later(database, 25 * HOUR) as then:
        await courier(then).deliver_due()
    ((_, _, settled, error),) = await ledger.run(rows)
    assert settled is not None
    assert error is not None
    assert receiver.told == []


async def test_a_host_that_is_not_allowed_is_not_told(ledger: Ledger, receiver: Receiver) -> None:
    """The rules of egress hold for notices as for everything else."""
    await held(ledger, receiver, allowed=False)
    await courier(ledger).deliver_due()
    assert receiver.told == []
    ((_, attempts, settled, error),) = await ledger.run(rows)
    assert (attempts, settled) == (1, None)
    assert error is not None
    assert "127.0.0.1" in error


async def test_check_tells_as_a_test(
    site: Site, third_party: ThirdParty, third_party_url: str, receiver: Receiver
) -> None:
    """Asked to, and only then; what does not work is a finding with its place."""
    text = definition(site.url, source(third_party_url), service_url=third_party_url)
    for written, state in ((notifying(text, receiver), "ok"), (text, "failed")):
        report = await check(written, origin="test.toml", environ=os.environ, notify=True)
        (found,) = [one for one in report.steps if one.step == "notify"]
        assert found.state == state
    await check(notifying(text, receiver), origin="test.toml", environ=os.environ)
    assert receiver.kinds == ["import.test"]
    assert receiver.told[0].signed
    receiver.answers.append(500)
    report = await check(
        notifying(text, receiver), origin="test.toml", environ=os.environ, notify=True
    )
    assert [one.message for one in report.steps if one.step == "notify"] == [
        "The receiver answered 500."
    ]


async def test_check_says_what_would_keep_a_notice_from_being_sent(
    site: Site, third_party_url: str, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without sending one, as a warning, and with no more of the address than its host."""
    text = definition(site.url, source(third_party_url), service_url=third_party_url)

    async def found(written: str) -> list[tuple[str, str]]:
        report = await check(written, origin="test.toml", environ=os.environ)
        return [(one.state, one.message) for one in report.steps if one.step == "notify"]

    assert await found(notifying(text, receiver)) == []
    ((state, message),) = await found(notifying(text, receiver, allowed=False))
    assert state == "warning"
    assert "127.0.0.1" in message
    assert "very-secret-path" not in message
    monkeypatch.setenv("HOOK_SECRET", "short")
    ((state, message),) = await found(notifying(text, receiver))
    assert state == "warning"
    assert "fewer than 24 bytes" in message
    monkeypatch.setenv("HOOK", "hooks.example.com/very-secret-path")
    monkeypatch.setenv("HOOK_SECRET", SECRET)
    ((state, message),) = await found(notifying(text, receiver))
    assert state == "warning"
    assert "very-secret-path" not in message
    assert receiver.told == []

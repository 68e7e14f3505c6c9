"""How a run waits, ends and is looked after, on both databases."""

import pytest

from assetferry.ledger.chunk import Read, Send
from assetferry.ledger.claim import Held, claim
from assetferry.ledger.closing import begin_closing, end_run, reported
from assetferry.ledger.errors import LeaseLost
from assetferry.ledger.holding import hold, resume
from assetferry.ledger.retrying import postpone, retry_step
from assetferry.ledger.run import load_run
from assetferry.ledger.staging import stage
from assetferry.ledger.states import RunState
from assetferry.ledger.sweeping import neglected
from assetferry.ledger.transition import Ledger
from ledgers import (
    HOUR,
    begun,
    bodies,
    gave,
    ingested,
    ingesting,
    later,
    processing,
    reading,
    states,
    step,
)


async def test_a_held_run_that_assets_processes_is_watched_on(ledger: Ledger) -> None:
    """In PROCESSING there is nothing to stop; any other held run gives no step."""
    watched = await processing(ledger)
    assert await ledger.run(hold, watched.id, code="c", reason="Slow.", cure="Wait.")
    assert (await step(ledger, watched)).held
    waiting = await begun(ledger, "software")
    assert await ledger.run(hold, waiting.id, code="c", reason="No.", cure="Do.")
    assert isinstance(await ledger.run(claim, waiting.id, "w"), Held)


async def test_a_resumed_step_is_due_at_once(ledger: Ledger) -> None:
    """With fresh attempts, however far the last failure had put it off."""
    run = await begun(ledger)
    leased = await step(ledger, run)
    far = leased.due_at + HOUR
    await ledger.run(retry_step, run.id, leased.token, due_at=far, counted=True, message="Down.")
    await ledger.run(hold, run.id, code="c", reason="Down.", cure="Mend it.")
    assert await ledger.run(resume, run.id)
    assert (await step(ledger, run)).attempts == 0


async def test_an_ended_run_is_neither_held_nor_resumed(ledger: Ledger) -> None:
    """Nothing happens to it any more."""
    run = await begun(ledger)
    leased = await step(ledger, run)
    await ledger.run(end_run, run.id, leased.token, end=RunState.FAILED, code="x", reason="No.")
    assert not await ledger.run(hold, run.id, code="c", reason="r", cure="c")
    assert not await ledger.run(resume, run.id)
    assert not await ledger.run(begin_closing, run.id, end=RunState.CANCELLED, code="c", reason="r")


async def test_closing_takes_the_run_from_whoever_works_on_it(ledger: Ledger) -> None:
    """A cancel wins over a step under way, ends a hold, and is the first that is believed."""
    run = await ingested(ledger)
    leased = await step(ledger, run)
    await ledger.run(hold, run.id, code="c", reason="Look.", cure="Look.")
    cancel = {"code": "cancelled", "reason": "Cancelled by a person."}
    assert await ledger.run(begin_closing, run.id, end=RunState.CANCELLED, **cancel)
    with pytest.raises(LeaseLost):
        await ledger.run(postpone, run.id, leased.token, due_at=1.0)
    assert not await ledger.run(begin_closing, run.id, end=RunState.FAILED, code="x", reason="y")
    closing = await step(ledger, run)
    assert (closing.state, closing.intended_end) == (RunState.CLOSING, RunState.CANCELLED)
    assert (closing.reason_code, closing.held) == ("cancelled", False)
    assert closing.closing_since is not None
    await ledger.run(reported, run.id, closing.token)
    assert (await ledger.run(load_run, run.id)).reported


async def test_what_assets_processes_cannot_be_closed(ledger: Ledger) -> None:
    """It can no longer be stopped there, so we go on watching."""
    run = await processing(ledger)
    assert not await ledger.run(begin_closing, run.id, end=RunState.CANCELLED, code="c", reason="r")
    assert (await ledger.run(load_run, run.id)).state is RunState.PROCESSING


async def test_an_ended_run_keeps_no_bytes(ledger: Ledger) -> None:
    """What was never sent is dropped; a lane that still sends cannot count on anything."""
    run = await ingesting(ledger)
    await ledger.run(stage, await reading(ledger, run), gave(b"a", b"b"), send_on=False)
    await ledger.run(begin_closing, run.id, end=RunState.CANCELLED, code="c", reason="Stop.")
    closing = await step(ledger, run)
    assert not isinstance(await ledger.run(claim, run.id, "w"), Read | Send)
    await ledger.run(
        end_run, run.id, closing.token, end=RunState.CANCELLED, code="c", reason="Stop."
    )
    assert await ledger.run(bodies, run.id) == {}
    assert len(await ledger.run(states, run.id)) == 3
    told = await ledger.run(load_run, run.id)
    assert (told.state, told.reason) == (RunState.CANCELLED, "Stop.")
    assert told.ended_at is not None


async def test_the_sweep_finds_runs_that_nobody_works_on(
    ledger: Ledger, database: dict[str, str]
) -> None:
    """The owner's own, neither held nor ended, without a row under a lease that stands."""
    run = await ingesting(ledger, owner="us")
    held = await begun(ledger, "held", owner="us")
    await ledger.run(hold, held.id, code="c", reason="r", cure="c")
    await begun(ledger, "foreign", owner="them")
    leased = await begun(ledger, "leased", owner="us")
    await step(ledger, leased)
    assert await ledger.run(neglected, "us") == [run.id]
    await reading(ledger, run)
    assert await ledger.run(neglected, "us") == []
    async with later(database) as in_an_hour:
        assert sorted(await in_an_hour.run(neglected, "us")) == sorted([run.id, leased.id])

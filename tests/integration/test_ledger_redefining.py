"""Another text for a run under way, and workers that decline a run; on both databases."""

import pytest

from assetferry.ledger.claim import Redefined, claim
from assetferry.ledger.closing import begin_closing
from assetferry.ledger.creation import adopt
from assetferry.ledger.declining import decline, left_to_others
from assetferry.ledger.errors import LeaseLost
from assetferry.ledger.holding import resume
from assetferry.ledger.redefining import Redefinition, redefine
from assetferry.ledger.run import load_run
from assetferry.ledger.staging import stage
from assetferry.ledger.states import RunState
from assetferry.ledger.transition import Ledger
from assetferry.ledger.workers import leave, register
from ledgers import gave, ingesting, kinds, reading

OLD = "0" * 64

LACKING = {"code": "secret_missing", "cure": "Give it."}


def other(instead_of: str = OLD) -> Redefinition:
    """Another text."""
    return Redefinition(
        instead_of=instead_of,
        text="name = 'other'",
        hash="1" * 64,
        origin="other.toml",
        reads=1,
        sends=1,
        hold_for=5.0,
    )


async def test_a_lane_with_the_old_text_gets_nothing(ledger: Ledger) -> None:
    """Its next claim is refused, and so is the result of what it had in hand."""
    run = await ingesting(ledger)
    work = await reading(ledger, run)
    assert await ledger.run(redefine, run.id, other())
    assert await ledger.run(claim, run.id, "w", definition_hash=OLD) == Redefined()
    with pytest.raises(LeaseLost):
        await ledger.run(stage, work, gave(b"a"), send_on=True)
    again = await reading(ledger, run)
    assert (again.key, again.losses) == (work.key, 0)
    found = await ledger.run(load_run, run.id)
    assert (found.definition_text, found.hold_for) == ("name = 'other'", 5.0)
    assert found.earlier_texts == ["name = 'hardware'"]
    assert "redefined" in await kinds(ledger, run)


async def test_of_two_new_texts_one_is_taken(ledger: Ledger) -> None:
    """The second was compared with a text that the run no longer has."""
    run = await ingesting(ledger)
    assert await ledger.run(redefine, run.id, other())
    assert not await ledger.run(redefine, run.id, other())
    assert (await ledger.run(load_run, run.id)).earlier_texts == ["name = 'hardware'"]


async def test_a_declined_run_is_left_to_others_until_none_can(ledger: Ledger) -> None:
    """No attempt is counted; the last one to decline holds the run, with every reason."""
    for worker in ("a", "b"):
        await ledger.run(register, worker, host="here", pid=1)
    run = await ingesting(ledger, owner="a")
    assert await ledger.run(left_to_others, "b") == []
    assert await ledger.run(decline, run.id, "a", reason="No secret.", **LACKING)
    found = await ledger.run(load_run, run.id)
    assert (found.held, found.owner, found.attempts) == (False, None, 0)
    assert await ledger.run(left_to_others, "b") == [run.id]
    assert await ledger.run(left_to_others, "a") == []
    assert await ledger.run(adopt, run.id, "b")
    assert not await ledger.run(decline, run.id, "b", reason="No file.", **LACKING)
    found = await ledger.run(load_run, run.id)
    assert (found.held_reason, found.held_cure) == ("No file. No secret.", "Give it.")
    assert (await kinds(ledger, run)).count("declined") == 2
    assert await ledger.run(resume, run.id)
    assert await ledger.run(decline, run.id, "a", reason="No secret.", **LACKING), (
        "b may have it by now"
    )


async def test_who_leaves_counts_no_more(ledger: Ledger) -> None:
    """A process that could have worked and is gone keeps nobody waiting."""
    for worker in ("a", "b"):
        await ledger.run(register, worker, host="here", pid=1)
    run = await ingesting(ledger, owner="a")
    assert await ledger.run(decline, run.id, "a", reason="No secret.", **LACKING)
    await ledger.run(leave, "b")
    assert not await ledger.run(decline, run.id, "a", reason="No secret.", **LACKING)
    assert (await ledger.run(load_run, run.id)).held
    assert (await kinds(ledger, run)).count("declined") == 1


async def test_a_run_that_is_closed_by_nobody_ends(ledger: Ledger) -> None:
    """There is nothing to hold it for."""
    await ledger.run(register, "a", host="here", pid=1)
    run = await ingesting(ledger, owner="a")
    closing = {"end": RunState.CANCELLED, "code": "cancelled", "reason": "Cancelled."}
    assert await ledger.run(begin_closing, run.id, **closing)  # pyright: ignore[reportArgumentType]
    assert not await ledger.run(decline, run.id, "a", reason="No secret.", **LACKING)
    assert (await ledger.run(load_run, run.id)).state is RunState.CANCELLED

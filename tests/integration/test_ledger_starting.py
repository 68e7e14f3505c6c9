"""How a run comes into the ledger, on both databases: creation, ownership, start."""

import asyncio

import pytest

from assetferry.ledger.claim import Wait, claim
from assetferry.ledger.closing import end_run
from assetferry.ledger.creation import adopt, begin_run, unfinished_run
from assetferry.ledger.errors import LeaseLost
from assetferry.ledger.holding import hold, resume
from assetferry.ledger.leasing import RunLease, release
from assetferry.ledger.retrying import postpone, retry_step
from assetferry.ledger.run import RunUnknown, latest_runs, load_run
from assetferry.ledger.starting import identify, note_post, open_streams, record_execution
from assetferry.ledger.states import RunState
from assetferry.ledger.sums import sums
from assetferry.ledger.transition import Ledger
from assetferry.ledger.workers import bury, leave, register
from ledgers import (
    HOUR,
    another,
    begun,
    kinds,
    later,
    new_run,
    step,
)

SOURCE = {"workspace_id": "ws", "import_source_id": "source"}


async def test_one_run_is_made_over_several_connections(
    ledger: Ledger, database: dict[str, str]
) -> None:
    """Two processes that begin the same definition at once make one run; others are free."""
    async with another(database) as second:
        made = await asyncio.gather(
            *(
                one.run(begin_run, new_run(name), owner=None)
                for _ in range(3)
                for one in (ledger, second)
                for name in ("hardware", "software")
            )
        )
    names = sorted(run.definition for run in made if run is not None)
    assert names == ["hardware", "software"]


async def test_an_ended_run_makes_room_for_the_next(ledger: Ledger) -> None:
    """The definition's unfinished run is found until it ends."""
    run = await begun(ledger)
    found = await ledger.run(unfinished_run, "hardware")
    assert found is not None
    assert found.id == run.id
    assert await ledger.run(begin_run, new_run(), owner=None) is None
    leased = await step(ledger, run)
    await ledger.run(end_run, run.id, leased.token, end=RunState.DONE, code=None, reason="Fine.")
    assert await ledger.run(unfinished_run, "hardware") is None
    again = await begun(ledger)
    assert (await ledger.run(latest_runs, limit=5))[0].id == again.id
    assert len(await ledger.run(latest_runs, limit=5, definition="software")) == 0


async def test_a_run_is_found_by_an_unambiguous_beginning(ledger: Ledger) -> None:
    """Neither a guess nor a pattern finds one."""
    first, second = await begun(ledger, "hardware"), await begun(ledger, "software")
    assert (await ledger.run(load_run, first.id)).id == first.id
    for text_ in (first.id[:4], "%", "_", "nothing"):
        with pytest.raises(RunUnknown, match="runs list"):
            await ledger.run(load_run, text_)
    assert (await ledger.run(load_run, "latest")).id == second.id


async def test_a_run_of_the_living_is_not_adopted(ledger: Ledger) -> None:
    """Only where its owner is gone may another process go on with it."""
    for worker in ("a", "b"):
        await ledger.run(register, worker, host="h", pid=1)
    run = await begun(ledger, owner="a")
    assert await ledger.run(adopt, run.id, "a")
    assert not await ledger.run(adopt, run.id, "b")
    await ledger.run(bury, "a")
    assert (await ledger.run(load_run, run.id)).owner is None
    assert await ledger.run(adopt, run.id, "b")
    await ledger.run(leave, "b")
    leased = await step(ledger, run)
    await ledger.run(end_run, run.id, leased.token, end=RunState.DONE, code=None, reason="Fine.")
    assert not await ledger.run(adopt, run.id, "a")


async def test_a_held_run_is_adopted_from_the_living(ledger: Ledger) -> None:
    """Nobody works on it: who resumes it need not wait for the process that met trouble."""
    for worker in ("a", "b"):
        await ledger.run(register, worker, host="h", pid=1)
    run = await begun(ledger, owner="a")
    await ledger.run(hold, run.id, code="c", reason="Look.", cure="Look.")
    assert await ledger.run(adopt, run.id, "b")
    assert await ledger.run(resume, run.id)
    assert not await ledger.run(adopt, run.id, "a")


async def test_of_many_adopters_one_wins(ledger: Ledger, database: dict[str, str]) -> None:
    """Over several connections at once."""
    names = [f"w{number}" for number in range(6)]
    for name in names:
        await ledger.run(register, name, host="h", pid=1)
    run = await begun(ledger)
    async with another(database) as second:
        won = await asyncio.gather(
            *(
                (ledger if index % 2 else second).run(adopt, run.id, name)
                for index, name in enumerate(names)
            )
        )
    assert sum(won) == 1
    assert (await ledger.run(load_run, run.id)).owner == names[won.index(True)]


async def test_a_start_is_written_down_step_by_step(ledger: Ledger) -> None:
    """Whatever is about to be asked of Assets is in the ledger before, its answer right after."""
    run = await begun(ledger)
    leased = await step(ledger, run)
    assert await ledger.run(identify, run.id, leased.token, **SOURCE) is None
    await ledger.run(note_post, run.id, leased.token, before="old", posts=1)
    told = await ledger.run(load_run, run.id)
    assert (told.import_source_id, told.before, told.posts) == ("source", "old", 1)
    links = {"submitResults": "executions/7/data"}
    await ledger.run(record_execution, run.id, leased.token, execution_id="7", links=links)
    await ledger.run(open_streams, run.id, leased.token, ["a", "b"])
    told = await ledger.run(load_run, run.id)
    assert (told.state, told.execution_id, told.links) == (RunState.INGESTING, "7", links)
    assert [one.stream for one in (await ledger.run(sums, run.id)).streams] == ["a", "b"]
    assert await kinds(ledger, run) == ["created", "execution_started", "ingesting"]


async def test_one_active_run_per_import_source(ledger: Ledger, database: dict[str, str]) -> None:
    """Two definitions with one token: the second learns whose run it has to wait for."""
    first, second = await begun(ledger, "hardware"), await begun(ledger, "software")
    tokens = {run.id: (await step(ledger, run)).token for run in (first, second)}
    async with another(database) as other:
        answers = await asyncio.gather(
            ledger.run(identify, first.id, tokens[first.id], **SOURCE),
            other.run(identify, second.id, tokens[second.id], **SOURCE),
        )
    assert sorted(answers, key=str) in ([first.id, None], [second.id, None])
    winner = first if answers[0] is None else second
    loser = second if winner is first else first
    assert answers[1 - [first, second].index(winner)] == winner.id
    # The loser's step goes on: it has its lease, and may write how it ends.
    await ledger.run(
        end_run, loser.id, tokens[loser.id], end=RunState.FAILED, code="busy", reason="Busy."
    )
    await ledger.run(
        end_run, winner.id, tokens[winner.id], end=RunState.DONE, code=None, reason="Fine."
    )
    third = await begun(ledger, "third")
    leased = await step(ledger, third)
    assert await ledger.run(identify, third.id, leased.token, **SOURCE) is None


async def test_a_late_start_changes_nothing(ledger: Ledger) -> None:
    """Every part of a step needs the step's token, and the state that it began in."""
    run = await begun(ledger)
    late = await step(ledger, run)
    await ledger.run(release, RunLease(run.id, late.token))
    now = await step(ledger, run)

    async def refused(token: int) -> None:
        before = await ledger.run(load_run, run.id)
        for change in (
            ledger.run(identify, run.id, token, **SOURCE),
            ledger.run(note_post, run.id, token, before=None, posts=9),
            ledger.run(record_execution, run.id, token, execution_id="7", links={}),
            ledger.run(open_streams, run.id, token, ["b"]),
        ):
            with pytest.raises(LeaseLost):
                await change
        assert await ledger.run(load_run, run.id) == before

    await refused(late.token)
    await ledger.run(open_streams, run.id, now.token, ["a"])
    await refused(now.token)


async def test_a_step_waits_and_counts(ledger: Ledger, database: dict[str, str]) -> None:
    """A step that failed goes again when it is due; one that went well ends the series."""
    run = await begun(ledger)
    leased = await step(ledger, run)
    due_at = leased.due_at + HOUR / 2
    await ledger.run(retry_step, run.id, leased.token, due_at=due_at, counted=True, message="Down.")
    with pytest.raises(LeaseLost):
        await ledger.run(postpone, run.id, leased.token + 1, due_at=1.0)
    work = await ledger.run(claim, run.id, "w")
    assert isinstance(work, Wait)
    assert 0 < work.seconds <= 1
    async with later(database) as in_an_hour:
        again = await step(in_an_hour, run)
        assert again.attempts == 1
        await in_an_hour.run(postpone, run.id, again.token, due_at=1.0)
        assert (await step(in_an_hour, run)).attempts == 0
    assert (await kinds(ledger, run))[-1] == "retry"

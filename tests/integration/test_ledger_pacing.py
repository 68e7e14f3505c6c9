"""Turns and pauses of hosts in the ledger, and the claims that mind them, on both databases."""

import asyncio
import itertools

import pytest

from assetferry.ledger.chunk import Read, Send
from assetferry.ledger.claim import Wait, claim
from assetferry.ledger.doors import closed_for
from assetferry.ledger.errors import LeaseLost
from assetferry.ledger.leasing import ChunkLease, release
from assetferry.ledger.pacing import pause_host, pauses, take_turn
from assetferry.ledger.retrying import retry_smaller
from assetferry.ledger.run import Run
from assetferry.ledger.staging import stage
from assetferry.ledger.starting import open_streams
from assetferry.ledger.transition import Ledger
from ledgers import another, begun, gave, later, reading, step

HOST = "inventory.example.com"
ASSETS = "api.atlassian.com"


async def reading_from(ledger: Ledger, **hosts: str) -> Run:
    """A run whose streams ask these hosts."""
    run = await begun(ledger)
    leased = await step(ledger, run)
    await ledger.run(
        open_streams, run.id, leased.token, list(hosts), hosts=hosts, assets_host=ASSETS
    )
    return run


async def test_r10_two_processes_share_the_turns_of_a_host(
    ledger: Ledger, database: dict[str, str]
) -> None:
    """Forty turns taken at once from two sides are all different, and evenly apart."""
    async with another(database) as other:
        turns = await asyncio.gather(
            *(
                one.run(take_turn, HOST, every=1.0, patience=100.0)
                for one in [ledger, other]
                for _ in range(20)
            )
        )
    moments = sorted(turn.until for turn in turns)
    gaps = [after - before for before, after in itertools.pairwise(moments)]
    assert all(turn.taken for turn in turns)
    assert min(gaps) > 0.99


async def test_r10_a_turn_too_far_away_is_not_taken(ledger: Ledger) -> None:
    """Whoever does not get one has not used one up."""
    first = await ledger.run(take_turn, HOST, every=60.0, patience=2.0)
    second = await ledger.run(take_turn, HOST, every=60.0, patience=2.0)
    third = await ledger.run(take_turn, HOST, every=60.0, patience=2.0)
    assert (first.taken, second.taken, third.taken) == (True, False, False)
    assert second.until == third.until == first.until + 60.0


async def test_r10_of_two_pauses_the_later_end_holds(ledger: Ledger) -> None:
    """A shorter pause that is heard of later does not cut the longer one short."""
    await ledger.run(pause_host, HOST, seconds=600.0, reason="long")
    kept = await ledger.run(pause_host, HOST, seconds=60.0, reason="short")
    (found,) = await ledger.run(pauses)
    assert found.until == kept.until
    assert (found.reason, kept.reason) == ("long", "long")
    assert found.left > 100


async def test_r10_a_pause_outlives_the_process(ledger: Ledger, database: dict[str, str]) -> None:
    """It is the ledger's, so a restarted process keeps to it, and it ends by itself."""
    await ledger.run(pause_host, HOST, seconds=1800.0, reason="wait")
    async with another(database) as restarted:
        assert [one.host for one in await restarted.run(pauses)] == [HOST]
    async with later(database) as in_an_hour:
        assert await in_an_hour.run(pauses) == []


async def test_r10_rows_of_a_paused_host_stay_where_they_are(
    ledger: Ledger, database: dict[str, str]
) -> None:
    """Lanes get the other stream's row, then wait; when the pause is over they get this one's."""
    run = await reading_from(ledger, devices=HOST, people="hr.example.com")
    await ledger.run(pause_host, HOST, seconds=1800.0, reason="wait")
    other = await ledger.run(claim, run.id, "w")
    assert isinstance(other, Read)
    assert other.key.stream == "people"
    assert isinstance(await ledger.run(claim, run.id, "w"), Wait)
    assert [(one.host, one.reason) for one in await ledger.run(closed_for, run.id)] == [
        (HOST, "wait")
    ]
    async with later(database) as in_an_hour:
        then = await in_an_hour.run(claim, run.id, "w")
    assert isinstance(then, Read)
    assert then.attempts == 0


async def test_r10_what_is_planned_is_read_though_the_end_was_seen(ledger: Ledger) -> None:
    """The last place may be read first; a pause of another host must not stop the others."""
    run = await reading_from(ledger, devices=HOST)
    plan = [{"at": 10}, {"at": 20}]
    await ledger.run(stage, await reading(ledger, run), gave(next_=plan), send_on=False)
    earlier, last = await reading(ledger, run), await reading(ledger, run)
    await ledger.run(stage, last, gave(), send_on=False)
    await ledger.run(release, ChunkLease(earlier.key, earlier.token))
    await ledger.run(pause_host, ASSETS, seconds=1800.0, reason="wait")
    assert (await reading(ledger, run)).key == earlier.key


async def test_r10_nothing_is_sent_while_assets_is_paused(ledger: Ledger) -> None:
    """What is staged waits; reading goes on as far as the back-pressure lets it."""
    run = await reading_from(ledger, devices=HOST)
    work = await ledger.run(claim, run.id, "w")
    assert isinstance(work, Read)
    await ledger.run(stage, work, gave(b"a", next_=[{"at": 10}]), send_on=False)
    await ledger.run(pause_host, ASSETS, seconds=1800.0, reason="wait")
    following = await ledger.run(claim, run.id, "w")
    assert isinstance(following, Read)
    assert following.key.number == 1
    assert isinstance(await ledger.run(claim, run.id, "w"), Wait)


async def test_r10_a_spent_budget_stops_those_who_have_one(ledger: Ledger) -> None:
    """The rows of a host whose next turn is far stay, unless the definition has no budget."""
    run = await reading_from(ledger, devices=HOST)
    await ledger.run(take_turn, HOST, every=60.0, patience=2.0)
    assert isinstance(await ledger.run(claim, run.id, "w", paced=[HOST]), Wait)
    (closed,) = await ledger.run(closed_for, run.id)
    assert (closed.host, closed.reason) == (HOST, None)
    assert isinstance(await ledger.run(claim, run.id, "w", paced=[]), Read)


async def test_a_read_that_took_too_long_goes_again_for_less(ledger: Ledger) -> None:
    """The smaller page and the budget of one page are the row's, and a failure was counted."""
    run = await reading_from(ledger, devices=HOST)
    work = await reading(ledger, run)
    await ledger.run(
        retry_smaller, work, cursor={"offset": 0, "size": 50}, due_at=0.0, code="c", message="m"
    )
    again = await reading(ledger, run)
    assert (again.key, again.cursor, again.pages) == (work.key, {"offset": 0, "size": 50}, 1)
    assert again.attempts == 1
    with pytest.raises(LeaseLost):
        await ledger.run(retry_smaller, work, cursor=None, due_at=0.0, code="c", message="m")
    await ledger.run(stage, again, gave(b"a", next_=[{"offset": 50}], pages=2), send_on=False)
    sent = await ledger.run(claim, run.id, "w")
    assert isinstance(sent, Send)
    following = await reading(ledger, run)
    assert (following.pages, following.attempts) == (2, 0)


async def test_a_near_turn_does_not_keep_a_row_back(ledger: Ledger) -> None:
    """What can be slept for in a second or two is claimed."""
    run = await reading_from(ledger, devices=HOST)
    await ledger.run(take_turn, HOST, every=0.1, patience=2.0)
    assert isinstance(await ledger.run(claim, run.id, "w", paced=[HOST]), Read)


async def test_a_pause_of_another_host_costs_nothing(ledger: Ledger) -> None:
    """A run that does not ask the paused host sends and reads as ever."""
    run = await reading_from(ledger, devices=HOST)
    await ledger.run(pause_host, "hr.example.com", seconds=1800.0, reason="wait")
    work = await ledger.run(claim, run.id, "w")
    assert isinstance(work, Read)
    await ledger.run(stage, work, gave(b"a"), send_on=False)
    assert isinstance(await ledger.run(claim, run.id, "w"), Send)

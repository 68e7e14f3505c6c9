"""From DUE to STAGED: what a read gave is stored whole or not at all, on both databases."""

from typing import Any

import pytest

from assetferry.ledger.chunk import Send
from assetferry.ledger.closing import begin_closing
from assetferry.ledger.completing import begin_completion
from assetferry.ledger.errors import LeaseLost
from assetferry.ledger.leasing import ChunkLease, release
from assetferry.ledger.staged import TypeTally
from assetferry.ledger.staging import stage
from assetferry.ledger.states import ChunkState, RunState
from assetferry.ledger.submitting import submitted
from assetferry.ledger.sums import StreamSums, sums
from assetferry.ledger.transition import Ledger
from ledgers import (
    bodies,
    counted,
    gave,
    ingesting,
    kinds,
    reading,
    rejected,
    rows,
    sending,
    set_aside,
    states,
)

DUE, STAGED, SPLIT = ChunkState.DUE, ChunkState.STAGED, ChunkState.SPLIT


async def stream(ledger: Ledger, run: str) -> StreamSums:
    (only,) = (await ledger.run(sums, run)).streams
    return only


async def test_one_chunk_is_stored_under_the_rows_own_name(ledger: Ledger) -> None:
    """The bytes wait beside the row; the next place to read is there in the same transaction."""
    run = await ingesting(ledger)
    work = await reading(ledger, run)
    await ledger.run(stage, work, gave(b"a", next_=[{"o": 10}]), send_on=False)
    assert await ledger.run(states, run.id) == [(0, "", STAGED), (1, "", DUE)]
    assert await ledger.run(bodies, run.id) == {"": b"a"}
    first, second = await ledger.run(rows, run.id)
    assert (first.records, first.entries, first.lease_until) == (10, {"Laptop": 10}, None)
    assert (second.cursor, second.tail, second.attempts) == ({"o": 10}, True, 0)


async def test_several_chunks_are_parts_of_the_row(ledger: Ledger) -> None:
    """The row becomes SPLIT, its parts carry the bytes."""
    run = await ingesting(ledger)
    await ledger.run(stage, await reading(ledger, run), gave(b"a", b"b"), send_on=True)
    assert await ledger.run(states, run.id) == [(0, "", SPLIT), (0, "0", STAGED), (0, "1", STAGED)]
    assert await ledger.run(bodies, run.id) == {"0": b"a", "1": b"b"}


@pytest.mark.parametrize("parts", [(), (b"a",), (b"a", b"b")])
async def test_the_rest_of_a_range_is_a_part_of_its_row(
    ledger: Ledger, parts: tuple[bytes, ...]
) -> None:
    """What a planned read left over is read under the same number, behind the parts."""
    run = await ingesting(ledger)
    plan = [{"o": 10, "until": 40}, {"o": 40}]
    await ledger.run(stage, await reading(ledger, run), gave(next_=plan), send_on=True)
    work = await reading(ledger, run)
    rest = {"o": 25, "until": 40}
    staged = gave(*parts, rest=rest)
    assert await ledger.run(stage, work, staged, send_on=True) is None
    expected = [(1, str(index), STAGED) for index in range(len(parts))]
    found = [row for row in await ledger.run(states, run.id) if row[0] == 1]
    assert found == [(1, "", SPLIT), *expected, (1, str(len(parts)), DUE)]
    left = next(row for row in await ledger.run(rows, run.id) if row.part == str(len(parts)))
    assert (left.cursor, left.tail) == (rest, False)


async def test_the_rest_of_a_rest_is_read_too(ledger: Ledger) -> None:
    """Paths grow as often as time runs short, and the run completes when all is read."""
    run = await ingesting(ledger)
    work = await reading(ledger, run)
    await ledger.run(stage, work, gave(b"a", rest={"o": 10}), send_on=True)
    for path in ("1", "1.1"):
        await ledger.run(submitted, await sending(ledger, run))
        work = await reading(ledger, run)
        assert work.key.part == path
        assert work.tail
        await ledger.run(stage, work, gave(b"a", rest={"o": 20}), send_on=True)
    await ledger.run(submitted, await sending(ledger, run))
    await ledger.run(stage, await reading(ledger, run), gave(), send_on=True)
    assert (await stream(ledger, run.id)).exhausted
    assert await ledger.run(begin_completion, run.id)


async def test_planned_rows_are_there_at_once(ledger: Ledger) -> None:
    """All places named ahead may be read from now on; only the last is the tail."""
    run = await ingesting(ledger)
    plan: list[dict[str, Any]] = [{"o": 10, "until": 20}, {"o": 20, "until": 30}, {"o": 30}]
    await ledger.run(stage, await reading(ledger, run), gave(next_=plan), send_on=True)
    due = [row for row in await ledger.run(rows, run.id) if row.state == DUE]
    assert [(row.number, row.cursor, row.tail) for row in due] == [
        (1, plan[0], False),
        (2, plan[1], False),
        (3, plan[2], True),
    ]


async def test_everything_that_was_read_is_counted(ledger: Ledger) -> None:
    """Records, values and entries are added to the stream's sums and the types' tallies."""
    run = await ingesting(ledger)
    for number in (0, 1):
        staged = gave(
            b"a",
            next_=[{"o": 1}] if number == 0 else [],
            records_read=13,
            records_left_out=2,
            records_quarantined=1,
            values_left_out=4,
            tallies={"Laptop": TypeTally(12, 2, 1), "Employee": TypeTally(3, 0, 0)},
        )
        going_on = await ledger.run(stage, await reading(ledger, run), staged, send_on=True)
        assert isinstance(going_on, Send)
        await ledger.run(submitted, going_on)
    told = await stream(ledger, run.id)
    assert (told.records_read, told.records_mapped) == (26, 20)
    assert (told.records_left_out, told.records_quarantined) == (4, 2)
    assert (told.values_left_out, told.chunks_staged, told.chunks_submitted) == (8, 2, 2)
    employee, laptop = (await ledger.run(sums, run.id)).types
    assert (laptop.entries_mapped, laptop.entries_repeated) == (24, 4)
    assert (laptop.entries_quarantined, laptop.entries_submitted) == (2, 20)
    assert (employee.object_type, employee.entries_mapped) == ("Employee", 6)


async def test_a_record_is_set_aside_whatever_it_is(ledger: Ledger) -> None:
    """Any JSON value can stand where a record should, also null; it is kept as it was."""
    records = [{"serial": None}, ["a list"], "a text", 12.5, None, "with \x00 in it"]
    run = await ingesting(ledger)
    work = await reading(ledger, run)
    staged = gave(
        rejected=[rejected(record) for record in records], records_read=6, records_quarantined=6
    )
    await ledger.run(stage, work, staged, send_on=True)
    kept = await ledger.run(set_aside, run.id)
    assert [one.record for one in kept] == records
    assert {(one.stream, one.number, one.part) for one in kept} == {("devices", 0, "")}
    assert kept[0].place == {"cursor": None, "index": 3}
    first = kept[0]
    assert (first.object_type, first.attribute, first.code) == (
        "Laptop",
        "Serial",
        "empty_identity",
    )


TOTALS: list[tuple[list[int | None], str | None]] = [
    ([100, 100, 100], None),
    ([100, None, 100], None),
    ([None, 100, 100], None),
    ([None, None, None], None),
    ([100, 101, 99], "the source had 100 records at first and 101 later"),
    ([100, 99, 100], "the source had 100 records at first and 99 later"),
]


async def test_a_total_that_changes_marks_the_stream_moved(ledger: Ledger) -> None:
    """The first total and the first change stay; a page without a total changes nothing."""
    for number, (totals, moved) in enumerate(TOTALS):
        run = await ingesting(ledger, definition=f"case-{number}")
        for place, total in enumerate(totals, 1):
            staged = gave(next_=[{"o": place}], total=total)
            await ledger.run(stage, await reading(ledger, run), staged, send_on=True)
        told = await stream(ledger, run.id)
        assert told.moved == moved
        assert told.total == next((one for one in totals if one is not None), None)
        assert ("stream_moved" in await kinds(ledger, run)) is (moved is not None)


async def test_a_total_may_be_larger_than_any_source(ledger: Ledger) -> None:
    """A source that counts in billions, or wrongly, does not break the ledger."""
    run = await ingesting(ledger)
    await ledger.run(stage, await reading(ledger, run), gave(total=10**12), send_on=True)
    assert (await stream(ledger, run.id)).total == 10**12


async def test_only_the_tail_ends_its_stream(ledger: Ledger) -> None:
    """A planned row that is read to its end says nothing about the stream's."""
    run = await ingesting(ledger)
    plan = [{"o": 1, "until": 2}, {"o": 2}]
    await ledger.run(stage, await reading(ledger, run), gave(next_=plan), send_on=True)
    inner, tail = await reading(ledger, run), await reading(ledger, run)
    await ledger.run(stage, inner, gave(), send_on=True)
    assert not (await stream(ledger, run.id)).exhausted
    await ledger.run(stage, tail, gave(next_=[{"o": 3}]), send_on=True)
    assert not (await stream(ledger, run.id)).exhausted
    await ledger.run(stage, await reading(ledger, run), gave(), send_on=True)
    assert (await stream(ledger, run.id)).exhausted
    assert "stream_exhausted" in await kinds(ledger, run)


async def test_a_read_goes_on_to_send_where_a_send_is_free(ledger: Ledger) -> None:
    """Under the same lease and token, which then is what ``submitted`` needs."""
    run = await ingesting(ledger, sends=1)
    work = await reading(ledger, run)
    going_on = await ledger.run(stage, work, gave(b"a", next_=[{"o": 1}]), send_on=True)
    assert going_on is not None
    assert (going_on.key, going_on.token, going_on.body) == (work.key, work.token, b"a")
    # The limit of one is taken now: the next read has to wait for a send of its own.
    second = await reading(ledger, run)
    assert await ledger.run(stage, second, gave(b"b"), send_on=True) is None
    await ledger.run(submitted, going_on)
    assert (await sending(ledger, run)).body == b"b"


@pytest.mark.parametrize("wish", [False, True])
async def test_a_read_that_does_not_send_gives_its_lease_back(
    ledger: Ledger,
    wish: bool,  # noqa: FBT001 # a parameter
) -> None:
    """Several parts, or no wish to send: the rows are free for any lane."""
    run = await ingesting(ledger)
    parts = [b"a", b"b"] if wish else [b"a"]
    assert await ledger.run(stage, await reading(ledger, run), gave(*parts), send_on=wish) is None
    assert (await sending(ledger, run, "somebody else")).body == b"a"


async def everything(ledger: Ledger, run: str) -> list[Any]:
    return [
        await ledger.run(rows, run),
        await ledger.run(bodies, run),
        await ledger.run(set_aside, run),
        await ledger.run(counted, run),
    ]


async def test_a_late_read_leaves_no_trace(ledger: Ledger) -> None:
    """Where the lease was lost, nothing of it is stored: no part, no place, no count."""
    run = await ingesting(ledger)
    work = await reading(ledger, run)
    await ledger.run(release, ChunkLease(work.key, work.token))
    await reading(ledger, run)
    before = await everything(ledger, run.id)
    late = gave(b"a", b"b", next_=[{"o": 1}], total=5, rejected=[rejected({})])
    with pytest.raises(LeaseLost):
        await ledger.run(stage, work, late, send_on=True)
    assert await everything(ledger, run.id) == before


async def test_a_read_cannot_be_staged_twice(ledger: Ledger) -> None:
    """A repeat under the same token finds the row no longer DUE."""
    run = await ingesting(ledger)
    work = await reading(ledger, run)
    await ledger.run(stage, work, gave(b"a", next_=[{"o": 1}]), send_on=True)
    before = await everything(ledger, run.id)
    with pytest.raises(LeaseLost):
        await ledger.run(stage, work, gave(b"a", next_=[{"o": 1}]), send_on=True)
    assert await everything(ledger, run.id) == before


async def test_a_run_that_closes_takes_nothing_more(ledger: Ledger) -> None:
    """What was being read when somebody cancelled is not needed."""
    run = await ingesting(ledger)
    work = await reading(ledger, run)
    end = RunState.CANCELLED
    assert await ledger.run(begin_closing, run.id, end=end, code="cancelled", reason="Cancelled.")
    before = await everything(ledger, run.id)
    with pytest.raises(LeaseLost, match="CLOSING"):
        await ledger.run(stage, work, gave(b"a"), send_on=True)
    assert await everything(ledger, run.id) == before

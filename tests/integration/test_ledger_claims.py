"""The claim: order, limits, back-pressure and leases, on both databases."""

import asyncio
import threading
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Connection

from assetferry.ledger.chunk import Read, Send
from assetferry.ledger.claim import Ended, Held, Step, Wait, claim
from assetferry.ledger.completing import begin_completion
from assetferry.ledger.creation import NewRun, begin_run
from assetferry.ledger.errors import LeaseLost
from assetferry.ledger.holding import hold, hold_step, resume
from assetferry.ledger.leasing import ChunkLease, release, renew
from assetferry.ledger.run import Run, load_run
from assetferry.ledger.staged import Part, Staged
from assetferry.ledger.staging import stage
from assetferry.ledger.starting import open_streams
from assetferry.ledger.states import RunState
from assetferry.ledger.submitting import split, submitted
from assetferry.ledger.sums import sums
from assetferry.ledger.transition import Ledger
from ledgers import begun, later, rechecked, step


def new_run(*, reads: int = 8, sends: int = 4) -> NewRun:
    return NewRun(
        definition="hardware",
        definition_text="name = 'hardware'",
        definition_hash="0" * 64,
        origin="hardware.toml",
        scheduled=False,
        reads=reads,
        sends=sends,
    )


async def ingesting(ledger: Ledger, *streams: str, **limits: int) -> Run:
    run = await ledger.run(begin_run, new_run(**limits), owner=None)
    assert run is not None
    step = await ledger.run(claim, run.id, "w")
    assert isinstance(step, Step)
    await ledger.run(open_streams, run.id, step.run.token, streams or ("devices",))
    return run


def staged(*bodies: bytes, next_: tuple[dict[str, Any], ...] = (), records: int = 10) -> Staged:
    parts = [Part(body, records, {"Laptop": records}) for body in bodies]
    read = records * len(bodies)
    return Staged(
        parts=parts,
        records_read=read,
        records_mapped=read,
        records_left_out=0,
        records_quarantined=0,
        next=next_,
    )


async def read(ledger: Ledger, run: Run) -> Read:
    work = await ledger.run(claim, run.id, "w")
    assert isinstance(work, Read)
    return work


async def send(ledger: Ledger, run: Run) -> Send:
    work = await ledger.run(claim, run.id, "w")
    assert isinstance(work, Send)
    return work


async def test_a_chain_goes_from_read_to_completion(ledger: Ledger) -> None:
    """One stream of two reads: each chunk is read, sent, and the run completes exactly once."""
    run = await ingesting(ledger)
    first = await read(ledger, run)
    assert (first.key.number, first.cursor, first.tail) == (0, None, True)
    going_on = await ledger.run(stage, first, staged(b"a", next_=({"offset": 10},)), send_on=True)
    assert going_on is not None
    assert going_on.body == b"a"
    await ledger.run(submitted, going_on)
    second = await read(ledger, run)
    assert (second.key.number, second.cursor, second.tail) == (1, {"offset": 10}, True)
    assert not await ledger.run(begin_completion, run.id)
    assert await ledger.run(stage, second, staged(b"b"), send_on=False) is None
    last = await send(ledger, run)
    assert last.body == b"b"
    await ledger.run(submitted, last)
    assert isinstance(await ledger.run(claim, run.id, "w"), Step)
    assert await ledger.run(begin_completion, run.id)
    assert not await ledger.run(begin_completion, run.id)
    told = await ledger.run(sums, run.id)
    assert told.records_read == 20
    assert told.entries_submitted == 20


async def test_staged_rows_come_before_due_ones(ledger: Ledger) -> None:
    """What is read already is sent before more is read."""
    run = await ingesting(ledger)
    first = await read(ledger, run)
    await ledger.run(stage, first, staged(b"a", b"b", next_=({"o": 1},)), send_on=True)
    assert (await send(ledger, run)).key.part == "0"
    assert (await send(ledger, run)).key.part == "1"
    assert (await read(ledger, run)).key.number == 1


async def test_back_pressure_stops_reading(ledger: Ledger) -> None:
    """With two rows per allowed send waiting, nothing more is read until one is sent."""
    run = await ingesting(ledger, reads=4, sends=1)
    first = await read(ledger, run)
    await ledger.run(stage, first, staged(b"a", b"b", next_=({"o": 1},)), send_on=True)
    sending = await send(ledger, run)
    assert isinstance(await ledger.run(claim, run.id, "w"), Wait)
    await ledger.run(submitted, sending)
    await send(ledger, run)
    assert isinstance(await ledger.run(claim, run.id, "w"), Read)


async def test_reads_are_limited_over_all_lanes(ledger: Ledger) -> None:
    """However many lanes claim at once, no more than ``reads`` rows are read at a time."""
    run = await ingesting(ledger, "a", "b", "c", "d", reads=2)
    works = await asyncio.gather(*(ledger.run(claim, run.id, f"w{i}") for i in range(8)))
    taken = [work for work in works if isinstance(work, Read)]
    assert len(taken) == 2
    assert len({work.key.stream for work in taken}) == 2


async def test_a_lease_runs_out_and_the_late_result_is_refused(ledger: Ledger) -> None:
    """A row whose lease was given back may be claimed again; the first holder's token is stale."""
    run = await ingesting(ledger)
    first = await read(ledger, run)
    await ledger.run(release, ChunkLease(first.key, first.token))
    second = await read(ledger, run)
    assert second.token > first.token
    with pytest.raises(LeaseLost):
        await ledger.run(stage, first, staged(b"late"), send_on=True)
    lost = await ledger.run(renew, [ChunkLease(first.key, first.token)])
    assert lost == [ChunkLease(first.key, first.token)]
    assert await ledger.run(renew, [ChunkLease(second.key, second.token)]) == []


@pytest.mark.parametrize("database", ["postgres"], indirect=True)
async def test_a_claim_passes_over_a_row_that_somebody_is_just_changing(
    ledger: Ledger, database: dict[str, str]
) -> None:
    """Its lock is waited for by nobody: the next row is taken, and claims go on in the meantime.

    SQLite has one writer at a time, and no such rows.
    """
    run = await ingesting(ledger, "a", "b")
    late = await read(ledger, run)
    locked, go = threading.Event(), threading.Event()

    def give_back(connection: Connection) -> None:
        release(connection, ChunkLease(late.key, late.token))
        locked.set()
        assert go.wait(60)

    changing = asyncio.create_task(ledger.run(give_back))
    await asyncio.to_thread(locked.wait, 60)
    async with later(database) as then:
        try:
            async with asyncio.timeout(30):
                found = await read(then, run)
                waits = await then.run(claim, run.id, "w")
        finally:
            go.set()
            await changing
        assert (late.key.stream, found.key.stream) == ("a", "b")
        assert isinstance(waits, Wait)
        assert (await read(then, run)).key == late.key


async def test_a_chunk_is_split_and_its_parts_are_sent(ledger: Ledger) -> None:
    """The parts replace the chunk; their paths say where they came from."""
    run = await ingesting(ledger)
    await ledger.run(stage, await read(ledger, run), staged(b"ab"), send_on=False)
    whole = await send(ledger, run)
    halves = [Part(b"a", 5, {"Laptop": 5}), Part(b"b", 5, {"Laptop": 5})]
    await ledger.run(split, whole, halves, refused=False)
    left = await send(ledger, run)
    await ledger.run(split, left, [Part(b"a", 5, {"Laptop": 5})] * 2, refused=False)
    parts = [(await send(ledger, run)).key.part for _ in range(3)]
    assert sorted(parts) == ["0.0", "0.1", "1"]


async def test_a_chunk_without_entries_needs_no_request(ledger: Ledger) -> None:
    """A read that gave nothing to send settles its row at once."""
    run = await ingesting(ledger)
    await ledger.run(stage, await read(ledger, run), staged(), send_on=True)
    assert await ledger.run(begin_completion, run.id)


async def test_a_planned_stream_has_one_tail(ledger: Ledger) -> None:
    """Only the end of the last planned place is the end of the stream."""
    run = await ingesting(ledger)
    plan = ({"o": 1, "until": 2}, {"o": 2, "until": 3}, {"o": 3})
    await ledger.run(stage, await read(ledger, run), staged(next_=plan), send_on=True)
    rows = [await read(ledger, run) for _ in range(3)]
    assert [row.tail for row in rows] == [False, False, True]
    await ledger.run(stage, rows[2], staged(), send_on=True)
    await ledger.run(stage, rows[0], staged(), send_on=True)
    assert not await ledger.run(begin_completion, run.id)
    await ledger.run(stage, rows[1], staged(), send_on=True)
    assert await ledger.run(begin_completion, run.id)


async def test_a_held_run_gives_no_work_until_it_is_resumed(ledger: Ledger) -> None:
    """A hold loses nothing: resuming goes on where it stood, once Assets has been asked."""
    run = await ingesting(ledger)
    assert await ledger.run(hold, run.id, code="c", reason="Token replaced.", cure="Set it.")
    assert not await ledger.run(hold, run.id, code="c", reason="Again.", cure="")
    work = await ledger.run(claim, run.id, "w")
    assert isinstance(work, Held)
    assert work.run.held_reason == "Token replaced."
    assert await ledger.run(resume, run.id)
    await rechecked(ledger, run)
    assert isinstance(await ledger.run(claim, run.id, "w"), Read)


async def test_one_unfinished_run_per_definition(ledger: Ledger) -> None:
    """Two that begin at once make one run; the loser learns it from None."""
    begun = await asyncio.gather(*(ledger.run(begin_run, new_run(), owner=None) for _ in range(4)))
    assert sum(run is not None for run in begun) == 1
    (only,) = [run for run in begun if run is not None]
    assert (await ledger.run(load_run, "latest")).id == only.id
    assert only.state is RunState.STARTING
    assert not isinstance(await ledger.run(claim, only.id, "w"), Ended)


async def test_a_step_whose_lease_ran_out_counts_a_loss(
    ledger: Ledger, database: dict[str, str]
) -> None:
    """A step that kills every process that takes it must come before a person some day."""
    run = await begun(ledger)
    assert (await step(ledger, run)).losses == 0
    async with later(database) as clock_ahead:
        assert (await step(clock_ahead, run)).losses == 1


async def test_a_held_step_gives_its_lease_back_at_once(ledger: Ledger) -> None:
    """Holding and giving back are one transaction; a stale token does neither."""
    run = await begun(ledger)
    taken = await step(ledger, run)
    with pytest.raises(LeaseLost):
        await ledger.run(
            hold_step, replace(taken, token=taken.token - 1), code="c", reason="Late.", cure=""
        )
    await ledger.run(
        hold_step, taken, code="unauthorized", reason="Token replaced.", cure="Set it."
    )
    held = await ledger.run(load_run, run.id)
    assert (held.held_reason, held.lease_until) == ("Token replaced.", None)

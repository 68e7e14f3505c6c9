"""Chunks after an answer: submitted, split, set aside, tried again, given up."""

import pytest

from assetferry.ledger.chunk import Read, Send
from assetferry.ledger.claim import Held, Wait, claim
from assetferry.ledger.closing import begin_closing, give_up
from assetferry.ledger.completing import begin_completion
from assetferry.ledger.errors import LeaseLost
from assetferry.ledger.holding import hold_at, resume
from assetferry.ledger.leasing import ChunkLease, release, release_all
from assetferry.ledger.retrying import fail_chunk, retry_chunk
from assetferry.ledger.run import Run, load_run
from assetferry.ledger.staging import stage
from assetferry.ledger.states import ChunkState, RunState
from assetferry.ledger.submitting import quarantine_chunk, split, submitted
from assetferry.ledger.sums import accepted_types, sums
from assetferry.ledger.transition import Ledger
from ledgers import (
    HOUR,
    bodies,
    counted,
    gave,
    ingesting,
    kinds,
    later,
    part,
    reading,
    rechecked,
    rejected,
    rows,
    sending,
    set_aside,
    states,
)

STAGED, SUBMITTED, SPLIT = ChunkState.STAGED, ChunkState.SUBMITTED, ChunkState.SPLIT


async def to_send(ledger: Ledger) -> tuple[Run, Send]:
    """A run whose only chunk is being sent."""
    run = await ingesting(ledger)
    work = await reading(ledger, run)
    going_on = await ledger.run(stage, work, gave(b"abcd"), send_on=True)
    assert going_on is not None
    return run, going_on


async def test_a_submitted_chunk_drops_its_bytes(ledger: Ledger) -> None:
    """What Assets has accepted is counted once, and needs no place any more."""
    run, work = await to_send(ledger)
    assert await ledger.run(accepted_types, run.id) == frozenset()
    await ledger.run(submitted, work)
    assert await ledger.run(states, run.id) == [(0, "", SUBMITTED)]
    assert await ledger.run(bodies, run.id) == {}
    with pytest.raises(LeaseLost):
        await ledger.run(submitted, work)
    told = await ledger.run(sums, run.id)
    assert (told.entries_submitted, told.streams[0].chunks_submitted) == (10, 1)
    assert await ledger.run(accepted_types, run.id) == {"Laptop"}


@pytest.mark.parametrize("refused", [False, True])
async def test_a_split_chunk_is_replaced_by_its_parts(
    ledger: Ledger,
    refused: bool,  # noqa: FBT001 # a parameter
) -> None:
    """Its bytes go, theirs come; only a refusal counts against the budget of bisections."""
    run, work = await to_send(ledger)
    await ledger.run(split, work, [part(b"ab", 5), part(b"cd", 5)], refused=refused)
    assert await ledger.run(states, run.id) == [(0, "", SPLIT), (0, "0", STAGED), (0, "1", STAGED)]
    assert await ledger.run(bodies, run.id) == {"0": b"ab", "1": b"cd"}
    assert (await ledger.run(load_run, run.id)).bisections == int(refused)
    assert not await ledger.run(begin_completion, run.id)
    for _ in range(2):
        await ledger.run(submitted, await sending(ledger, run))
    told = await ledger.run(sums, run.id)
    assert (told.streams[0].chunks_staged, told.streams[0].chunks_submitted) == (2, 2)
    assert told.entries_submitted == 10
    assert await ledger.run(begin_completion, run.id)


async def test_an_entry_that_assets_refuses_is_set_aside(ledger: Ledger) -> None:
    """Its chunk is settled with nothing submitted, its record and the reason are kept."""
    run = await ingesting(ledger)
    staged = gave(b"a", records=1)
    work = await ledger.run(stage, await reading(ledger, run), staged, send_on=True)
    assert work is not None
    await ledger.run(quarantine_chunk, work, rejected('{"serial":"S1"}'))
    assert await ledger.run(states, run.id) == [(0, "", SUBMITTED)]
    assert await ledger.run(bodies, run.id) == {}
    (kept,) = await ledger.run(set_aside, run.id)
    assert (kept.record, kept.number, kept.reason) == ('{"serial":"S1"}', 0, "It is empty.")
    told = await ledger.run(sums, run.id)
    assert told.types[0].entries_quarantined == 1
    assert told.entries_submitted == 0
    assert (await ledger.run(load_run, run.id)).bisections == 1
    assert await ledger.run(begin_completion, run.id)


async def test_a_late_answer_changes_nothing(ledger: Ledger) -> None:
    """Every outcome of a chunk that somebody else holds is refused, whole."""
    run, late = await to_send(ledger)
    await ledger.run(release, ChunkLease(late.key, late.token))
    now = await sending(ledger, run)
    before = [await ledger.run(seen, run.id) for seen in (rows, bodies, counted, load_run)]
    for outcome in (
        ledger.run(submitted, late),
        ledger.run(split, late, [part(b"a")] * 2, refused=True),
        ledger.run(quarantine_chunk, late, rejected()),
        ledger.run(retry_chunk, late, due_at=1.0, counted=True, code="c", message="m"),
        ledger.run(fail_chunk, late, code="c", message="m"),
        ledger.run(give_up, late, code="c", message="m"),
        ledger.run(hold_at, late, code="c", reason="r", cure="c"),
    ):
        with pytest.raises(LeaseLost):
            await outcome
    assert [await ledger.run(seen, run.id) for seen in (rows, bodies, counted, load_run)] == before
    await ledger.run(submitted, now)


async def test_a_retry_waits_and_then_sends_the_same(
    ledger: Ledger, database: dict[str, str]
) -> None:
    """Until it is due no lane gets it; then it has the same bytes, one attempt and its error."""
    run, work = await to_send(ledger)
    async with later(database) as in_an_hour:
        due_at = (await ledger.run(rows, run.id))[0].due_at + HOUR / 2
        await ledger.run(
            retry_chunk, work, due_at=due_at, counted=True, code="busy", message="Busy."
        )
        waiting = (await ledger.run(sums, run.id)).chunks
        assert (waiting.staged, waiting.retried, waiting.last_error) == (1, 1, "Busy.")
        assert waiting.next_due_at == due_at
        assert isinstance(await ledger.run(claim, run.id, "w"), Wait)
        again = await sending(in_an_hour, run)
        assert (again.body, again.attempts, again.losses) == (work.body, 1, 0)
        await in_an_hour.run(
            retry_chunk, again, due_at=1.0, counted=False, code="throttled", message="Wait."
        )
        assert (await sending(in_an_hour, run)).attempts == 1


async def test_a_read_that_is_staged_starts_its_attempts_anew(ledger: Ledger) -> None:
    """Failures of the source do not use up what a chunk may try with Assets."""
    run = await ingesting(ledger)
    work: Read | Send = await reading(ledger, run)
    await ledger.run(retry_chunk, work, due_at=1.0, counted=True, code="c", message="m")
    work = await reading(ledger, run)
    assert work.attempts == 1
    await ledger.run(stage, work, gave(b"a"), send_on=False)
    work = await sending(ledger, run)
    assert work.attempts == 0
    (row,) = await ledger.run(rows, run.id)
    assert (row.error_code, row.error) == (None, None)


async def test_a_chunk_that_is_given_up_ends_its_run(ledger: Ledger) -> None:
    """The run turns to FAILED with the chunk's place and reason; nothing more is sent."""
    run, work = await to_send(ledger)
    await ledger.run(give_up, work, code="entry_too_large", message="Too large.")
    assert await ledger.run(states, run.id) == [(0, "", ChunkState.FAILED)]
    closing = await ledger.run(load_run, run.id)
    assert (closing.state, closing.intended_end) == (RunState.CLOSING, RunState.FAILED)
    assert (closing.reason_code, closing.reason) == (
        "entry_too_large",
        "Chunk devices 0: Too large.",
    )
    assert (await ledger.run(sums, run.id)).chunks.failed == 1
    assert (await kinds(ledger, run))[-2:] == ["closing", "chunk_failed"]


async def test_a_chunk_can_hold_its_run(ledger: Ledger) -> None:
    """The run waits with reason and cure; resumed, the chunk goes on with fresh attempts."""
    run, work = await to_send(ledger)
    await ledger.run(retry_chunk, work, due_at=1.0, counted=True, code="c", message="m")
    await ledger.run(
        hold_at, await sending(ledger, run), code="unauthorized", reason="401.", cure="Set it."
    )
    work_ = await ledger.run(claim, run.id, "w")
    assert isinstance(work_, Held)
    assert (work_.run.held_reason, work_.run.held_cure) == ("Chunk devices 0: 401.", "Set it.")
    assert work_.run.reason_code == "unauthorized", "scripts and notices can tell why"
    assert await ledger.run(resume, run.id)
    assert (await ledger.run(load_run, run.id)).reason_code is None
    assert not await ledger.run(resume, run.id)
    await rechecked(ledger, run)
    assert (await sending(ledger, run)).attempts == 0
    assert (await kinds(ledger, run))[-2:] == ["held", "resumed"]


async def test_resuming_forgets_the_workers_lost_on_a_chunk(ledger: Ledger) -> None:
    """A chunk that was held because workers died on it would be held again at once."""
    run, work = await to_send(ledger)
    for _ in range(3):
        await ledger.run(release_all, "w", lost=True)
        work = await sending(ledger, run)
    assert work.losses == 3
    await ledger.run(hold_at, work, code="poison", reason="Workers died.", cure="Look.")
    assert await ledger.run(resume, run.id)
    await rechecked(ledger, run)
    assert (await sending(ledger, run)).losses == 0


async def test_a_chunk_does_not_hold_a_run_that_is_being_closed(ledger: Ledger) -> None:
    """A cancelled run is closed in Assets, whatever comes of what was under way."""
    run, work = await to_send(ledger)
    end = RunState.CANCELLED
    assert await ledger.run(begin_closing, run.id, end=end, code="cancelled", reason="Cancelled.")
    await ledger.run(hold_at, work, code="unauthorized", reason="401.", cure="Set it.")
    assert not (await ledger.run(load_run, run.id)).held

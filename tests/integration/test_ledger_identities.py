"""Who has been met in a run: told in the order of places, on both databases."""

import pytest
from sqlalchemy import Connection, func, select

from assetferry.ledger.chunk import Read
from assetferry.ledger.claim import Wait, claim
from assetferry.ledger.clock import instant
from assetferry.ledger.closing import begin_closing, end_run
from assetferry.ledger.conflicts import KEPT, conflicts_of
from assetferry.ledger.errors import LeaseLost
from assetferry.ledger.holding import hold
from assetferry.ledger.identities import Behind, Met, met_before
from assetferry.ledger.leasing import ChunkLease, release
from assetferry.ledger.retrying import retry_chunk
from assetferry.ledger.run import Run
from assetferry.ledger.staged import Conflict, Identity, Place
from assetferry.ledger.staging import stage
from assetferry.ledger.starting import open_streams
from assetferry.ledger.states import RunState
from assetferry.ledger.submitting import submitted
from assetferry.ledger.tables import identities
from assetferry.ledger.transition import Ledger
from ledgers import HOUR, another, begun, gave, later, reading, sending, step

ANN, BOB = b"a" * 16, b"b" * 16
ONE, OTHER = b"1" * 16, b"2" * 16
PLAN = [{"offset": 10, "until": 20}, {"offset": 20, "until": 30}, {"offset": 30}]


async def planned(ledger: Ledger, *, ordered: bool = True) -> Run:
    """The first place has been sent, with ANN; three more are known."""
    run = await begun(ledger)
    leased = await step(ledger, run)
    names = ["devices"] if ordered else []
    await ledger.run(open_streams, run.id, leased.token, ["devices"], ordered=names)
    staged = gave(b"x", next_=PLAN, identities=[Identity(ANN, ONE, 7)])
    going_on = await ledger.run(stage, await reading(ledger, run), staged, send_on=True)
    assert going_on is not None
    await ledger.run(submitted, going_on)
    return run


def met(connection: Connection, run: str) -> int:
    """How many identities are kept."""
    chosen = select(func.count()).where(identities.c.run == run)
    return connection.execute(chosen).scalar_one()


async def again_in(ledger: Ledger, work: Read, seconds: float) -> None:
    """Let a read fail."""
    due_at = await ledger.run(instant) + seconds
    await ledger.run(retry_chunk, work, due_at=due_at, counted=True, code="c", message="m")


async def test_a_read_learns_what_earlier_places_have_sent(ledger: Ledger) -> None:
    """Content and place of those it asks for, and of no others."""
    run = await planned(ledger)
    work = await reading(ledger, run)
    assert await ledger.run(met_before, work, [ANN, BOB]) == {ANN: Met(ONE, Place(0, "", 7))}
    assert await ledger.run(met_before, work, [BOB]) == {}
    many = [bytes([n % 256, n // 256]) * 8 for n in range(3000)]
    assert await ledger.run(met_before, work, [*many, ANN]) == {ANN: Met(ONE, Place(0, "", 7))}


async def test_a_read_waits_for_every_earlier_place(ledger: Ledger) -> None:
    """Only when all of them are staged its turn has come; from then on it stays."""
    run = await planned(ledger)
    first, second = await reading(ledger, run), await reading(ledger, run)
    assert await ledger.run(met_before, second, [BOB]) == Behind(being_read=True, held=False)
    await ledger.run(release, ChunkLease(first.key, first.token))
    assert await ledger.run(met_before, second, [BOB]) == Behind(being_read=False, held=False)
    await ledger.run(hold, run.id, code="c", reason="Look.", cure="Look.")
    assert await ledger.run(met_before, second, [BOB]) == Behind(being_read=False, held=True)


async def test_what_is_left_of_an_earlier_place_is_waited_for_too(ledger: Ledger) -> None:
    """A planned read that stopped short goes on before its successors are staged."""
    run = await planned(ledger)
    first, second = await reading(ledger, run), await reading(ledger, run)
    await ledger.run(stage, first, gave(b"y", rest={"offset": 15, "until": 20}), send_on=True)
    assert isinstance(await ledger.run(met_before, second, [BOB]), Behind)
    await sending(ledger, run)
    rest = await reading(ledger, run)
    assert (rest.key.number, rest.key.part) == (1, "1")
    staged = gave(b"z", identities=[Identity(BOB, OTHER, 0)])
    await ledger.run(stage, rest, staged, send_on=True)
    assert await ledger.run(met_before, second, [BOB]) == {BOB: Met(OTHER, Place(1, "1", 0))}


async def test_r05_a_read_that_is_repeated_does_not_meet_itself(
    ledger: Ledger, database: dict[str, str]
) -> None:
    """Identities come and go with STAGED: a late result leaves none, the new one's stay."""
    run = await planned(ledger)
    late = await reading(ledger, run)
    async with later(database) as then:
        work = await reading(then, run, "other")
        assert work.key == late.key
        staged = gave(b"y", identities=[Identity(BOB, ONE, 0)])
        with pytest.raises(LeaseLost):
            await ledger.run(stage, late, staged, send_on=True)
        assert await then.run(met_before, work, [BOB]) == {}
        await then.run(stage, work, staged, send_on=True)
        assert await then.run(met, run.id) == 2


async def test_places_of_an_ordered_stream_are_given_out_in_order(ledger: Ledger) -> None:
    """One that waits to be tried again keeps the later ones waiting: they could not be staged."""
    run = await planned(ledger)
    work = await reading(ledger, run)
    await again_in(ledger, work, HOUR)
    assert isinstance(await ledger.run(claim, run.id, "w"), Wait)


async def test_an_unordered_stream_is_read_past_a_place_that_waits(ledger: Ledger) -> None:
    """Where nothing hangs on the order, a failure holds nothing up."""
    run = await planned(ledger, ordered=False)
    await again_in(ledger, await reading(ledger, run), HOUR)
    assert (await reading(ledger, run)).key.number == 2


async def test_a_place_that_is_due_again_comes_before_later_ones(
    ledger: Ledger, database: dict[str, str]
) -> None:
    """Though it has become due after them."""
    run = await planned(ledger)
    await again_in(ledger, await reading(ledger, run), 60)
    async with later(database) as then:
        assert (await reading(then, run)).key.number == 1
        assert (await reading(then, run)).key.number == 2


async def test_a_blocked_stream_leaves_the_others_alone(ledger: Ledger) -> None:
    """Another stream is read on while one waits."""
    run = await begun(ledger)
    leased = await step(ledger, run)
    names = ["a", "b"]
    await ledger.run(open_streams, run.id, leased.token, names, ordered=names)
    for expected in names:
        work = await reading(ledger, run)
        assert work.key.stream == expected
        await ledger.run(stage, work, gave(b"x", next_=PLAN), send_on=True)
    await again_in(ledger, await reading(ledger, run), HOUR)
    others = [(await reading(ledger, run)).key for _ in range(3)]
    assert [(key.stream, key.number) for key in others] == [("b", 1), ("b", 2), ("b", 3)]


async def test_conflicts_are_kept_with_both_places(ledger: Ledger) -> None:
    """As cursor and record of each, and only so many, though all are counted elsewhere."""
    run = await planned(ledger)
    one = Conflict(object_type="Employee", identity=("ann",), position=3, sent=Place(0, "", 7))
    work = await reading(ledger, run)
    await ledger.run(stage, work, gave(b"y", conflicts=[one] * (KEPT + 5)), send_on=True)
    work = await reading(ledger, run)
    await ledger.run(stage, work, gave(b"z", conflicts=[one]), send_on=True)
    kept = await ledger.run(conflicts_of, run.id, limit=None)
    assert len(kept) == KEPT
    assert (kept[0].stream, kept[0].object_type, kept[0].identity) == (
        "devices",
        "Employee",
        ["ann"],
    )
    assert (kept[0].cursor, kept[0].position) == (PLAN[0], 3)
    assert (kept[0].sent_cursor, kept[0].sent_position) == (None, 7)


async def test_identities_go_when_the_run_ends(ledger: Ledger) -> None:
    """They are of use to no other run; conflicts stay to be read."""
    run = await planned(ledger)
    one = Conflict(object_type="Employee", identity=("ann",), position=3, sent=Place(0, "", 7))
    await ledger.run(stage, await reading(ledger, run), gave(b"y", conflicts=[one]), send_on=True)
    await ledger.run(begin_closing, run.id, end=RunState.FAILED, code="c", reason="r")
    leased = await step(ledger, run)
    await ledger.run(end_run, run.id, leased.token, end=RunState.FAILED, code="c", reason="r")
    assert await ledger.run(met, run.id) == 0
    assert len(await ledger.run(conflicts_of, run.id, limit=None)) == 1


async def test_a_closing_run_gives_nobody_a_turn(ledger: Ledger, database: dict[str, str]) -> None:
    """What waits for its turn is dropped, in whatever process."""
    run = await planned(ledger)
    work = await reading(ledger, run)
    await ledger.run(begin_closing, run.id, end=RunState.CANCELLED, code="c", reason="r")
    async with another(database) as other:
        with pytest.raises(LeaseLost):
            await other.run(met_before, work, [ANN])

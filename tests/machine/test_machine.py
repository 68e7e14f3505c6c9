"""Ledger and engine against a model: any order of steps, deaths, answers, clocks and people."""

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from assetferry.ledger.claim import Wait
from assetferry.ledger.completing import begin_completion
from assetferry.ledger.holding import hold, resume
from assetferry.ledger.states import ENDED
from assetferry.ledger.workers import bury
from simulation.bench import Bench, postgres_bench, sqlite_bench
from simulation.game import Game
from simulation.world import World

EXAMPLES = int(os.environ.get("MACHINE_EXAMPLES", "12"))
SEED = os.environ.get("MACHINE_SEED")
DEEP = "MACHINE_EXAMPLES" in os.environ

PLACES = st.frozensets(st.integers(0, 8), max_size=2)
WORLDS = st.builds(
    World,
    records=st.integers(0, 12),
    page=st.integers(1, 3),
    planned=st.booleans(),
    bad=PLACES,
    repeated=PLACES,
    poison=st.frozensets(st.integers(0, 8), max_size=1),
    largest=st.sampled_from([None, None, 1]),
    chunk_records=st.integers(1, 4),
    reads=st.integers(1, 3),
    sends=st.integers(1, 3),
    max_attempts=st.integers(1, 3),
    scheduled=st.booleans(),
    dedupes=st.booleans(),
)
WHO = st.integers(0, 2)
ANSWERS = st.sampled_from(
    ["right"] * 8 + ["lost"] * 3 + ["down", "throttled", "strange", "unauthorized"]
)


class Play(RuleBasedStateMachine):
    """What can happen, in any order."""

    bench: Bench

    def __init__(self) -> None:
        super().__init__()
        self.game: Game | None = None

    @initialize(
        world=WORLDS,
        cancel_at=st.none() | st.none() | st.integers(0, 80),
        cancel_there_at=st.none() | st.none() | st.none() | st.integers(0, 80),
        head_start=st.integers(0, 50),
    )
    def begin(
        self, world: World, cancel_at: int | None, cancel_there_at: int | None, head_start: int
    ) -> None:
        self.cancel_at, self.cancel_there_at = cancel_at, cancel_there_at
        self.played = Game(self.bench, world)
        self.game = self.played
        for _ in range(head_start):
            self._open(0, "right")

    @rule(who=WHO, answer=ANSWERS)
    def one_effect(self, who: int, answer: Any) -> None:
        self._open(who, answer)

    @rule(who=WHO, effects=st.integers(2, 12))
    def several_effects(self, who: int, effects: int) -> None:
        for _ in range(effects):
            self._open(who, "right")

    @rule(who=WHO, delivered=st.booleans())
    def a_worker_vanishes(self, who: int, delivered: bool) -> None:  # noqa: FBT001 # drawn
        self.played.kill(who, delivered=delivered)

    @precondition(lambda self: self.game is not None and self.game.dead)
    @rule(which=st.integers(0, 5))
    def a_dead_one_is_buried(self, which: int) -> None:
        names = self.played.dead
        self.played.execute(bury, names[which % len(names)])

    @rule(who=WHO)
    def a_living_one_is_taken_for_dead(self, who: int) -> None:
        self.played.execute(bury, self.played.players[who].name)

    @rule(seconds=st.sampled_from([0.125, 7.0, 31.0, 31.0, 65.0, 4000.0]))
    def time_passes(self, seconds: float) -> None:
        self.played.pass_time(seconds)

    @rule(seconds=st.sampled_from([1.0, 31.0, 3600.0, 86_400.0]))
    def the_clock_is_set_back(self, seconds: float) -> None:
        self.played.set_clock(-seconds)

    @precondition(lambda self: self.bench.tells_uptime)
    @rule(seconds=st.sampled_from([1.0, 31.0, 3600.0, 86_400.0]))
    def the_clock_is_set_forward(self, seconds: float) -> None:
        self.played.set_clock(seconds)

    @rule(who=WHO)
    def leases_are_renewed(self, who: int) -> None:
        self.played.renew(who)

    @rule()
    def the_sweep_comes_by(self) -> None:
        self.played.execute(begin_completion, self.played.run.id)

    @precondition(lambda self: self.game is not None and self.game.late)
    @rule(which=st.integers(0, 99))
    def a_late_result_arrives(self, which: int) -> None:
        self.played.repeat(which)

    @rule()
    def a_person_resumes(self) -> None:
        self.played.execute(resume, self.played.run.id)

    @precondition(lambda self: self.game is not None and self.game.moves % 5 == 0)
    @rule()
    def the_run_is_held(self) -> None:
        self.played.execute(hold, self.played.run.id, code="asked", reason="Wait.", cure="Resume.")

    @rule()
    def another_process_begins_the_same(self) -> None:
        self.played.begin_again()

    def teardown(self) -> None:
        if self.game is not None:
            try:
                if not self.game.broken:
                    self.game.finish()
            finally:
                self.game.close()

    def _open(self, who: int, answer: Any) -> None:
        self.played.open(who, answer)
        if self.cancel_at is not None and self.played.moves >= self.cancel_at:
            self.cancel_at = None
            self.played.cancel()
        if self.cancel_there_at is not None and self.played.moves >= self.cancel_there_at:
            self.cancel_there_at = None
            self.played.cancel_there()


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    """A ledger on each database in turn, for all tests here."""
    if request.param == "sqlite":
        with sqlite_bench(request.getfixturevalue("tmp_path_factory").mktemp("played")) as made:
            yield made
    else:
        with postgres_bench(request.getfixturevalue("postgres").format("postgres")) as made:
            yield made


@pytest.mark.timeout(3600)
def test_r01_r03_r05_r07_whatever_happens_in_whatever_order(bench: Bench) -> None:
    """The model is never contradicted, and every run ends with exactly the model's content."""

    class Here(Play):
        pass

    Here.bench = bench
    chosen = settings(
        max_examples=EXAMPLES,
        stateful_step_count=50,
        derandomize=SEED is None,
        database=None,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        phases=[Phase.generate, Phase.shrink] if DEEP else [Phase.generate],
        print_blob=False,
    )
    if SEED is not None:
        seed(int(SEED))(Here)
    run_state_machine_as_test(Here, settings=chosen)


def disturbed(bench: Bench, world: World, at: int, what: Callable[[Game], bool]) -> bool:
    """Let something happen after so many effects; False if the run has ended before.

    ``what`` tells whether there was anything to disturb; if not, the rest is not played.
    """
    game = Game(bench, world)
    try:
        for _ in range(at):
            if isinstance(game.open(0), Wait):
                game.pass_time(64)
        before_its_end = game.model.run.state not in ENDED
        if what(game):
            game.finish()
    finally:
        game.close()
    return before_its_end


def at_every_effect(bench: Bench, what: Callable[[Game], bool]) -> int:
    """Play a short run again and again, disturbed after its first effect, its second, and so on."""
    world = World(records=3, chunk_records=2, bad=frozenset({1}))
    stride = 1 if bench.tells_uptime or DEEP else 4  # a server takes its time
    for at in range(0, 200, stride):
        if not disturbed(bench, world, at, what):
            return at
    raise AssertionError("the run has no end")


def test_r05_a_worker_may_vanish_between_any_two_effects(bench: Bench) -> None:
    """The others end the run with the same content."""

    def vanish(game: Game) -> bool:
        game.kill(0)
        return True

    assert at_every_effect(bench, vanish) > 30


def test_r05_a_worker_may_vanish_with_any_request_under_way(bench: Bench) -> None:
    """A request that arrives after its sender died loses and doubles nothing."""

    def vanish(game: Game) -> bool:
        asking = game.players[0].asking
        game.kill(0, delivered=True)
        return asking

    assert at_every_effect(bench, vanish) > 30


def test_r05_a_frozen_worker_thaws_when_others_have_gone_on(bench: Bench) -> None:
    """Whatever it comes back with is refused where somebody else has the row, and only there."""

    def freeze(game: Game) -> bool:
        game.pass_time(31)
        for _ in range(1 + game.moves % 4):
            game.open(1)
        while not game.players[0].idle:
            game.open(0)
        return True

    assert at_every_effect(bench, freeze) > 30


def test_r07_a_cancel_may_come_between_any_two_effects(bench: Bench) -> None:
    """From then on nothing happens but closing, and nothing stays open or is applied."""

    def cancel(game: Game) -> bool:
        game.cancel()
        return True

    assert at_every_effect(bench, cancel) > 30


def let_others_end_it(game: Game) -> None:
    """Let everybody but the first worker go on, for as long as there is something to do."""
    for _ in range(120):
        if isinstance(game.open(1), Wait):
            game.pass_time(2)
        if game.model.run.state in ENDED:
            return


def test_r02_r07_a_cancel_may_come_with_any_request_under_way(bench: Bench) -> None:
    """A request that arrives after everybody else has closed the run leaves nothing open."""

    def cancel(game: Game) -> bool:
        asking = game.players[0].asking
        game.cancel()
        let_others_end_it(game)
        return asking

    assert at_every_effect(bench, cancel) > 30


def test_r02_a_hold_and_its_end_may_come_with_any_request_under_way(bench: Bench) -> None:
    """A request that arrives after others have gone on from a hold doubles and leaves nothing."""

    def hold_and_resume(game: Game) -> bool:
        asking = game.players[0].asking
        if game.execute(hold, game.run.id, code="asked", reason="Wait.", cure="Resume."):
            game.execute(resume, game.run.id)
        let_others_end_it(game)
        return asking

    assert at_every_effect(bench, hold_and_resume) > 30


def test_r02_r07_a_frozen_worker_thaws_when_its_run_has_been_closed(bench: Bench) -> None:
    """Whatever its late request makes in Assets is closed by itself: nobody else knows of it."""

    def freeze_and_cancel(game: Game) -> bool:
        game.pass_time(31)
        game.cancel()
        let_others_end_it(game)
        return True

    assert at_every_effect(bench, freeze_and_cancel) > 30


def test_r02_a_frozen_worker_thaws_when_its_run_has_ended(bench: Bench) -> None:
    """Whatever it comes back with, the run has ended once, and nothing is open."""

    def freeze(game: Game) -> bool:
        game.pass_time(31)
        let_others_end_it(game)
        return True

    assert at_every_effect(bench, freeze) > 30

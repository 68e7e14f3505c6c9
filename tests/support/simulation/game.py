"""One example: the real lanes on the real ledger, the model beside them, and what must hold."""

import asyncio
import inspect
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import BindParameter, Connection, bindparam, func, select

from assetferry.errors import FerryError
from assetferry.ledger.chunk import ChunkKey
from assetferry.ledger.claim import Ended, Held, Wait, Work
from assetferry.ledger.closing import begin_closing
from assetferry.ledger.creation import NewRun, begin_run
from assetferry.ledger.errors import LeaseLost
from assetferry.ledger.holding import resume
from assetferry.ledger.run import Run, load_run
from assetferry.ledger.starting import left_open
from assetferry.ledger.states import ENDED, ChunkState, RunState
from assetferry.ledger.tables import chunks, payloads, quarantine, runs, streams, tallies
from assetferry.ledger.timekeeping import keep_time
from simulation.assets import SOURCE, ModelAssets
from simulation.bench import Bench
from simulation.model import Model
from simulation.player import Answer, Player
from simulation.world import World, equipped

__all__ = ["Game"]

T = TypeVar("T")
_signature = cache(inspect.signature)
LATE = frozenset({"stage", "submitted", "split", "quarantine_chunk", "retry_chunk", "completed"})
"""Transitions that are repeated later, as late results."""
PATIENCE = 1000
"""Moves within which every run must have come to its end once nothing goes wrong any more."""


class Game:
    """Workers, the ledger, Assets, and the model."""

    def __init__(self, bench: Bench, world: World) -> None:
        self.bench, self.world = bench, world
        self.bench.empty()
        self.assets = ModelAssets(
            dedupes=world.dedupes,
            poison={world.serial(place) for place in world.poison},
            largest=world.largest,
        )
        self.model = Model(reads=world.reads, sends=world.sends)
        self.run = self._begin()
        self.loop = asyncio.new_event_loop()
        self.players: list[Player] = []
        self.dead: list[str] = []
        self.late: list[tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]] = []
        self.moves = 0
        self.disturbed: str | None = None
        """Who ended the run before its time, if somebody did."""
        self.broken = False
        """Whether the model has been contradicted: then nothing goes on."""
        self.hired = 0
        self.execute(keep_time, stamp=True)
        for _ in range(3):
            self.hire()

    @property
    def now(self) -> float:
        """The ledger's clock."""
        return self.bench.now

    def hire(self) -> None:
        """Let one more worker come."""
        self.hired += 1
        name = f"worker-{self.hired}"

        async def made() -> Player:
            return Player(name, self.world, self.run, self.assets, self)

        self.players.append(self.loop.run_until_complete(made()))

    def execute(self, transition: Callable[..., T], /, *args: Any, **kwargs: Any) -> T:
        """Execute a transition, tell the model, and compare."""
        name = transition.__name__
        given = _signature(transition).bind(None, *args, **kwargs)
        if name in LATE:
            self.late.append((transition, args, kwargs))
        self.broken = True  # unless this comes to its end
        try:
            outcome: Any = self.bench.execute(transition, *args, **kwargs)
        except FerryError as error:
            self.model.saw(name, given.arguments, error, self.now)
            self.check()
            self.broken = False
            raise
        if name == "begin_completion" and outcome:
            self._check_whole()
        self.model.saw(name, given.arguments, outcome, self.now)
        self.moves += 1
        self.check()
        self.broken = False
        return outcome

    # What somebody does.

    def wake(self, who: int) -> Work | None:
        """Let a worker claim, if it is idle."""
        player = self.players[who]
        return self.loop.run_until_complete(player.wake()) if player.idle else None

    def open(self, who: int, answer: Answer = "right") -> Work | None:
        """Let a worker's next effect happen, or let it claim."""
        player = self.players[who]
        move = player.wake() if player.idle else player.open(answer)
        return self.loop.run_until_complete(move)

    def kill(self, who: int, *, delivered: bool = False) -> None:
        """Let a worker vanish between two effects, and another one come."""
        player = self.players.pop(who)
        self.loop.run_until_complete(player.kill(delivered=delivered))
        self.dead.append(player.name)
        self.hire()

    def renew(self, who: int) -> None:
        """Let a worker renew its leases."""
        self.loop.run_until_complete(self.players[who].renew())

    def pass_time(self, seconds: float) -> None:
        """Let time pass; whoever lives says so, and looks at the clock."""
        self.bench.pass_time(seconds)
        self.execute(keep_time, stamp=True)

    def set_clock(self, by: float) -> None:
        """Let somebody set the clock, which the next to look at it finds out."""
        self.bench.set_clock(self.now + by)
        self.execute(keep_time, stamp=True)

    def cancel(self) -> None:
        """Let a person cancel the run."""
        if self.execute(
            begin_closing, self.run.id, end=RunState.CANCELLED, code="cancelled", reason="Enough."
        ):
            self.disturbed = "person"

    def cancel_there(self) -> None:
        """Let somebody cancel the execution in Assets."""
        if self.assets.executions and self.assets.executions[-1].state == "INGESTING":
            self.assets.cancel(self.assets.executions[-1].id)
            self.disturbed = self.disturbed or "there"

    def begin_again(self) -> None:
        """Let another process begin the same import: there is one unfinished run at most."""
        second = self.bench.execute(begin_run, self._asked(), owner="another")
        assert second is None or self.model.run.state in ENDED, "two unfinished runs"
        if second is not None:
            self.bench.execute(_forget, second.id)

    def repeat(self, which: int) -> None:
        """Let a late result arrive: the model knows whether it must be refused."""
        transition, args, kwargs = self.late[which % len(self.late)]
        try:
            self.execute(transition, *args, **kwargs)
        except LeaseLost:
            self.late.pop()
        else:
            raise AssertionError(f"{transition.__name__} was carried out twice")

    # What must hold, always and in the end.

    def check(self) -> None:
        """Compare every row with the model."""
        told = self.bench.execute(_seen, self.run.id)
        model = self.model
        rows = {
            key: (row.state, row.token, row.until, row.attempts, row.losses, row.due_at)
            for key, row in model.rows.items()
        }
        assert told["rows"] == rows, f"ledger: {told['rows']}, model: {rows}"
        assert told["run"] == (model.run.state, model.run.token, model.run.until, model.held)
        assert told["bodies"] == {
            key: row.body for key, row in model.rows.items() if row.body is not None
        }
        kept = {model.rows[key].state for key in told["bodies"]}
        staged = {key for key, row in model.rows.items() if row.state is ChunkState.STAGED}
        if model.run.state in ENDED:
            assert not kept, "bytes are kept of a run that has ended"
        else:
            assert kept <= {ChunkState.STAGED, ChunkState.FAILED}, "bytes are kept that were sent"
            assert staged <= told["bodies"].keys(), "bytes are lost"
        counts = ("records_read", "chunks_staged", "chunks_submitted", "entries_submitted")
        assert told["counts"] == tuple(model.sums[name] for name in counts)
        assert model.completions <= 1, "completion began twice"
        assert all(one.completions <= 1 for one in self.assets.executions)

    def finish(self) -> Run:
        """Let everything go well from here on; the run must end, and its end must be true."""
        for _ in range(PATIENCE):
            work = self._move_on()
            if isinstance(work, Ended):
                break
            if isinstance(work, Held):
                # A person mends what is to be mended, and resumes.
                self.assets.poison.clear()
                self.execute(resume, self.run.id)
            elif isinstance(work, Wait):
                self.pass_time(64)
        else:
            raise AssertionError(f"the run never ends: {self.model}")
        ended = self.bench.execute(load_run, self.run.id)
        self._check_end(ended)
        return ended

    def close(self) -> None:
        """End all tasks."""
        for player in self.players:
            self.loop.run_until_complete(player.kill(delivered=False))
        self.loop.close()

    def _move_on(self) -> Work | None:
        """Let all who have something in hand go on; where nobody has, let one claim."""
        busy = [who for who, player in enumerate(self.players) if not player.idle]
        for who in busy:
            self.open(who)
        return None if busy else self.wake(0)

    def _check_whole(self) -> None:
        """By content, not by counts: Assets has every record, or it is in quarantine."""
        open_now = [one for one in self.assets.executions if one.state == "INGESTING"]
        received = {serial for one in open_now for serial in one.received}
        aside = self.bench.execute(_refused_entries, self.run.id)
        if self.disturbed is None:
            assert received | aside == self.world.good, "completed before all was in"

    def _check_end(self, ended: Run) -> None:
        left = [one.id for one in self.assets.executions if one.state == "INGESTING"]
        if "may still be open in Assets" in (ended.reason or ""):
            # Assets could not be told for too long: the next run finds it, and closes it.
            left = [one for one in left if not self.bench.execute(left_open, SOURCE, one)]
        assert not left, f"an execution is left open: {self.assets.executions}"
        done = [one for one in self.assets.executions if one.state in ("PROCESSING", "DONE")]
        if ended.state in (RunState.FAILED, RunState.CANCELLED):
            assert self.disturbed is not None or self.world.scheduled, ended.reason
            assert not done, f"{ended.state} ({ended.reason}), but Assets applied it"
            return
        assert ended.state in (RunState.DONE, RunState.PARTIAL)
        assert [one.state for one in done] == ["DONE"]
        assert all(not one.chunks for one in self.assets.executions if one not in done)
        aside = self.bench.execute(_refused_entries, self.run.id)
        assert aside <= {self.world.serial(place) for place in self.world.poison}
        assert self.assets.objects.keys() == self.world.good - aside
        whole = not aside and not self.world.spoilt
        assert (ended.state is RunState.DONE) == whole, f"{ended.state}: {ended.reason}"

    def _asked(self) -> NewRun:
        made, text, _ = equipped(self.world)
        return NewRun(
            definition=made.name,
            definition_text=text,
            definition_hash="0" * 64,
            origin="played.toml",
            scheduled=self.world.scheduled,
            reads=made.limits.reads,
            sends=made.limits.sends,
        )

    def _begin(self) -> Run:
        run = self.bench.execute(begin_run, self._asked(), owner=None)
        assert run is not None
        return run


_OF_RUN: BindParameter[str] = bindparam("of_run")
_KEY = ("run", "stream", "number", "part")
_LEASE = ("state", "token", "lease_until", "attempts", "losses", "due_at")
_ROWS = select(
    *(chunks.c[name] for name in _KEY),
    *(chunks.c[name] for name in _LEASE),
).where(chunks.c.run == _OF_RUN)
_RUN = select(runs.c.state, runs.c.token, runs.c.lease_until, runs.c.held_since).where(
    runs.c.id == _OF_RUN
)
_BODIES = select(*(payloads.c[name] for name in _KEY), payloads.c.body).where(
    payloads.c.run == _OF_RUN
)
_COUNTS = select(
    *(
        func.coalesce(func.sum(streams.c[name]), 0)
        for name in ("records_read", "chunks_staged", "chunks_submitted")
    ),
    select(func.coalesce(func.sum(tallies.c.entries_submitted), 0))
    .where(tallies.c.run == _OF_RUN)
    .scalar_subquery(),
).where(streams.c.run == _OF_RUN)


def _seen(connection: Connection, run: str) -> Mapping[str, Any]:
    """Read what is compared with the model."""
    of_run = {"of_run": run}
    row: Any = connection.execute(_RUN, of_run).one()
    rows: Any = connection.execute(_ROWS, of_run).all()
    bodies: Any = connection.execute(_BODIES, of_run).all()
    return {
        "rows": {ChunkKey(*one[:4]): (ChunkState(one[4]), *one[5:]) for one in rows},
        "run": (RunState(row.state), row.token, row.lease_until, row.held_since is not None),
        "bodies": {ChunkKey(*one[:4]): one[4] for one in bodies},
        "counts": tuple(connection.execute(_COUNTS, of_run).one()),
    }


def _refused_entries(connection: Connection, run: str) -> set[str]:
    """Name the entries that Assets refused, from quarantine."""
    chosen = select(quarantine.c.record).where(
        quarantine.c.run == run, quarantine.c.code == "refused_by_assets"
    )
    return {f"SN-{str(record).split('SN-')[1][:3]}" for (record,) in connection.execute(chosen)}


def _forget(connection: Connection, run: str) -> None:
    connection.execute(runs.delete().where(runs.c.id == run))

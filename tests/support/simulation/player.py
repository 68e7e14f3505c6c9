"""A worker whose every effect waits at a gate until the test opens it, or kills the worker."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Concatenate, Literal, ParamSpec, Protocol, TypeAlias, TypeVar

from sqlalchemy import Connection

from assetferry.assets.answers import (
    Accepted,
    ConfigStatus,
    ExecutionStatus,
    Identified,
    Pushed,
    Started,
    Throttled,
    Trouble,
    Unauthorized,
    Unavailable,
    Unexpected,
)
from assetferry.engine.backoff import Backoff
from assetferry.engine.desk import Desk
from assetferry.engine.keeper import Keeper
from assetferry.engine.lane import Lane
from assetferry.engine.ports import Equipment
from assetferry.errors import FerryError
from assetferry.ledger.chunk import Read, Send
from assetferry.ledger.claim import Step, Work
from assetferry.ledger.run import Run
from assetferry.ledger.transition import Ledger
from assetferry.sources.errors import (
    SourceMisread,
    SourceThrottled,
    SourceUnauthorized,
    SourceUnavailable,
)
from assetferry.sources.page import Cursor, Page, Source
from simulation.assets import ModelAssets
from simulation.world import World, equipped

__all__ = ["Answer", "Executes", "Player"]

P = ParamSpec("P")
T = TypeVar("T")

Answer: TypeAlias = Literal["right", "lost", "down", "throttled", "strange", "unauthorized"]
"""How a call goes: as it should; carried out, but its answer lost; or not carried out."""

_AT_ONCE = frozenset({"instant", "remembered_ids", "pushed_hash"})
"""Transitions that read what nothing in play here changes: no gate before them."""


class Executes(Protocol):
    """Executes a transition, and compares what it did with the model."""

    @property
    def now(self) -> float: ...

    def execute(self, transition: Callable[..., T], /, *args: Any, **kwargs: Any) -> T: ...


@dataclass
class Gate:
    """One effect that waits: a transition, or a call to Assets or to the source."""

    side: Literal["ledger", "assets", "source"]
    name: str
    do: Callable[[Answer], Any]
    passed: "asyncio.Future[Any]"


class AtOnce(Ledger):
    """The ledger without gates, for the keeper of leases."""

    def __init__(self, table: Executes) -> None:
        self._table = table

    @property
    def place(self) -> str:
        return "a game"

    async def run(
        self,
        transition: Callable[Concatenate[Connection, P], T],
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        return self._table.execute(transition, *args, **kwargs)

    async def close(self) -> None: ...


class Player(Ledger):
    """A real lane of the engine, as a task of its own, that is let on from gate to gate."""

    def __init__(
        self, name: str, world: World, run: Run, assets: ModelAssets, table: Executes
    ) -> None:
        self.name = name
        self.gate: Gate | None = None
        self._table = table
        self._dead = False
        self._parked = asyncio.Event()
        self._task: asyncio.Task[Work] | None = None
        self.keeper = Keeper(AtOnce(table))
        made, _, transformers = equipped(world)
        equipment = Equipment(
            definition=made,
            target=PlayedTarget(self, assets),
            sources={"devices": PlayedSource(self, world)},
            transformers=transformers,
        )
        desk = Desk(
            run=run,
            ledger=self,
            keeper=self.keeper,
            equipment=equipment,
            backoff=Backoff(world.max_attempts, chance=lambda: 0.5),
        )
        self._lane = Lane(desk, name)

    @property
    def place(self) -> str:
        return "a game"

    @property
    def idle(self) -> bool:
        """Tell whether it has nothing in hand."""
        return self._task is None

    @property
    def asking(self) -> bool:
        """Tell whether it is about to ask Assets for something."""
        return self.gate is not None and self.gate.side == "assets"

    async def wake(self) -> Work | None:
        """Claim; give what there was to do where that was nothing."""
        self._task = asyncio.create_task(self._turn(), name=self.name)
        await self._settle()
        return await self.open("right")

    async def open(self, answer: Answer) -> Work | None:
        """Let the effect it waits for happen; give the work if that was its last."""
        gate, self.gate = self.gate, None
        assert gate is not None, "it waits for something that is no effect"
        self._parked.clear()
        try:
            value = gate.do("right" if gate.side == "ledger" else answer)
        except FerryError as error:
            gate.passed.set_exception(error)
        else:
            gate.passed.set_result(value)
        return await self._settle()

    async def renew(self) -> None:
        """Renew its leases, as it would every ten seconds."""
        self._parked.clear()
        await self.keeper.renew()
        # A lease that is lost ends the task; else it waits where it was.
        if self._task is not None and self._task.cancelling():
            self.gate = None
            await self._settle()

    async def kill(self, *, delivered: bool) -> None:
        """Let it vanish; a request that is under way may yet be ``delivered``."""
        self._dead = True
        if delivered and self.gate is not None and self.asking:
            self.gate.do("lost")
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def run(
        self,
        transition: Callable[Concatenate[Connection, P], T],
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Execute a transition once the gate is open."""
        if transition.__name__ in _AT_ONCE:
            return self._table.execute(transition, *args, **kwargs)

        def do(_answer: Answer) -> T:
            return self._table.execute(transition, *args, **kwargs)

        return await self.passes("ledger", transition.__name__, do)

    async def close(self) -> None: ...

    async def passes(
        self,
        side: Literal["ledger", "assets", "source"],
        name: str,
        do: Callable[[Answer], T],
    ) -> T:
        """Wait at a gate."""
        if self._dead:
            raise asyncio.CancelledError
        self.gate = Gate(side, name, do, asyncio.get_running_loop().create_future())
        self._parked.set()
        return await self.gate.passed

    async def _turn(self) -> Work:
        work = await self._lane.claim()
        if isinstance(work, Read | Send | Step):
            await self._lane.work(work)
        return work

    async def _settle(self) -> Work | None:
        """Wait until it stands at its next gate, or has finished."""
        assert self._task is not None
        parked = asyncio.create_task(self._parked.wait())
        await asyncio.wait({self._task, parked}, return_when=asyncio.FIRST_COMPLETED)
        parked.cancel()
        if not self._task.done():
            return None
        ended, self._task = self._task, None
        return ended.result()

    @property
    def clock(self) -> float:
        """The ledger's clock."""
        return self._table.now


class PlayedSource(Source):
    """The world's records behind a player's gate."""

    def __init__(self, player: Player, world: World) -> None:
        self._player, self._world = player, world

    async def read(self, cursor: Cursor | None) -> Page:
        def do(answer: Answer) -> Page:
            match answer:
                case "right":
                    return self._world.read(cursor)
                case "throttled":
                    raise SourceThrottled("429", until=self._player.clock + 64)
                case "unauthorized":
                    raise SourceUnauthorized("401")
                case "strange":
                    raise SourceMisread("a page of HTML")
                case _:
                    raise SourceUnavailable("500")

        return await self._player.passes("source", "read", do)

    def ahead(self, page: Page, *, records: int) -> Sequence[Cursor]:
        return self._world.ahead(page, records)


class PlayedTarget:
    """Assets behind a player's gate."""

    def __init__(self, player: Player, assets: ModelAssets) -> None:
        self._player, self._assets = player, assets

    def at(
        self, workspace_id: str, import_source_id: str, *, links: Mapping[str, str] | None = None
    ) -> "PlayedTarget":
        del workspace_id, import_source_id, links
        return self

    async def identify(self) -> Identified | Trouble:
        return await self._call("identify")

    async def config_status(self) -> ConfigStatus | Trouble:
        return await self._call("config_status")

    async def push_mapping(self, document: Mapping[str, Any]) -> Pushed | Trouble:
        return await self._call("push_mapping", document)

    async def newest(self) -> ExecutionStatus | Trouble | None:
        return await self._call("newest")

    async def start(self, *, scheduled: bool) -> Started | Trouble:
        del scheduled
        return await self._call("start")

    async def status(self, execution_id: str) -> ExecutionStatus | Trouble:
        return await self._call("status", execution_id)

    async def submit(self, execution_id: str, body: bytes) -> Accepted | Trouble:
        return await self._call("submit", execution_id, body)

    async def complete(self, execution_id: str) -> Accepted | Trouble:
        return await self._call("complete", execution_id)

    async def cancel(self, execution_id: str) -> Accepted | Trouble:
        return await self._call("cancel", execution_id)

    async def report_failure(self, execution_id: str, reason: str) -> Accepted | Trouble:
        return await self._call("report_failure", execution_id, reason)

    async def _call(self, name: str, *args: Any) -> Any:
        def do(answer: Answer) -> Any:
            match answer:
                case "right":
                    return getattr(self._assets, name)(*args)
                case "lost":
                    getattr(self._assets, name)(*args)
                    return Unavailable(reason="connection reset")
                case "down":
                    return Unavailable(reason="500")
                case "throttled":
                    return Throttled(until=self._player.clock + 64)
                case "strange":
                    return Unexpected(status=200, reason="a page of HTML")
                case "unauthorized":
                    return Unauthorized(reason="401")

        return await self._player.passes("assets", name, do)

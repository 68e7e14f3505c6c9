"""The engine, let go block by block while it works on one import.

One long run is measured in its steady state, instead of many short ones whose start and end
would have to be taken out again. Two gates hold it still while another side has its turn: its
source gives no page, and its ledger takes no call. A block ends when the last of its chunks is
SUBMITTED on the disk, so nothing of it is left to do in another side's time.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection

from assetferry.definition.load import content_hash, load
from assetferry.engine.importer import Importer
from assetferry.engine.ports import Equipment
from assetferry.equipment import equip_definition
from assetferry.ledger.creation import NewRun
from assetferry.ledger.opening import open_file
from assetferry.ledger.run import load_run
from assetferry.ledger.states import RunState
from assetferry.ledger.submitting import submitted
from assetferry.ledger.transition import Ledger
from assetferry.sources.page import Cursor, Page, Source

__all__ = ["GatedImport", "gated_import"]

P = ParamSpec("P")
T = TypeVar("T")


class _GatedLedger(Ledger):
    """Passes transitions on while open, and counts chunks that have become SUBMITTED."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self.open = asyncio.Event()
        self._idle = asyncio.Event()
        self._running = 0
        self._wanted = 0
        self._all_submitted = asyncio.Event()

    @property
    def place(self) -> str:
        return self._ledger.place

    async def run(
        self,
        transition: Callable[Concatenate[Connection, P], T],
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        if not self.open.is_set():
            await self.open.wait()
        self._running += 1
        try:
            return await self._ledger.run(transition, *args, **kwargs)
        finally:
            self._running -= 1
            if transition is submitted:
                self._wanted -= 1
                if self._wanted == 0:
                    self._all_submitted.set()
            if self._running == 0:
                self._idle.set()

    async def close(self) -> None:
        await self._ledger.close()

    def expect(self, chunks: int) -> None:
        """Open the gate for so many chunks."""
        self._wanted = chunks
        self._all_submitted.clear()
        self.open.set()

    async def shut(self) -> None:
        """Wait for the chunks expected, then shut the gate and wait until nothing runs."""
        await self._all_submitted.wait()
        self.open.clear()
        while self._running:
            self._idle.clear()
            await self._idle.wait()


class _GatedSource(Source):
    """Gives as many pages as it has been allowed."""

    def __init__(self, source: Source, allowed: asyncio.Semaphore) -> None:
        self._source, self._allowed = source, allowed

    async def read(self, cursor: Cursor | None) -> Page:
        await self._allowed.acquire()
        return await self._source.read(cursor)

    def ahead(self, page: Page, *, records: int) -> Sequence[Cursor]:
        return self._source.ahead(page, records=records)


class GatedImport:
    """One import as a side of a comparison."""

    def __init__(self, ledger: _GatedLedger, allowed: asyncio.Semaphore) -> None:
        """Take over the gates of a run that has begun."""
        self._ledger, self._allowed = ledger, allowed

    async def work(self, pages: int) -> None:
        """Let the import go on for so many pages."""
        self._ledger.expect(pages)
        for _ in range(pages):
            self._allowed.release()
        await self._ledger.shut()


@asynccontextmanager
async def gated_import(text: str, *, folder: Path) -> AsyncGenerator[GatedImport]:
    """Begin an import on a new ledger in ``folder``, and see it to its end.

    All its pages must have been worked off when the block is left. Raises RuntimeError where the
    import did not end DONE, so that no number is made of work that was not done.
    """
    ledger = _GatedLedger(open_file(folder / "ledger.db"))
    ledger.open.set()
    allowed = asyncio.Semaphore(0)

    @asynccontextmanager
    async def equip(text: str, origin: str) -> AsyncGenerator[Equipment]:
        definition = load(text, origin=origin)
        async with equip_definition(definition, environ=_ENVIRON) as equipment:
            sources = {
                name: _GatedSource(source, allowed) for name, source in equipment.sources.items()
            }
            yield replace(equipment, sources=sources)

    try:
        async with Importer(ledger, equip, locks=folder / "workers") as importer:
            run = await importer.begin(_new_run(text))
            assert run is not None, "a new ledger has no other run"  # noqa: S101
            working = importer.attending(run.id)
            assert working is not None  # noqa: S101 # it was begun here
            yield GatedImport(ledger, allowed)
            ledger.open.set()
            await working
            ended = await ledger.run(load_run, run.id)
            if ended.state is not RunState.DONE:
                raise RuntimeError(f"The import ended {ended.state}: {ended.reason}")
    finally:
        ledger.open.set()
        await ledger.close()


_ENVIRON: Mapping[str, str] = {"ASSETS_TOKEN": "bench"}


def _new_run(text: str) -> NewRun:
    definition = load(text, origin="bench")
    return NewRun(
        definition=definition.name,
        definition_text=text,
        definition_hash=content_hash(text),
        origin="bench",
        scheduled=False,
        reads=definition.limits.reads,
        sends=definition.limits.sends,
    )

"""Runs at any point of their life, made by transitions alone."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from assetferry.ledger import rechecking
from assetferry.ledger.chunk import Read, Send
from assetferry.ledger.claim import Step, claim
from assetferry.ledger.completing import begin_completion, completed
from assetferry.ledger.creation import NewRun, begin_run
from assetferry.ledger.opening import open_ledger
from assetferry.ledger.postgres import PostgresLedger
from assetferry.ledger.run import Run, load_run
from assetferry.ledger.sqlite import SqliteLedger
from assetferry.ledger.staged import Part, Rejected, Staged
from assetferry.ledger.staging import stage
from assetferry.ledger.starting import open_streams
from assetferry.ledger.states import ChunkState
from assetferry.ledger.submitting import submitted
from assetferry.ledger.sums import Sums, sums
from assetferry.ledger.tables import chunks, payloads, quarantine, runs
from assetferry.ledger.timekeeping import uptime
from assetferry.ledger.timeline import timeline
from assetferry.ledger.transition import Ledger

HOUR = 3600.0


def new_run(definition: str = "hardware", *, reads: int = 8, sends: int = 4) -> NewRun:
    """What a run is made of."""
    return NewRun(
        definition=definition,
        definition_text=f"name = '{definition}'",
        definition_hash="0" * 64,
        origin=f"{definition}.toml",
        scheduled=False,
        reads=reads,
        sends=sends,
    )


async def begun(
    ledger: Ledger, definition: str = "hardware", *, owner: str | None = None, **limits: int
) -> Run:
    """A run in STARTING."""
    run = await ledger.run(begin_run, new_run(definition, **limits), owner=owner)
    assert run is not None
    return run


async def step(ledger: Ledger, run: Run, worker: str = "w") -> Run:
    """The run's next step, leased."""
    work = await ledger.run(claim, run.id, worker)
    assert isinstance(work, Step), work
    return work.run


async def ingesting(
    ledger: Ledger,
    *streams: str,
    definition: str = "hardware",
    owner: str | None = None,
    **limits: int,
) -> Run:
    """A run whose streams are open."""
    run = await begun(ledger, definition, owner=owner, **limits)
    leased = await step(ledger, run)
    await ledger.run(open_streams, run.id, leased.token, streams or ("devices",))
    return run


async def ingested(ledger: Ledger, *, definition: str = "hardware", entries: int = 10) -> Run:
    """A run with everything submitted."""
    run = await ingesting(ledger, definition=definition)
    work = await reading(ledger, run)
    going_on = await ledger.run(stage, work, gave(b"a", records=entries), send_on=True)
    assert going_on is not None
    await ledger.run(submitted, going_on)
    return run


async def processing(ledger: Ledger, *, definition: str = "hardware", entries: int = 10) -> Run:
    """A run that Assets processes."""
    run = await ingested(ledger, definition=definition, entries=entries)
    assert await ledger.run(begin_completion, run.id)
    leased = await step(ledger, run)
    await ledger.run(completed, run.id, leased.token)
    return run


async def rechecked(ledger: Ledger, run: Run) -> None:
    """Let Assets say that the execution of a resumed run still takes data."""
    leased = await step(ledger, run)
    await ledger.run(rechecking.rechecked, run.id, leased.token)


async def reading(ledger: Ledger, run: Run, worker: str = "w") -> Read:
    """A row to read, leased."""
    work = await ledger.run(claim, run.id, worker)
    assert isinstance(work, Read), work
    return work


async def sending(ledger: Ledger, run: Run, worker: str = "w") -> Send:
    """A row to send, leased."""
    work = await ledger.run(claim, run.id, worker)
    assert isinstance(work, Send), work
    return work


def part(body: bytes, records: int = 10) -> Part:
    """The bytes of a chunk of laptops."""
    return Part(body, records, {"Laptop": records})


def gave(
    *bodies: bytes,
    records: int = 10,
    next_: Sequence[dict[str, Any]] = (),
    rest: dict[str, Any] | None = None,
    total: int | None = None,
    **sums: Any,
) -> Staged:
    """What a read gave: chunks of so many records each."""
    read = records * len(bodies)
    values: dict[str, Any] = {
        "records_read": read,
        "records_mapped": read,
        "records_left_out": 0,
        "records_quarantined": 0,
    }
    return Staged(
        parts=[part(body, records) for body in bodies],
        next=next_,
        rest=rest,
        total=total,
        **(values | sums),
    )


def rejected(record: Any = None) -> Rejected:
    """A record that could not become an entry."""
    return Rejected(
        place={"cursor": None, "index": 3},
        object_type="Laptop",
        attribute="Serial",
        code="empty_identity",
        reason="It is empty.",
        record=record,
    )


def rows(connection: Connection, run: str) -> list[Any]:
    """The run's chunks in order."""
    chosen = select(chunks).where(chunks.c.run == run)
    return list(connection.execute(chosen.order_by(chunks.c.number, chunks.c.part)))


def states(connection: Connection, run: str) -> list[tuple[int, str, ChunkState]]:
    """Number, part and state of every chunk."""
    return [(row.number, row.part, ChunkState(row.state)) for row in rows(connection, run)]


def bodies(connection: Connection, run: str) -> dict[str, bytes]:
    """The stored bytes by part."""
    chosen = select(payloads.c.part, payloads.c.body).where(payloads.c.run == run)
    return {part: body for part, body in connection.execute(chosen)}  # noqa: C416 # typed


def set_aside(connection: Connection, run: str) -> list[Any]:
    """The run's quarantine."""
    chosen = select(quarantine).where(quarantine.c.run == run)
    return list(connection.execute(chosen.order_by(quarantine.c.id)))


def row_of(connection: Connection, run: str) -> Any:
    """The run's row, all columns."""
    return connection.execute(select(runs).where(runs.c.id == run)).one()


async def kinds(ledger: Ledger, run: Run) -> list[str]:
    """What the timeline tells, in order."""
    return [event.kind for event in await ledger.run(timeline, run.id)]


async def seen(ledger: Ledger, run: str, what: Callable[[Run], bool]) -> Run:
    """Wait until a run is as a condition says."""
    async with asyncio.timeout(60):
        while not what(found := await ledger.run(load_run, run)):  # noqa: ASYNC110 # by others
            await asyncio.sleep(0.02)
    return found


@asynccontextmanager
async def another(database: dict[str, str]) -> AsyncGenerator[Ledger]:
    """The same ledger as another process would open it."""
    opened = open_ledger(database)
    try:
        yield opened
    finally:
        await opened.close()


@asynccontextmanager
async def later(database: dict[str, str], seconds: float = HOUR) -> AsyncGenerator[Ledger]:
    """The same ledger as it will be seen in so many seconds."""
    if "ASSETFERRY_DATABASE_URL" in database:
        opened: Ledger = PostgresLedger(database["ASSETFERRY_DATABASE_URL"], skew=seconds)
    else:
        file = Path(database["ASSETFERRY_DATA_DIR"]) / "ledger.db"
        opened = SqliteLedger(
            file, clock=lambda: time.time() + seconds, steady=lambda: uptime() + seconds
        )
    try:
        yield opened
    finally:
        await opened.close()


__all__ = [
    "HOUR",
    "another",
    "begun",
    "bodies",
    "gave",
    "ingested",
    "ingesting",
    "kinds",
    "later",
    "new_run",
    "part",
    "processing",
    "reading",
    "rechecked",
    "rejected",
    "row_of",
    "rows",
    "seen",
    "sending",
    "set_aside",
    "states",
    "step",
]


def counted(connection: Connection, run: str) -> Sums:
    """What is counted of a run, whenever one looks."""
    return replace(sums(connection, run), now=0.0)

"""Pass one: chunks to objects, batch by batch."""

import sqlite3
import time
from collections.abc import Callable
from typing import Any

import msgspec

from assetferry.local_assets import instant
from assetferry.local_assets.processing.adoption import adopt
from assetferry.local_assets.processing.batch import Batch, write
from assetferry.local_assets.processing.decide import Deciding, Known, Stored
from assetferry.local_assets.processing.entries import Mapped
from assetferry.local_assets.processing.met import MetObjects
from assetferry.local_assets.processing.plan import Plan, TypeRun
from assetferry.local_assets.processing.uniqueness import gather, owners
from assetferry.local_assets.settings import Settings
from assetferry.local_assets.store.chunks import next_chunks
from assetferry.local_assets.store.database import Database

__all__ = ["write_objects"]


def write_objects(
    database: Database,
    plan: Plan,
    met: MetObjects,
    settings: Settings,
    stopping: Callable[[], bool],
) -> bool:
    """Turn every chunk left into objects; False if told to stop before the end.

    Whole chunks only: the smallest chunk number left is the place to go on from.
    """
    reader = database.reader()
    for run in plan.types:
        adopt(database, plan, run)
        gather(database, run)
    next_id = _next_id(reader)
    while not stopping():
        batch = Batch(now=instant.now(), next_id=next_id)
        through = _fill(database, plan, met, batch, settings)
        if through == 0:
            return True
        started = time.perf_counter()
        database.writer.call(write, plan, batch, met, through)
        _share(plan, "write_ms", started)
        next_id = batch.next_id
    return False


def _fill(database: Database, plan: Plan, met: MetObjects, batch: Batch, settings: Settings) -> int:
    """Read and map chunks until the batch is full; give the last one's number, 0 for none."""
    started = time.perf_counter()
    reader = database.reader()
    entries: list[list[Mapped]] = [[] for _ in plan.types]
    through = 0
    for number, body in next_chunks(reader, database.spool, plan.execution.number, through):
        through = number
        data: dict[str, Any] = msgspec.json.decode(body)["data"]
        for run, mapped in zip(plan.types, entries, strict=True):
            _map(run, data, mapped, settings)
        if sum(map(len, entries)) >= settings.batch_entries:
            break
    _share(plan, "map_ms", started)
    started = time.perf_counter()
    for run, mapped in zip(plan.types, entries, strict=True):
        if mapped:
            known = Known(objects=_stored(reader, plan, run, mapped))
            if run.unique:
                known.owners = owners(reader, run, mapped)
            limit = settings.max_error_messages
            Deciding(plan, run, met, batch, message_limit=limit).decide(mapped, known)
    _share(plan, "decide_ms", started)
    return through


def _map(run: TypeRun, data: dict[str, Any], mapped: list[Mapped], settings: Settings) -> None:
    found, wrong = run.select(data)
    for _ in range(wrong):
        run.tally.entries += 1
        run.tally.problem("an entry is not an object", settings.max_error_messages)
    to_object = run.mapper.map
    mapped += [to_object(entry) for entry in found]


def _stored(
    reader: sqlite3.Connection, plan: Plan, run: TypeRun, mapped: list[Mapped]
) -> dict[str, Stored]:
    """Look up all identities of a batch at once, in key order."""
    keys = sorted({one.identity for one in mapped if one.identity})
    rows = reader.execute(
        "SELECT i.identity, o.id, o.label, o.attributes FROM json_each(?) AS k"
        " CROSS JOIN identities AS i ON i.source_number = ? AND i.object_type_id = ?"
        " AND i.identity = k.value"
        " CROSS JOIN objects AS o ON o.id = i.object_id",
        (msgspec.json.encode(keys).decode(), plan.source.number, run.object_type.id),
    )
    return {identity: Stored(*rest) for identity, *rest in rows}


def _next_id(reader: sqlite3.Connection) -> int:
    row = reader.execute("SELECT next FROM sequences WHERE name = 'objects'").fetchone()
    return 1 if row is None else row[0]


def _share(plan: Plan, counter: str, started: float) -> None:
    """Spread a time over the types, which work side by side."""
    spent = (time.perf_counter() - started) * 1000 / max(1, len(plan.types))
    for run in plan.types:
        setattr(run.tally, counter, getattr(run.tally, counter) + spent)

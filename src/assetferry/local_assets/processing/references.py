"""Pass two: references, once every object of the run is written (12.6)."""

import sqlite3
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from assetferry.local_assets import aql
from assetferry.local_assets.processing.plan import Plan, ReferenceRun
from assetferry.local_assets.processing.tallies import put_tallies
from assetferry.local_assets.processing.targets import Targets
from assetferry.local_assets.settings import Settings
from assetferry.local_assets.store.bulk import insert_rows
from assetferry.local_assets.store.database import Database

__all__ = ["resolve_references"]

AT_ONCE = 8_192
"""Objects whose references are resolved in one transaction."""


class _Pending(msgspec.Struct, frozen=True):
    number: int
    object_type_id: int
    object_id: int
    wanted: dict[str, list[list[str]] | None]


@dataclass(kw_only=True, slots=True)
class _Changes:
    gone: list[tuple[int, int, int]] = field(default_factory=list[tuple[int, int, int]])
    new: list[tuple[int, int, int]] = field(default_factory=list[tuple[int, int, int]])


def resolve_references(
    database: Database, plan: Plan, settings: Settings, stopping: Callable[[], bool]
) -> bool:
    """Resolve everything that waits; False if told to stop before the end."""
    reader = database.reader()
    runs = plan.references
    _index(database, plan, runs.values())
    targets = {key: Targets(reader, plan.source.workspace_id, run) for key, run in runs.items()}
    while not stopping():
        pending = _next(reader, plan.execution.number)
        if not pending:
            return True
        started = time.perf_counter()
        for key, one in targets.items():
            one.prepare([row.wanted[key] for row in pending if row.wanted.get(key)])
        changes = _decide(plan, pending, targets, _existing(reader, pending), settings)
        _share(plan, (time.perf_counter() - started) * 1000)
        database.writer.call(_write, plan, changes, pending[-1].number)
    return False


def _share(plan: Plan, milliseconds: float) -> None:
    """Spread a time over the types, whose references are resolved together."""
    for run in plan.types:
        run.tally.references_ms += milliseconds / len(plan.types)


def _index(database: Database, plan: Plan, runs: Iterable[ReferenceRun]) -> None:
    """Make the indexes that looking up needs, unless they exist."""
    for run in runs:
        lookup = run.template.lookup
        if lookup is None:
            continue
        statements = aql.lookup_indexes(
            database.reader(),
            plan.source.workspace_id,
            lookup,
            object_type_ids=run.type_ids,
        )
        for statement in statements:
            database.writer.call(sqlite3.Connection.execute, statement)


def _next(reader: sqlite3.Connection, execution_number: int) -> list[_Pending]:
    rows = reader.execute(
        "SELECT number, object_type_id, object_id, wanted FROM pending_references"
        " WHERE execution_number = ? ORDER BY number LIMIT ?",
        (execution_number, AT_ONCE),
    )
    decode = msgspec.json.Decoder(dict[str, list[list[str]] | None]).decode
    return [_Pending(number, kind, one, decode(wanted)) for number, kind, one, wanted in rows]


def _existing(
    reader: sqlite3.Connection, pending: Sequence[_Pending]
) -> dict[tuple[int, int], set[int]]:
    rows = reader.execute(
        "SELECT r.object_id, r.attribute_id, r.target_id FROM json_each(?) AS o"
        " CROSS JOIN object_references AS r ON r.object_id = o.value",
        (msgspec.json.encode(sorted({one.object_id for one in pending})).decode(),),
    )
    existing: dict[tuple[int, int], set[int]] = {}
    for object_id, attribute_id, target_id in rows:
        existing.setdefault((object_id, attribute_id), set()).add(target_id)
    return existing


def _decide(
    plan: Plan,
    pending: Sequence[_Pending],
    targets: Mapping[str, Targets],
    existing: Mapping[tuple[int, int], set[int]],
    settings: Settings,
) -> _Changes:
    """Compare what each object refers to with what it should, and count.

    Nothing found empties the reference; too many found is an entry error and leaves it, or
    the oldest are taken.
    """
    changes = _Changes()
    tallies = {one.object_type.id: one.tally for one in plan.types}
    for row in pending:
        tally = tallies[row.object_type_id]
        changed = False
        for key, values in row.wanted.items():
            attribute = targets[key].run.attribute
            try:
                found = set(targets[key].find(values)) if values else set[int]()
            except aql.AqlError as error:
                tally.problem(f"{attribute.name}: {error}", settings.max_error_messages)
                continue
            most = attribute.maximum_cardinality
            if 0 <= most < len(found) and plan.source.settings.many_matches == "FIRST":
                found = set(sorted(found)[:most])
            if 0 <= most < len(found):
                tally.problem(
                    f"{attribute.name}: more than {most} objects match",
                    settings.max_error_messages,
                )
                continue
            old = existing.get((row.object_id, attribute.id), set())
            changes.gone += [(row.object_id, attribute.id, one) for one in old - found]
            changes.new += [(row.object_id, attribute.id, one) for one in found - old]
            changed = changed or old != found
        tally.updated_references += changed
    return changes


def _write(connection: sqlite3.Connection, plan: Plan, changes: _Changes, through: int) -> None:
    execution = plan.execution.number
    connection.executemany(
        "DELETE FROM object_references WHERE object_id = ? AND attribute_id = ? AND target_id = ?",
        changes.gone,
    )
    insert_rows(
        connection,
        "INSERT OR IGNORE INTO object_references (object_id, attribute_id, target_id)",
        sorted(changes.new),
    )
    put_tallies(connection, execution, ((one.object_type.id, one.tally) for one in plan.types))
    connection.execute(
        "DELETE FROM pending_references WHERE execution_number = ? AND number <= ?",
        (execution, through),
    )

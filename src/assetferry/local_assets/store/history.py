"""The import history of a source, which Assets shows but has no API for."""

import sqlite3
from collections.abc import Iterator
from typing import Any

from assetferry.local_assets.store.executions import executions_of
from assetferry.local_assets.store.sources import ImportSource

__all__ = ["history_of"]

LONGEST = 1_000


def history_of(connection: sqlite3.Connection, source: ImportSource) -> list[dict[str, Any]]:
    """Give the newest entries, newest first: executions, and schedules that started none."""
    entries = [*_executions(connection, source), *_never_started(connection, source)]
    return sorted(entries, key=lambda one: one["created"], reverse=True)[:LONGEST]


def _executions(connection: sqlite3.Connection, source: ImportSource) -> Iterator[dict[str, Any]]:
    """Give executions, each with the failures reported of it."""
    failures: dict[int, list[dict[str, str | None]]] = {}
    for number, at, actor, acting_as, reason in connection.execute(
        "SELECT execution_number, at, actor, acting_as, reason FROM failures"
        " WHERE source_number = ? AND execution_number IS NOT NULL ORDER BY id",
        (source.number,),
    ):
        entry = {"at": at, "actor": actor, "executedAs": acting_as, "failureReason": reason}
        failures.setdefault(number, []).append(entry)
    for one in executions_of(connection, source, LONGEST):
        yield {
            "executionId": one.id,
            "state": one.state,
            "executedType": "SCHEDULED" if one.scheduled else "MANUAL",
            "tags": ["Scheduled"] if one.scheduled else [],
            "actor": one.actor,
            "executedAs": one.acting_as,
            "created": one.created,
            "completed": one.completed,
            "started": one.started,
            "ended": one.ended,
            "repeatedChunks": one.repeats,
            "differingChunks": one.differing,
            "progress": one.progress,
            "progressResult": one.result,
            "failures": failures.get(one.number, []),
        }


def _never_started(
    connection: sqlite3.Connection, source: ImportSource
) -> Iterator[dict[str, Any]]:
    """Give failures of no execution: a schedule's callback that started none (10.3)."""
    rows = connection.execute(
        "SELECT at, actor, acting_as, reason FROM failures"
        " WHERE source_number = ? AND execution_number IS NULL ORDER BY id DESC LIMIT ?",
        (source.number, LONGEST),
    )
    for at, actor, acting_as, reason in rows:
        failure = {"at": at, "actor": actor, "executedAs": acting_as, "failureReason": reason}
        yield {
            "executionId": None,
            "state": "FAILED",
            "executedType": "SCHEDULED",
            "tags": ["Scheduled"],
            "actor": actor,
            "executedAs": acting_as,
            "created": at,
            "completed": None,
            "started": None,
            "ended": at,
            "repeatedChunks": 0,
            "differingChunks": 0,
            "progress": None,
            "progressResult": None,
            "failures": [failure],
        }

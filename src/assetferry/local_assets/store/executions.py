"""Executions and their state machine (8.1).

start → INGESTING ──complete──▶ PROCESSING ──finish──▶ DONE
            └──────cancel─────▶ CANCELLED
"""

import sqlite3
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypeAlias

import msgspec

from assetferry.local_assets import instant
from assetferry.local_assets.errors import Busy, General, UnknownExecution, bad_request
from assetferry.local_assets.store.credentials import ActingAs
from assetferry.local_assets.store.sources import ImportSource
from assetferry.local_assets.store.spool import Spool

__all__ = [
    "Execution",
    "State",
    "active_execution",
    "cancel",
    "cancel_waiting",
    "execution",
    "executions_of",
    "newest_execution",
    "record_failure",
    "record_progress",
    "start",
    "start_configured",
    "unfinished",
    "with_number",
]

State: TypeAlias = Literal["INGESTING", "PROCESSING", "DONE", "CANCELLED"]

EXTERNAL = "rlabs-import-type-external"
CONFIGURED = ("rlabs-import-type-csv", "rlabs-import-type-json", "rlabs-import-type-dm-csv")
"""Kinds of import sources that bring their data themselves."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Execution:
    number: int
    """Ours, in the order of starting."""
    id: str
    source_number: int
    state: State
    scheduled: bool
    actor: str
    acting_as: ActingAs
    created: str
    completed: str | None
    completing_id: str | None
    """The clientGeneratedId that came with ``completed: true``."""
    started: str | None
    ended: str | None
    phase: str
    repeats: int
    """Chunks that were ignored because their id was known."""
    differing: int
    """Those among them whose payload was another one."""
    progress: dict[str, Any] | None
    result: dict[str, Any] | None


_COLUMNS = (
    "number, id, source_number, state, scheduled, actor, acting_as, created, completed,"
    "completing_id, started, ended, phase, repeats, differing, progress, result"
)


def start(
    connection: sqlite3.Connection,
    source: ImportSource,
    *,
    scheduled: bool,
    actor: str,
    acting_as: ActingAs,
) -> str:
    """Begin an execution; one at a time per source, and only once it is mapped (8.2)."""
    if source.settings.module_key != EXTERNAL:
        raise Busy("INVALID_IMPORT_MODULE_KEY")
    return _begin(connection, source, scheduled=scheduled, actor=actor, acting_as=acting_as)


def start_configured(
    connection: sqlite3.Connection,
    source: ImportSource,
    *,
    actor: str,
    acting_as: ActingAs,
    scheduled: bool = False,
) -> None:
    """Run a CSV or JSON import by its configuration (section 11).

    Its file would be uploaded in the web page, which this server has not; so it is one without
    entries, and is processed at once.
    """
    if source.settings.module_key not in CONFIGURED:
        raise bad_request(
            f"Import source {source.id} is none of CSV or JSON; start it by POST executions"
        )
    execution_id = _begin(connection, source, scheduled=scheduled, actor=actor, acting_as=acting_as)
    connection.execute(
        "UPDATE executions SET state = 'PROCESSING', completed = created WHERE id = ?",
        (execution_id,),
    )


def _begin(
    connection: sqlite3.Connection,
    source: ImportSource,
    *,
    scheduled: bool,
    actor: str,
    acting_as: ActingAs,
) -> str:
    if not source.settings.enabled:
        raise Busy("DISABLED")
    if not source.mapped:
        raise Busy("MISSING_MAPPING")
    execution_id = str(uuid.uuid4())
    try:
        connection.execute(
            "INSERT INTO executions (id, source_number, state, scheduled, actor, acting_as,"
            " created) VALUES (?, ?, 'INGESTING', ?, ?, ?, ?)",
            (execution_id, source.number, scheduled, actor, acting_as, instant.now()),
        )
    except sqlite3.IntegrityError as error:
        raise Busy("IN_PROGRESS") from error
    return execution_id


def execution(connection: sqlite3.Connection, source: ImportSource, execution_id: str) -> Execution:
    """Give an execution of this source; one of another source does not exist here."""
    found = _first(connection, "source_number = ? AND id = ?", (source.number, execution_id))
    if found is None:
        raise UnknownExecution(execution_id)
    return found


def newest_execution(connection: sqlite3.Connection, source: ImportSource) -> Execution | None:
    return _first(connection, "source_number = ?", (source.number,))


def active_execution(connection: sqlite3.Connection, source: ImportSource) -> Execution | None:
    return _first(
        connection,
        "source_number = ? AND state IN ('INGESTING', 'PROCESSING')",
        (source.number,),
    )


def with_number(connection: sqlite3.Connection, number: int) -> Execution:
    found = _first(connection, "number = ?", (number,))
    assert found is not None  # noqa: S101 - executions are never deleted
    return found


def executions_of(
    connection: sqlite3.Connection, source: ImportSource, limit: int
) -> list[Execution]:
    """Give the newest executions, newest first."""
    return _all(connection, "source_number = ?", (source.number,), limit)


def cancel(
    connection: sqlite3.Connection, source: ImportSource, execution_id: str, *, again: bool = True
) -> int:
    """End an execution before its completion; give its number, whose spool can go (8.7).

    One that is cancelled already stays so, which is refused unless ``again`` allows it.
    """
    found = execution(connection, source, execution_id)
    if found.state in ("PROCESSING", "DONE") or (found.state == "CANCELLED" and not again):
        raise bad_request(f"Execution is {found.state} and can no longer be cancelled")
    if found.state == "CANCELLED":
        return found.number
    connection.execute(
        "UPDATE executions SET state = 'CANCELLED', ended = ? WHERE number = ?",
        (instant.now(), found.number),
    )
    connection.execute("DELETE FROM chunks WHERE execution_number = ?", (found.number,))
    connection.execute("DELETE FROM chunk_ids WHERE execution_number = ?", (found.number,))
    return found.number


def cancel_waiting(
    connection: sqlite3.Connection, source: ImportSource, before: datetime | None, spool: Spool
) -> int | None:
    """Cancel an execution that has waited for data since ``before``; give its number (18).

    None cancels it however lately it was started or fed.
    """
    found = active_execution(connection, source)
    if found is None or found.state != "INGESTING":
        return None
    if before is not None and (
        found.created > instant.text(before) or spool.fed_since(found.number, before)
    ):
        return None
    return cancel(connection, source, found.id)


def unfinished(connection: sqlite3.Connection) -> set[int]:
    """Give the numbers of all executions that still need what they received."""
    rows = connection.execute(
        "SELECT number FROM executions WHERE state IN ('INGESTING', 'PROCESSING')"
    )
    return {number for (number,) in rows}


def record_progress(
    connection: sqlite3.Connection,
    source: ImportSource,
    execution_id: str,
    progress: bytes,
    *,
    late: int,
) -> None:
    """Keep what the app last said about itself; ``late`` is the status after INGESTING (8.4)."""
    found = execution(connection, source, execution_id)
    if found.state != "INGESTING":
        raise General(late, "Invalid progress: it is accepted only while INGESTING")
    connection.execute(
        "UPDATE executions SET progress = ? WHERE number = ?", (progress.decode(), found.number)
    )


def record_failure(
    connection: sqlite3.Connection,
    source: ImportSource,
    execution_id: str,
    *,
    reason: str,
    actor: str,
    acting_as: ActingAs,
) -> None:
    """Write a failure into the import history; the execution goes on (8.8)."""
    found = execution(connection, source, execution_id)
    if found.state != "INGESTING":
        raise bad_request("Failures can be recorded only while INGESTING")
    connection.execute(
        "INSERT INTO failures (source_number, execution_number, at, actor, acting_as, reason)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (source.number, found.number, instant.now(), actor, acting_as, reason),
    )


def _first(
    connection: sqlite3.Connection, where: str, values: tuple[object, ...]
) -> Execution | None:
    found = _all(connection, where, values, 1)
    return found[0] if found else None


def _all(
    connection: sqlite3.Connection, where: str, values: tuple[object, ...], limit: int
) -> list[Execution]:
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM executions WHERE {where} ORDER BY number DESC LIMIT ?",  # noqa: S608
        (*values, limit),
    )
    return [_execution(row) for row in rows]


def _execution(row: tuple[object, ...]) -> Execution:
    fields = dict(zip((name.strip() for name in _COLUMNS.split(",")), row, strict=True))
    fields["scheduled"] = bool(fields["scheduled"])
    for document in ("progress", "result"):
        if fields[document] is not None:
            fields[document] = msgspec.json.decode(str(fields[document]))
    return msgspec.convert(fields, Execution)

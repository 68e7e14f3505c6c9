"""The background thread that processes completed executions, one after the other.

It finds its work in the store, so what a killed server left in the middle is simply the
first thing it finds.
"""

import contextlib
import logging
import sqlite3
import threading
from collections.abc import Generator
from typing import Any

import msgspec

from assetferry.local_assets import instant
from assetferry.local_assets.processing.first_pass import write_objects
from assetferry.local_assets.processing.met import MetObjects
from assetferry.local_assets.processing.missing import remove_missing
from assetferry.local_assets.processing.plan import plan
from assetferry.local_assets.processing.references import resolve_references
from assetferry.local_assets.processing.result import broken_result, progress_result
from assetferry.local_assets.settings import Settings
from assetferry.local_assets.store.database import Database
from assetferry.local_assets.store.executions import Execution, with_number
from assetferry.local_assets.store.full import is_full

__all__ = ["Worker"]

logger = logging.getLogger(__name__)

_NO_ROOM_S = 0.5
"""Pause before a disk that was full is tried again."""


class Worker:
    """Processes until stopped; what it has not finished then stays PROCESSING."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._settings = settings
        self._stopping = threading.Event()
        self._work = threading.Event()
        self._held = threading.Event()
        self._turn = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="assets-processing", daemon=True)

    def start(self) -> None:
        self._work.set()
        self._thread.start()

    def wake(self) -> None:
        """Say that an execution was completed."""
        self._work.set()

    def stop(self) -> None:
        """Stop after the batch in hand and wait for that."""
        self._stopping.set()
        self._work.set()
        if self._thread.is_alive():
            self._thread.join()

    @contextlib.contextmanager
    def idle(self) -> Generator[None]:
        """Let nothing be processed while the block runs, which begins after the batch in hand."""
        self._held.set()
        with self._turn:
            try:
                yield
            finally:
                self._held.clear()
                self._work.set()

    def _run(self) -> None:
        while not self._stopping.is_set():
            # Cleared before looking: whatever completes after the look sets it again.
            self._work.clear()
            with self._turn:
                number = None if self._interrupted() else _oldest(self._database.reader())
                if number is not None:
                    self._guarded(number)
            if number is None and not self._stopping.is_set():
                self._work.wait()

    def _interrupted(self) -> bool:
        return self._stopping.is_set() or self._held.is_set()

    def _guarded(self, number: int) -> None:
        """Process an execution; one that cannot be ends in ERROR instead of blocking the rest."""
        try:
            self._process(with_number(self._database.reader(), number))
        except Exception as error:
            if is_full(error):
                # It passes: what has been written stands, and the rest is done when there is room.
                logger.error("The disk is full: %s", error, extra={"action": "disk_full"})  # noqa: TRY400
                self._stopping.wait(_NO_ROOM_S)
                return
            logger.exception(
                "processing failed", extra={"action": "processing_failed", "execution": number}
            )
            ended = instant.now()
            broken = broken_result(with_number(self._database.reader(), number), ended=ended)
            self._finish(number, ended, broken)

    def _process(self, execution: Execution) -> None:
        started = execution.started or instant.now()
        if execution.started is None:
            self._database.writer.call(_begin, execution.number, started)
        what = plan(self._database.reader(), execution)
        met = MetObjects(self._database.reader(), execution.number)
        stopping = self._interrupted
        if execution.phase == "objects":
            if not write_objects(self._database, what, met, self._settings, stopping):
                return
            self._database.writer.call(_phase, execution.number, "references")
        if execution.phase in ("objects", "references"):
            if not resolve_references(self._database, what, self._settings, stopping):
                return
            self._database.writer.call(_phase, execution.number, "missing")
        if not remove_missing(self._database, what, met, self._settings, stopping):
            return
        ended = instant.now()
        bad = self._settings.result_with_errors
        result = progress_result(what, started=started, ended=ended, bad=bad)
        self._finish(execution.number, ended, result)

    def _finish(self, number: int, ended: str, result: dict[str, Any]) -> None:
        keep_ids = self._settings.dedupe_scope == "source"
        self._database.writer.call(_finish, number, ended, result, keep_ids=keep_ids)
        self._database.spool.drop(number)


def _oldest(reader: sqlite3.Connection) -> int | None:
    row = reader.execute(
        "SELECT number FROM executions WHERE state = 'PROCESSING'"
        " ORDER BY started IS NULL, completed, number LIMIT 1"
    ).fetchone()
    return None if row is None else row[0]


def _begin(connection: sqlite3.Connection, number: int, started: str) -> None:
    connection.execute("UPDATE executions SET started = ? WHERE number = ?", (started, number))


def _phase(connection: sqlite3.Connection, number: int, phase: str) -> None:
    connection.execute("UPDATE executions SET phase = ? WHERE number = ?", (phase, number))


def _finish(
    connection: sqlite3.Connection,
    number: int,
    ended: str,
    result: dict[str, Any],
    *,
    keep_ids: bool,
) -> None:
    """End an execution and drop what was only needed on the way.

    The ids of its chunks stay where later executions are to know them.
    """
    for statement in (
        "DELETE FROM chunks WHERE execution_number = ?",
        *(() if keep_ids else ("DELETE FROM chunk_ids WHERE execution_number = ?",)),
        "DELETE FROM pending_references WHERE execution_number = ?",
        "DELETE FROM met_objects WHERE execution_number = ?",
        "DELETE FROM tallies WHERE execution_number = ?",
    ):
        connection.execute(statement, (number,))
    connection.execute(
        "UPDATE executions SET state = 'DONE', phase = 'done', ended = ?, result = ?"
        " WHERE number = ?",
        (ended, msgspec.json.encode(result).decode(), number),
    )

"""Moving the log into the file, beside the writer instead of in its way.

SQLite would do it within the commit that fills the log. Done on a connection and a thread of
its own it costs the writer nothing; should it fall behind, the writer's own limit, far above,
still holds.
"""

import contextlib
import logging
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

__all__ = ["LOG_BYTES", "Checkpoints"]

logger = logging.getLogger(__name__)

LOG_BYTES = 16 * 1024 * 1024
"""A log longer than this is moved."""


class Checkpoints:
    """A thread that moves the log when told that it grew."""

    def __init__(self, path: Path, connect: Callable[[], sqlite3.Connection]) -> None:
        self._log = path.with_name(f"{path.name}-wal")
        self._connection = connect()
        self._grown = threading.Event()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="assets-checkpoints", daemon=True)
        self._thread.start()

    def committed(self) -> None:
        """Look whether the log is long enough to be moved; called after each commit."""
        with contextlib.suppress(OSError):
            if self._log.stat().st_size > LOG_BYTES:
                self._grown.set()

    def stop(self) -> None:
        self._stopping = True
        self._grown.set()
        self._thread.join()
        self._connection.close()

    def _run(self) -> None:
        while True:
            self._grown.wait()
            if self._stopping:
                return
            self._grown.clear()
            try:
                self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
            except sqlite3.Error:
                logger.warning(
                    "the log could not be moved into the file; the next commit tries again",
                    exc_info=True,
                    extra={"action": "checkpoint_failed"},
                )

"""Time that a test lets pass for real processes and their ledger, without waiting for it.

On SQLite the processes' own clocks are moved, on PostgreSQL the database's as well. As a program
this is the command line on such a machine.
"""

import json
import os
import runpy
import time
from collections.abc import Mapping
from pathlib import Path

import psycopg

__all__ = ["MovedClock"]

_FILE = "MOVED_CLOCK"
_SKEWED = """
CREATE SCHEMA moved;
CREATE TABLE moved.by (seconds float NOT NULL);
INSERT INTO moved.by VALUES (0);
CREATE FUNCTION moved.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS
    'SELECT pg_catalog.clock_timestamp() + make_interval(secs => seconds) FROM moved.by';
"""


class MovedClock:
    """The clocks of one ledger and of all processes that are started with ``environ``."""

    program = (__file__,)

    def __init__(self, folder: Path, database: Mapping[str, str]) -> None:
        self._file = folder / "clock.json"
        self._wall = self._monotonic = 0.0
        self._url = database.get("ASSETFERRY_DATABASE_URL")
        self.environ = {**database, _FILE: str(self._file)}
        if self._url is not None:
            with psycopg.connect(self._url) as connection:
                connection.execute(_SKEWED)
                # Before pg_catalog, where the function of this name usually comes from.
                path = "public, moved, pg_catalog"
                name = connection.info.dbname
                connection.execute(f"ALTER DATABASE {name} SET search_path = {path}".encode())
        self._write()

    def move(self, seconds: float, *, awake: float) -> None:
        """Let time pass, in which the machine is ``awake`` for so many seconds.

        While it sleeps, the monotonic clocks of its programs stand still.
        """
        self._wall += seconds
        self._monotonic += awake
        self._write()
        if self._url is not None:
            with psycopg.connect(self._url) as connection:
                connection.execute("UPDATE moved.by SET seconds = %s", [self._wall])

    def _write(self) -> None:
        whole = self._file.with_suffix(".new")
        whole.write_text(json.dumps({"time": self._wall, "monotonic": self._monotonic}))
        whole.replace(self._file)


def _by(clock: str) -> float:
    """Tell by how many seconds a clock has been moved."""
    by: float = json.loads(Path(os.environ[_FILE]).read_bytes())[clock]
    return by


def _move_clocks() -> None:
    """Move the clocks of this process; how long the machine has been up counts its sleep."""
    wall, monotonic, any_ = time.time, time.monotonic, time.clock_gettime

    def get(which: int) -> float:
        return any_(which) + _by("monotonic" if which == time.CLOCK_MONOTONIC else "time")

    time.time = lambda: wall() + _by("time")
    time.monotonic = lambda: monotonic() + _by("monotonic")
    time.clock_gettime = get


if __name__ == "__main__":
    _move_clocks()
    runpy.run_module("assetferry", run_name="__main__", alter_sys=True)

"""One real database whose clock stands still until a test moves it."""

import sqlite3
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection, Engine, delete, event, insert, text

from assetferry.ledger.postgres import postgres_engine
from assetferry.ledger.sqlite import sqlite_engine
from assetferry.ledger.tables import clock, metadata
from assetferry.ledger.upgrade import upgrade

__all__ = ["Bench", "postgres_bench", "sqlite_bench"]

P = ParamSpec("P")
T = TypeVar("T")

START = 1_800_000_000.0
"""Times are this plus whole eighths of a second: exact in both databases."""
_CLOCK = """
CREATE SCHEMA IF NOT EXISTS played;
CREATE OR REPLACE FUNCTION played.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS
$$ SELECT to_timestamp(current_setting('played.now')::double precision) $$
"""


class Bench:
    """Executes transitions one after the other; every example begins with an empty ledger."""

    def __init__(self, engine: Engine, set_clock: Callable[[Connection, float], None]) -> None:
        self.engine = engine
        self._set_clock = set_clock
        self._connection = engine.connect()
        self.now = START
        self.uptime = 0.0
        self._connection.info["uptime"] = lambda: self.uptime
        self.tells_uptime = engine.dialect.name == "sqlite"
        """Whether a clock that was set forward is known from time that passed."""

    def empty(self) -> None:
        """Forget everything."""
        self.set_clock(START)
        with self._connection.begin():
            for table in reversed(metadata.sorted_tables):
                self._connection.execute(delete(table))
            row = {"id": 1, "at": self.now}
            self._connection.execute(insert(clock), row)

    def pass_time(self, seconds: float) -> None:
        """Let time pass, by the ledger's clock as by the machine's."""
        self.uptime += seconds
        self.set_clock(self.now + seconds)

    def set_clock(self, now: float) -> None:
        """Set the ledger's clock."""
        self.now = now
        self._set_clock(self._connection, now)

    def execute(
        self,
        transition: Callable[Concatenate[Connection, P], T],
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Execute one transition in a transaction."""
        with self._connection.begin():
            return transition(self._connection, *args, **kwargs)

    def close(self) -> None:
        """Let go of the database."""
        self._connection.close()
        self.engine.dispose()


@contextmanager
def sqlite_bench(folder: Path) -> Generator[Bench]:
    """A ledger in a file."""
    engine = sqlite_engine(folder / "ledger.db")
    upgrade(engine)
    # Nothing here is about power cuts, and waiting for the disk would be most of the time.
    event.listen(engine, "connect", _without_waiting)

    def set_clock(connection: Connection, now: float) -> None:
        connection.info["clock"] = lambda: now

    bench = Bench(engine, set_clock)
    yield bench
    bench.close()


def _without_waiting(opened: sqlite3.Connection, _record: object) -> None:
    opened.execute("PRAGMA synchronous = OFF")


@contextmanager
def postgres_bench(url: str) -> Generator[Bench]:
    """A ledger in PostgreSQL, whose own clock is overlaid by one that the test moves."""
    engine = postgres_engine(url)
    upgrade(engine)
    with engine.begin() as connection:
        connection.execute(text(_CLOCK))

    def set_clock(connection: Connection, now: float) -> None:
        with connection.begin():
            # A schema that is named before pg_catalog is looked into first.
            connection.execute(text("SET search_path = played, pg_catalog, public"))
            connection.execute(text("SET synchronous_commit = off"))
            connection.execute(text(f"SET played.now = '{now!r}'"))

    bench = Bench(engine, set_clock)
    yield bench
    bench.close()

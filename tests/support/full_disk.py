"""A disk that is full from one transition on, for SQLite itself: every write that follows fails.

No error is made up. SQLite is forbidden to let the file grow, and whatever the ledger writes has to
make it grow: so it answers SQLITE_FULL, undoes what it undoes then, and the rest is the product's.
"""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Connection

from assetferry.ledger.sqlite import SqliteLedger
from assetferry.ledger.tables import metadata

__all__ = ["Disk"]

_BALLAST = "CREATE TABLE IF NOT EXISTS ballast (body BLOB)"
_GROW = "INSERT INTO ballast VALUES (zeroblob(16777216))"


class Disk:
    """Counts the transitions that write, by name, and is full from one of them on."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.written: Counter[str] = Counter()
        """How often each transition has written something."""
        self.full_from: tuple[str, int] | None = None
        """The transition, and the how-manieth of its name, that finds the disk full."""
        self.full = False
        run = SqliteLedger.run

        async def watched(
            ledger: SqliteLedger, transition: Callable[..., Any], /, *args: Any, **kwargs: Any
        ) -> Any:
            return await run(ledger, self._watched(transition), *args, **kwargs)

        patch.setattr(SqliteLedger, "run", watched)

    def free(self) -> None:
        """Let there be space again, and count anew."""
        self.full_from, self.full = None, False
        self.written.clear()

    def _watched(self, transition: Callable[..., Any]) -> Callable[..., Any]:
        name = transition.__name__

        def executed(connection: Connection, *args: Any, **kwargs: Any) -> Any:
            driver: Any = connection.connection.driver_connection
            before = driver.total_changes
            self.full = self.full or (name, self.written[name] + 1) == self.full_from
            if self.full:
                _fill(connection)
            result = transition(connection, *args, **kwargs)
            self.written[name] += driver.total_changes > before
            return result

        return executed


def _fill(connection: Connection) -> None:
    """Let every write of this transaction need room that there is not."""
    pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
    for table in metadata.tables:
        for event in ("INSERT", "UPDATE", "DELETE"):
            connection.exec_driver_sql(
                f"CREATE TEMP TRIGGER IF NOT EXISTS full_{event}_{table} BEFORE {event} ON {table}"
                f" BEGIN {_GROW}; END"
            )
    connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")

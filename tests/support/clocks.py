"""A ledger whose clock somebody sets while it is in use; on each database."""

import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy import text

from assetferry.ledger.opening import open_ledger
from assetferry.ledger.postgres import postgres_engine
from assetferry.ledger.sqlite import SqliteLedger
from assetferry.ledger.transition import Ledger

__all__ = ["SetClock"]

_OVERLAID = """
CREATE SCHEMA played;
CREATE TABLE played.ahead (seconds double precision);
INSERT INTO played.ahead VALUES (0);
CREATE FUNCTION played.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS $$
    SELECT pg_catalog.clock_timestamp() + make_interval(secs => seconds) FROM played.ahead $$;
DO $$ BEGIN EXECUTE format(
    'ALTER DATABASE %I SET search_path = played, pg_catalog, public', current_database());
END $$
"""


class SetClock:
    """The clock of the machine that a ledger is on: the one that counts for it."""

    def __init__(self, database: dict[str, str]) -> None:
        self._database = database
        self._url = database.get("ASSETFERRY_DATABASE_URL")
        self._ahead = 0.0
        if self._url is not None:
            # What is named before pg_catalog is looked into first.
            self._execute(_OVERLAID)

    def set(self, seconds: float) -> None:
        """Set it forward, or back, from what it says now."""
        self._ahead += seconds
        if self._url is not None:
            self._execute(f"UPDATE played.ahead SET seconds = {self._ahead!r}")  # noqa: S608 # ours

    @asynccontextmanager
    async def process(self) -> AsyncGenerator[Ledger]:
        """Open the ledger as one more process on this clock."""
        opened = open_ledger(self._database)
        if self._url is None:
            await opened.close()
            file = Path(self._database["ASSETFERRY_DATA_DIR"]) / "ledger.db"
            opened = SqliteLedger(file, clock=lambda: time.time() + self._ahead)
        try:
            yield opened
        finally:
            await opened.close()

    def _execute(self, statement: str) -> None:
        assert self._url is not None
        engine = postgres_engine(self._url)
        with engine.begin() as connection:
            connection.execute(text(statement))
        engine.dispose()

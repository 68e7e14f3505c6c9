"""The Assets server's own disk is full: it says so, takes nothing, and goes on with room."""

import asyncio
import sqlite3
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from assetferry.engine import attendance
from assetferry.engine.backoff import Backoff
from assetferry.engine.importer import Importer
from assetferry.equipment import equip
from assetferry.ledger.run import Run
from assetferry.ledger.states import RunState
from assetferry.ledger.sums import sums
from assetferry.ledger.transition import Ledger
from assetferry.local_assets.server import LocalAssets
from assetferry.local_assets.settings import Settings
from definitions import definition, source
from imports import Site, finished, new_run
from ledgers import seen
from third_party import ThirdParty


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """A server of the test's own, with its data on a disk."""
    with LocalAssets(Settings(port=0, data=tmp_path / "assets")) as server:
        made = server.new_source("Hardware")
        monkeypatch.setenv("ASSETS_TOKEN", made.token)
        monkeypatch.setenv("INVENTORY_TOKEN", "let-me-in")
        yield Site(server, made)


class Disk:
    """The disk of a server: full for whatever is written into one of its tables."""

    def __init__(self, site: Site) -> None:
        running = site.server._here()  # pyright: ignore[reportPrivateUsage]
        self._writer = running.site.database.writer
        self._writer.call(lambda on: on.execute("CREATE TABLE ballast (body BLOB)"))

    def fill(self, table: str) -> None:
        def limited(on: sqlite3.Connection) -> None:
            on.execute(
                f"CREATE TEMP TRIGGER full BEFORE INSERT ON {table}"  # noqa: S608 # ours
                " BEGIN INSERT INTO ballast VALUES (zeroblob(16777216)); END"
            )
            on.execute(f"PRAGMA max_page_count = {on.execute('PRAGMA page_count').fetchone()[0]}")

        self._writer.call(limited)

    def free(self) -> None:
        def unlimited(on: sqlite3.Connection) -> None:
            on.execute("PRAGMA max_page_count = 1000000")
            on.execute("DROP TRIGGER temp.full")

        self._writer.call(unlimited)


@pytest.mark.parametrize("table", ["executions", "chunks", "objects"])
async def test_an_import_waits_for_room_and_ends_done(
    sqlite_ledger: Ledger,
    own: Site,
    third_party: ThirdParty,
    third_party_url: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    table: str,
) -> None:
    """At the start, at data, and while it processes: a 5xx that says why, nothing half-taken."""
    monkeypatch.setattr(attendance, "Backoff", partial(Backoff, first_s=0.01, longest_s=0.1))
    text = definition(
        own.url,
        source(third_party_url),
        limits="chunk_records = 10\nmax_attempts = 1000",
        service_url=third_party_url,
    )
    disk = Disk(own)
    disk.fill(table)
    async with asyncio.timeout(60), Importer(sqlite_ledger, equip, locks=None) as importer:
        run = await importer.begin(new_run(text))
        assert run is not None
        await stuck(sqlite_ledger, run, table, caplog)
        disk.free()
        ended = await finished(sqlite_ledger, importer, run.id)
    assert ended.state is RunState.DONE, ended.reason
    assert own.objects("objectType = Laptop") == len(third_party.records)
    assert [state for state in own.states() if state != "CANCELLED"] == ["DONE"]


async def stuck(ledger: Ledger, run: Run, table: str, caplog: pytest.LogCaptureFixture) -> None:
    """Wait until the server has refused, or has processed in vain."""

    async def no_reason_yet() -> bool:
        return "is full" not in ((await ledger.run(sums, run.id)).chunks.last_error or "")

    match table:
        case "executions":
            found = await seen(ledger, run.id, lambda run: run.attempts > 1)
            assert "is full. Make free space" in (found.waits_for or "")
        case "chunks":
            while await no_reason_yet():  # noqa: ASYNC110 # ditto
                await asyncio.sleep(0.02)
        case _:
            while "The disk is full" not in caplog.text:  # noqa: ASYNC110 # by others
                await asyncio.sleep(0.02)

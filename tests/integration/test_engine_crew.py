"""R1, R4, R5: several real processes on one ledger and one run, as seen from outside."""

import os
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

import crew
from assetferry.ledger.creation import begin_run
from assetferry.ledger.run import Run, load_run
from assetferry.ledger.states import RunState
from assetferry.ledger.sums import sums
from assetferry.ledger.transition import Ledger
from assetferry.local_assets.server import LocalAssets
from assetferry.local_assets.settings import Settings
from definitions import EMPLOYEE, LAPTOP, definition, source
from imports import Site, new_run, run_import
from ledgers import rows
from third_party import ThirdParty, laptop
from upheaval import contents

MEMBERS = 3
PAGES = 24
PATIENCE_S = 60.0


class Meeting:
    """Holds pages after the first back until all lanes of all processes have asked for one."""

    def __init__(self) -> None:
        self._waiting = 0
        self._all = threading.Event()
        self._counting = threading.Lock()

    def at(self, path: str) -> None:
        """Let a request for a page wait for the others."""
        if "skip=0&" in path:
            return
        with self._counting:
            self._waiting += 1
            if self._waiting == MEMBERS * crew.LANES:
                self._all.set()
        assert self._all.wait(PATIENCE_S), "one of the processes gets no work"


@contextmanager
def members(run: str, environ: dict[str, str]) -> Generator[list["subprocess.Popen[str]"]]:
    """Start the processes, and let them begin at once."""
    started = [
        subprocess.Popen(  # noqa: S603 # our own script
            [sys.executable, crew.__file__, run],
            env=os.environ | environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(MEMBERS)
    ]
    try:
        for one in started:
            assert one.stdout is not None
            assert one.stdout.readline(), "a process did not start"
        for one in started:
            assert one.stdin is not None
            one.stdin.write("\n")
            one.stdin.flush()
        yield started
    finally:
        for one in started:
            one.kill()
            one.communicate()


def text_of(site: Site, url: str) -> str:
    """A definition whose limits leave all lanes of all processes something to do."""
    lanes = MEMBERS * crew.LANES
    limits = f"chunk_records = 10\nreads = {lanes}\nsends = {lanes}"
    types = LAPTOP + EMPLOYEE
    return definition(site.url, source(url), types=types, limits=limits, service_url=url)


async def by_one(ledger: Ledger, text: str) -> Run:
    """Let one process import, as it does when nobody is beside it."""
    return await run_import(ledger, text)


def by_crew(database: dict[str, str]) -> Callable[[Ledger, str], Awaitable[Run]]:
    """Let several processes import together."""

    async def work(ledger: Ledger, text: str) -> Run:
        begun = await ledger.run(begin_run, new_run(text), owner=None)
        assert begun is not None
        with members(begun.id, database) as processes:
            ends = [process.communicate(timeout=PATIENCE_S) for process in processes]
            assert [one.returncode for one in processes] == [0] * MEMBERS, ends
        return await ledger.run(load_run, begun.id)

    return work


async def test_r05_processes_side_by_side_work_every_row_once(
    ledger: Ledger,
    database: dict[str, str],
    tmp_path: Path,
    third_party: ThirdParty,
    third_party_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The source gives each page once, Assets gets each chunk once and would take a second one.

    What comes of it is what one process makes.
    """
    third_party.records = [laptop(number) for number in range(10 * PAGES)]
    monkeypatch.setenv("INVENTORY_TOKEN", "let-me-in")
    found: list[list[tuple[str, str, str]]] = []
    for place, work in ((tmp_path / "one", by_one), (tmp_path / "crew", by_crew(database))):
        third_party.asked.clear()
        third_party.at = Meeting().at if found else _at_once
        with LocalAssets(Settings(port=0, data=place, dedupe="none")) as server:
            site = Site(server, server.new_source("Hardware"))
            monkeypatch.setenv("ASSETS_TOKEN", site.made.token)
            run = await work(ledger, text_of(site, third_party_url))
            assert (run.state, run.reason) == (RunState.DONE, "Everything arrived.")
            assert site.states() == ["DONE"]
        found.append(contents(place / "assets.sqlite3"))
    assert found[0] == found[1]
    asked = Counter(third_party.asked)
    assert (len(asked), set(asked.values())) == (PAGES, {1}), asked
    assert run.result is not None
    told = await ledger.run(sums, run.id)
    sent = {one.object_type: one.entries_submitted for one in told.types}
    reported = run.result["objectTypeResultMap"].values()
    assert {one["objectTypeName"]: one["entriesInSource"] for one in reported} == sent
    assert len({row.worker for row in await ledger.run(rows, run.id)}) == MEMBERS


def _at_once(_path: str) -> None:
    """Hold nobody back."""

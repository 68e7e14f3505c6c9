"""SIGINT and SIGTERM to real processes, in the middle of what takes long."""

import asyncio
import signal
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, select
from starlette.responses import Response

from assetferry.ledger.tables import chunks, runs, workers
from commands import Ended, Ferry, ended, says, until
from definitions import definition, source
from imports import Site
from ledgers import another
from third_party import ThirdParty

LEAVING = "Leaving: what is in hand is finished or given back."


@pytest.fixture
def environ(site: Site, database: dict[str, str]) -> dict[str, str]:
    """What the command line finds in its environment."""
    return {"ASSETS_TOKEN": site.made.token, "INVENTORY_TOKEN": "let-me-in", **database}


@pytest.fixture
def ferry(tmp_path: Path, site: Site, environ: dict[str, str]) -> Iterator[Ferry]:
    """The command line with the test's tokens; the server behaves again at the end."""
    yield Ferry(tmp_path / "data", environ)
    mend(site)


@pytest.fixture
def file(tmp_path: Path, site: Site, third_party_url: str) -> Path:
    """A definition's file: a hundred laptops in ten chunks."""
    path = tmp_path / "hardware.toml"
    path.write_text(
        definition(
            site.url,
            source(third_party_url),
            service_url=third_party_url,
        )
    )
    return path


POSTGRES = pytest.mark.parametrize("database", ["postgres"], indirect=True)
SQLITE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def slow_page(third_party: ThirdParty) -> Iterator[threading.Event]:
    """Pages come when this is set."""
    come = threading.Event()
    third_party.before = lambda: (come.wait(60), None)[1]
    yield come
    come.set()


def met(site: Site) -> bool:
    """Tell whether a call waits because of the fault."""
    return any(one["used"] for one in site.faults())


def mend(site: Site) -> None:
    """Let the server behave again; what waits goes on."""
    for one in site.faults():
        site.mend(one["id"])


def leaves(process: "subprocess.Popen[str]", number: signal.Signals, code: int = 130) -> Ended:
    """Ask a command to leave: it does, and says what it does."""
    process.send_signal(number)
    end = ended(process)
    assert end.code == code, end.err
    assert LEAVING in end.err
    return end


def nobody_holds_anything(database: dict[str, str]) -> None:
    """Who has left in order has given everything back."""

    def held(connection: Connection) -> list[str]:
        found = list(connection.execute(select(workers.c.id)).scalars())
        for table in (chunks, runs):
            leased = select(table.c.worker).where(table.c.lease_until.is_not(None))
            found += connection.execute(leased).scalars()
        return found

    async def asked() -> list[str]:
        async with another(database) as ledger:
            return await ledger.run(held)

    assert asyncio.run(asked()) == []


def goes_on(ferry: Ferry, file: Path, site: Site) -> None:
    """Nothing was lost and nothing is open: the next run ends DONE, in the same execution.

    Only of a start that nobody heard the answer of an empty one is left, cancelled.
    """
    mend(site)
    until(lambda: bool(site.states()), "the execution")
    end = ferry.run("run", str(file))
    assert end.code == 0, end.err
    assert site.objects("objectType = Laptop") == 100
    assert site.states()[-1] == "DONE"
    assert site.states()[:-1] in ([], ["CANCELLED"])


@pytest.mark.parametrize(
    ("route", "skip", "number", "database"),
    [
        pytest.param("POST executions", 0, signal.SIGTERM, "postgres", id="starting"),
        pytest.param("POST data", 3, signal.SIGINT, "sqlite", id="sending"),
        pytest.param("POST data", 10, signal.SIGTERM, "postgres", id="completing"),
        pytest.param("GET status", 1, signal.SIGINT, "sqlite", id="processing"),
    ],
    indirect=["database"],
)
def test_who_is_interrupted_while_assets_is_slow_leaves_and_goes_on_later(
    ferry: Ferry,
    file: Path,
    site: Site,
    database: dict[str, str],
    route: str,
    skip: int,
    number: signal.Signals,
) -> None:
    """Exit code 130 within seconds, with the way to go on; what was in hand is given back."""
    site.fault("delay", route=route, seconds=600, skip=skip)
    process = ferry.start("run", str(file), "--progress", "none")
    until(lambda: met(site), "the slow call")
    end = leaves(process, number)
    assert f"Go on with: assetferry run {file}" in end.out
    nobody_holds_anything(database)
    goes_on(ferry, file, site)


@SQLITE
def test_who_is_interrupted_while_a_page_is_slow_leaves_and_goes_on_later(
    ferry: Ferry,
    file: Path,
    site: Site,
    third_party: ThirdParty,
    database: dict[str, str],
    slow_page: threading.Event,
) -> None:
    """The page is not waited for, and read again by the next process."""
    process = ferry.start("run", str(file), "--progress", "none")
    until(lambda: bool(third_party.asked), "the first page")
    end = leaves(process, signal.SIGINT)
    assert f"Go on with: assetferry run {file}" in end.out
    nobody_holds_anything(database)
    slow_page.set()
    goes_on(ferry, file, site)


@SQLITE
def test_who_is_interrupted_while_a_host_wants_to_be_left_alone_leaves_at_once(
    ferry: Ferry, file: Path, site: Site, third_party: ThirdParty, database: dict[str, str]
) -> None:
    """The wait of an hour stays in the ledger; the process need not sit it out."""
    third_party.answers.append(Response(status_code=429, headers={"Retry-After": "3600"}))
    process = ferry.start("run", str(file), "--progress", "plain")
    says(process, "again at")
    assert f"Go on with: assetferry run {file}" in leaves(process, signal.SIGTERM).out
    nobody_holds_anything(database)
    again = ferry.start("run", str(file), "--progress", "plain")
    says(again, "again at")
    leaves(again, signal.SIGTERM)
    assert len(third_party.asked) == 1
    assert site.states() == ["INGESTING"]


@SQLITE
def test_who_is_interrupted_while_it_watches_a_held_run_says_how_to_resume(
    ferry: Ferry, file: Path, site: Site, database: dict[str, str]
) -> None:
    """Held because Assets takes too long: the exit code is that of a hold."""
    impatient = '[limits]\nprocessing_limit = "1 s"'
    file.write_text(file.read_text().replace("[limits]", impatient))
    fields = {"route": "GET status", "skip": 1, "times": None, "status": 200}
    site.fault("status", **fields, body={"status": "PROCESSING"})
    process = ferry.start("run", str(file), "--progress", "plain")
    says(process, ", held")
    end = leaves(process, signal.SIGTERM, code=4)
    assert "Go on with: assetferry runs resume" in end.out
    nobody_holds_anything(database)
    goes_on(ferry, file, site)


@SQLITE
def test_who_only_watches_is_interrupted_and_the_other_works_on(
    ferry: Ferry, file: Path, site: Site, third_party: ThirdParty, slow_page: threading.Event
) -> None:
    """Nothing of it is the watcher's to give back."""
    first = ferry.start("run", str(file), "--progress", "none")
    until(lambda: bool(third_party.asked), "the first page")
    second = ferry.start("run", str(file), "--progress", "plain")
    says(second, "at work already")
    leaves(second, signal.SIGINT)
    slow_page.set()
    assert ended(first).code == 0
    assert site.states() == ["DONE"]


@POSTGRES
def test_a_cancel_that_is_interrupted_goes_on_with_the_same_command(
    ferry: Ferry,
    file: Path,
    site: Site,
    third_party: ThirdParty,
    slow_page: threading.Event,
    database: dict[str, str],
) -> None:
    """The run is being closed already: Assets is told of it by whoever comes next."""
    first = ferry.start("run", str(file), "--progress", "none")
    until(lambda: bool(third_party.asked), "the first page")
    first.kill()
    ended(first)
    site.fault("delay", route="DELETE executions", seconds=600)
    process = ferry.start("runs", "cancel", "latest")
    until(lambda: met(site), "the slow call")
    assert "Go on with: assetferry runs cancel" in leaves(process, signal.SIGINT).out
    nobody_holds_anything(database)
    mend(site)
    end = ferry.run("runs", "cancel", "latest")
    assert end.code == 0, end.err
    assert "CANCELLED" in end.out
    assert "is being closed" in end.err
    assert site.states() == ["CANCELLED"]


@SQLITE
def test_serve_is_interrupted_in_the_middle_of_a_run(
    ferry: Ferry, file: Path, site: Site, third_party: ThirdParty, slow_page: threading.Event
) -> None:
    """A slow page: one signal ends it in order with 0, a second one at once with 130."""
    first = ferry.start("run", str(file), "--progress", "none")
    until(lambda: bool(third_party.asked), "the first page")
    first.kill()
    ended(first)
    for signals, code in ((1, 0), (2, 130)):
        asked = len(third_party.asked)
        process = ferry.start("serve", str(file), "--port", "0")
        until(lambda asked=asked: len(third_party.asked) > asked, "the page, asked for again")
        process.send_signal(signal.SIGTERM)
        if signals > 1:
            says(process, LEAVING)
            process.send_signal(signal.SIGTERM)
        assert ended(process).code == code
    slow_page.set()
    goes_on(ferry, file, site)


@SQLITE
def test_a_second_signal_stops_at_once(ferry: Ferry, file: Path, site: Site) -> None:
    """As if killed, in the middle of a slow chunk, and as harmless."""
    site.fault("delay", route="POST data", seconds=600, skip=3)
    process = ferry.start("run", str(file), "--progress", "none")
    until(lambda: met(site), "the slow call")
    process.send_signal(signal.SIGINT)
    says(process, LEAVING)
    process.send_signal(signal.SIGINT)
    assert ended(process).code == 130
    goes_on(ferry, file, site)

"""SIGINT and SIGTERM to real processes, in the middle of what takes long."""

import re
import signal
import socket
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from commands import Ferry, ended, until
from definitions import definition, source
from imports import Site
from third_party import ThirdParty

LEAVING = "Leaving: what is in hand is finished or given back."


@pytest.fixture
def ferry(tmp_path: Path, site: Site) -> Iterator[Ferry]:
    """The command line with the test's tokens; the server behaves again at the end."""
    tokens = {"ASSETS_TOKEN": site.made.token, "INVENTORY_TOKEN": "let-me-in"}
    yield Ferry(tmp_path / "data", tokens)
    mend(site)


@pytest.fixture
def file(tmp_path: Path, site: Site, third_party_url: str) -> Path:
    """A definition's file: a hundred laptops in ten chunks."""
    path = tmp_path / "hardware.toml"
    path.write_text(definition(site.url, source(third_party_url), service_url=third_party_url))
    return path


def met(site: Site) -> bool:
    """Tell whether a call waits because of the fault."""
    return any(one["used"] for one in site.faults())


def mend(site: Site) -> None:
    """Let the server behave again; what waits goes on."""
    for one in site.faults():
        site.mend(one["id"])


def goes_on(ferry: Ferry, file: Path, site: Site) -> None:
    """Nothing was lost and nothing is open: the next run ends DONE in the same execution."""
    mend(site)
    end = ferry.run("run", str(file))
    assert end.code == 0, end.err
    assert site.objects("objectType = Laptop") == 100
    assert site.states() == ["DONE"]


def test_who_is_interrupted_while_a_page_is_slow_leaves_and_goes_on_later(
    ferry: Ferry, file: Path, site: Site, third_party: ThirdParty
) -> None:
    """Exit code 130 within seconds, with the way to go on; no page or chunk is lost."""
    answer = threading.Event()

    def wait() -> None:
        answer.wait(60)

    third_party.before = wait
    process = ferry.start("run", str(file), "--progress", "none")
    until(lambda: bool(third_party.asked), "the first page")
    process.send_signal(signal.SIGINT)
    end = ended(process)
    answer.set()
    assert end.code == 130, end.err
    assert LEAVING in end.err
    assert f"Go on with: assetferry run {file}" in end.out
    goes_on(ferry, file, site)


def test_who_is_interrupted_while_the_completion_is_slow_leaves_and_goes_on_later(
    ferry: Ferry, file: Path, site: Site
) -> None:
    """The call after the ten chunks does not come back: its step is given back, and taken again."""
    site.fault("delay", route="POST data", seconds=600, skip=10)
    process = ferry.start("run", str(file), "--progress", "none")
    until(lambda: met(site), "the slow call")
    process.send_signal(signal.SIGTERM)
    end = ended(process)
    assert end.code == 130, end.err
    assert "Go on with" in end.out
    goes_on(ferry, file, site)


def test_a_second_signal_stops_at_once(ferry: Ferry, file: Path, site: Site) -> None:
    """As if killed, in the middle of a slow chunk, and as harmless."""
    site.fault("delay", route="POST data", seconds=600, skip=3)
    process = ferry.start("run", str(file), "--progress", "none")
    until(lambda: met(site), "the slow call")
    process.send_signal(signal.SIGINT)
    assert process.stderr is not None
    assert LEAVING in process.stderr.readline()
    process.send_signal(signal.SIGINT)
    assert ended(process).code == 130
    goes_on(ferry, file, site)


def begun_demo(ferry: Ferry) -> tuple["subprocess.Popen[str]", str]:
    """A demo whose importer has just been started, and what it has said."""
    process = ferry.start("demo", "--devices", "100000")
    said = ""
    assert process.stderr is not None
    while "An importer" not in said:
        line = process.stderr.readline()
        assert line, said
        said += line
    return process, said


def importer_of(process: "subprocess.Popen[str]") -> psutil.Process | None:
    """The process in which a demo imports, once it has been started."""
    for child in psutil.Process(process.pid).children():
        if "run" in child.cmdline():
            return child
    return None


def test_a_demo_that_is_told_to_end_leaves_nobody_behind(ferry: Ferry) -> None:
    """Its importer leaves in order, its service and its server are gone with it."""
    process, said = begun_demo(ferry)
    process.send_signal(signal.SIGTERM)
    end = ended(process)
    assert end.code == 130, end.err
    ports = [int(port) for port in re.findall(r"http://127\.0\.0\.1:([0-9]+)", said)]
    assert len(ports) == 2
    for port in ports:
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", port)) != 0


def test_a_demo_whose_importer_is_killed_says_so(ferry: Ferry) -> None:
    """A signal is no exit code of ours: it is named, and there is no traceback."""
    process, _ = begun_demo(ferry)
    until(lambda: importer_of(process) is not None, "the importer")
    importer = importer_of(process)
    assert importer is not None
    importer.kill()
    end = ended(process)
    assert end.code == 1
    assert "The importer was ended by signal 9." in end.err
    assert "Traceback" not in end.err

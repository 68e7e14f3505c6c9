"""The demo, the example and the local Assets server, each as the process a newcomer starts."""

import json
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from commands import Ferry, ended, until

EXAMPLE = Path(__file__).parents[2] / "examples" / "hardware.toml"


@pytest.fixture
def ferry(tmp_path: Path) -> Ferry:
    """The command line with a data folder of its own."""
    return Ferry(tmp_path / "data", {})


def counters(out: str, object_type: str) -> dict[str, int]:
    """The row of an object type, by the names of its columns."""
    header = next(line for line in out.splitlines() if line.startswith("Object type"))
    row = next(line for line in out.splitlines() if line.startswith(object_type))
    names = re.split(r"\s{2,}", header.strip())[1:]
    return dict(zip(names, (int(n.replace(",", "")) for n in row.split()[1:]), strict=True))


def test_the_demo_tells_the_whole_story(ferry: Ferry) -> None:
    """One command: a source, a server, an import, what was created, objects found by AQL."""
    end = ferry.run("demo", "--devices", "300")
    assert end.code == 0, end.err
    assert counters(end.out, "Software")["created"] > 0
    made = sum(counters(end.out, kind)["created"] for kind in ("Laptop", "Desktop", "Phone"))
    assert made > 200
    assert "Found by AQL" in end.out
    assert re.search(r"HARDWARE-\d+ ", end.out)
    peak = re.search(r"Peak memory of the importer: (\d+) MiB", end.out)
    assert peak is not None
    assert 20 < int(peak[1]) < 150


def test_the_demo_again_with_keep_changes_nothing(ferry: Ferry) -> None:
    """The kept demo finds its objects again, and everything is unchanged."""
    first = ferry.run("demo", "--devices", "200", "--keep")
    assert first.code == 0, first.err
    second = ferry.run("demo", "--devices", "200", "--keep")
    assert second.code == 0, second.err
    for kind in ("Laptop", "Employee", "Software"):
        before, after = counters(first.out, kind), counters(second.out, kind)
        assert after["identical"] == before["created"] > 0
        assert (after["created"], after["updated"]) == (0, 0)


@contextmanager
def inventory(devices: int) -> Generator[str]:
    """The demo's third-party service as a process; its URL."""
    process = subprocess.Popen(  # noqa: S603 # our own module
        [sys.executable, "-m", "assetferry.demo.service", "--devices", str(devices), "--port", "0"],
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())["url"]
        process.terminate()


def test_two_terminals(ferry: Ferry, tmp_path: Path) -> None:
    """`assetferry assets` in one, `assetferry run` of the example in the other."""
    server = ferry.start("assets", "--port", "0", "--json")
    assert server.stdout is not None
    lines = [server.stdout.readline()]
    while lines[-1] != "}\n":
        lines.append(server.stdout.readline())
    told = json.loads("".join(lines))
    with inventory(500) as service:
        text = EXAMPLE.read_text(encoding="utf-8")
        text = text.replace("http://127.0.0.1:8700", told["url"])
        text = text.replace("127.0.0.1:8800", service.removeprefix("http://"))
        file = tmp_path / "hardware.toml"
        file.write_text(text, encoding="utf-8")
        tokens = {"ASSETS_TOKEN": told["made"]["token"], "INVENTORY_TOKEN": "any words"}
        other = Ferry(tmp_path / "data", tokens)
        end = other.run("run", str(file))
        assert end.code == 0, end.err
        story = other.run("runs", "show", "latest").out
        assert "Timeline" in story
        assert tokens["ASSETS_TOKEN"] not in story + end.out + end.err
    server.send_signal(signal.SIGTERM)
    assert ended(server).code == 0


def test_a_taken_port_is_said(ferry: Ferry) -> None:
    """Two servers cannot share a port: the second says which, without a traceback."""
    first = ferry.start("assets", "--port", "0", "--json")
    assert first.stdout is not None
    lines = [first.stdout.readline()]
    while lines[-1] != "}\n":
        lines.append(first.stdout.readline())
    port = json.loads("".join(lines))["url"].rpartition(":")[2]
    end = ferry.run("assets", "--port", port)
    assert end.code == 1
    assert port in end.err
    assert "Traceback" not in end.err
    first.send_signal(signal.SIGINT)
    ended(first)


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

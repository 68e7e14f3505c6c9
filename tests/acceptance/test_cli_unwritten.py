"""What a command has to tell, or a file of its, finds no room: a sentence, and no traceback."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from commands import Ended, Ferry, ended
from imports import Site
from third_party import ThirdParty

pytestmark = pytest.mark.skipif(not Path("/dev/full").exists(), reason="no such device")


@pytest.fixture
def full() -> Iterator[int]:
    """A disk without room, open for writing."""
    opened = os.open("/dev/full", os.O_WRONLY)
    yield opened
    os.close(opened)


def said(end: Ended) -> None:
    """It says what could not be written, and what to do."""
    assert end.code == 1, end
    assert "Make room for it" in end.err
    assert "Traceback" not in end.err
    assert "Exception ignored" not in end.err


@pytest.mark.parametrize("command", ["--help", "runs list --json", "runs list", "assets --port 0"])
def test_stdout_without_room(ferry: Ferry, full: int, command: str) -> None:
    """One sentence on stderr, exit code 1; a server does not blame its port."""
    end = ended(ferry.start(*command.split(), out=full))
    said(end)
    assert "Cannot write what this command has to tell (No space left on device)" in end.err


def test_nobody_hears_an_error(ferry: Ferry, full: int) -> None:
    """The exit code says it all the same."""
    assert ended(ferry.start("runs", "show", "nope", err=full)).code == 2


def test_an_import_goes_on_though_its_progress_finds_no_room(
    ferry: Ferry, file: Path, full: int, site: Site
) -> None:
    """A log on a full disk stops no import."""
    end = ended(ferry.start("run", str(file), "--progress", "json", err=full))
    assert end.code == 0
    assert site.objects("objectType = Laptop") == 100


def test_an_import_is_done_though_its_result_finds_no_room(
    ferry: Ferry, file: Path, full: int
) -> None:
    """The command could not tell, and says where to ask."""
    end = ended(ferry.start("run", str(file), "--json", out=full))
    said(end)
    assert "assetferry runs show latest" in end.err
    assert ferry.run("runs", "show", "latest", "--json").json["state"] == "DONE"


def test_an_export_is_whole_or_not_there(
    ferry: Ferry, file: Path, tmp_path: Path, third_party: ThirdParty
) -> None:
    """Where it does not fit nothing is left of it, and an older export stays as it was."""
    for record in third_party.records[:60]:
        del record["serial"]
    file.write_text(file.read_text() + '\nmax_quarantined = "90%"\n')
    assert ferry.run("run", str(file)).code == 3
    export = ("runs", "quarantine", "export", "latest", "-o")
    path = tmp_path / "quarantine.jsonl"
    assert ferry.run(*export, str(path)).code == 0
    before = path.read_text()
    assert before.count("\n") == 60
    (tmp_path / "quarantine.jsonl.part").symlink_to("/dev/full")
    end = ferry.run(*export, str(path))
    said(end)
    assert str(path) in end.err
    assert path.read_text() == before
    assert [one.name for one in tmp_path.glob("quarantine*")] == [path.name]
    said(ferry.run(*export, "/dev/full"))

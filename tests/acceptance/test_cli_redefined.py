"""A definition that changes while its run is under way, and processes that lack something.

Each with processes of its own on both databases.
"""

import asyncio
import threading
from pathlib import Path

import pytest
from starlette.responses import Response

from assetferry.ledger.holding import hold
from assetferry.ledger.run import latest_runs
from assetferry.ledger.sums import sums
from assetferry.ledger.transition import Ledger
from commands import PATIENCE_S, Ferry, ended
from definitions import OFFSET, PAGE
from imports import Site
from third_party import ThirdParty

TOKENS = {"INVENTORY_TOKEN": "let-me-in", "OTHER_TOKEN": "let-me-in"}


@pytest.fixture
def place(tmp_path: Path, database: dict[str, str]) -> tuple[Path, dict[str, str]]:
    """Where the ledger is, on each database in turn."""
    return Path(database.get("ASSETFERRY_DATA_DIR", tmp_path / "data")), database


@pytest.fixture
def ferry(place: tuple[Path, dict[str, str]], site: Site) -> Ferry:
    """The command line with all tokens."""
    data, database = place
    second = {"SECOND_TOKEN": site.server.new_source("Other").token}
    return Ferry(data, {**database, "ASSETS_TOKEN": site.made.token, **TOKENS, **second})


@pytest.fixture
def lacking(
    place: tuple[Path, dict[str, str]], site: Site, monkeypatch: pytest.MonkeyPatch
) -> Ferry:
    """The command line without the source's token."""
    for name in TOKENS:
        monkeypatch.delenv(name, raising=False)
    data, database = place
    return Ferry(data, {**database, "ASSETS_TOKEN": site.made.token})


def change(file: Path, before: str, after: str) -> None:
    """Edit the file."""
    text = file.read_text()
    assert before in text
    file.write_text(text.replace(before, after))


def test_a_held_run_goes_on_with_the_definition_mended(
    ferry: Ferry, file: Path, site: Site, third_party: ThirdParty
) -> None:
    """Changed values are taken, and noted; what was imported before the hold stays."""
    third_party.answers.extend([None] * 4 + [Response(status_code=401)] * 8)
    held = ferry.run("run", str(file), "--json")
    assert held.code == 4, held.err
    third_party.answers.clear()
    change(file, "INVENTORY_TOKEN", "OTHER_TOKEN")
    again = ferry.run("run", str(file))
    assert again.code == 4
    assert f"runs resume {held.json['run']} --definition {file}" in again.err
    end = ferry.run("runs", "resume", "latest", "--definition", str(file))
    assert end.code == 0, end.err
    assert site.objects("objectType = Laptop") == 100
    assert site.states() == ["DONE"]
    story = ferry.run("runs", "show", "latest", "--json").json
    assert "redefined" in [event["kind"] for event in story["events"]]


@pytest.mark.parametrize(
    ("before", "after", "named"),
    [
        ('"serial", identity = true', '"name", identity = true', "object_types.Laptop (identity)"),
        ("[object_types.Laptop", "[object_types.Notebook", "object_types.Notebook"),
        ("/offset", "/page", "sources.devices"),
        ('name = "hardware"', 'name = "software"', "name"),
    ],
)
def test_what_was_sent_must_fit_what_follows(
    ferry: Ferry, file: Path, third_party: ThirdParty, before: str, after: str, named: str
) -> None:
    """Exit 2 names what changed; the run stays as it is, and goes on with its own text."""
    third_party.answers.extend([None] * 4 + [Response(status_code=401)] * 8)
    assert ferry.run("run", str(file)).code == 4
    third_party.answers.clear()
    change(file, before, after)
    end = ferry.run("runs", "resume", "latest", "--definition", str(file))
    assert end.code == 2
    assert named in end.err
    assert "--new" in end.err
    assert ferry.run("runs", "resume", "latest").code == 0


async def test_lanes_that_outlast_a_hold_take_up_the_new_definition(
    ferry: Ferry, ledger: Ledger, file: Path, site: Site, third_party: ThirdParty
) -> None:
    """A process is still reading when its run is held, and resumed elsewhere with another text.

    What it had in hand is refused, and everything that is read from then on is as the new text
    says, by whichever process.
    """
    reading, go_on = threading.Event(), threading.Event()

    def block() -> None:
        if "skip=40" in third_party.asked[-1] and not reading.is_set():
            reading.set()
            go_on.wait(PATIENCE_S)

    third_party.before = block
    first = ferry.start("run", str(file), "--progress", "none")
    assert await asyncio.to_thread(reading.wait, PATIENCE_S)
    (run,) = await ledger.run(latest_runs, limit=2)
    assert await ledger.run(hold, run.id, code="c", reason="A test.", cure="None.")
    change(file, "label = true", 'label = true, map = { none = "x" }, default = "renamed"')
    resumed = ("runs", "resume", run.id, "--definition", str(file))
    second = await asyncio.to_thread(ferry.run, *resumed)
    go_on.set()
    assert second.code == 0, second.err
    assert (await asyncio.to_thread(ended, first)).code == 0
    assert (await ledger.run(sums, run.id)).records_read == 100
    assert site.objects("objectType = Laptop") == 100
    labels = set(site.labels("objectType = Laptop"))
    assert "renamed" in labels
    assert "laptop-42" not in labels
    assert site.states() == ["DONE"]


def test_a_process_without_the_secret_leaves_the_run_to_one_that_has_it(
    ferry: Ferry, lacking: Ferry, file: Path, site: Site, third_party: ThirdParty
) -> None:
    """It says so and watches; the run is not held, no attempt is counted, all is imported."""
    busy, go_on = threading.Event(), threading.Event()

    def block() -> None:
        if "/page" in third_party.asked[-1] and not busy.is_set():
            busy.set()
            go_on.wait(PATIENCE_S)

    third_party.before = block
    other = file.with_name("other.toml")
    text = file.read_text().replace('name = "hardware"', 'name = "other"', 1)
    text = text.replace(OFFSET, PAGE).replace("/offset", "/page")
    other.write_text(text.replace("env:ASSETS_TOKEN", "env:SECOND_TOKEN"))
    helping = ferry.start("run", str(other), "--progress", "none")
    assert busy.wait(PATIENCE_S)
    end = lacking.run("run", str(file), "--progress", "plain")
    go_on.set()
    assert ended(helping).code == 0
    assert end.code == 0, end.err
    assert "cannot work on run" in end.err
    assert site.objects("objectType = Laptop") == 100
    assert site.states() == ["DONE"]
    assert "declined" in kinds_of(ferry, "hardware")


def kinds_of(ferry: Ferry, definition: str) -> list[str]:
    """The timeline of a definition's run."""
    listed = ferry.run("runs", "list", "--json").json
    (run,) = [one["run"] for one in listed if one["definition"] == definition]
    story = ferry.run("runs", "show", run, "--json").json
    return [event["kind"] for event in story["events"]]


def test_where_no_process_has_the_secret_the_run_is_held(
    lacking: Ferry, file: Path, site: Site
) -> None:
    """Exit 4 names the secret; nothing was started in Assets."""
    end = lacking.run("run", str(file))
    assert end.code == 4
    assert "INVENTORY_TOKEN" in end.out
    assert site.states() == []


def test_a_missing_file_of_authorities_is_declined_too(ferry: Ferry, file: Path) -> None:
    """As a secret is: another machine may have it."""
    change(file, "[egress]", '[egress]\nca_file = "/nowhere/company.pem"')
    end = ferry.run("run", str(file))
    assert end.code == 4
    assert "ca_file" in end.out

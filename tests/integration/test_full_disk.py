"""The disk is full at any one transition: said clearly, nothing lost or doubled, and it goes on.

Each play is the command line in this process, on a ledger of its own. At its transition SQLite
finds no room, and nothing else is pretended. Then there is room, and the same command is given.
"""

import itertools
import os
import re
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from starlette.responses import Response

from assetferry.cli import main
from assetferry.cli.exits import Exit
from assetferry.engine import attendance
from assetferry.engine.backoff import Backoff
from assetferry.ledger.sqlite import sqlite_engine
from assetferry.ledger.upgrade import upgrade
from assetferry.local_assets.server import LocalAssets
from definitions import EMPLOYEE, LAPTOP, definition, source
from full_disk import Disk
from imports import Site
from receiver import SECRET, Receiver, receiving
from third_party import ThirdParty, laptop

Outcome = tuple[list[list[str]], set[str], int]
Step = tuple[str, Exit]
"""A command, and how it ends where nothing is in its way."""

RUN = "run hardware.toml --progress none"
ONCE: Sequence[Step] = ((RUN, Exit.PARTIAL),)
HELD = ("run few.toml --progress none", Exit.HELD)
LATER: Mapping[str, tuple[Sequence[Step], set[str]]] = {
    "resumed": (
        (HELD, ("runs resume latest --override min_records --reason counted", Exit.PARTIAL)),
        {"hold_step", "rechecked", "begin_completion"},
    ),
    "cancelled": (
        (HELD, ("runs cancel latest", Exit.DONE), ("runs forget latest", Exit.DONE)),
        {"begin_closing", "reported", "end_run", "forget"},
    ),
    "retried": (
        (*ONCE, ("runs quarantine retry latest", Exit.PARTIAL)),
        {"settle_retry"},
    ),
    "scheduled": (
        (
            ("mapping push hardware.toml", Exit.DONE),
            ("triggers replace hardware.toml", Exit.DONE),
            ("triggers delete hardware.toml", Exit.DONE),
            ("schedule set hardware.toml", Exit.DONE),
            ("schedule delete hardware.toml", Exit.DONE),
        ),
        {
            "remember_push",
            "replace_trigger",
            "drop_triggers",
            "add_scheduled",
            "keep_scheduled",
            "drop_scheduled",
        },
    ),
}
"""Other stories, and which of their transitions are tried there."""
OF_AN_IMPORT = {
    *("register", "transition", "claim", "identify", "note_post", "record_execution"),
    *("remember_push", "open_streams", "take_turn", "stage", "submitted", "retry_chunk", "split"),
    *("quarantine_chunk", "begin_completion", "completed", "record_result", "end_run"),
    *("claim_notice", "delivered", "seen", "leave"),
}
WHOLE = bool(os.environ.get("FAULTS_WHOLE"))
"""Whether every transition is tried at each of its times, and not at the first alone."""


@dataclass
class Play:
    """One story of commands, in a folder of its own."""

    server: LocalAssets
    folder: Path
    third_party: ThirdParty
    url: str
    receiver: Receiver
    disk: Disk
    patch: pytest.MonkeyPatch
    numbers: Iterator[int]

    def anew(self) -> None:
        """Begin with an empty ledger, an import source without objects, and the same faults."""
        self.disk.free()
        self.site = Site(self.server, self.server.new_source("Hardware"))
        self.patch.setenv("ASSETS_TOKEN", self.site.made.token)
        self.site.fault("entry", selector="laptop", field="serial_number", value="SN-000007")
        data = self.folder / f"data-{next(self.numbers)}"
        data.mkdir()
        shutil.copy(self.folder / "empty.db", data / "ledger.db")
        self.patch.setenv("ASSETFERRY_DATA_DIR", str(data))
        self.third_party.answers.clear()
        self.third_party.answers.extend([None, Response(status_code=500)])
        self.receiver.told.clear()

    def write(self) -> None:
        """Write the definition, which is the same in all plays."""
        text = definition(
            self.server.url,
            source(self.url, page_size=4),
            types=LAPTOP + EMPLOYEE,
            limits=f'chunk_records = 4\n[limits.hosts."{self.url[7:]}"]\nper_minute = 60000',
            safety='min_records = 100\nmax_quarantined = "50%"',
            service_url=self.url,
        ).replace("allow = [", f'allow = ["{self.receiver.url.split("/")[2]}", ')
        notify = '[notify]\nurl = "env:HOOK"\nsecret = "env:HOOK_SECRET"'
        notify += '\n[trigger]\npublic_url = "https://ferry.example.com"'
        notify += '\n[schedule]\nfrequency = "DAILY"\nstart = "2099-01-01T00:00"'
        text = f"{text}\n{notify}\n"
        (self.folder / "few.toml").write_text(text)
        (self.folder / "hardware.toml").write_text(text.replace("min_records = 100", ""))

    def tell(self, story: Sequence[Step]) -> list[Result]:
        """Give the commands; one that the full disk has stopped is given again. What these said."""
        stopped = list[Result]()
        for command, end in story:
            ended = give(command)
            if self.disk.full and ended.exit_code != end:
                stopped.append(ended)
                self.disk.free()
                ended = give(command)
            self.disk.full = False
            assert ended.exit_code == end, (command, ended.output, stopped)
        return stopped

    def outcome(self) -> Outcome:
        """What Assets has, what the receiver was told, and how many executions were completed."""
        types = ("Laptop", "Employee")
        done = self.site.states().count("DONE")
        return (
            [self.site.labels(f"objectType = {one}") for one in types] if done else [],
            {one.body["type"] for one in self.receiver.told},
            done,
        )


def give(command: str) -> Result:
    """Give a command to the command line."""
    return CliRunner().invoke(main, command.split())


@pytest.fixture
def play(
    assets_server: LocalAssets,
    tmp_path: Path,
    third_party: ThirdParty,
    third_party_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Play]:
    """Twelve laptops, one of them without a serial number, one that Assets refuses."""
    third_party.records = [laptop(number) for number in range(12)]
    del third_party.records[5]["serial"]
    engine = sqlite_engine(tmp_path / "empty.db")
    upgrade(engine)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE ballast (body BLOB)")
    engine.dispose()
    quick = partial(Backoff, first_s=0.001, longest_s=0.01)
    monkeypatch.setattr(attendance, "Backoff", quick)
    monkeypatch.setenv("INVENTORY_TOKEN", "let-me-in")
    monkeypatch.chdir(tmp_path)
    with receiving() as receiver:
        monkeypatch.setenv("HOOK", receiver.url)
        monkeypatch.setenv("HOOK_SECRET", SECRET)
        made = Play(
            assets_server,
            tmp_path,
            third_party,
            third_party_url,
            receiver,
            Disk(monkeypatch),
            monkeypatch,
            itertools.count(),
        )
        made.write()
        yield made


def moments(written: Counter[str]) -> list[tuple[str, int]]:
    """The transitions that write, and at which of their times the disk is to be full."""
    return [
        (name, time)
        for name, times in written.items()
        for time in range(1, times + 1)
        if time == 1 or WHOLE
    ]


def undisturbed(play: Play, story: Sequence[Step]) -> tuple[Counter[str], Outcome]:
    """Tell a story with room enough; what it writes, and what comes of it."""
    play.anew()
    assert play.tell(story) == []
    return +play.disk.written, play.outcome()


def full_at_each(
    play: Play, story: Sequence[Step], chosen: Sequence[tuple[str, int]], whole: Outcome
) -> int:
    """Tell a story once for each moment, the disk full from it on. How many commands it stopped."""
    count = 0
    for moment in chosen:
        play.anew()
        play.disk.full_from = moment
        for stopped in play.tell(story):
            count += 1
            assert stopped.exit_code == Exit.FAILED, (moment, stopped.output)
            assert re.search(r"disk is full\)\. Make free space .* the same again", stopped.stderr)
        assert play.outcome() == whole, moment
    return count


@pytest.mark.parametrize("half", [0, 1])
def test_a_full_disk_stops_an_import_at_any_transition_and_nothing_is_lost(
    play: Play, caplog: pytest.LogCaptureFixture, half: int
) -> None:
    """From its first row to its last: one error with its cure, then the same objects, once."""
    written, whole = undisturbed(play, ONCE)
    assert written.keys() >= OF_AN_IMPORT
    chosen = moments(written)[half::2]
    assert full_at_each(play, ONCE, chosen, whole) >= 0.7 * len(chosen)
    assert [record for record in caplog.records if record.exc_info] == []


@pytest.mark.parametrize("name", LATER)
def test_a_full_disk_stops_any_other_command_and_it_can_be_given_again(
    play: Play, name: str
) -> None:
    """Hold and resume, cancel and forget, retry, schedules: at each transition of theirs."""
    story, own = LATER[name]
    written, whole = undisturbed(play, story)
    assert written.keys() >= own
    chosen = [(one, time) for one, time in moments(written) if WHOLE or one in own]
    assert full_at_each(play, story, chosen, whole) >= len(own)

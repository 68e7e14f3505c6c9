"""``assetferry serve`` as a process: called, stopped, killed, started anew."""

import json
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from commands import Ferry, ended, until
from imports import Site
from receiver import SECRET, receiving
from third_party import ThirdParty

Started = Callable[[], "tuple[subprocess.Popen[str], str]"]


@pytest.fixture
def started(ferry: Ferry, file: Path) -> Iterator[Started]:
    """Starts serving processes, and says where they listen; none outlives the test."""
    processes: list[subprocess.Popen[str]] = []

    def start() -> "tuple[subprocess.Popen[str], str]":
        process = ferry.start("serve", str(file), "--port", "0")
        processes.append(process)
        assert process.stdout is not None
        return process, process.stdout.readline().split(" at ")[1].split()[0]

    yield start
    for process in processes:
        process.kill()
        process.communicate()


def call(url: str, made: dict[str, Any], name: str) -> tuple[int, Any]:
    """Call a trigger as somebody who cannot sign."""
    request = urllib.request.Request(
        url + made["address"],
        method="POST",
        data=json.dumps(made["body"]).encode(),
        headers={
            "Content-Type": "application/json",
            "webhook-id": name,
            "webhook-timestamp": str(int(time.time())),
        },
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def test_serve_takes_a_call_runs_it_and_stops_in_order(
    ferry: Ferry, file: Path, site: Site, started: Started
) -> None:
    """A key is given out once; the call runs to DONE; SIGTERM ends the process with 0."""
    made = ferry.run("triggers", "replace", str(file), "--json").json
    process, url = started()
    status, body = call(url, made, "first")
    assert (status, body["result"]) == (200, "begun")
    until(lambda: site.states() == ["DONE"], "the run's end")
    assert call(url, made, "first")[1]["result"] == "known"
    assert call(url, {**made, "address": "/triggers/guessed"}, "second")[0] == 401
    with urllib.request.urlopen(url + "/healthz", timeout=60) as answer:
        assert json.load(answer) == {"status": "ok"}
    process.send_signal(signal.SIGTERM)
    end = ended(process)
    assert end.code == 0, end.err
    assert made["address"].split("/")[-1] not in end.out + end.err
    assert site.objects("objectType = Laptop") == 100
    shown = ferry.run("triggers", "show", str(file))
    assert made["body"]["importsourceId"] in shown.out
    assert made["address"].split("/")[-1] not in shown.out
    assert "no trigger any more" in ferry.run("triggers", "delete", str(file)).out
    assert ferry.run("triggers", "show", str(file), "--json").json == {"triggers": []}


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_serve_goes_on_with_what_another_one_left(
    ferry: Ferry,
    file: Path,
    site: Site,
    third_party: ThirdParty,
    started: Started,
    how: signal.Signals,
) -> None:
    """Ended in the middle of a run: the next process finishes it, with nobody asking."""
    made = ferry.run("triggers", "replace", str(file), "--json").json
    process, url = started()

    def kill() -> None:
        if len(third_party.asked) == 5:
            process.send_signal(how)

    third_party.before = kill
    assert call(url, made, "first")[0] == 200
    assert ended(process).code == (0 if how == signal.SIGTERM else -how)
    again, _ = started()
    until(lambda: site.states() == ["DONE"], "the run's end")
    assert site.objects("objectType = Laptop") == 100
    again.send_signal(signal.SIGTERM)
    assert ended(again).code == 0


def test_serve_says_what_it_cannot_do(ferry: Ferry, file: Path, started: Started) -> None:
    """Two files of one name, a port that is taken: an error with its cure, before anything."""
    twin = file.with_name("twin.toml")
    twin.write_text(file.read_text())
    end = ferry.run("serve", str(file), str(twin))
    assert end.code == 1
    assert "Give one of them another name" in end.err
    process, url = started()
    end = ferry.run("serve", str(file), "--port", url.rsplit(":", 1)[1])
    assert end.code == 1
    assert "Take another" in end.err
    process.send_signal(signal.SIGTERM)
    assert ended(process).code == 0


def test_schedule_is_set_shown_and_deleted(ferry: Ferry, file: Path) -> None:
    """Each command reports, and what does not exist yet is said rather than ignored."""
    text = file.read_text()
    keys = 'frequency = "MONTHLY"\nstart = "2030-01-31T09:00"\ntimezone = "Europe/Berlin"\n'
    ours = f'\n[trigger]\npublic_url = "https://ferry.example.com"\n[schedule]\n{keys}'
    file.write_text(text + ours)
    assert ferry.run("mapping", "push", str(file)).code == 0
    made = ferry.run("schedule", "set", str(file), "--json").json["schedule"]
    assert made["next"][:2] == ["2030-01-31T09:00:00+01:00", "2030-02-28T09:00:00+01:00"]
    shown = ferry.run("schedule", "show", str(file), "--json").json
    assert shown["schedule"] == made
    assert shown["assets"]["schedule_id"] == made["schedule_id"]
    assert ferry.run("schedule", "delete", str(file), "--json").json == {"deleted": True}
    file.write_text(text + ours + 'by = "assetferry"\n')
    end = ferry.run("schedule", "set", str(file))
    assert end.code == 1
    assert "no clock of its own yet" in end.err
    shown = ferry.run("schedule", "show", str(file))
    assert "no clock of its own yet" in shown.err
    assert "Assets has no schedule" in shown.out


def test_a_notice_whose_teller_was_killed_is_told_by_the_next(
    tmp_path: Path, site: Site, file: Path
) -> None:
    """Killed while the receiver has it: the next process tells it again, under the same id."""
    with receiving() as receiver:
        host = receiver.url.split("/")[2]
        text = file.read_text().replace("allow = [", f'allow = ["{host}", ')
        text = text.replace("min_records = 1", "min_records = 1000")
        file.write_text(f'{text}\n[notify]\nurl = "env:HOOK"\nsecret = "env:HOOK_SECRET"\n')
        secrets = {"HOOK": receiver.url, "HOOK_SECRET": SECRET, "ASSETS_TOKEN": site.made.token}
        ferry = Ferry(tmp_path / "data", {**secrets, "INVENTORY_TOKEN": "let-me-in"})
        first = ferry.start("run", str(file), "--progress", "none")

        def kill() -> None:
            first.send_signal(signal.SIGKILL)
            first.wait(timeout=60)

        receiver.before_answer = kill
        assert ended(first).code == -signal.SIGKILL
        assert receiver.kinds == ["import.held"]
        receiver.before_answer = lambda: None
        # It is held, so this process has nothing to do but to tell.
        end = ferry.run("run", str(file), "--progress", "none")
        assert end.code == 4, end.err
        assert "very-secret-path" not in end.out + end.err
    first_told, second_told = receiver.told
    assert first_told.id == second_told.id
    assert first_told.raw == second_told.raw
    assert second_told.signed

"""``assetferry serve`` as a process: called, stopped, killed, started anew."""

import json
import signal
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from commands import Ferry, ended, until
from definitions import definition, source
from imports import Site
from third_party import ThirdParty


@pytest.fixture
def ferry(tmp_path: Path, site: Site) -> Ferry:
    """The command line with the test's tokens."""
    tokens = {"ASSETS_TOKEN": site.made.token, "INVENTORY_TOKEN": "let-me-in"}
    return Ferry(tmp_path / "data", tokens)


@pytest.fixture
def file(tmp_path: Path, site: Site, third_party_url: str) -> Path:
    """A definition's file."""
    text = definition(site.url, source(third_party_url), service_url=third_party_url)
    path = tmp_path / "hardware.toml"
    path.write_text(text)
    return path


def started(ferry: Ferry, file: Path) -> "tuple[subprocess.Popen[str], str]":
    """A serving process, and where it listens."""
    process = ferry.start("serve", str(file), "--port", "0")
    assert process.stdout is not None
    return process, process.stdout.readline().split(" at ")[1].split()[0]


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
    ferry: Ferry, file: Path, site: Site
) -> None:
    """A key is given out once; the call runs to DONE; SIGTERM ends the process with 0."""
    made = ferry.run("triggers", "replace", str(file), "--json").json
    process, url = started(ferry, file)
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


def test_serve_goes_on_with_what_a_killed_one_left(
    ferry: Ferry, file: Path, site: Site, third_party: ThirdParty
) -> None:
    """Killed in the middle of a run: the next process finishes it, with nobody asking."""
    made = ferry.run("triggers", "replace", str(file), "--json").json
    process, url = started(ferry, file)

    def kill() -> None:
        if len(third_party.asked) == 5:
            process.send_signal(signal.SIGKILL)

    third_party.before = kill
    assert call(url, made, "first")[0] == 200
    assert ended(process).code == -signal.SIGKILL
    again, _ = started(ferry, file)
    until(lambda: site.states() == ["DONE"], "the run's end")
    assert site.objects("objectType = Laptop") == 100
    again.send_signal(signal.SIGTERM)
    assert ended(again).code == 0


def test_serve_says_what_it_cannot_do(ferry: Ferry, file: Path) -> None:
    """Two files of one name, a port that is taken: an error with its cure, before anything."""
    twin = file.with_name("twin.toml")
    twin.write_text(file.read_text())
    end = ferry.run("serve", str(file), str(twin))
    assert end.code == 1
    assert "Give one of them another name" in end.err
    process, url = started(ferry, file)
    end = ferry.run("serve", str(file), "--port", url.rsplit(":", 1)[1])
    assert end.code == 1
    assert "Take another" in end.err
    process.send_signal(signal.SIGTERM)
    assert ended(process).code == 0

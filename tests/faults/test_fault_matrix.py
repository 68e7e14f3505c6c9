"""Imports by the real command line through a network that fails one exchange in twenty.

Whatever fails, and wherever: a run that says DONE has brought exactly what the source has, and a
run that says anything else says why. `make faults` plays every kind at every place, with a server
that knows repeats and with one that does not; here each kind once.
"""

import json
import os
import subprocess
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from assetferry.local_assets.server import LocalAssets
from assetferry.local_assets.settings import Settings
from commands import Ended, Ferry
from definitions import EMPLOYEE, LAPTOP, definition, source
from fault_proxy import KINDS, FaultProxy
from imports import Site
from third_party import ThirdParty, laptop, serving
from upheaval import contents

WHOLE = "FAULTS_WHOLE" in os.environ
TOLD = WHOLE or "FAULTS_TOLD" in os.environ
SEED = int(os.environ.get("FAULTS_SEED", "11"))
RECORDS = 3000 if WHOLE else 400
PLACES = ("source", "assets", "both")
CASES = [
    (kind, place, dedupe)
    for number, kind in enumerate(KINDS)
    for at, place in enumerate(PLACES)
    for with_, dedupe in enumerate(("first", "none"))
    # In the small form each kind once, every place and either server in turn.
    if WHOLE or (number % 3 == at and number % 2 == with_)
]
LONGEST_S = 900.0 if WHOLE else 100.0
ENDS = {"DONE": 0, "FAILED": 1, "PARTIAL": 3}


@contextmanager
def broken_network(kind: str, place: str, assets: str, service: str) -> Generator[list[FaultProxy]]:
    """Stand before the source, before Assets or before both; both proxies, the idle one too."""
    with ExitStack() as stack:
        yield [
            stack.enter_context(
                FaultProxy(
                    upstream=url,
                    kind=kind,
                    rate=0.05 if place in (side, "both") else 0.0,
                    certain=4 if place in (side, "both") else 0,
                    seed=SEED + number,
                    eligible=_chunks_only if kind == "timeout" else _everything,
                )
            )
            for number, (side, url) in enumerate((("source", service), ("assets", assets)))
        ]


def _everything(_method: str, path: str) -> bool:
    return not path.startswith("/_local/")


def _chunks_only(method: str, path: str) -> bool:
    """The silence that a chunk's deadline ends; other calls would wait for a minute."""
    return path.startswith("/offset") or (method == "POST" and path.endswith("/data"))


@pytest.mark.timeout(3600 if WHOLE else 120)
@pytest.mark.parametrize(("kind", "place", "dedupe"), CASES)
def test_no_fault_makes_a_false_success(
    tmp_path: Path, kind: str, place: str, dedupe: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """DONE is exact; PARTIAL, FAILED and held are explained, and what is held can go on."""
    service = ThirdParty(records=[laptop(number) for number in range(RECORDS)])
    settings = Settings(port=0, data=tmp_path / "assets", dedupe=dedupe)
    with LocalAssets(settings) as server, serving(service) as serves:
        site = Site(server, server.new_source("Hardware"))
        with broken_network(kind, place, site.url, serves.url) as proxies:
            before_source, before_assets = proxies
            text = definition(
                before_assets.url,
                source(before_source.url),
                types=LAPTOP + EMPLOYEE,
                limits=(
                    "chunk_records = 10\nreads = 6\nsends = 6\nmax_attempts = 20\n"
                    'time_limit = "4 s"'
                ),
                service_url=before_source.url,
            )
            file = tmp_path / "hardware.toml"
            file.write_text(text)
            tokens = {"ASSETS_TOKEN": site.made.token, "INVENTORY_TOKEN": "let-me-in"}
            story = played(Ferry(tmp_path / "data", tokens), file)
        states = site.states()
    judge(story, contents(tmp_path / "assets" / "assets.sqlite3"), states)
    struck = {"source": before_source.strikes, "assets": before_assets.strikes}
    assert all(struck[side] for side in ("source", "assets") if place in (side, "both")), struck
    if TOLD:
        told = [kind, place, dedupe, before_source.requests, before_assets.requests]
        row = [*told, struck["source"], struck["assets"], story["state"], story["held"]]
        with capsys.disabled():
            print("\n| " + " | ".join(str(one) for one in row) + " |", end="")  # noqa: T201 # ditto


def played(ferry: Ferry, file: Path) -> dict[str, Any]:
    """Run to the end, resuming where the run is held; its story, with the holds counted."""
    end = patiently(ferry, "run", str(file))
    held = 0
    while end.code == 4 and held < 5:
        held += 1
        assert ferry.run("runs", "show", "latest", "--json").json["held_reason"]
        end = patiently(ferry, "runs", "resume", "latest")
    assert "Traceback" not in end.err, end.err
    shown = ferry.run("runs", "show", "latest", "--json")
    story = json.loads(shown.out) | {"held": held}
    assert end.code == ENDS[story["state"]], f"{end.code}\n{end.out}\n{end.err}"
    return story


def patiently(ferry: Ferry, *arguments: str) -> Ended:
    """Run to the end, or tell what the run was waiting for all the time."""
    process = ferry.start(*arguments, "--json", "--progress", "none")
    try:
        out, err = process.communicate(timeout=LONGEST_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        pytest.fail(ferry.run("runs", "show", "latest").out)
    return Ended(process.returncode, out, err)


def judge(story: dict[str, Any], found: list[tuple[str, str, str]], states: list[str]) -> None:
    """Compare what the run claims with what Assets has."""
    assert "INGESTING" not in states, states
    labels = {label for kind, label, _ in found if kind == "Laptop"}
    everything = {laptop(number)["name"] for number in range(RECORDS)}
    assert labels <= everything
    assert len(found) == len({(kind, label) for kind, label, _ in found}), "an object is doubled"
    if story["state"] == "DONE":
        assert labels == everything, f"{len(everything - labels)} are missing, but it says DONE"
        people = {label for kind, label, _ in found if kind == "Employee"}
        assert people == {laptop(number)["owner"]["email"] for number in range(RECORDS)}
        assert [state for state in states if state != "CANCELLED"] == ["DONE"]
    else:
        assert story["reason"], story

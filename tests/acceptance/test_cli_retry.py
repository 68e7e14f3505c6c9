"""``assetferry runs quarantine retry`` as a person or a script sees it."""

import json
import signal
from pathlib import Path

import pytest

from commands import Ferry, ended, until
from definitions import LAPTOP, definition, source
from imports import Site
from third_party import ThirdParty

MENDED = LAPTOP.replace(
    '"ram_gb", type = "integer", required = true',
    '"ram_gb", type = "integer", map = { plenty = 64 }, keep_unmapped = true, required = true',
)


@pytest.fixture
def file(tmp_path: Path, site: Site, third_party_url: str) -> Path:
    """A definition's file, with a few bad records allowed."""
    text = definition(
        site.url,
        source(third_party_url),
        safety='max_quarantined = "50%"',
        service_url=third_party_url,
    )
    path = tmp_path / "hardware.toml"
    path.write_text(text)
    return path


@pytest.fixture
def partial(ferry: Ferry, file: Path, third_party: ThirdParty) -> str:
    """A run that left ten records in quarantine."""
    for record in third_party.records[10:20]:
        record["ram_gb"] = "plenty"
    end = ferry.run("run", str(file), "--json")
    assert end.code == 3, end.err
    return end.json["run"]


def mended(file: Path, **changes: str) -> str:
    """The same definition, its mapping mended; the name of its file."""
    text = file.read_text().replace(LAPTOP, changes.get("types", MENDED))
    if "missing" in changes:
        text = text.replace(
            'missing_objects = "ignore"', f'missing_objects = "{changes["missing"]}"'
        )
    path = file.with_name("mended.toml")
    path.write_text(text)
    return str(path)


def test_a_retry_brings_in_what_was_set_aside(
    ferry: Ferry, file: Path, partial: str, site: Site
) -> None:
    """Exit 0, a run of its own in the list, the quarantine marked; then nothing is left."""
    end = ferry.run("runs", "quarantine", "retry", partial, "--definition", mended(file), "--json")
    assert end.code == 0, end.err
    assert (end.json["state"], end.json["retry_of"]) == ("DONE", partial)
    assert end.json["streams"][0]["records_mapped"] == 10
    assert site.objects("objectType = Laptop") == 100
    exported = ferry.run("runs", "quarantine", "export", partial).out.splitlines()
    assert {json.loads(line)["retried_by"] for line in exported} == {end.json["run"]}
    (counted,) = ferry.run("runs", "quarantine", "list", partial, "--json").json["reasons"]
    assert (counted["count"], counted["brought_in"]) == (10, 10)
    assert (
        ferry.run("runs", "quarantine", "list", partial).out == "      10  brought in by retries\n"
    )
    assert f"retry of {partial}" in ferry.run("runs", "list").out
    assert f"retry of {partial}" in ferry.run("runs", "show", "latest").out
    again = ferry.run("runs", "quarantine", "retry", "latest", "--definition", mended(file))
    assert (again.code, again.out) == (0, f"Nothing of run {partial} is left in quarantine.\n")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"missing": "remove"}, "would remove the objects"),
        ({"missing": "unknown"}, "would remove the objects"),
        ({"types": MENDED.replace('"ram_gb"', '"memory"')}, "reads memory of 'devices'"),
        ({"types": MENDED.replace('"serial"', '"name"')}, "(identity)"),
    ],
)
def test_a_retry_that_could_do_harm_is_refused(
    ferry: Ferry, file: Path, partial: str, site: Site, changes: dict[str, str], words: str
) -> None:
    """Exit 2 with the cure, and Assets is not called."""
    end = ferry.run("runs", "quarantine", "retry", partial, "--definition", mended(file, **changes))
    assert end.code == 2
    assert words in end.err
    assert "un the whole import again" in end.err
    assert len(site.states()) == 1


def test_a_retry_of_what_is_old_is_refused(ferry: Ferry, file: Path, partial: str) -> None:
    """A newer full run has brought newer values: the old ones must not overwrite them."""
    newer = ferry.run("run", str(file), "--json").json["run"]
    end = ferry.run("runs", "quarantine", "retry", partial, "--definition", mended(file))
    assert end.code == 2
    assert f"Retry run {newer} instead" in end.err


def test_a_killed_retry_goes_on_and_a_second_one_is_busy(
    ferry: Ferry, file: Path, partial: str, site: Site
) -> None:
    """One execution completes however often it is asked for; nothing is doubled."""
    command = ("runs", "quarantine", "retry", partial, "--definition", mended(file))
    slow = site.fault("delay", route="POST data", seconds=3600)
    first = ferry.start(*command)
    until(lambda: "INGESTING" in site.states(), "the retry's execution")
    busy = ferry.run(*command)
    assert (busy.code, "has not ended" in busy.err) == (5, True), (busy.out, busy.err)
    first.send_signal(signal.SIGKILL)
    ended(first)
    site.mend(slow)
    end = ferry.run(*command, "--json")
    assert end.code == 0, end.err
    assert site.objects("objectType = Laptop") == 100
    assert [state for state in site.states() if state != "CANCELLED"] == ["DONE", "DONE"]
    assert len(ferry.run("runs", "list", "--json").json) == 2

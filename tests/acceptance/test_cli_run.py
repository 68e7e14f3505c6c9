"""``assetferry run`` and ``assetferry runs`` as a person or a script sees them."""

import json
import signal
import subprocess
from pathlib import Path

import pytest
from starlette.responses import Response

from commands import Ferry, ended, until
from imports import Site
from third_party import ThirdParty, laptop


def test_a_run_tells_what_it_did(ferry: Ferry, file: Path, site: Site) -> None:
    """Exit code 0, the numbers on stdout, progress on stderr, the whole story by runs show."""
    end = ferry.run("run", str(file), "--progress", "plain")
    assert end.code == 0, end.err
    assert "DONE" in end.out
    assert "Laptop" in end.out
    assert "DONE" not in end.err
    story = ferry.run("runs", "show", "latest", "--json").json
    assert story["state"] == "DONE"
    assert story["streams"][0]["records_mapped"] == 100
    assert story["object_types"][0] | {"created": 100, "sent": 100} == story["object_types"][0]
    assert [event["kind"] for event in story["events"]][:3] == [
        "created",
        "execution_started",
        "ingesting",
    ]
    assert story["events"][-1]["kind"] == "ended"
    shown = ferry.run("runs", "show", story["run"][:12]).out
    assert "Timeline" in shown
    assert "Submission completed" in shown
    listed = ferry.run("runs", "list", "--json").json
    assert [run["run"] for run in listed] == [story["run"]]


def test_json_goes_to_stdout_alone(ferry: Ferry, file: Path) -> None:
    """A script reads one document from stdout, and one a line of progress from stderr."""
    end = ferry.run("run", str(file), "--json", "--progress", "json")
    assert end.json["state"] == "DONE"
    assert end.json["exit"] == 0
    assert all(line.startswith("{") for line in end.err.splitlines())


def test_a_definition_with_mistakes_is_exit_code_2(ferry: Ferry, file: Path) -> None:
    """All mistakes at once, each with its line, and nothing is started."""
    file.write_text(file.read_text().replace("identity = true", "identity = 3, lable = true"))
    end = ferry.run("run", str(file))
    assert end.code == 2
    assert "2 mistakes" in end.err
    assert "line " in end.err
    assert "Traceback" not in end.err
    assert ferry.run("runs", "list", "--json").json == []


@pytest.mark.parametrize(
    "command",
    [("run",), ("mapping", "show"), ("schedule", "show"), ("triggers", "show"), ("serve",)],
)
def test_a_file_that_is_no_utf8_is_told_with_its_line(
    ferry: Ferry, file: Path, command: tuple[str, ...]
) -> None:
    """An editor saved it otherwise: a mistake like others, and no traceback."""
    file.write_bytes(b'name = "hardware"\ndescription = "Ger\xe4te"\n')
    end = ferry.run(*command, str(file))
    assert end.code == 2
    assert end.err.splitlines() == [
        f"{file}: 1 mistake in the definition",
        "  line 2: The file is not a text in UTF-8. Save it as UTF-8.",
    ]


@pytest.mark.parametrize("moment", [1, 2, 5, 9, 10])
def test_kill_9_in_the_middle_and_run_again(
    ferry: Ferry, file: Path, site: Site, third_party: ThirdParty, moment: int
) -> None:
    """Killed while it asks for a page, it goes on: same objects, one completed execution."""
    first = ferry.start("run", str(file))

    def kill() -> None:
        if len(third_party.asked) == moment:
            first.send_signal(signal.SIGKILL)

    third_party.before = kill
    assert ended(first).code == -signal.SIGKILL
    end = ferry.run("run", str(file), "--json")
    assert end.code == 0, end.err
    assert site.objects("objectType = Laptop") == 100
    assert site.states() == ["DONE"]
    assert end.json["streams"][0]["records_read"] == 100


@pytest.mark.parametrize("kind", ["created", "execution_started", "ingesting", "completing"])
def test_kill_9_between_the_steps_of_a_run(ferry: Ferry, file: Path, site: Site, kind: str) -> None:
    """Wherever a step ended, the next process takes it up: at most an empty cancelled execution."""
    first = ferry.start("run", str(file), "--progress", "none")

    def happened() -> bool:
        shown = ferry.run("runs", "show", "latest", "--json")
        return shown.code == 0 and kind in [event["kind"] for event in shown.json["events"]]

    until(happened, kind)
    first.send_signal(signal.SIGKILL)
    ended(first)
    end = ferry.run("run", str(file), "--json")
    assert end.code == 0, end.err
    assert site.objects("objectType = Laptop") == 100
    assert [state for state in site.states() if state != "CANCELLED"].count("DONE") >= 1
    assert "INGESTING" not in site.states()


def test_ctrl_c_leaves_in_order_and_can_go_on(
    ferry: Ferry, file: Path, site: Site, third_party: ThirdParty
) -> None:
    """The first SIGINT finishes what is in hand, gives it back and says how to go on."""
    third_party.records = [laptop(number) for number in range(3000)]
    first = ferry.start("run", str(file))

    def interrupt() -> None:
        if len(third_party.asked) == 20:
            first.send_signal(signal.SIGINT)

    third_party.before = interrupt
    end = ended(first)
    assert end.code == 130
    assert f"assetferry run {file}" in end.out
    assert site.states() == ["INGESTING"]
    assert ferry.run("run", str(file)).code == 0
    assert site.objects("objectType = Laptop") == 3000
    assert site.states() == ["DONE"]


def test_a_second_process_watches_the_run_of_the_first(
    ferry: Ferry, file: Path, site: Site, third_party: ThirdParty
) -> None:
    """Two processes on one ledger: one works, the other shows the same run to its end."""
    third_party.records = [laptop(number) for number in range(2000)]
    watching: list[subprocess.Popen[str]] = []
    said: list[str] = []

    def join() -> None:
        if len(third_party.asked) == 5:
            watching.append(ferry.start("run", str(file)))
            # The fifth page comes when somebody watches: the run cannot be over before.
            assert watching[0].stderr is not None
            said.append(watching[0].stderr.readline())

    third_party.before = join
    first = ferry.run("run", str(file), "--json")
    second = ended(watching[0])
    assert (first.code, second.code) == (0, 0)
    assert "at work already" in said[0]
    assert site.states() == ["DONE"]
    assert site.objects("objectType = Laptop") == 2000


def test_a_watching_process_takes_over_from_a_dead_one(
    ferry: Ferry, file: Path, site: Site, third_party: ThirdParty
) -> None:
    """After kill -9 of the worker its watcher goes on, and nothing is lost or doubled."""
    third_party.records = [laptop(number) for number in range(2000)]
    first = ferry.start("run", str(file))
    watching: list[subprocess.Popen[str]] = []

    def join_and_kill() -> None:
        if len(third_party.asked) == 5:
            watching.append(ferry.start("run", str(file)))
            assert watching[0].stderr is not None
            while "at work already" not in watching[0].stderr.readline():
                pass
            first.send_signal(signal.SIGKILL)

    third_party.before = join_and_kill
    assert ended(first).code == -signal.SIGKILL
    second = ended(watching[0])
    assert second.code == 0, second.err
    assert "going on with it here" in second.err
    assert site.states() == ["DONE"]
    assert site.objects("objectType = Laptop") == 2000


def test_a_held_run_says_why_and_how_to_go_on(
    ferry: Ferry, file: Path, site: Site, third_party: ThirdParty
) -> None:
    """Exit code 4 with reason and cure; `run` again changes nothing; resume goes on."""
    third_party.answers.append(Response(status_code=401))
    end = ferry.run("run", str(file))
    assert end.code == 4
    assert "Why:" in end.out
    assert "assetferry runs resume" in end.out
    assert ferry.run("run", str(file)).code == 4
    assert ferry.run("runs", "resume", "latest").code == 0
    assert site.objects("objectType = Laptop") == 100


def test_a_safety_limit_is_set_aside_with_a_reason(
    ferry: Ferry, file: Path, site: Site, third_party: ThirdParty
) -> None:
    """The hold names the limit; an override needs a reason, is recorded, and holds for one run."""
    assert ferry.run("run", str(file)).code == 0
    del third_party.records[50:]
    held = ferry.run("run", str(file))
    assert held.code == 4
    assert "--override max_shrink --reason" in held.out
    assert ferry.run("runs", "resume", "latest", "--override", "max_shrink").code == 2
    assert ferry.run("run", str(file), "--override", "max_shink", "--reason", "x").code == 2
    told = ferry.run("runs", "resume", "latest", "--override", "max_shrink", "--reason", "Sold")
    assert told.code == 0, told.out
    assert "max_shrink set aside: Sold" in ferry.run("runs", "show", "latest").out
    assert site.states() == ["DONE", "DONE"]


def test_a_hold_that_nobody_answers_is_closed(
    ferry: Ferry, file: Path, site: Site, third_party: ThirdParty
) -> None:
    """After hold_for the next run closes it, says so, and imports."""
    file.write_text(file.read_text().replace("[safety]", '[safety]\nhold_for = "0.01 s"'))
    third_party.answers.append(Response(status_code=401))
    assert ferry.run("run", str(file)).code == 4
    end = ferry.run("run", str(file))
    assert end.code == 0, end.err
    assert "Held for over 0.01 s" in end.err
    assert site.states() == ["CANCELLED", "DONE"]


def test_new_closes_the_unfinished_run_first(
    ferry: Ferry, file: Path, site: Site, third_party: ThirdParty
) -> None:
    """--new cancels what is open in Assets, then imports from the start."""
    third_party.answers.append(Response(status_code=401))
    assert ferry.run("run", str(file)).code == 4
    assert ferry.run("run", str(file), "--new").code == 0
    assert site.states() == ["CANCELLED", "DONE"]
    assert [run["state"] for run in ferry.run("runs", "list", "--json").json] == [
        "DONE",
        "CANCELLED",
    ]


def test_cancel_closes_a_held_run(
    ferry: Ferry, file: Path, site: Site, third_party: ThirdParty
) -> None:
    """Nothing is left open in Assets, and a second cancel says that there is nothing to cancel."""
    third_party.answers.append(Response(status_code=401))
    assert ferry.run("run", str(file)).code == 4
    assert ferry.run("runs", "cancel", "latest").code == 0
    assert site.states() == ["CANCELLED"]
    again = ferry.run("runs", "cancel", "latest")
    assert again.code == 2
    assert "has ended" in again.err


def test_somebody_elses_execution_is_exit_code_5(ferry: Ferry, file: Path, site: Site) -> None:
    """Busy is told from failed."""
    assert ferry.run("run", str(file)).code == 0
    site.start()
    assert ferry.run("run", str(file)).code == 5


def test_a_partial_import_is_exit_code_3(ferry: Ferry, file: Path, third_party: ThirdParty) -> None:
    """One record in quarantine, within the limit."""
    third_party.records[3]["ram_gb"] = "much"
    file.write_text(file.read_text().replace("min_records = 1", 'max_quarantined = "2%"'))
    assert ferry.run("run", str(file)).code == 3


def test_the_mapping_is_shown_and_pushed(ferry: Ferry, file: Path, site: Site) -> None:
    """The document that is pushed is the one that is shown, its ids remembered."""
    shown = ferry.run("mapping", "show", str(file)).json
    assert ferry.run("mapping", "push", str(file)).out.count("created") == 1
    assert ferry.run("mapping", "push", str(file), "--json").json["pushed"] == "PATCH"
    assert ferry.run("mapping", "show", str(file)).json == shown


def test_an_unknown_run_is_named(ferry: Ferry) -> None:
    """A wrong id is a usage error with a way out."""
    end = ferry.run("runs", "show", "nothing-like-it")
    assert end.code == 2
    assert "assetferry runs list" in end.err


def test_quarantine_is_listed_and_exported(
    ferry: Ferry, file: Path, tmp_path: Path, third_party: ThirdParty
) -> None:
    """Each bad record with its place and reason, and only the fields that the definition reads."""
    for number in (3, 40):
        third_party.records[number] |= {"ram_gb": "much", "salary": 1000}
    file.write_text(file.read_text().replace("min_records = 1", 'max_quarantined = "2%"'))
    assert ferry.run("run", str(file)).code == 3
    listed = ferry.run("runs", "quarantine", "list", "latest").out
    assert "2  bad_value  Laptop RAM (GB)" in listed
    told = ferry.run("runs", "quarantine", "list", "latest", "--json").json
    assert told["reasons"][0]["count"] == 2
    target = tmp_path / "bad.jsonl"
    assert ferry.run("runs", "quarantine", "export", "latest", "-o", str(target)).code == 0
    lines = [json.loads(line) for line in target.read_text().splitlines()]
    assert {line["record"]["serial"] for line in lines} == {"SN-000003", "SN-000040"}
    assert lines[0]["place"]["index"] in range(10)
    assert "salary" not in target.read_text()

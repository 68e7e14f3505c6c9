"""What programs get from commands with ``--json``, also where they fail."""

from pathlib import Path

from commands import Ferry
from imports import Site
from third_party import ThirdParty


def test_failures_have_one_shape(ferry: Ferry, file: Path) -> None:
    """A code, the words of stderr, and the exit code; a definition's mistakes one by one."""
    unknown = ferry.run("runs", "show", "nothing", "--json")
    assert (unknown.code, unknown.json["error"]["code"]) == (2, "run_unknown")
    assert unknown.json["error"]["message"] in unknown.err
    wrong = ferry.run("runs", "list", "--nonsense", "--json")
    assert (wrong.code, wrong.json["error"]["code"]) == (2, "usage")
    file.write_text(file.read_text().replace("chunk_records = 10", "chunk_records = 0"))
    mistaken = ferry.run("run", str(file), "--json").json["error"]
    assert (mistaken["code"], mistaken["exit"]) == ("definition", 2)
    (problem,) = mistaken["problems"]
    assert problem["key"] == "limits.chunk_records"
    assert {"line", "message", "cure"} <= problem.keys()


def test_words_stay_words_without_it(ferry: Ferry) -> None:
    """Nothing is printed on stdout by a command that fails."""
    end = ferry.run("runs", "show", "nothing")
    assert (end.code, end.out) == (2, "")


def test_trouble_with_assets_is_told_by_its_code(ferry: Ferry, file: Path, site: Site) -> None:
    """The one that the documentation has."""
    site.new_token()
    end = ferry.run("schedule", "show", str(file), "--json")
    assert (end.code, end.json["error"]["code"]) == (1, "unauthorized")
    end = ferry.run("mapping", "push", str(file), "--json")
    assert (end.code, end.json["error"]["code"]) == (1, "unauthorized")


def test_a_run_is_resumed_and_cancelled_for_programs(
    ferry: Ferry, file: Path, third_party: ThirdParty
) -> None:
    """They print the run as ``run`` does, with the exit code; what is not held is a failure."""
    for record in third_party.records[:10]:
        record["ram_gb"] = None
    held = ferry.run("run", str(file), "--json")
    assert (held.code, held.json["held"], held.json["exit"]) == (4, True, 4)
    override = ("--override", "max_quarantined", "--reason", "A test")
    resumed = ferry.run("runs", "resume", "latest", *override, "--json", "--progress", "none")
    assert (resumed.code, resumed.json["state"], resumed.json["exit"]) == (3, "PARTIAL", 3)
    assert resumed.err == ""
    again = ferry.run("runs", "resume", "latest", "--json")
    assert (again.code, again.json["error"]["code"]) == (2, "not_held")
    ended = ferry.run("runs", "cancel", "latest", "--json")
    assert (ended.code, ended.json["error"]["code"]) == (2, "has_ended")
    second = ferry.run("run", str(file), "--json").json["run"]
    cancelled = ferry.run("runs", "cancel", second, "--json")
    assert (cancelled.code, cancelled.json["state"], cancelled.json["exit"]) == (0, "CANCELLED", 0)


def test_a_retry_with_nothing_to_do_says_so_for_programs(ferry: Ferry, file: Path) -> None:
    """Exit 0, and no run."""
    run = ferry.run("run", str(file), "--json").json["run"]
    end = ferry.run("runs", "quarantine", "retry", run, "--json")
    assert (end.code, end.json) == (0, {"run": None, "retry_of": run, "exit": 0})

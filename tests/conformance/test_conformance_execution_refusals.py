"""The rows of section 19 of the wire contract on executions."""

from collections.abc import Callable
from typing import Any

import pytest

from conformance import UNKNOWN, expect
from conformance_model import hosts
from conformance_site import Site

NewSite = Callable[..., Site]


@pytest.mark.local
def test_19_start_without_mapping(site: Site) -> None:
    """409 MISSING_MAPPING."""
    site.app("POST", "executions").conflicts("MISSING_MAPPING")


@pytest.mark.local
def test_19_start_disabled(new_site: NewSite) -> None:
    """409 DISABLED."""
    new_site(enabled=False).app("POST", "executions").conflicts("DISABLED")


@pytest.mark.local
def test_19_start_with_another_module(new_site: NewSite) -> None:
    """409 INVALID_IMPORT_MODULE_KEY."""
    other = new_site(moduleKey="rlabs-import-type-csv")
    other.app("POST", "executions").conflicts("INVALID_IMPORT_MODULE_KEY")


@pytest.mark.writes
@pytest.mark.parametrize("body", [None, {"scheduled": True}], ids=["manual", "scheduled"])
def test_19_start_while_running(mapped: Site, body: Any) -> None:
    """409 IN_PROGRESS, also for a scheduled start."""
    mapped.start()
    mapped.app("POST", "executions", body).conflicts("IN_PROGRESS")


@pytest.mark.writes
@pytest.mark.parametrize("value", ["yes", 1, None, []], ids=str)
def test_19_scheduled_not_a_boolean(mapped: Site, value: Any) -> None:
    """400."""
    answer = mapped.app("POST", "executions", {"scheduled": value})
    answer.refuses(400, "scheduled must be a boolean")


@pytest.mark.parametrize(
    ("method", "below", "body"),
    [
        ("POST", "/data", {"data": {}}),
        ("PUT", "/progress", {}),
        ("DELETE", "", None),
        ("GET", "/status", None),
        ("POST", "/history/failed", {"failureReason": "x"}),
    ],
    ids=["data", "progress", "cancel", "status", "history"],
)
def test_19_execution_of_no_such_source(
    new_site: NewSite, site: Site, method: str, below: str, body: Any
) -> None:
    """404, for an unknown id and for one that is another source's."""
    ids = [UNKNOWN]
    if site.ours:
        ids.append(_execution_of_another(new_site))
    for execution in ids:
        answer = site.app(method, f"executions/{execution}{below}", body)
        answer.refuses(404, f"Execution {execution} does not exist")


def _execution_of_another(new_site: NewSite) -> str:
    other = new_site()
    other.map(hosts(other.tag).document())
    return other.start().rpartition("/")[2]


@pytest.mark.writes
@pytest.mark.parametrize("state", ["CANCELLED", "DONE"])
def test_19_data_after_ingesting(mapped: Site, state: str) -> None:
    """400 that names the state, also for a bare completion."""
    execution = _ended(mapped, state)
    bodies: list[dict[str, Any]] = [{"data": {}}, {"completed": True}]
    for body in bodies:
        answer = mapped.send(execution, body)
        answer.refuses(400, f"Execution is {state}; data is accepted only while INGESTING")


@pytest.mark.writes
@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({}, "Either data or completed is required"),
        ({"completed": False}, "Either data or completed is required"),
        ({"clientGeneratedId": "x"}, "Either data or completed is required"),
        ({"data": []}, "data"),
        ({"data": None}, "data"),
        ({"data": {}, "completed": "yes"}, "completed"),
        ({"data": {}, "clientGeneratedId": 1}, "clientGeneratedId"),
        ({"data": {}, "clientGeneratedId": "x" * 256}, "clientGeneratedId"),
        ({"Data": {}}, "Data"),
        ({"data": {}, "Completed": True}, "Completed"),
    ],
    ids=lambda one: str(one)[:40],
)
def test_19_data_with_a_wrong_key(mapped: Site, body: Any, named: str) -> None:
    """400 that names it; the execution goes on."""
    execution = mapped.start()
    mapped.send(execution, body).refuses(400, named)
    expect("INGESTING", mapped.app("GET", f"{execution}/status").gives(200)["status"])


@pytest.mark.writes
@pytest.mark.parametrize(
    "body",
    [
        {"steps": {"total": 1, "current": 2}},
        {"steps": {"total": -1}},
        {"objects": {"total": 5, "processed": -1}},
        {"objects": {"total": "5"}},
        {"objects": {"total": True}},
        {"objects": []},
    ],
    ids=str,
)
def test_19_wrong_progress(mapped: Site, body: Any) -> None:
    """400."""
    mapped.app("PUT", f"{mapped.start()}/progress", body).refuses(400, "Invalid progress")


@pytest.mark.writes
def test_19_progress_outside_ingesting(mapped: Site) -> None:
    """400."""
    execution = _ended(mapped, "CANCELLED")
    mapped.app("PUT", f"{execution}/progress", {}).refuses(400, "Invalid progress")


@pytest.mark.writes
def test_19_cancel_when_done(mapped: Site) -> None:
    """400: there is nothing left to cancel."""
    answer = mapped.app("DELETE", _ended(mapped, "DONE"))
    answer.refuses(400, "Execution is DONE and can no longer be cancelled")


@pytest.mark.writes
@pytest.mark.parametrize(
    "body",
    [{}, {"failureReason": ""}, {"failureReason": 5}, {"failureReason": "x" * 1025}],
    ids=["missing", "empty", "number", "too long"],
)
def test_19_wrong_failure_reason(mapped: Site, body: Any) -> None:
    """400; 1024 characters are still right."""
    path = f"{mapped.start()}/history/failed"
    mapped.app("POST", path, body).refuses(400, "failureReason is required, 1 to 1024 characters")
    mapped.app("POST", path, {"failureReason": "x" * 1024}).gives(204)


@pytest.mark.writes
@pytest.mark.parametrize("state", ["CANCELLED", "DONE"])
def test_19_history_failed_outside_ingesting(mapped: Site, state: str) -> None:
    """400."""
    path = f"{_ended(mapped, state)}/history/failed"
    answer = mapped.app("POST", path, {"failureReason": "late"})
    answer.refuses(400, "Failures can be recorded only while INGESTING")


@pytest.mark.local
def test_19_latest_status_when_nothing_ever_ran(site: Site) -> None:
    """404."""
    site.app("GET", "executions/status").refuses(404, "No execution yet")


@pytest.mark.writes
def test_19_progress_by_an_execution_id(mapped: Site) -> None:
    """400: it goes by the source."""
    execution = mapped.start().rpartition("/")[2]
    answer = mapped.view("GET", f"progress/category/imports/{execution}")
    answer.refuses(400, "Not an import source id")


def _ended(site: Site, state: str) -> str:
    """Bring an execution to an end; give its path."""
    execution = site.start()
    if state == "CANCELLED":
        site.app("DELETE", execution).gives(200)
    else:
        site.send(execution, {"completed": True}).gives(200)
        site.finish(execution)
    return execution

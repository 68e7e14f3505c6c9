"""Section 19 of the wire contract, line by line: executions and what is sent to them.

Credentials, bodies, mappings and searches have tables of their own beside this one.
"""

import asyncio
from dataclasses import dataclass
from typing import Any

import pytest

from assetferry.local_assets.server import serve
from assetferry.local_assets.settings import Settings
from local_assets_faults import HOSTS

UNKNOWN = "00000000-0000-4000-8000-000000000000"
STATES = ("INGESTING", "PROCESSING", "DONE", "CANCELLED")
CLOSED = ("PROCESSING", "DONE", "CANCELLED")


IDS = "clientGeneratedId must be a string of at most 255 characters"
EITHER = "Either data or completed is required"
DATA: list[tuple[dict[str, Any], str]] = [
    ({}, EITHER),
    ({"completed": False}, EITHER),
    ({"data": []}, "data must be an object"),
    ({"data": None}, "data must be an object"),
    ({"completed": "true"}, "completed must be a boolean"),
    ({"data": {}, "completed": None}, "completed must be a boolean"),
    ({"data": {}, "clientGeneratedId": 7}, IDS),
    ({"data": {}, "clientGeneratedId": "x" * 256}, IDS),
    ({"Data": {}}, "Unknown key 'Data'; keys are case-sensitive"),
]
STEPS = "Invalid progress: counts of steps are integers from 0"
PROGRESS: list[tuple[dict[str, Any], str]] = [
    ({"steps": {"total": -1}}, STEPS),
    ({"steps": {"total": 1.5}}, STEPS),
    ({"steps": {"total": 1, "current": True}}, STEPS),
    ({"steps": {"total": 1, "current": 2}}, "Invalid progress: current is beyond total"),
    (
        {"objects": {"processed": "1"}},
        "Invalid progress: counts of objects are integers from 0",
    ),
    ({"objects": None}, "Invalid progress: objects must be an object"),
]
FAILURES: list[dict[str, Any]] = [
    {},
    {"failureReason": ""},
    {"failureReason": None},
    {"failureReason": ["x"]},
    {"failureReason": "x" * 1025},
]


@dataclass(frozen=True)
class Row:
    """A call in a state of the import source, and how it is refused."""

    state: str
    call: str
    """Method and path; ``{E}`` is the execution, ``{S}`` the import source, ``{W}`` its
    workspace."""
    body: Any
    status: int
    said: str
    """The one sentence of an E4 body, or the code of an E2 one."""


def rows() -> dict[str, Row]:
    """Give the lines of section 19 on executions, data, progress, cancel and history."""
    unknown = f"Execution {UNKNOWN} does not exist"
    nobody = f"Import source {UNKNOWN} does not exist"
    progress = "Invalid progress: it is accepted only while INGESTING"
    recorded = "Failures can be recorded only while INGESTING"
    reason = "failureReason is required, 1 to 1024 characters"
    given = {"failureReason": "x"}
    return {
        "start without mapping": Row("NEW", "POST {S}/executions", None, 409, "MISSING_MAPPING"),
        "start while disabled": Row("DISABLED", "POST {S}/executions", None, 409, "DISABLED"),
        "start of another module": Row(
            "MODULE", "POST {S}/executions", None, 409, "INVALID_IMPORT_MODULE_KEY"
        ),
        **{
            f"start while {state}": Row(state, "POST {S}/executions", {}, 409, "IN_PROGRESS")
            for state in STATES[:2]
        },
        **{
            f"scheduled is {value!r}": Row(
                "MAPPED",
                "POST {S}/executions",
                {"scheduled": value},
                400,
                "scheduled must be a boolean",
            )
            for value in ("true", 1, None)
        },
        **{
            f"{method} mapping while {state}": Row(
                state, f"{method} {{S}}/mapping", HOSTS, 409, "IN_PROGRESS"
            )
            for method in ("PUT", "PATCH")
            for state in STATES[:2]
        },
        "progress of an unknown mapping task": Row(
            "MAPPED", f"GET {{S}}/mapping/progress/{UNKNOWN}", None, 400, "Unknown resource"
        ),
        "newest when nothing ever ran": Row(
            "MAPPED", "GET {S}/executions/status", None, 404, "No execution yet"
        ),
        **{
            f"{call} of an unknown execution": Row("MAPPED", call, body, 404, unknown)
            for call, body in (
                (f"POST {{S}}/executions/{UNKNOWN}/data", {"completed": True}),
                (f"PUT {{S}}/executions/{UNKNOWN}/progress", {}),
                (f"DELETE {{S}}/executions/{UNKNOWN}", None),
                (f"GET {{S}}/executions/{UNKNOWN}/status", None),
                (f"POST {{S}}/executions/{UNKNOWN}/history/failed", given),
            )
        },
        **{
            f"{call} of an unknown source": Row("MAPPED", call, body, 404, nobody)
            for call, body in (
                (f"GET {{W}}/importsource/{UNKNOWN}", None),
                (f"GET {{W}}/importsource/{UNKNOWN}/configstatus", None),
                (f"PUT {{W}}/importsource/{UNKNOWN}/mapping", HOSTS),
                (f"POST {{W}}/importsource/{UNKNOWN}/executions", None),
                (f"POST {{W}}/importsource/{UNKNOWN}/token", None),
                (f"POST {{W}}/importsource/{UNKNOWN}/executions/x/history/failed", given),
            )
        },
        **{
            f"data while {state}": Row(
                state,
                "POST {E}/data",
                {"data": {}, "clientGeneratedId": "late"},
                400,
                f"Execution is {state}; data is accepted only while INGESTING",
            )
            for state in CLOSED
        },
        **{
            f"bare completion while {state}": Row(
                state,
                "POST {E}/data",
                {"completed": True},
                400,
                f"Execution is {state}; data is accepted only while INGESTING",
            )
            for state in CLOSED
        },
        **{
            f"data: {said}, number {number}": Row("INGESTING", "POST {E}/data", body, 400, said)
            for number, (body, said) in enumerate(DATA)
        },
        **{
            f"progress while {state}": Row(state, "PUT {E}/progress", {}, 400, progress)
            for state in CLOSED
        },
        **{
            f"progress number {number}": Row("INGESTING", "PUT {E}/progress", body, 400, said)
            for number, (body, said) in enumerate(PROGRESS)
        },
        **{
            f"cancel while {state}": Row(
                state,
                "DELETE {E}",
                None,
                400,
                f"Execution is {state} and can no longer be cancelled",
            )
            for state in ("PROCESSING", "DONE")
        },
        **{
            f"failure while {state}": Row(state, "POST {E}/history/failed", given, 400, recorded)
            for state in CLOSED
        },
        **{
            f"failure number {number}": Row(
                "INGESTING", "POST {E}/history/failed", body, 400, reason
            )
            for number, body in enumerate(FAILURES)
        },
    }


ROWS = rows()


@pytest.mark.parametrize("name", [name for name, row in ROWS.items() if row.state != "PROCESSING"])
def test_a_line_of_section_19(api: Any, name: str) -> None:
    """The call is refused with the status and the sentence of its line."""
    check(api, ROWS[name])


@pytest.mark.parametrize("name", [name for name, row in ROWS.items() if row.state == "PROCESSING"])
async def test_a_line_of_section_19_during_processing(api: Any, name: str) -> None:
    """So too while Assets works off the data, which here it does not come to."""
    async with serve(Settings(port=0)) as running:
        running.site.worker.stop()
        api.url = running.url
        await asyncio.to_thread(api.new_source)
        await asyncio.to_thread(check, api, ROWS[name])


def check(api: Any, row: Row) -> None:
    execution = bring_to(api, row.state)
    method, _, path = row.call.partition(" ")
    path = path.format(E=execution, S=api.here, W=api.workspace)
    # A user, so that a source that does not exist is not simply another one than the token's.
    reply = api.call(method, path, row.body, user=True)
    assert reply.status == row.status, reply
    if row.status == 409:
        assert reply.body == {"result": "error", "errorCode": row.said}
    else:
        assert reply.body == {"errorMessages": [row.said], "errors": {}}


def bring_to(api: Any, state: str) -> str:
    """Bring the import source into a state; give its execution, if there is one."""
    if state in {"DISABLED", "MODULE"}:
        change: dict[str, Any] = (
            {"enabled": False} if state == "DISABLED" else {"moduleKey": "rlabs-import-type-csv"}
        )
        api.new_source("Odd", **change)
    if state == "NEW":
        return ""
    api.put_mapping(HOSTS)
    if state not in STATES:
        return ""
    execution: str = api.start()
    if state == "CANCELLED":
        assert api.call("DELETE", execution).status == 200
    elif state != "INGESTING":
        last = {"data": {"hosts": [{"name": "a"}]}, "clientGeneratedId": "z", "completed": True}
        assert api.call("POST", f"{execution}/data", last).status == 200
        if state == "DONE":
            api.result(execution)
        # Repeated with its id, the completing call is answered like the first time.
        assert api.call("POST", f"{execution}/data", last).status == 200
    assert api.call("GET", f"{execution}/status").body["status"] == state
    return execution


def test_an_execution_of_another_source_does_not_exist_here(api: Any) -> None:
    """Ids are known below their own import source only, whoever asks."""
    api.put_mapping(HOSTS)
    number = api.start().rpartition("/")[2]
    api.new_source("Other")
    for method, path, body in (
        ("POST", "/data", {"completed": True}),
        ("PUT", "/progress", {}),
        ("DELETE", "", None),
        ("GET", "/status", None),
        ("POST", "/history/failed", {"failureReason": "x"}),
    ):
        reply = api.call(method, f"{api.here}/executions/{number}{path}", body)
        assert reply.status == 404, path
        assert reply.body["errorMessages"] == [f"Execution {number} does not exist"]


async def test_what_nobody_foresaw_is_500_without_internals(api: Any) -> None:
    """A broken store is told as an E4 body that names nothing of it."""
    async with serve(Settings(port=0)) as running:
        api.url = running.url
        await asyncio.to_thread(api.new_source)
        running.site.database.writer.stop()
        reply = await asyncio.to_thread(api.call, "PUT", f"{api.here}/mapping", HOSTS, user=False)
    assert reply.status == 500
    assert reply.body == {"errorMessages": ["Something went wrong"], "errors": {}}

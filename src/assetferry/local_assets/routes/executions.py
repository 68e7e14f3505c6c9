"""Executions: start, feed, watch, cancel (section 8)."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from starlette.responses import Response

from assetferry.local_assets.errors import General, UnknownExecution, bad_request
from assetferry.local_assets.jsonshape import is_list, is_object
from assetferry.local_assets.routes.access import OnSource, SourceCall
from assetferry.local_assets.routes.body import json_object, parse, raw_body
from assetferry.local_assets.routes.call import answer, no_content
from assetferry.local_assets.routes.links import source_base
from assetferry.local_assets.settings import Settings
from assetferry.local_assets.store.chunks import accept
from assetferry.local_assets.store.executions import (
    Execution,
    cancel,
    cancel_waiting,
    execution,
    newest_execution,
    record_failure,
    record_progress,
    start,
)

__all__ = [
    "cancel_execution",
    "get_newest_status",
    "get_status",
    "post_data",
    "post_failed",
    "put_progress",
    "start_execution",
]

_DATA_KEYS = frozenset({"data", "clientGeneratedId", "completed"})


def _of_execution(handler: OnSource) -> OnSource:
    """Answer an unknown execution as chosen; ``history/failed`` alone has a declared 404 (19)."""

    async def chosen(call: SourceCall) -> Response:
        try:
            return await handler(call)
        except UnknownExecution as error:
            status = int(call.site.settings.unknown_execution)
            raise UnknownExecution(error.execution_id, status) from error

    return chosen


async def start_execution(call: SourceCall) -> Response:
    """Begin an execution and say where its parts are; all links are nested (8.2)."""
    body = await json_object(call.request, call.site.settings.max_body_bytes)
    scheduled = body.get("scheduled", False)
    if not isinstance(scheduled, bool):
        raise bad_request("scheduled must be a boolean")
    await _let_go(call)
    execution_id = await call.site.database.writer.run(
        start,
        call.source,
        scheduled=scheduled,
        actor=call.credential.actor,
        acting_as=call.credential.acting_as,
    )
    base = source_base(call.request, call.source.workspace_id, call.source.id)
    here = f"{base}/executions/{execution_id}"
    links = {
        "submitProgress": f"{here}/progress",
        "submitResults": f"{here}/data",
        "getExecutionStatus": f"{here}/status",
        "cancel": here,
    }
    return answer({"result": "success", "links": links})


@_of_execution
async def post_data(call: SourceCall) -> Response:
    """Take a chunk, a completion, or both; the chunk is stored as it came (8.3)."""
    settings = call.site.settings
    raw = await raw_body(call.request, settings.max_body_bytes)
    body = parse(call.request, raw)
    _check_data(body, settings)
    completed = body.get("completed") is True
    client_id = body.get("clientGeneratedId")
    if settings.empty_client_id == "absent":
        client_id = client_id or None
    to_process = await call.site.database.writer.run(
        accept,
        call.source,
        call.request.path_params["execution"],
        body=raw if "data" in body else None,
        client_id=client_id,
        completed=completed,
        settings=settings,
        spool=call.site.database.spool,
    )
    if to_process is not None:
        call.site.worker.wake()
    return answer({}) if settings.data_answer == "object" else Response(status_code=200)


@_of_execution
async def put_progress(call: SourceCall) -> Response:
    """Take what the app says about itself; cosmetic (8.4)."""
    body = await json_object(call.request, call.site.settings.max_body_bytes)
    _check_progress(body)
    await call.site.database.writer.run(
        record_progress,
        call.source,
        call.request.path_params["execution"],
        msgspec.json.encode(body),
        late=int(call.site.settings.late_status),
    )
    return Response(status_code=200)


@_of_execution
async def get_status(call: SourceCall) -> Response:
    reader, execution_id = call.site.database.reader(), call.request.path_params["execution"]
    return answer(_status(execution(reader, call.source, execution_id), call.site.settings))


async def get_newest_status(call: SourceCall) -> Response:
    newest = newest_execution(call.site.database.reader(), call.source)
    if newest is None:
        raise General(int(call.site.settings.never_run), "No execution yet")
    return answer(_status(newest, call.site.settings))


@_of_execution
async def cancel_execution(call: SourceCall) -> Response:
    database = call.site.database
    number = await database.writer.run(
        cancel,
        call.source,
        call.request.path_params["execution"],
        again=call.site.settings.cancel_again == "accept",
    )
    # After the commit: should the server die in between, the next start clears it away.
    database.spool.drop(number)
    return Response(status_code=200)


async def post_failed(call: SourceCall) -> Response:
    """Record a failure in the import history; the execution goes on unless set otherwise (8.8)."""
    body = await json_object(call.request, call.site.settings.max_body_bytes)
    reason = body.get("failureReason")
    longest = call.site.settings.max_failure_reason
    if not isinstance(reason, str) or not 1 <= len(reason) <= longest:
        raise bad_request(f"failureReason is required, 1 to {longest} characters")
    await call.site.database.writer.run(
        record_failure,
        call.source,
        call.request.path_params["execution"],
        reason=reason,
        actor=call.credential.actor,
        acting_as=call.credential.acting_as,
    )
    if call.site.settings.failure_ends:
        await cancel_execution(call)
    return no_content()


async def _let_go(call: SourceCall) -> None:
    """Cancel what waits for data, if it may be replaced, or has waited too long."""
    settings, database = call.site.settings, call.site.database
    replaces = settings.second_start == "replace"
    if not replaces and not settings.abandoned_after:
        return
    patience = timedelta(seconds=settings.abandoned_after)
    before = None if replaces else datetime.now(UTC) - patience
    number = await database.writer.run(cancel_waiting, call.source, before, database.spool)
    if number is not None:
        database.spool.drop(number)


def _status(found: Execution, settings: Settings) -> dict[str, Any]:
    """Write the body of both status calls; the result appears once there is one (8.5)."""
    body: dict[str, Any] = {"status": found.state, "executionId": found.id}
    if found.result is not None or settings.pending_result == "null":
        body["progressResult"] = found.result
    return body


def _check_data(body: Mapping[str, Any], settings: Settings) -> None:
    for key in body:
        if key not in _DATA_KEYS and settings.unknown_data_keys == "refuse":
            raise bad_request(f"Unknown key {key!r}; keys are case-sensitive")
    if "data" in body:
        _check_chunk(body["data"], settings)
    if not isinstance(body.get("completed", False), bool):
        raise bad_request("completed must be a boolean")
    client_id, longest_id = body.get("clientGeneratedId"), settings.max_client_id
    if client_id is not None and (not isinstance(client_id, str) or len(client_id) > longest_id):
        raise bad_request(f"clientGeneratedId must be a string of at most {longest_id} characters")
    if "data" not in body and body.get("completed") is not True:
        raise bad_request("Either data or completed is required")


def _check_chunk(data: Any, settings: Settings) -> None:
    if not is_object(data):
        raise bad_request("data must be an object")
    most = settings.max_chunk_entries
    if most and sum(len(one) for one in data.values() if is_list(one)) > most:
        raise General(int(settings.oversize_status), f"A chunk has at most {most} entries")


def _check_progress(body: Mapping[str, Any]) -> None:
    for half, counter in (("steps", "current"), ("objects", "processed")):
        given = body.get(half, {})
        if not is_object(given):
            raise bad_request(f"Invalid progress: {half} must be an object")
        total, done = given.get("total", 0), given.get(counter, 0)
        for number in (total, done):
            if isinstance(number, bool) or not isinstance(number, int) or number < 0:
                raise bad_request(f"Invalid progress: counts of {half} are integers from 0")
        if "total" in given and done > total:
            raise bad_request(f"Invalid progress: {counter} is beyond total")

"""Schema and mapping: PUT, PATCH, their asynchronous form, and the document read back."""

import sqlite3
import uuid
from datetime import UTC, datetime, timedelta

from starlette.responses import Response

from assetferry.local_assets.errors import (
    Busy,
    General,
    InvalidMapping,
    Problem,
    bad_request,
)
from assetferry.local_assets.mapping import submission
from assetferry.local_assets.mapping.written import write
from assetferry.local_assets.routes.access import SourceCall
from assetferry.local_assets.routes.body import json_object
from assetferry.local_assets.routes.call import answer, no_content
from assetferry.local_assets.routes.links import source_base
from assetferry.local_assets.store.executions import active_execution
from assetferry.local_assets.store.mappings import add_task, task_of

__all__ = ["get_document", "get_progress", "patch_mapping", "put_mapping"]


async def put_mapping(call: SourceCall) -> Response:
    """Create schema and mapping; a second PUT acts like PATCH unless set otherwise (7.4)."""
    if call.source.mapped and call.site.settings.second_put == "conflict":
        raise General(409, "A mapping already exists for this import")
    return await _submit(call)


async def patch_mapping(call: SourceCall) -> Response:
    """Change schema and mapping; where there is none yet, usually create them (7.5)."""
    if not call.source.mapped and call.site.settings.first_patch == "refuse":
        raise bad_request("There is no schema and mapping yet; submit them by PUT")
    return await _submit(call)


async def get_progress(call: SourceCall) -> Response:
    """Tell what an asynchronous submission came to (7.8)."""
    task = task_of(
        call.site.database.reader(), call.request.path_params["resource"], call.source.number
    )
    if task is None:
        raise bad_request("Unknown resource")
    problems, created = task
    takes = timedelta(seconds=call.site.settings.mapping_takes)
    if datetime.now(UTC) < datetime.fromisoformat(created) + takes:
        return answer({"progressStatus": "IN_PROGRESS"})
    if problems is None:
        return answer(
            {
                "progressStatus": "FINISHED",
                "result": "OK",
                "resultMessage": "Schema and mapping successfully created",
            }
        )
    return answer(
        {"progressStatus": "FINISHED", "result": "ERROR", "dataValidationErrors": problems}
    )


async def get_document(call: SourceCall) -> Response:
    if not call.source.mapped and call.site.settings.unmapped_document == "refuse":
        raise bad_request("There is no schema and mapping yet")
    return answer(write(call.site.database.reader(), call.source, call.site.settings))


async def _submit(call: SourceCall) -> Response:
    document = await json_object(call.request, call.site.settings.max_body_bytes)
    if active_execution(call.site.database.reader(), call.source) is not None:
        raise Busy("IN_PROGRESS")
    later = call.request.query_params.get("async", "false").lower() == "true"
    problems: tuple[Problem, ...] | None = None
    try:
        await call.site.database.writer.run(
            submission.submit, call.source, document, call.site.settings
        )
    except InvalidMapping as refusal:
        if not later:
            raise
        problems = refusal.problems
    if not later:
        return no_content()
    task_id = str(uuid.uuid4())
    await call.site.database.writer.run(_remember, task_id, call.source.number, problems)
    base = source_base(call.request, call.source.workspace_id, call.source.id)
    return Response(status_code=303, headers={"Location": f"{base}/mapping/progress/{task_id}"})


def _remember(
    connection: sqlite3.Connection,
    task_id: str,
    source_number: int,
    problems: tuple[Problem, ...] | None,
) -> None:
    bodies = None if problems is None else [problem.body() for problem in problems]
    add_task(connection, task_id, source_number, bodies)

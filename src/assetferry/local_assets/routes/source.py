"""The import source itself: what it is, how it stands, its token (sections 6 and 9)."""

from typing import Any

from starlette.responses import Response

from assetferry.local_assets.errors import not_found
from assetferry.local_assets.routes.access import SourceCall, UserCall, beyond_reach
from assetferry.local_assets.routes.call import answer
from assetferry.local_assets.routes.links import source_base
from assetferry.local_assets.routes.parameters import identifier
from assetferry.local_assets.scheduling.schedules import schedule_of
from assetferry.local_assets.store.catalogue import object_schema
from assetferry.local_assets.store.credentials import new_container_token
from assetferry.local_assets.store.executions import active_execution
from assetferry.local_assets.store.sources import sources_of_schema
from assetferry.local_assets.wire.source import source_body

__all__ = ["config_status", "get_source", "list_sources", "new_token"]


async def config_status(call: SourceCall) -> Response:
    """Say whether an import may start; while one runs, also where to watch it."""
    running = active_execution(call.site.database.reader(), call.source)
    if running is not None and not call.site.settings.running_links:
        return answer({"status": "RUNNING"})
    if running is not None:
        base = source_base(call.request, call.source.workspace_id, call.source.id)
        execution = f"{base}/executions/{running.id}"
        links = {"getExecutionStatus": f"{execution}/status", "cancel": execution}
        return answer({"status": "RUNNING", "links": links})
    if not call.source.settings.enabled:
        return answer({"status": "DISABLED"})
    return answer({"status": "IDLE" if call.source.mapped else "MISSING_MAPPING"})


async def get_source(call: SourceCall) -> Response:
    schedule = schedule_of(call.site.database.reader(), call.source)
    return answer(source_body(call.source, schedule))


async def list_sources(call: UserCall) -> Response:
    """List the import sources of an object schema, as the web page does."""
    given: str = call.request.path_params["schema"]
    reader = call.site.database.reader()
    schema_id = identifier(given)
    schema = None if schema_id is None else object_schema(reader, call.workspace_id, schema_id)
    if schema is None:
        raise not_found("Object schema", given)
    found: list[dict[str, Any]] = [
        source_body(one, schedule_of(reader, one))
        for one in sources_of_schema(reader, call.workspace_id, schema.id)
    ]
    return answer(found)


async def new_token(call: SourceCall) -> Response:
    """Make a new container token; the old one is refused from now on."""
    if call.credential.kind == "container":
        raise beyond_reach(call.request)
    token = await call.site.database.writer.run(new_container_token, call.source.number)
    return answer({"token": token})

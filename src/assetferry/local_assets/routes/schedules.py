"""Schedules of an import source: make, read, replace, delete (section 10)."""

from starlette.requests import Request
from starlette.responses import Response

from assetferry.local_assets.errors import not_found
from assetferry.local_assets.routes.access import SourceCall
from assetferry.local_assets.routes.body import json_object
from assetferry.local_assets.routes.call import answer, resource, site_of
from assetferry.local_assets.routes.links import source_base
from assetferry.local_assets.scheduling import schedules
from assetferry.local_assets.scheduling.asked import Asked, read
from assetferry.local_assets.scheduling.record import slots_of
from assetferry.local_assets.store.sources import import_source
from assetferry.local_assets.wire.schedule import schedule_body

__all__ = [
    "SLOT_ROUTES",
    "create_schedule",
    "delete_schedule",
    "get_links",
    "get_schedule",
    "replace_schedule",
]


async def get_links(call: SourceCall) -> Response:
    """Say where a schedule is made, and where the one there is lies (10.1)."""
    base = source_base(call.request, call.source.workspace_id, call.source.id)
    links = {"createSchedule": f"{base}/importschedule"}
    found = schedules.schedule_of(call.site.database.reader(), call.source)
    if found is not None:
        links["schedule"] = f"{base}/importschedule/{found.id}"
    return answer({"links": links, "result": "success"})


async def create_schedule(call: SourceCall) -> Response:
    asked = await _asked(call)
    made = await call.site.database.writer.run(
        schedules.create, call.source, asked, call.site.dispatcher.clock.now()
    )
    call.site.dispatcher.changed()
    return _shown(call, made)


async def get_schedule(call: SourceCall) -> Response:
    found = schedules.schedule(call.site.database.reader(), call.source, _id(call))
    return _shown(call, found)


async def replace_schedule(call: SourceCall) -> Response:
    """Take the same body as for a new one; its id stays."""
    schedules.schedule(call.site.database.reader(), call.source, _id(call))
    asked = await _asked(call)
    made = await call.site.database.writer.run(
        schedules.replace, call.source, _id(call), asked, call.site.dispatcher.clock.now()
    )
    call.site.dispatcher.changed()
    return _shown(call, made)


async def delete_schedule(call: SourceCall) -> Response:
    await call.site.database.writer.run(schedules.delete, call.source, _id(call))
    call.site.dispatcher.changed()
    return Response(status_code=200)


async def list_slots(request: Request) -> Response:
    """List what became of each slot of an import source, newest first."""
    reader = site_of(request).database.reader()
    source_id: str = request.path_params["source"]
    source = import_source(reader, source_id)
    if source is None or source.workspace_id != request.path_params["workspace"]:
        raise not_found("Import source", source_id)
    return answer({"values": slots_of(reader, source)})


SLOT_ROUTES = [
    resource("/workspaces/{workspace}/importsources/{source}/slots", GET=list_slots),
]


def _shown(call: SourceCall, found: schedules.Schedule) -> Response:
    return answer(schedule_body(call.source, found, call.site.settings.schedule_answer))


def _id(call: SourceCall) -> str:
    schedule_id: str = call.request.path_params["schedule"]
    return schedule_id


async def _asked(call: SourceCall) -> Asked:
    body = await json_object(call.request, call.site.settings.max_body_bytes)
    external = call.source.settings.module_key == schedules.EXTERNAL
    now = call.site.dispatcher.clock.now()
    return read(body, now=now, external=external, settings=call.site.settings)

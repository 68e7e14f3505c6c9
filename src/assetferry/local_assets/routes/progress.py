"""Progress by import source, and starting imports that bring their own data (section 11)."""

from starlette.responses import Response

from assetferry.local_assets.errors import General, bad_request, not_found
from assetferry.local_assets.routes.access import UserCall
from assetferry.local_assets.routes.call import answer
from assetferry.local_assets.store.chunks import sizes
from assetferry.local_assets.store.executions import newest_execution, start_configured
from assetferry.local_assets.store.sources import ImportSource, import_source
from assetferry.local_assets.wire.progress import progress_body, step_of

__all__ = ["get_progress", "start_import"]


async def get_progress(call: UserCall) -> Response:
    """Tell how the newest import of a source stands; an execution id is a mistake here."""
    source = _source(call)
    if source is None:
        raise bad_request("Not an import source id")
    return _progress(call, source)


async def start_import(call: UserCall) -> Response:
    """Start a CSV or JSON import and tell how it stands."""
    source = _source(call)
    if source is None:
        raise not_found("Import source", call.request.path_params["source"])
    await call.site.database.writer.run(
        start_configured,
        source,
        actor=call.credential.actor,
        acting_as=call.credential.acting_as,
    )
    call.site.worker.wake()
    return _progress(call, source)


def _progress(call: UserCall, source: ImportSource) -> Response:
    reader = call.site.database.reader()
    newest = newest_execution(reader, source)
    if newest is None:
        raise General(404, "No execution yet")
    step = step_of(newest, *sizes(reader, newest.number))
    return answer(progress_body(source, newest, step))


def _source(call: UserCall) -> ImportSource | None:
    found = import_source(call.site.database.reader(), call.request.path_params["source"])
    return found if found is not None and found.workspace_id == call.workspace_id else None

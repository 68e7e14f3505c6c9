"""Objects: search, count, read, delete (13.1, 13.2)."""

import sqlite3
from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from assetferry.local_assets import aql
from assetferry.local_assets.errors import bad_request, not_found
from assetferry.local_assets.routes.access import UserCall
from assetferry.local_assets.routes.body import json_object
from assetferry.local_assets.routes.call import answer, no_content
from assetferry.local_assets.routes.links import workspace_base
from assetferry.local_assets.routes.parameters import flag, identifier, number
from assetferry.local_assets.store.catalogue import attributes_of, object_types
from assetferry.local_assets.store.objects import delete_objects, objects
from assetferry.local_assets.wire.objects import attribute_values, object_bodies, show
from assetferry.local_assets.wire.types import attribute_body

__all__ = ["count", "delete_object", "get_attributes", "get_object", "search"]

DEFAULT_PAGE = 25
MANY_OBJECTS = 50_000
"""Beyond this, making an index would be felt by those who send chunks."""
LATELY = timedelta(seconds=2)


async def search(call: UserCall) -> Response:
    """Answer one page of a query; paging is in the address, not in the body."""
    start = number(call.request, "startAt", 0, lowest=0)
    asked = number(call.request, "maxResults", DEFAULT_PAGE, lowest=1)
    with_attributes = flag(call.request, "includeAttributes", default=True)
    query = await _query(call)
    names = await _index(call, query)
    size = min(asked, call.site.settings.max_results)
    return await run_in_threadpool(
        _page, call, query, names, start=start, size=size, with_attributes=with_attributes
    )


async def count(call: UserCall) -> Response:
    query = await _query(call)
    names = await _index(call, query)
    return answer({"totalCount": await run_in_threadpool(_count, call, query, names)})


async def get_object(call: UserCall) -> Response:
    object_id = _object_id(call)
    base = workspace_base(call.request, call.workspace_id)
    shown = show(call.site.database.reader(), call.workspace_id, base, [object_id])
    return answer(object_bodies(shown, attributes=True, full=True)[0])


async def get_attributes(call: UserCall) -> Response:
    object_id = _object_id(call)
    base = workspace_base(call.request, call.workspace_id)
    shown = show(call.site.database.reader(), call.workspace_id, base, [object_id])
    return answer(attribute_values(shown, shown.objects[0], full=True))


async def delete_object(call: UserCall) -> Response:
    await call.site.database.writer.run(delete_objects, [_object_id(call)])
    return no_content()


def _object_id(call: UserCall) -> int:
    """Give the id of an object that exists; 404 for any other text."""
    given: str = call.request.path_params["object"]
    reader = call.site.database.reader()
    found = identifier(given)
    if found is None or not objects(reader, call.workspace_id, [found]):
        raise not_found("Object", given)
    return found


async def _query(call: UserCall) -> aql.Query:
    body = await json_object(call.request, call.site.settings.max_body_bytes)
    text = body.get("qlQuery")
    if not isinstance(text, str):
        raise bad_request("qlQuery must be a string with an AQL query")
    try:
        return aql.parse(text)
    except aql.AqlError as error:
        raise bad_request(str(error)) from error


async def _index(call: UserCall, query: aql.Query) -> aql.Names:
    """Make the indexes that a query wants, the first time it wants them.

    Making one over many objects keeps the only writer for about a second a million. So it waits
    for another query while chunks are coming in; this one looks at every object instead.
    Give the names it was judged by, which are read once for all that is asked of it.
    """
    reader = call.site.database.reader()
    names = aql.load_names(reader, call.workspace_id)
    try:
        statements = aql.needed_indexes(reader, call.workspace_id, query, names=names)
    except aql.AqlError as error:
        raise bad_request(str(error)) from error
    if statements and _must_wait(call, reader):
        return names
    for statement in statements:
        await call.site.database.writer.run(sqlite3.Connection.execute, statement)
    return names


def _must_wait(call: UserCall, reader: sqlite3.Connection) -> bool:
    last: int | None = reader.execute("SELECT max(id) FROM objects").fetchone()[0]
    lately = datetime.now(UTC) - LATELY
    return (last or 0) > MANY_OBJECTS and call.site.database.spool.any_fed_since(lately)


def _page(
    call: UserCall,
    query: aql.Query,
    names: aql.Names,
    *,
    start: int,
    size: int,
    with_attributes: bool,
) -> Response:
    """Read one more than asked for, to know whether it is the last page."""
    reader, settings = call.site.database.reader(), call.site.settings
    try:
        found = aql.find_page(
            reader, call.workspace_id, query, start=start, limit=size + 1, names=names
        )
        total = found.total
        if total is None and settings.result_total:
            total = aql.count(reader, call.workspace_id, query, names=names)
    except aql.AqlError as error:
        raise bad_request(str(error)) from error
    base = workspace_base(call.request, call.workspace_id)
    shown = show(reader, call.workspace_id, base, found.ids[:size])
    types = {one.id: one for one in object_types(reader, call.workspace_id)}
    attributes = attributes_of(reader, {one.object_type_id for one in shown.objects})
    is_last = len(found.ids) <= size
    body: dict[str, Any] = {
        "startAt": start,
        "maxResults": size,
        "values": object_bodies(shown, attributes=with_attributes, full=False),
        "objectTypeAttributes": [
            attribute_body(one, types[kind], types, shown.origin)
            for kind, many in attributes.items()
            for one in many
        ],
        "last": is_last,
        "isLast": is_last if settings.is_last == "boolean" else str(is_last).lower(),
    }
    if settings.result_total:
        body["total"] = total
    return answer(body)


def _count(call: UserCall, query: aql.Query, names: aql.Names) -> int:
    try:
        return aql.count(call.site.database.reader(), call.workspace_id, query, names=names)
    except aql.AqlError as error:
        raise bad_request(str(error)) from error

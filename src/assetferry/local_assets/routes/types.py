"""Object schemas, object types, attributes and statuses (13.3)."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from assetferry.local_assets.errors import not_found
from assetferry.local_assets.routes.access import UserCall
from assetferry.local_assets.routes.call import answer
from assetferry.local_assets.routes.links import origin
from assetferry.local_assets.routes.parameters import flag, identifier, number
from assetferry.local_assets.store.catalogue import (
    ObjectSchema,
    ObjectType,
    attributes_of,
    object_schema,
    object_schemas,
    object_type,
    object_types,
)
from assetferry.local_assets.store.objects import count_by_type
from assetferry.local_assets.store.statuses import statuses_of_schema
from assetferry.local_assets.wire.types import attribute_body, schema_body, status_body, type_body

__all__ = [
    "get_schema",
    "get_schema_attributes",
    "get_schema_types",
    "get_type",
    "get_type_attributes",
    "list_schemas",
    "list_statuses",
]

T = TypeVar("T")
DEFAULT_PAGE = 25


async def list_schemas(call: UserCall) -> Response:
    """Page through the schemas; counts are 0 unless asked for."""
    start = number(call.request, "startAt", 0, lowest=0)
    asked = number(call.request, "maxResults", DEFAULT_PAGE, lowest=1)
    size = min(asked, call.site.settings.max_results)
    counted = flag(call.request, "includeCounts", default=False)
    found = object_schemas(call.site.database.reader(), call.workspace_id)
    page = found[start : start + size]
    is_last = start + size >= len(found)
    values = await run_in_threadpool(lambda: [_schema(call, one, counted=counted) for one in page])
    return answer(
        {
            "startAt": start,
            "maxResults": size,
            "total": len(found),
            "values": values,
            "isLast": is_last,
            "last": is_last,
        }
    )


async def get_schema(call: UserCall) -> Response:
    schema = _given_schema(call)
    return answer(await run_in_threadpool(lambda: _schema(call, schema, counted=True)))


async def get_schema_types(call: UserCall) -> Response:
    """List a schema's types as a bare array, also its flat form."""
    found = object_types(call.site.database.reader(), call.workspace_id, _given_schema(call).id)
    counts: dict[int, int] = {}
    here = origin(call.request)
    if flag(call.request, "includeObjectCounts", default=False):
        counts = await _counts(call, found)
    return answer([type_body(one, here, objects=counts.get(one.id, 0)) for one in found])


async def get_schema_attributes(call: UserCall) -> Response:
    found = object_types(call.site.database.reader(), call.workspace_id, _given_schema(call).id)
    return answer([body for one in found for body in _attributes(call, one)])


async def get_type(call: UserCall) -> Response:
    found = _given_type(call)
    counts = await _counts(call, [found])
    return answer(type_body(found, origin(call.request), objects=counts.get(found.id, 0)))


async def get_type_attributes(call: UserCall) -> Response:
    return answer(_attributes(call, _given_type(call)))


async def list_statuses(call: UserCall) -> Response:
    """List a schema's statuses, without a schema the global ones."""
    given = call.request.query_params.get("objectSchemaId")
    if given is None:
        found = statuses_of_schema(call.site.database.reader(), None)
    else:
        schema = _find("Object schema", given, lambda one: _schema_with(call, one))
        every = statuses_of_schema(call.site.database.reader(), schema.id)
        found = [one for one in every if one.schema_id == schema.id]
    return answer([status_body(one) for one in found])


async def _counts(call: UserCall, types: Iterable[ObjectType]) -> dict[int, int]:
    """Count objects beside the event loop: of a million it takes some tens of milliseconds."""
    ids = [one.id for one in types]
    return await run_in_threadpool(lambda: count_by_type(call.site.database.reader(), ids))


def _attributes(call: UserCall, kind: ObjectType) -> list[dict[str, object]]:
    reader = call.site.database.reader()
    types = {one.id: one for one in object_types(reader, call.workspace_id)}
    return [
        attribute_body(one, kind, types, origin(call.request))
        for one in attributes_of(reader, [kind.id]).get(kind.id, [])
    ]


def _schema(call: UserCall, schema: ObjectSchema, *, counted: bool) -> dict[str, object]:
    if not counted:
        return schema_body(schema, types=0, objects=0)
    reader = call.site.database.reader()
    types = object_types(reader, call.workspace_id, schema.id)
    counts = count_by_type(reader, (one.id for one in types))
    return schema_body(schema, types=len(types), objects=sum(counts.values()))


def _given_schema(call: UserCall) -> ObjectSchema:
    given: str = call.request.path_params["schema"]
    return _find("Object schema", given, lambda one: _schema_with(call, one))


def _schema_with(call: UserCall, schema_id: int) -> ObjectSchema | None:
    return object_schema(call.site.database.reader(), call.workspace_id, schema_id)


def _given_type(call: UserCall) -> ObjectType:
    def look(type_id: int) -> ObjectType | None:
        return object_type(call.site.database.reader(), call.workspace_id, type_id)

    return _find("Object type", call.request.path_params["type"], look)


def _find(kind: str, given: str, look: Callable[[int], T | None]) -> T:
    """Look an id up; 404 also for one that is no number."""
    found_id = identifier(given)
    found = None if found_id is None else look(found_id)
    if found is None:
        raise not_found(kind, given)
    return found

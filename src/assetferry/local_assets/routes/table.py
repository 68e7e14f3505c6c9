"""Every route of the API, with the name under which faults know it (section 4)."""

from starlette.routing import Route

from assetferry.local_assets.routes import (
    executions,
    mapping,
    objects,
    progress,
    schedules,
    source,
    types,
)
from assetferry.local_assets.routes.access import IMPORTS, by_user, on_source
from assetferry.local_assets.routes.call import api
from assetferry.local_assets.routes.imports_info import imports_info
from assetferry.local_assets.store.access import Scope

__all__ = ["api_routes"]

_WORKSPACE = "/workspace/{workspace}/v1"
_SOURCE = f"{_WORKSPACE}/importsource/{{source}}"
_EXECUTION = f"{_SOURCE}/executions/{{execution}}"

READ_OBJECTS: Scope = "read:cmdb-object:jira"
READ_SCHEMA: Scope = "read:cmdb-schema:jira"
READ_TYPE: Scope = "read:cmdb-type:jira"
READ_ATTRIBUTE: Scope = "read:cmdb-attribute:jira"


def api_routes() -> list[Route]:
    """Make the routes, as they are mounted under each prefix."""
    return [
        api("/v1/imports/info", "imports/info", GET=imports_info),
        *_source_routes(),
        *_execution_routes(),
        *_schedule_routes(),
        *_progress_routes(),
        *_object_routes(),
        *_schema_routes(),
    ]


def _source_routes() -> list[Route]:
    of_schema = f"{_WORKSPACE}/importsource/objectschema/{{schema}}"
    submitted = f"{_SOURCE}/mapping/progress/{{resource}}"
    document = f"{_SOURCE}/schema-and-mapping"
    return [
        api(
            of_schema,
            "importsource/objectschema",
            GET=by_user(source.list_sources, IMPORTS, needs="imports"),
        ),
        api(_SOURCE, "importsource", GET=on_source(source.get_source, needs="imports")),
        api(f"{_SOURCE}/configstatus", "configstatus", GET=on_source(source.config_status)),
        api(f"{_SOURCE}/token", "token", POST=on_source(source.new_token)),
        api(
            f"{_SOURCE}/mapping",
            "mapping",
            PUT=on_source(mapping.put_mapping),
            PATCH=on_source(mapping.patch_mapping),
        ),
        api(submitted, "mapping/progress", GET=on_source(mapping.get_progress)),
        api(document, "schema-and-mapping", GET=on_source(mapping.get_document)),
    ]


def _execution_routes() -> list[Route]:
    start, newest = on_source(executions.start_execution), on_source(executions.get_newest_status)
    failed = on_source(executions.post_failed)
    return [
        api(f"{_SOURCE}/executions", "executions", POST=start),
        api(f"{_SOURCE}/executions/status", "executions/status", GET=newest),
        api(_EXECUTION, "executions", DELETE=on_source(executions.cancel_execution)),
        api(f"{_EXECUTION}/data", "data", POST=on_source(executions.post_data)),
        api(f"{_EXECUTION}/progress", "progress", PUT=on_source(executions.put_progress)),
        api(f"{_EXECUTION}/status", "status", GET=on_source(executions.get_status)),
        api(f"{_EXECUTION}/history/failed", "history/failed", POST=failed),
    ]


def _progress_routes() -> list[Route]:
    watched = f"{_WORKSPACE}/progress/category/imports/{{source}}"
    started = f"{_WORKSPACE}/import/start/{{source}}"
    return [
        api(watched, "progress/category/imports", GET=by_user(progress.get_progress, IMPORTS)),
        api(started, "import/start", POST=by_user(progress.start_import, IMPORTS)),
    ]


def _schedule_routes() -> list[Route]:
    links, make = on_source(schedules.get_links), schedules.create_schedule
    return [
        api(f"{_SOURCE}/schedule", "schedule", GET=links),
        api(f"{_SOURCE}/importschedule", "importschedule", POST=on_source(make, needs="imports")),
        api(
            f"{_SOURCE}/importschedule/{{schedule}}",
            "importschedule",
            GET=on_source(schedules.get_schedule),
            PUT=on_source(schedules.replace_schedule),
            DELETE=on_source(schedules.delete_schedule),
        ),
    ]


def _object_routes() -> list[Route]:
    aql = f"{_WORKSPACE}/object/aql"
    one = f"{_WORKSPACE}/object/{{object}}"
    return [
        api(aql, "object/aql", POST=by_user(objects.search, READ_OBJECTS, rate="searches")),
        api(
            f"{aql}/totalcount",
            "object/aql/totalcount",
            POST=by_user(objects.count, READ_OBJECTS, needs="objects", rate="counts"),
        ),
        api(
            one,
            "object",
            GET=by_user(objects.get_object, READ_OBJECTS, rate="reads"),
            DELETE=by_user(objects.delete_object, "delete:cmdb-object:jira"),
        ),
        api(
            f"{one}/attributes",
            "object/attributes",
            GET=by_user(objects.get_attributes, READ_OBJECTS),
        ),
    ]


def _schema_routes() -> list[Route]:
    schema = f"{_WORKSPACE}/objectschema/{{schema}}"
    kind = f"{_WORKSPACE}/objecttype/{{type}}"
    every, attributes = (
        by_user(types.list_schemas, READ_SCHEMA),
        by_user(types.get_schema_attributes, READ_ATTRIBUTE),
    )
    inside, of_type = (
        by_user(types.get_schema_types, READ_TYPE),
        by_user(types.get_type_attributes, READ_ATTRIBUTE, rate="reads"),
    )
    statuses = by_user(types.list_statuses, "read:cmdb-config:jira")
    return [
        api(f"{_WORKSPACE}/objectschema/list", "objectschema/list", GET=every),
        api(schema, "objectschema", GET=by_user(types.get_schema, READ_SCHEMA)),
        api(f"{schema}/attributes", "objectschema/attributes", GET=attributes),
        api(f"{schema}/objecttypes", "objectschema/objecttypes", GET=inside),
        api(f"{schema}/objecttypes/flat", "objectschema/objecttypes/flat", GET=inside),
        api(kind, "objecttype", GET=by_user(types.get_type, READ_TYPE)),
        api(f"{kind}/attributes", "objecttype/attributes", GET=of_type),
        api(f"{_WORKSPACE}/config/statustype", "config/statustype", GET=statuses),
    ]

"""Every route of the API, with the name under which faults know it (section 4)."""

from starlette.routing import Route

from assetferry.local_assets.routes import executions, mapping, objects, source, types
from assetferry.local_assets.routes.access import by_user, on_source
from assetferry.local_assets.routes.call import api
from assetferry.local_assets.routes.imports_info import imports_info

__all__ = ["api_routes"]

_WORKSPACE = "/workspace/{workspace}/v1"
_SOURCE = f"{_WORKSPACE}/importsource/{{source}}"
_EXECUTION = f"{_SOURCE}/executions/{{execution}}"


def api_routes() -> list[Route]:
    """Make the routes, as they are mounted under each prefix."""
    return [
        api("/v1/imports/info", "imports/info", GET=imports_info),
        *_source_routes(),
        *_execution_routes(),
        *_object_routes(),
        *_schema_routes(),
    ]


def _source_routes() -> list[Route]:
    of_schema = f"{_WORKSPACE}/importsource/objectschema/{{schema}}"
    progress = f"{_SOURCE}/mapping/progress/{{resource}}"
    document = f"{_SOURCE}/schema-and-mapping"
    return [
        api(of_schema, "importsource/objectschema", GET=by_user(source.list_sources)),
        api(_SOURCE, "importsource", GET=on_source(source.get_source)),
        api(f"{_SOURCE}/configstatus", "configstatus", GET=on_source(source.config_status)),
        api(f"{_SOURCE}/token", "token", POST=on_source(source.new_token)),
        api(
            f"{_SOURCE}/mapping",
            "mapping",
            PUT=on_source(mapping.put_mapping),
            PATCH=on_source(mapping.patch_mapping),
        ),
        api(progress, "mapping/progress", GET=on_source(mapping.get_progress)),
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


def _object_routes() -> list[Route]:
    aql = f"{_WORKSPACE}/object/aql"
    one = f"{_WORKSPACE}/object/{{object}}"
    return [
        api(aql, "object/aql", POST=by_user(objects.search)),
        api(f"{aql}/totalcount", "object/aql/totalcount", POST=by_user(objects.count)),
        api(
            one,
            "object",
            GET=by_user(objects.get_object),
            DELETE=by_user(objects.delete_object),
        ),
        api(f"{one}/attributes", "object/attributes", GET=by_user(objects.get_attributes)),
    ]


def _schema_routes() -> list[Route]:
    schema = f"{_WORKSPACE}/objectschema/{{schema}}"
    kind = f"{_WORKSPACE}/objecttype/{{type}}"
    every, attributes = by_user(types.list_schemas), by_user(types.get_schema_attributes)
    inside, of_type = by_user(types.get_schema_types), by_user(types.get_type_attributes)
    statuses = by_user(types.list_statuses)
    return [
        api(f"{_WORKSPACE}/objectschema/list", "objectschema/list", GET=every),
        api(schema, "objectschema", GET=by_user(types.get_schema)),
        api(f"{schema}/attributes", "objectschema/attributes", GET=attributes),
        api(f"{schema}/objecttypes", "objectschema/objecttypes", GET=inside),
        api(f"{schema}/objecttypes/flat", "objectschema/objecttypes/flat", GET=inside),
        api(kind, "objecttype", GET=by_user(types.get_type)),
        api(f"{kind}/attributes", "objecttype/attributes", GET=of_type),
        api(f"{_WORKSPACE}/config/statustype", "config/statustype", GET=statuses),
    ]

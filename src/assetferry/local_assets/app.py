"""The application: every address under all three prefixes, one shape for each refusal."""

import contextlib
from collections.abc import AsyncGenerator
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount

from assetferry.local_assets.errors import General, Refusal
from assetferry.local_assets.processing.worker import Worker
from assetferry.local_assets.routes import executions, mapping, objects, source, types
from assetferry.local_assets.routes.access import by_user, on_source
from assetferry.local_assets.routes.call import Site, answer, resource
from assetferry.local_assets.routes.imports_info import imports_info
from assetferry.local_assets.routes.local import LOCAL_ROUTES
from assetferry.local_assets.settings import Settings
from assetferry.local_assets.store.database import Database

__all__ = ["create_app"]

DATABASE = "assets.sqlite3"
NOT_FOUND = 404
METHOD_NOT_ALLOWED = 405


def create_app(settings: Settings, data: Path) -> Starlette:
    """Make the application over a data folder that is already held.

    Its lifespan opens the database and starts processing, and ends both.
    """

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncGenerator[None]:
        database = Database(data / DATABASE)
        worker = Worker(database, settings)
        app.state.site = Site(settings=settings, database=database, worker=worker)
        worker.start()
        try:
            yield
        finally:
            worker.stop()
            database.close()

    return Starlette(
        routes=[
            Mount("/_local", routes=LOCAL_ROUTES),
            *(Mount(prefix, routes=_routes()) for prefix in _PREFIXES),
        ],
        lifespan=lifespan,
        exception_handlers={
            Refusal: _refused,
            HTTPException: _http_refused,
            Exception: _unforeseen,
        },
    )


_PREFIXES = ("/jsm/assets", "/ex/jira/{cloud}/jsm/assets", "/jsm/insight")
_WORKSPACE = "/workspace/{workspace}/v1"
_SOURCE = f"{_WORKSPACE}/importsource/{{source}}"
_EXECUTION = f"{_SOURCE}/executions/{{execution}}"


def _routes() -> list[BaseRoute]:
    return [
        resource("/v1/imports/info", GET=imports_info),
        *_import_routes(),
        *_read_routes(),
    ]


def _import_routes() -> list[BaseRoute]:
    return [
        resource(
            f"{_WORKSPACE}/importsource/objectschema/{{schema}}", GET=by_user(source.list_sources)
        ),
        resource(_SOURCE, GET=on_source(source.get_source)),
        resource(f"{_SOURCE}/configstatus", GET=on_source(source.config_status)),
        resource(f"{_SOURCE}/token", POST=on_source(source.new_token)),
        resource(
            f"{_SOURCE}/mapping",
            PUT=on_source(mapping.put_mapping),
            PATCH=on_source(mapping.patch_mapping),
        ),
        resource(f"{_SOURCE}/mapping/progress/{{resource}}", GET=on_source(mapping.get_progress)),
        resource(f"{_SOURCE}/schema-and-mapping", GET=on_source(mapping.get_document)),
        resource(f"{_SOURCE}/executions", POST=on_source(executions.start_execution)),
        resource(f"{_SOURCE}/executions/status", GET=on_source(executions.get_newest_status)),
        resource(_EXECUTION, DELETE=on_source(executions.cancel_execution)),
        resource(f"{_EXECUTION}/data", POST=on_source(executions.post_data)),
        resource(f"{_EXECUTION}/progress", PUT=on_source(executions.put_progress)),
        resource(f"{_EXECUTION}/status", GET=on_source(executions.get_status)),
        resource(f"{_EXECUTION}/history/failed", POST=on_source(executions.post_failed)),
    ]


def _read_routes() -> list[BaseRoute]:
    schema = f"{_WORKSPACE}/objectschema/{{schema}}"
    return [
        resource(f"{_WORKSPACE}/object/aql", POST=by_user(objects.search)),
        resource(f"{_WORKSPACE}/object/aql/totalcount", POST=by_user(objects.count)),
        resource(
            f"{_WORKSPACE}/object/{{object}}",
            GET=by_user(objects.get_object),
            DELETE=by_user(objects.delete_object),
        ),
        resource(f"{_WORKSPACE}/object/{{object}}/attributes", GET=by_user(objects.get_attributes)),
        resource(f"{_WORKSPACE}/objectschema/list", GET=by_user(types.list_schemas)),
        resource(schema, GET=by_user(types.get_schema)),
        resource(f"{schema}/attributes", GET=by_user(types.get_schema_attributes)),
        resource(f"{schema}/objecttypes", GET=by_user(types.get_schema_types)),
        resource(f"{schema}/objecttypes/flat", GET=by_user(types.get_schema_types)),
        resource(f"{_WORKSPACE}/objecttype/{{type}}", GET=by_user(types.get_type)),
        resource(
            f"{_WORKSPACE}/objecttype/{{type}}/attributes", GET=by_user(types.get_type_attributes)
        ),
        resource(f"{_WORKSPACE}/config/statustype", GET=by_user(types.list_statuses)),
    ]


async def _refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)  # noqa: S101 - registered for nothing else
    return answer(error.body, error.status, error.headers)


async def _http_refused(request: Request, error: Exception) -> Response:
    """Give the framework's own refusals the shape of all others."""
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for nothing else
    message = {NOT_FOUND: "Not found", METHOD_NOT_ALLOWED: "Method not allowed"}.get(
        error.status_code, error.detail
    )
    return await _refused(request, General(error.status_code, message, error.headers))


async def _unforeseen(request: Request, _: Exception) -> Response:
    return await _refused(request, General(500, "Something went wrong"))

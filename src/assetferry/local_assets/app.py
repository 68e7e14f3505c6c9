"""The application: every address under all three prefixes, one shape for each refusal."""

import contextlib
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Mount, Route, Router

from assetferry.local_assets.errors import General, Refusal, bad_request
from assetferry.local_assets.faults.call import Inside
from assetferry.local_assets.faults.register import Register
from assetferry.local_assets.faults.route_names import RouteNames
from assetferry.local_assets.limiter import limiter_for
from assetferry.local_assets.processing.worker import Worker
from assetferry.local_assets.routes.call import Site, answer, site_of
from assetferry.local_assets.routes.clock import CLOCK_ROUTES
from assetferry.local_assets.routes.doorkeeper import Doorkeeper
from assetferry.local_assets.routes.faults import FAULT_ROUTES
from assetferry.local_assets.routes.icons import ICON_ROUTES
from assetferry.local_assets.routes.local import LOCAL_ROUTES
from assetferry.local_assets.routes.openapi import OPENAPI_ROUTES
from assetferry.local_assets.routes.pages import PAGE_ROUTES
from assetferry.local_assets.routes.people import PEOPLE_ROUTES
from assetferry.local_assets.routes.reset import RESET_ROUTES
from assetferry.local_assets.routes.schedules import SLOT_ROUTES
from assetferry.local_assets.routes.table import api_routes
from assetferry.local_assets.scheduling.clock import clock_of
from assetferry.local_assets.scheduling.dispatcher import Dispatcher
from assetferry.local_assets.scheduling.moving import Moving
from assetferry.local_assets.settings import Settings
from assetferry.local_assets.store.database import Database
from assetferry.local_assets.store.full import is_full

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
        faults = Register(Inside(database=database, worker=worker), RouteNames.of(api_routes()))
        dispatcher = Dispatcher(database, settings, clock_of(settings.clock, database), worker.wake)
        app.state.site = Site(
            settings=settings,
            database=database,
            worker=worker,
            faults=faults,
            dispatcher=dispatcher,
            moving=Moving(dispatcher),
            limiter=limiter_for(settings),
        )
        worker.start()
        try:
            await dispatcher.start()
            yield
        finally:
            await dispatcher.stop()
            worker.stop()
            database.close()

    app = Starlette(
        routes=[
            Mount(
                "/_local",
                app=_router(
                    [
                        *PAGE_ROUTES,
                        *PEOPLE_ROUTES,
                        *LOCAL_ROUTES,
                        *FAULT_ROUTES,
                        *ICON_ROUTES,
                        *OPENAPI_ROUTES,
                        *RESET_ROUTES,
                        *CLOCK_ROUTES,
                        *SLOT_ROUTES,
                    ]
                ),
                middleware=[Middleware(Doorkeeper, settings.host)],
            ),
            *(Mount(prefix, app=_router(api_routes())) for prefix in _PREFIXES),
        ],
        lifespan=lifespan,
        exception_handlers={
            Refusal: _refused,
            HTTPException: _http_refused,
            ClientDisconnect: _unheard,
            Exception: _unforeseen,
        },
    )
    app.router.redirect_slashes = False
    return app


def _router(routes: Sequence[Route]) -> Router:
    """Give a router to which a path with a slash too many is another one, which is not there."""
    return Router(routes=routes, redirect_slashes=False)


_PREFIXES = ("/jsm/assets", "/ex/jira/{cloud}/jsm/assets", "/jsm/insight")


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)  # noqa: S101 - registered for nothing else
    body = error.body
    if isinstance(error, General) and site_of(request).settings.error_body == "code":
        body = {"code": error.status, "message": error.message}
    return answer(body, error.status, error.headers)


async def _http_refused(request: Request, error: Exception) -> Response:
    """Give the framework's own refusals the shape of all others."""
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for nothing else
    message = {NOT_FOUND: "Not found", METHOD_NOT_ALLOWED: "Method not allowed"}.get(
        error.status_code, error.detail
    )
    return await _refused(request, General(error.status_code, message, error.headers))


async def _unheard(request: Request, _: Exception) -> Response:
    """Answer a client that went away in the middle of its body: nobody hears it."""
    return await _refused(request, bad_request("The body ended early"))


async def _unforeseen(request: Request, error: Exception) -> Response:
    if is_full(error):
        full = "The disk of the local Assets server is full. Make free space; nothing was taken."
        return await _refused(request, General(500, full))
    return await _refused(request, General(500, "Something went wrong"))

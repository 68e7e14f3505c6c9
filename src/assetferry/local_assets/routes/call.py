"""One request, with everything a handler needs to answer it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import msgspec
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Route
from starlette.types import Scope

from assetferry.local_assets.faults.gate import Gate
from assetferry.local_assets.faults.register import Register
from assetferry.local_assets.limiter import Limiter
from assetferry.local_assets.processing.worker import Worker
from assetferry.local_assets.scheduling.dispatcher import Dispatcher
from assetferry.local_assets.scheduling.moving import Moving
from assetferry.local_assets.settings import Settings
from assetferry.local_assets.store.database import Database

__all__ = ["Handler", "Site", "answer", "api", "no_content", "resource", "site_of"]

Handler: TypeAlias = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Site:
    """What one running server is made of."""

    settings: Settings
    database: Database
    worker: Worker
    faults: Register
    limiter: Limiter | None
    dispatcher: Dispatcher
    moving: Moving


def site_of(request: Request) -> Site:
    site: Site = request.app.state.site
    return site


def answer(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Answer with JSON."""
    return Response(
        msgspec.json.encode(body),
        status_code=status,
        media_type="application/json",
        headers=dict(headers or {}),
    )


def no_content() -> Response:
    return Response(status_code=204)


def resource(path: str, **methods: Handler) -> Route:
    """Make one route of all methods of a path, so that a 405 can name them all."""
    return _route(path, methods)


def api(path: str, name: str, **methods: Handler) -> Route:
    """Make a route of the API, which meets faults under its name, such as ``data``."""
    return _route(path, methods, name=name, middleware=[Middleware(Gate, name)])


def _route(path: str, methods: Mapping[str, Handler], **more: Any) -> Route:

    async def dispatch(request: Request) -> Response:
        method = "GET" if request.method == "HEAD" else request.method
        return await methods[method](request)

    return _Resource(path, dispatch, methods=list(methods), **more)


class _Resource(Route):
    """A route that answers for its path whatever the method.

    Otherwise ``GET object/aql`` would be taken for an object of the name ``aql``, a 404, because
    the path of the next route fits too and has the method.
    """

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        match, child_scope = super().matches(scope)
        return (Match.FULL if match is Match.PARTIAL else match), child_scope

"""The pages for people, and each one's JSON twin: ``?format=json``."""

import sqlite3
from collections.abc import Awaitable, Callable
from typing import TypeAlias

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from assetferry.local_assets import instant
from assetferry.local_assets.errors import General
from assetferry.local_assets.pages import executions, objects, schedules, sources
from assetferry.local_assets.pages.rendering import View, rendered, style
from assetferry.local_assets.routes.call import answer, resource, site_of
from assetferry.local_assets.routes.parameters import number

__all__ = ["PAGE_ROUTES"]

Look: TypeAlias = Callable[[Request], Awaitable[View]]


async def overview(request: Request) -> View:
    return await run_in_threadpool(lambda: sources.overview(_reader(request)))


async def source(request: Request) -> View:
    source_id = request.path_params["source"]
    return await run_in_threadpool(lambda: sources.source(_reader(request), source_id))


async def execution(request: Request) -> View:
    ids = request.path_params["source"], request.path_params["execution"]
    return await run_in_threadpool(lambda: executions.one_execution(_reader(request), *ids))


async def search(request: Request) -> View:
    workspace_id = request.path_params["workspace"]
    query = request.query_params.get("q", "")
    start = number(request, "start", 0, lowest=0)
    return await run_in_threadpool(
        lambda: objects.search(_reader(request), workspace_id, query, start)
    )


async def one_object(request: Request) -> View:
    ids = request.path_params["workspace"], request.path_params["object"]
    return await run_in_threadpool(lambda: objects.one_object(_reader(request), *ids))


async def every_schedule(request: Request) -> View:
    site = site_of(request)
    clock, now = site.settings.clock, instant.text(site.dispatcher.clock.now())
    return await run_in_threadpool(lambda: schedules.schedules(_reader(request), clock, now))


async def faults(request: Request) -> View:
    return {"faults": [one.shown() for one in site_of(request).faults.listed()]}


async def get_style(_: Request) -> Response:
    return style()


def _page(path: str, template: str, look: Look) -> Route:

    async def shown(request: Request) -> Response:
        as_json = request.query_params.get("format") == "json"
        try:
            view = await look(request)
        except General as refusal:
            if as_json:
                raise
            told = {"status": refusal.status, "message": refusal.message}
            return rendered("refusal.html", told, refusal.status)
        return answer(view) if as_json else rendered(template, view)

    return resource(path, GET=shown)


def _reader(request: Request) -> sqlite3.Connection:
    return site_of(request).database.reader()


PAGE_ROUTES = [
    _page("/", "overview.html", overview),
    _page("/ui/sources/{source}", "source.html", source),
    _page("/ui/sources/{source}/executions/{execution}", "execution.html", execution),
    _page("/ui/workspaces/{workspace}/objects", "objects.html", search),
    _page("/ui/workspaces/{workspace}/objects/{object}", "object.html", one_object),
    _page("/ui/schedules", "schedules.html", every_schedule),
    _page("/ui/faults", "faults.html", faults),
    resource("/ui/style.css", GET=get_style),
]

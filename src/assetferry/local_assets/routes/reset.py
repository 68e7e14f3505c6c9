"""Back to a server that has just been started for the first time, for tests."""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from assetferry.local_assets.routes.call import Site, answer, resource, site_of
from assetferry.local_assets.store.emptying import empty, forget_schedules

__all__ = ["RESET_ROUTES"]


async def reset(request: Request) -> Response:
    """Drop workspaces, credentials, faults, schedules and what is being processed.

    A test clock stands where it stood. Calls to apps that are in hand are waited for.
    """
    site = site_of(request)
    site.faults.clear()
    await site.database.writer.run(forget_schedules)
    await site.dispatcher.settle()
    site.dispatcher.changed()
    await run_in_threadpool(_empty, site)
    return answer({"status": "empty"})


RESET_ROUTES = [resource("/reset", POST=reset)]


def _empty(site: Site) -> None:
    with site.worker.idle():
        site.database.writer.call(empty)
        site.database.spool.keep_only(set())

"""``/_local/faults``: set, list and remove faults."""

from starlette.requests import Request
from starlette.responses import Response

from assetferry.local_assets.faults.reading import read_kind
from assetferry.local_assets.routes.body import json_object
from assetferry.local_assets.routes.call import answer, no_content, resource, site_of

__all__ = ["FAULT_ROUTES"]


async def set_fault(request: Request) -> Response:
    """Set a fault; the answer is the only place of a token that comes with it."""
    site = site_of(request)
    kind = read_kind(await json_object(request, site.settings.max_body_bytes))
    fault, told = await site.faults.add(kind)
    return answer({**fault.shown(), **told})


async def list_faults(request: Request) -> Response:
    """List all faults, oldest first, with how often each was met."""
    return answer({"values": [one.shown() for one in site_of(request).faults.listed()]})


async def remove_fault(request: Request) -> Response:
    site_of(request).faults.remove(request.path_params["fault"])
    return no_content()


async def remove_all(request: Request) -> Response:
    site_of(request).faults.clear()
    return no_content()


FAULT_ROUTES = [
    resource("/faults", GET=list_faults, POST=set_fault, DELETE=remove_all),
    resource("/faults/{fault}", DELETE=remove_fault),
]

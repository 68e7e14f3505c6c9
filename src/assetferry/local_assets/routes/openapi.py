"""The API's own description, for readers, generators of clients, and tests."""

from starlette.requests import Request
from starlette.responses import Response

from assetferry.local_assets.openapi import document
from assetferry.local_assets.routes.call import answer, resource, site_of

__all__ = ["OPENAPI_ROUTES"]


async def get_document(request: Request) -> Response:
    return answer(document(site_of(request).settings))


OPENAPI_ROUTES = [resource("/openapi.json", GET=get_document)]

"""The API's own description, for readers, generators of clients, and tests."""

from functools import cache

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from assetferry.local_assets.openapi import document
from assetferry.local_assets.routes.call import resource

__all__ = ["OPENAPI_ROUTES"]


async def get_document(request: Request) -> Response:
    del request
    return Response(_written(), media_type="application/json")


OPENAPI_ROUTES = [resource("/openapi.json", GET=get_document)]


@cache
def _written() -> bytes:
    return msgspec.json.encode(document())

"""Request bodies: read up to a limit, and JSON objects without tricks (section 19)."""

import json
from typing import Any

import msgspec
from starlette.requests import Request

from assetferry.local_assets.errors import General, bad_request
from assetferry.local_assets.jsonshape import is_object
from assetferry.local_assets.routes.call import site_of

__all__ = ["json_object", "parse", "raw_body"]

DRAIN = 8
"""How many times the limit is still read before a refusal, so that the client gets to see it."""


async def raw_body(request: Request, limit: int) -> bytes:
    """Read the body; refuse one beyond the limit, without keeping what is too much."""
    if request.headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise General(415, "Content-Encoding is not supported; send the body as it is")
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size <= limit:
            parts.append(part)
        elif size > limit * DRAIN:
            break
    if size > limit:
        status = int(site_of(request).settings.oversize_status)
        raise General(status, f"Request body exceeds {limit} bytes")
    return b"".join(parts)


async def json_object(request: Request, limit: int) -> dict[str, Any]:
    """Read a JSON object; nothing at all counts as an empty one."""
    body = await raw_body(request, limit)
    return parse(request, body) if body else {}


def parse(request: Request, body: bytes) -> dict[str, Any]:
    """Read a body as a JSON object; refuse NaN, repeated keys and other media types."""
    media_type = request.headers.get("content-type", "application/json")
    if media_type.partition(";")[0].strip().lower() != "application/json":
        raise General(415, "Content-Type must be application/json")
    try:
        document = msgspec.json.decode(body)
        # Written back to the same bytes, it cannot have had a repeated key; this spares
        # well-behaved clients the slow look.
        if msgspec.json.encode(document) != body:
            json.loads(body, object_pairs_hook=_without_repeats)
    except (ValueError, RecursionError) as error:
        raise _invalid() from error
    if not is_object(document):
        raise _invalid()
    return document


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ValueError("a key is repeated")
    return fields


def _invalid() -> General:
    return bad_request("Request body is not a valid JSON object")

"""Bodies of calls: limited, in JSON that can be read in one way only, and nothing else."""

import asyncio
import json
from typing import Any, NoReturn, cast

from starlette.requests import ClientDisconnect, Request

from assetferry.web.refusal import Refusal

__all__ = ["LARGEST", "parsed", "received"]

LARGEST = 16 * 1024
"""Bytes. What Assets sends has about a hundred."""
_PATIENCE_S = 10.0
"""How long a body may take to arrive."""


async def received(request: Request) -> bytes:
    """Read the body of a call, no further than the limit. Raises Refusal."""
    announced = request.headers.get("content-length", "0")
    if not announced.isascii() or not announced.isdigit() or int(announced[:9]) > LARGEST:
        raise _too_large()
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise Refusal(415, "unsupported_media_type", "its media type is not application/json")
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise Refusal(415, "unsupported_media_type", "its body is encoded")
    body = bytearray()
    try:
        async with asyncio.timeout(_PATIENCE_S):
            async for part in request.stream():
                body += part
                if len(body) > LARGEST:
                    raise _too_large()
    except TimeoutError:
        raise Refusal(408, "request_timeout", "its body did not arrive in time") from None
    except ClientDisconnect:
        raise Refusal(400, "bad_request", "its caller went away") from None
    return bytes(body)


def parsed(body: bytes) -> dict[str, Any]:
    """Read a JSON object, or a JSON string that holds one, as Forge hands it on.

    Strict: names stand once, numbers are numbers. What two readers could read differently is
    refused. Raises Refusal.
    """
    found = _decoded(body)
    if isinstance(found, str):
        found = _decoded(found.encode("utf-8", "surrogatepass"))
    if not isinstance(found, dict):
        raise Refusal(400, "bad_request", "its body is no JSON object")
    return cast("dict[str, Any]", found)


def _decoded(body: bytes) -> object:
    try:
        return json.loads(
            body.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_constant
        )
    # RecursionError: brackets in brackets, without end.
    except (ValueError, RecursionError):
        raise Refusal(400, "bad_request", "its body is not strict JSON") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


def _no_constant(_name: str) -> NoReturn:
    raise ValueError("NaN and Infinity are no JSON")


def _too_large() -> Refusal:
    return Refusal(413, "content_too_large", f"its body is larger than {LARGEST} bytes")

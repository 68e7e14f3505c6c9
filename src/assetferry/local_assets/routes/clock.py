"""The clock that schedules follow, for tests in any language."""

from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from assetferry.local_assets import instant
from assetferry.local_assets.errors import bad_request
from assetferry.local_assets.routes.body import json_object
from assetferry.local_assets.routes.call import answer, resource, site_of

__all__ = ["CLOCK_ROUTES"]


async def get_clock(request: Request) -> Response:
    return _shown(request)


async def put_clock(request: Request) -> Response:
    """Let it be the time ``now`` says; what lies between was missed."""
    body = await _body(request, "now")
    await site_of(request).moving.jump(_instant(body, "now"))
    return _shown(request)


async def advance_clock(request: Request) -> Response:
    """Let time pass, by ``seconds`` or up to ``to``; answered once all calls are concluded."""
    body = await _body(request, "seconds", "to")
    to = _instant(body, "to") if "to" in body else _after(request, body["seconds"])
    await site_of(request).moving.advance(to)
    return _shown(request)


CLOCK_ROUTES = [
    resource("/clock", GET=get_clock, PUT=put_clock),
    resource("/clock/advance", POST=advance_clock),
]


def _shown(request: Request) -> Response:
    site = site_of(request)
    return answer({"clock": site.settings.clock, "now": instant.text(site.dispatcher.clock.now())})


async def _body(request: Request, *keys: str) -> dict[str, Any]:
    """Read a body with exactly one of these keys."""
    body = await json_object(request, site_of(request).settings.max_body_bytes)
    if len(body) != 1 or not body.keys() <= set(keys):
        raise bad_request(f"The body has one key: {' or '.join(keys)}")
    return body


def _instant(body: dict[str, Any], key: str) -> datetime:
    refusal = bad_request(f"{key} must be an ISO 8601 instant such as 2026-12-01T09:00:00Z")
    given = body[key]
    try:
        found = datetime.fromisoformat(given if isinstance(given, str) else "")
        if found.tzinfo is None:
            raise refusal
        return found.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise refusal from error


def _after(request: Request, given: Any) -> datetime:
    refusal = bad_request("seconds must be a number that is not negative")
    if isinstance(given, bool) or not isinstance(given, int | float) or given < 0:
        raise refusal
    try:
        return site_of(request).dispatcher.clock.now() + timedelta(seconds=given)
    except OverflowError as error:
        raise refusal from error

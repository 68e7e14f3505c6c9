"""What a source's status that is not 2xx means (pure).

| Status | Error | Then |
|---|---|---|
| 401, 403 | SourceUnauthorized | a person |
| 429; 503 with Retry-After | SourceThrottled | retry at that time |
| 408, 423, 425, other 5xx | SourceUnavailable | retry |
| 3xx that led nowhere | SourceMisread | retry |
| other 4xx (400, 404, 410 …) | SourceRefused | the run ends |
"""

from http import HTTPStatus

from assetferry.errors import FerryError
from assetferry.outbound.asked_wait import asked_wait
from assetferry.outbound.response import Response
from assetferry.sources.errors import (
    SourceMisread,
    SourceRefused,
    SourceThrottled,
    SourceUnauthorized,
    SourceUnavailable,
)

__all__ = ["failure", "succeeded"]

_PASSING = frozenset({408, 423, 425})


def succeeded(response: Response) -> bool:
    """Tell whether an answer may hold records."""
    return HTTPStatus.OK <= response.status < HTTPStatus.MULTIPLE_CHOICES


def failure(response: Response, *, where: str, said: str, now: float) -> FerryError:
    """Give the error of an answer that did not succeed.

    ``where`` is the address as it may be shown, ``said`` an excerpt of the body, ``now`` in
    epoch seconds.
    """
    status = response.status
    answered = f"{where} answered {status}" + (f": {said}" if said else "") + "."
    wait = asked_wait(response, now=now)
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        return SourceUnauthorized(f"{answered} Check the source's auth and what it may read.")
    if status == HTTPStatus.TOO_MANY_REQUESTS or (
        status == HTTPStatus.SERVICE_UNAVAILABLE and wait is not None
    ):
        until = None if wait is None else now + wait
        return SourceThrottled(f"{answered} It is asked again when it allows.", until=until)
    if status in _PASSING or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return SourceUnavailable(f"{answered} It is asked again; if this lasts, ask its operator.")
    if status < HTTPStatus.BAD_REQUEST:
        return SourceMisread(f"{answered} Enter the address it leads to as the source's url.")
    return SourceRefused(f"{answered} Correct url, method, params or pagination of the source.")

"""What an answer that is not the hoped-for one means, by status and type (pure).

| Status | Answer |
|---|---|
| 400 | Refused |
| 401, 403 | Unauthorized |
| 404 | Missing |
| 409 | Conflict |
| 413 | TooLarge |
| 429; 503 with Retry-After | Throttled |
| 408, 425, other 5xx | Unavailable |
| anything else | Unexpected |

Bodies are read for the message only, in the four shapes that are known; none is required.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Any, cast

import msgspec

from assetferry.assets.answers import (
    Conflict,
    Missing,
    Refused,
    Throttled,
    TooLarge,
    Trouble,
    Unauthorized,
    Unavailable,
    Unexpected,
)
from assetferry.outbound.asked_wait import asked_wait
from assetferry.outbound.masking import mask
from assetferry.outbound.redaction import excerpt
from assetferry.outbound.response import Response

__all__ = ["is_page", "trouble", "unexpected"]

_PASSING = frozenset({408, 425})
"""Request time-out and too early: like a 5xx, nothing is known and time may heal it."""
_LARGEST = 2**20
"""Bytes of a refusal that are read."""
_BODY = 4096
"""Bytes of a refusal's body that are kept."""
_REASON = 500
"""Characters of a reason."""


def trouble(response: Response, *, now: float, hide: Iterable[str] = ()) -> Trouble:
    """Classify an answer whose status is not one the call hopes for.

    ``now`` is in epoch seconds; ``hide`` are the secrets of the request, in case the body
    repeats one.
    """
    # Codes and places are told too, and not only sentences.
    said = response.body[:_LARGEST].decode("utf-8", "replace")
    body = mask(tuple(hide)).hide(said, cut=len(response.body) > _LARGEST)
    response = replace(response, body=body.encode())
    document = _document(response.body)
    reason = _reason(response, document, hide)
    wait = asked_wait(response, now=now)
    match response.status:
        case 400:
            return Refused(reason=reason, body=_trimmed(document))
        case 401 | 403:
            return Unauthorized(reason=reason)
        case 404:
            return Missing(reason=reason)
        case 409:
            code = document.get("errorCode")
            return Conflict(error_code=code if isinstance(code, str) else None, reason=reason)
        case 413:
            return TooLarge()
        case 429:
            return Throttled(until=None if wait is None else now + wait)
        case 503 if wait is not None:
            return Throttled(until=now + wait)
        case status if status in _PASSING or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return Unavailable(reason=reason)
        case status:
            return Unexpected(status=status, reason=reason)


def unexpected(response: Response, what: str, *, hide: Iterable[str] = ()) -> Unexpected:
    """Say of an answer with the right status that its body is not what it must be."""
    text = excerpt(response.body, limit=200, hide=hide)
    shown = f" It begins: {text}" if text else ""
    return Unexpected(
        status=response.status,
        reason=f"Assets answered {response.status}, but {what}. Check that base_url leads to "
        f"Assets and not to a proxy or a login page.{shown}",
    )


def is_page(response: Response) -> bool:
    """Tell whether an answer without a declared body is a web page all the same.

    Some frameworks call even an empty body HTML, so there must be something in it.
    """
    return bool(response.body.strip()) and "html" in (response.header("content-type") or "").lower()


def _document(body: bytes) -> dict[str, Any]:
    try:
        found = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {}
    return cast("dict[str, Any]", found) if isinstance(found, dict) else {}


def _reason(response: Response, document: Mapping[str, Any], hide: Iterable[str]) -> str:
    said = " ".join(_said(document)) or response.body
    text = excerpt(said, limit=_REASON, hide=hide)
    return f"Assets answered {response.status}" + (f": {text}" if text else ".")


def _said(document: Mapping[str, Any]) -> Iterable[str]:
    """Collect the sentences of the four error shapes, in the order of their usefulness."""
    for key in ("errorMessages", "dataValidationErrors"):
        found = document.get(key)
        for item in cast("list[Any]", found) if isinstance(found, list) else []:
            yield _sentence(item)
    for key in ("message", "errorCode"):
        found = document.get(key)
        if isinstance(found, str):
            yield found


def _sentence(item: Any) -> str:
    if not isinstance(item, dict):
        return str(item)
    fields = cast("dict[str, Any]", item)
    return ": ".join(str(fields[key]) for key in ("code", "path", "message") if fields.get(key))


def _trimmed(document: dict[str, Any]) -> Mapping[str, Any]:
    """Keep of a body what fits, items of its lists one by one, so that it stays readable."""
    kept: dict[str, Any] = {}
    room = _BODY
    for key, value in document.items():
        if isinstance(value, list):
            items: list[Any] = []
            for item in cast("list[Any]", value):
                room -= _size(item)
                if room < 0:
                    break
                items.append(item)
            kept[key] = items
        elif (size := _size(value)) <= room:
            kept[key] = value
            room -= size
    return kept


def _size(value: Any) -> int:
    return len(msgspec.json.encode(value))

"""For how long an answer asks to be left alone, in whatever header it says so (pure).

| Header | Read |
|---|---|
| `Retry-After` on 429 and 503 | seconds, or a date (RFC 9110) |
| `X-RateLimit-Reset`, `X-Rate-Limit-Reset` with nothing remaining, or on 429 | seconds, or an epoch in seconds or milliseconds, by magnitude; or an ISO 8601 date |
| `RateLimit-Reset` likewise | seconds |
| `RateLimit` likewise | `limit=…, remaining=0, reset=…` or `"name";r=0;t=…` |

What cannot be read is ignored: the pauses between attempts grow anyway.
"""  # noqa: E501 (a table)

import re
from datetime import UTC, datetime

from assetferry.outbound.response import Response
from assetferry.outbound.retry_after import http_date, retry_after

__all__ = ["asked_wait"]

_THROTTLED = frozenset({429, 503})
_NUMBER = re.compile(r"[0-9]{1,14}(?:\.[0-9]{1,9})?")
_EPOCH = 1_000_000_000
"""Seconds since 1970 were as many in 2001; as a wait they would be 31 years."""
_MILLISECONDS = 100_000_000_000
_PREFIXES = ("x-ratelimit", "x-rate-limit", "ratelimit")
_REMAINING = re.compile(r"(?:^|[;,\s])(?:remaining|r)=0(?:$|[;,\s])")
_RESET = re.compile(r"(?:^|[;,\s])(?:reset|t)=([0-9]{1,9})(?:$|[;,\s])")


def asked_wait(response: Response, *, now: float) -> float | None:
    """Give the seconds from ``now`` (epoch seconds); None if the answer asks for no wait."""
    date = response.header("date")
    if response.status in _THROTTLED:
        until = retry_after(response.header("retry-after"), now=now, date=date)
        if until is not None:
            return until - now
    throttled = response.status == 429  # noqa: PLR2004 (the status)
    # Relative to the answer's own clock, which may differ from ours.
    sent = http_date(date) if date else None
    for prefix in _PREFIXES:
        spent = _number(response.header(f"{prefix}-remaining")) == 0.0
        left = _left(response.header(f"{prefix}-reset"), now=now if sent is None else sent)
        if (spent or throttled) and left is not None:
            return left
    both = response.header("ratelimit") or ""
    found = _RESET.search(both)
    if found and (throttled or _REMAINING.search(both)):
        return float(found[1])
    return None


def _number(value: str | None) -> float | None:
    text = (value or "").strip()
    return float(text) if _NUMBER.fullmatch(text) else None


def _left(value: str | None, *, now: float) -> float | None:
    number, moment = _number(value), _moment(value)
    if number is None:
        return None if moment is None else max(0.0, moment - now)
    if number >= _MILLISECONDS:
        number /= 1000.0
    return max(0.0, number - now) if number >= _EPOCH else number


def _moment(value: str | None) -> float | None:
    try:
        moment = datetime.fromisoformat((value or "").strip())
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()

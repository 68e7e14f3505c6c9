"""Answers that something on the way gives in the place of a server; the server hears of nothing."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import formatdate

__all__ = ["ANSWERED", "LONG_S", "instead"]

_JSON, _HTML = b"application/json", b"text/html; charset=utf-8"
LONG_S = 56 * 3600
"""A wait that only a person can agree to."""


@dataclass(frozen=True)
class Answer:
    """What is said, and for how long the asker is told to stay away."""

    status: str
    body: bytes = b"{}"
    type: bytes = _JSON
    retry_after: Callable[[], str] | None = None


def _date_in(seconds: int) -> Callable[[], str]:
    return lambda: formatdate(time.time() + seconds, usegmt=True)


_TOO_MANY, _AWAY = "429 Too Many Requests", "503 Service Unavailable"
ANSWERED = {
    "500": Answer("500 Internal Server Error", b'{"message": "oops"}'),
    "429": Answer(_TOO_MANY),
    "429-seconds": Answer(_TOO_MANY, retry_after=lambda: "1"),
    "429-date": Answer(_TOO_MANY, retry_after=_date_in(1)),
    "429-past": Answer(_TOO_MANY, retry_after=_date_in(-3600)),
    "429-negative": Answer(_TOO_MANY, retry_after=lambda: "-5"),
    "429-nonsense": Answer(_TOO_MANY, retry_after=lambda: "soon"),
    "429-days": Answer(_TOO_MANY, retry_after=lambda: str(LONG_S)),
    "429-far-date": Answer(_TOO_MANY, retry_after=_date_in(LONG_S)),
    "503-seconds": Answer(_AWAY, b"<html>Back soon</html>", _HTML, lambda: "1"),
    "html-200": Answer("200 OK", b"<html><h1>Sign in</h1></html>", _HTML),
    "empty-200": Answer("200 OK", b""),
}


def instead(kind: str) -> bytes:
    """Give an answer as it goes over the wire."""
    one = ANSWERED[kind]
    lines = [
        b"HTTP/1.1 " + one.status.encode(),
        b"Content-Type: " + one.type,
        b"Content-Length: %d" % len(one.body),
        b"Date: " + formatdate(usegmt=True).encode(),
        b"Connection: close",
        *([] if one.retry_after is None else [b"Retry-After: " + one.retry_after().encode()]),
    ]
    return b"\r\n".join(lines) + b"\r\n\r\n" + one.body

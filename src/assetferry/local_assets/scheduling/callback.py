"""The call to an app at the time its schedule is due (10.3).

Spoken by hand over the event loop's own streams: all that matters is the status, the limit
holds for the whole exchange (timeouts of the library's client hold for each read of it), and
a call can be given up at any point. No redirect is followed, no proxy used, nothing tried
again.
"""

import asyncio
import re
import ssl
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import TypeAlias
from urllib.parse import SplitResult, urlsplit

__all__ = ["Answer", "Answered", "Unanswered", "post"]

STATUS_LINE = re.compile(rb"HTTP/1\.[01] ([1-5][0-9][0-9])(?:[ \r\n]|$)")
FINAL = 200
"""Lower statuses announce another one."""
PARTING = 1.0
"""Seconds in which the rest of an answer is taken, so that the app can end in peace."""
BLOCK = 65_536


@dataclass(frozen=True, kw_only=True, slots=True)
class Answered:
    status: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Unanswered:
    reason: str
    """In words that do not hold the address: it may be secret."""


Answer: TypeAlias = Answered | Unanswered


async def post(url: str, body: bytes, limit: float) -> Answer:
    """Send a JSON body and give the status, or why there is none within ``limit`` seconds."""
    parts, within = urlsplit(url), asyncio.timeout(limit)
    try:
        async with within:
            reader, writer = await _connect(parts)
            try:
                writer.write(_request(parts, body))
                await writer.drain()
                status = await _status(reader)
            except BaseException:
                writer.transport.abort()
                raise
    # EOFError and ValueError: what came is no HTTP, or the host's name is none.
    except (OSError, EOFError, ValueError) as error:
        if isinstance(error, TimeoutError) and within.expired():
            return Unanswered(reason=f"no answer within {limit:g} seconds")
        return Unanswered(reason=_reason(error))
    await _part(reader, writer)
    return Answered(status=status)


async def _connect(parts: SplitResult) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    secure = parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    return await asyncio.open_connection(parts.hostname, port, ssl=_verifying() if secure else None)


@cache
def _verifying() -> ssl.SSLContext:
    return ssl.create_default_context()


def _request(parts: SplitResult, body: bytes) -> bytes:
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    lines = (
        f"POST {target} HTTP/1.1",
        f"Host: {parts.netloc}",
        "User-Agent: assetferry-local-assets",
        "Accept: application/json",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        "Connection: close",
    )
    return "\r\n".join((*lines, "", "")).encode("ascii") + body


async def _status(reader: asyncio.StreamReader) -> int:
    while True:
        line = await reader.readline()
        if not line:
            raise EOFError("the connection was closed before an answer")
        found = STATUS_LINE.match(line)
        if found is None:
            raise ValueError("the answer is not HTTP")
        status = int(found[1])
        if status >= FINAL:
            return status
        while (await reader.readline()).strip():
            pass


async def _part(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Take what is left of the answer, for a moment; its status is known whatever comes."""
    try:
        with suppress(OSError):
            async with asyncio.timeout(PARTING):
                while await reader.read(BLOCK):
                    pass
    finally:
        writer.transport.abort()


def _reason(error: OSError | EOFError | ValueError) -> str:
    if isinstance(error, OSError):
        return error.strerror or type(error).__name__
    if isinstance(error, UnicodeError):
        return "the host's name is not valid"
    return str(error)

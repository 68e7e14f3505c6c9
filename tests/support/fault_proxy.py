"""An HTTP proxy of TCP connections that spoils some of the exchanges, chosen by a seed.

It stands before a server as a network, a gateway or a tired machine does: whoever calls it sees
real connections that are refused, reset, cut short or silent.
"""

import asyncio
import random
import socket
import struct
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from email.utils import formatdate
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

__all__ = ["ANSWERED", "KINDS", "FaultProxy"]

_JSON, _HTML = b"application/json", b"text/html; charset=utf-8"
_RESET = struct.pack("ii", 1, 0)
"""SO_LINGER with zero seconds: closing sends RST instead of FIN."""
REFUSING_S = 0.7
"""How long nobody listens: longer than lanes pause between two requests."""


def _in_a_second() -> str:
    return formatdate(time.time() + 1, usegmt=True)


ANSWERED: dict[str, tuple[str, Callable[[], str | None], bytes, bytes]] = {
    "500": ("500 Internal Server Error", lambda: None, _JSON, b'{"message": "oops"}'),
    "429": ("429 Too Many Requests", lambda: None, _JSON, b"{}"),
    "429-seconds": ("429 Too Many Requests", lambda: "1", _JSON, b"{}"),
    "429-date": ("429 Too Many Requests", _in_a_second, _JSON, b"{}"),
    "429-nonsense": ("429 Too Many Requests", lambda: "soon", _JSON, b"{}"),
    "503-seconds": ("503 Service Unavailable", lambda: "1", _HTML, b"<html>Back soon</html>"),
    "html-200": ("200 OK", lambda: None, _HTML, b"<html><h1>Sign in</h1></html>"),
    "empty-200": ("200 OK", lambda: None, _JSON, b""),
}
"""Answers given in the server's place: status, Retry-After, type, body. Nothing is done."""

KINDS = (
    *ANSWERED,
    "refused",
    "reset",
    "timeout",
    "truncated-json",
    "truncated-body",
    "duplicated",
    "lost",
)
"""What can be dealt. The last six carry the request out, but for ``timeout``."""


@dataclass
class FaultProxy:
    """Listens on a loopback port and passes requests on to ``upstream``; a context manager."""

    upstream: str
    kind: str
    rate: float
    seed: int
    certain: int = 3
    """The number of the eligible request that is struck whatever chance says."""
    eligible: Callable[[str, str], bool] = lambda _method, _path: True
    requests: int = 0
    strikes: int = 0
    _eligible: int = 0
    _open: set["asyncio.Task[None]"] = field(default_factory=set["asyncio.Task[None]"])

    def __enter__(self) -> Self:
        self._chance = random.Random(self.seed)  # noqa: S311 # moments, not secrets
        # Bound and never listening, it keeps the port while nobody listens on it.
        self._keeps = _bound(0)
        self._port: int = self._keeps.getsockname()[1]
        self.url = f"http://127.0.0.1:{self._port}"
        started = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(started,), daemon=True)
        self._thread.start()
        started.wait()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join()
        self._keeps.close()

    def _run(self, started: threading.Event) -> None:
        asyncio.run(self._serve(started))

    async def _serve(self, started: threading.Event) -> None:
        self._loop = asyncio.get_running_loop()
        self._stopping = asyncio.Event()
        self._away = asyncio.Event()
        await self._listen()
        started.set()
        while not self._stopping.is_set():
            stopping = asyncio.ensure_future(self._stopping.wait())
            away = asyncio.ensure_future(self._away.wait())
            await asyncio.wait({stopping, away}, return_when=asyncio.FIRST_COMPLETED)
            if self._away.is_set():
                await self._go_away(stopping)
            for one in (stopping, away):
                one.cancel()
        self._server.close()
        for task in self._open:
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    async def _listen(self) -> None:
        opened = _bound(self._port)
        opened.listen(256)
        self._server = await asyncio.start_server(self._accepted, sock=opened)

    async def _go_away(self, stopping: "asyncio.Future[Any]") -> None:
        self._server.close()
        await asyncio.wait({stopping}, timeout=REFUSING_S)
        await self._listen()
        self._away.clear()

    async def _accepted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError):
                await self._exchange(reader, writer)
        except asyncio.CancelledError:
            pass
        finally:
            self._open.discard(task)
            writer.close()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        body = await reader.readexactly(_length(head))
        method, path = head.split(b" ", 2)[:2]
        if self._struck(method.decode(), path.decode()):
            await self._spoil(head + body, reader, writer)
        else:
            writer.write(await self._forwarded(head + body))
            await writer.drain()

    def _struck(self, method: str, path: str) -> bool:
        self.requests += 1
        if not self.eligible(method, path):
            return False
        self._eligible += 1
        struck = self._chance.random() < self.rate or self._eligible == self.certain
        self.strikes += struck
        return struck

    async def _spoil(
        self, request: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        match self.kind:
            case "timeout":
                await reader.read()  # until the caller has had enough
            case "refused":
                writer.write(await self._forwarded(request))
                await writer.drain()
                self._away.set()
            case "duplicated":
                await self._forwarded(request)
                writer.write(await self._forwarded(request))
            case "lost":
                await self._forwarded(request)
                _reset(writer)
            case "reset":
                head, body = _parted(await self._forwarded(request))
                writer.write(_with_length(head, max(len(body), 2)) + body[: len(body) // 2])
                await writer.drain()
                _reset(writer)
            case "truncated-body":
                head, body = _parted(await self._forwarded(request))
                writer.write(_with_length(head, max(len(body), 2)) + body[: len(body) // 2])
            case "truncated-json":
                head, body = _parted(await self._forwarded(request))
                half = body[: len(body) // 2]
                writer.write(_with_length(head, len(half)) + half)
            case kind:
                writer.write(_instead(*ANSWERED[kind]))

    async def _forwarded(self, request: bytes) -> bytes:
        """Ask the server, and give its whole answer as it came."""
        to = urlsplit(self.upstream)
        reader, writer = await asyncio.open_connection(to.hostname, to.port)
        try:
            writer.write(_closing(request))
            return _closing(await reader.read())
        finally:
            writer.close()


def _bound(port: int) -> socket.socket:
    opened = socket.socket()
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    opened.bind(("127.0.0.1", port))
    return opened


def _reset(writer: asyncio.StreamWriter) -> None:
    opened: socket.socket = writer.get_extra_info("socket")
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    writer.transport.abort()


def _parted(message: bytes) -> tuple[bytes, bytes]:
    head, _, body = message.partition(b"\r\n\r\n")
    return head, body


def _lines(head: bytes, *, without: bytes) -> list[bytes]:
    lines = head.split(b"\r\n")
    return [lines[0], *(line for line in lines[1:] if not line.lower().startswith(without))]


def _length(head: bytes) -> int:
    found = [line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
    return int(found[0].split(b":")[1]) if found else 0


def _with_length(head: bytes, length: int) -> bytes:
    lines = _lines(head, without=b"content-length:")
    return b"\r\n".join([*lines, b"Content-Length: %d" % length]) + b"\r\n\r\n"


def _closing(message: bytes) -> bytes:
    """Let a connection serve one exchange, so that each can be struck by itself."""
    head, body = _parted(message)
    return b"\r\n".join([*_lines(head, without=b"connection:"), b"Connection: close"]) + (
        b"\r\n\r\n" + body
    )


def _instead(status: str, wait: Callable[[], str | None], kind: bytes, body: bytes) -> bytes:
    told = wait()
    lines = [
        b"HTTP/1.1 " + status.encode(),
        b"Content-Type: " + kind,
        b"Content-Length: %d" % len(body),
        b"Date: " + formatdate(usegmt=True).encode(),
        b"Connection: close",
        *([] if told is None else [b"Retry-After: " + told.encode()]),
    ]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body

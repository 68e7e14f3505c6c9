"""An HTTP proxy of TCP connections that spoils some of the exchanges, chosen by a seed.

It stands before a server as a network, a gateway or a tired machine does: whoever calls it sees
real connections that are refused, reset, cut short or silent.
"""

import asyncio
import random
import socket
import struct
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from fault_answers import ANSWERED, instead

__all__ = ["KINDS", "REFUSING_S", "FaultProxy"]

_RESET = struct.pack("ii", 1, 0)
"""SO_LINGER with zero seconds: closing sends RST instead of FIN."""
REFUSING_S = 0.7
"""How long nobody listens: longer than lanes pause between two requests."""
_DRIP_S = 0.1
"""The pause after each byte of an answer that drips: never a silence, and never an end."""

KINDS = (
    *ANSWERED,
    "reset-request",
    "timeout",
    "refused",
    "reset",
    "drip",
    "truncated-json",
    "truncated-body",
    "duplicated",
    "lost",
)
"""What can be dealt. Those from ``refused`` on carry the request out."""


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
    away_s: float = REFUSING_S
    """For how long nobody listens where the kind is ``refused``."""
    requests: int = 0
    strikes: int = 0
    log: list[str] = field(default_factory=list[str])
    """Every request that came, as method and path, in order."""
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

    def release(self) -> None:
        """Let the requests go on that the kind ``held`` holds back."""
        self._loop.call_soon_threadsafe(self._released.set)

    def _run(self, started: threading.Event) -> None:
        asyncio.run(self._serve(started))

    async def _serve(self, started: threading.Event) -> None:
        self._loop = asyncio.get_running_loop()
        self._stopping = asyncio.Event()
        self._away = asyncio.Event()
        self._released = asyncio.Event()
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
        await asyncio.sleep(0)  # who has just been accepted begins one turn later
        for task in self._open:
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)
        await asyncio.sleep(0)  # and a closed connection lets go one turn later

    async def _listen(self) -> None:
        opened = _bound(self._port)
        opened.listen(256)
        self._server = await asyncio.start_server(self._accepted, sock=opened)

    async def _go_away(self, stopping: "asyncio.Future[Any]") -> None:
        self._server.close()
        await asyncio.wait({stopping}, timeout=self.away_s)
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
        method, path = head.split(b" ", 2)[:2]
        struck = self._struck(method.decode(), path.decode())
        if struck and self.kind == "reset-request":
            await self._forward_half(head, await reader.readexactly(_length(head) // 2))
            _reset(writer)
            return
        body = await reader.readexactly(_length(head))
        if struck:
            await self._spoil(head + body, reader, writer)
        else:
            writer.write(await self._forwarded(head + body))
            await writer.drain()

    def _struck(self, method: str, path: str) -> bool:
        self.requests += 1
        self.log.append(f"{method} {path}")
        if not self.eligible(method, path):
            return False
        self._eligible += 1
        struck = self._chance.random() < self.rate or self._eligible == self.certain
        self.strikes += struck
        return struck

    async def _spoil(
        self, request: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        if self.kind in ANSWERED:
            writer.write(instead(self.kind))
        elif self.kind == "timeout":
            await reader.read()  # until the caller has had enough
        elif self.kind == "held":
            await self._released.wait()
            writer.write(await self._forwarded(request))
        else:
            if self.kind == "duplicated":
                await self._forwarded(request)
            await self._spoil_answer(await self._forwarded(request), writer)

    async def _spoil_answer(self, answer: bytes, writer: asyncio.StreamWriter) -> None:
        head, body = _parted(answer)
        half = body[: len(body) // 2]
        match self.kind:
            case "lost":
                _reset(writer)
            case "reset":
                writer.write(_with_length(head, max(len(body), 2)) + half)
                await writer.drain()
                _reset(writer)
            case "drip":
                for byte in answer:
                    writer.write(bytes((byte,)))
                    await writer.drain()
                    await asyncio.sleep(_DRIP_S)
            case "truncated-body":
                writer.write(_with_length(head, max(len(body), 2)) + half)
            case "truncated-json":
                writer.write(_with_length(head, len(half)) + half)
            case _:
                writer.write(answer)
                await writer.drain()
                if self.kind == "refused":
                    self._away.set()

    async def _forward_half(self, head: bytes, half: bytes) -> None:
        """Let the server see the beginning of a request, and then a connection that is reset."""
        to = urlsplit(self.upstream)
        _, writer = await asyncio.open_connection(to.hostname, to.port)
        writer.write(head + half)
        await writer.drain()
        _reset(writer)

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

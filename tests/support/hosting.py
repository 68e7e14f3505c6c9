"""Servers for tests that speak byte by byte, so that they can speak wrongly."""

import asyncio
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

PEM = Path(__file__).parent.parent / "data" / "outbound_loopback.pem"
"""A certificate for 127.0.0.1 that only itself has signed, with its key."""
Speak = Callable[[bytes, asyncio.StreamWriter], Awaitable[None]]


def private_tls() -> ssl.SSLContext:
    """Serve with a certificate that no public authority knows."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(PEM)
    return context


Handle = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def listening(
    handle: Handle,
    tls: ssl.SSLContext | None = None,
    *,
    address: str = "127.0.0.1",
    port: int = 0,
) -> AsyncGenerator[int]:
    """Run a server until the end, when every connection is cut; its port."""
    serving: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        serving.add(task)
        with suppress(asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            await handle(reader, writer)
        writer.transport.abort()

    server = await asyncio.start_server(serve, address, port, ssl=tls)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in serving:
            task.cancel()
        await asyncio.gather(*serving)
        await asyncio.sleep(0)  # an aborted transport lets go one turn later


@asynccontextmanager
async def host(
    speak: Speak, tls: ssl.SSLContext | None = None, *, address: str = "127.0.0.1", port: int = 0
) -> AsyncGenerator[str]:
    """Run a server that answers each request's head as the test says; its URL."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await reader.readuntil(b"\r\n\r\n"):
            await speak(head, writer)

    async with listening(handle, tls, address=address, port=port) as found:
        yield f"{'https' if tls else 'http'}://{address}:{found}"


def answering(*answers: bytes) -> tuple[Speak, list[bytes]]:
    """Give one answer after the other, the last for ever; and the heads received."""
    heads: list[bytes] = []

    async def speak(head: bytes, writer: asyncio.StreamWriter) -> None:
        heads.append(head)
        writer.write(answers[min(len(heads), len(answers)) - 1])
        await writer.drain()

    return speak, heads


def answer(body: bytes, status: str = "200 OK", *headers: str) -> bytes:
    """An answer as it goes over the wire."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body

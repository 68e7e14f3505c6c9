"""How long and how much an answer may take, with servers that keep to nothing."""

import asyncio
import socket
import tracemalloc
import zlib
from collections.abc import Awaitable, Callable
from itertools import repeat

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from assetferry.outbound.client import Outbound
from assetferry.outbound.errors import AnswerTooLarge, Interrupted, TimedOut, Unreachable
from assetferry.outbound.limits import Limits, Timeouts
from hosting import host

HEAD = b"HTTP/1.1 200 OK\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n"
Write = Callable[[asyncio.StreamWriter], Awaitable[None]]


def endless(head: bytes, piece: bytes) -> Write:
    """Begin, and never stop."""

    async def write(writer: asyncio.StreamWriter) -> None:
        writer.write(head)
        for one in repeat(piece):
            writer.write(one)
            await writer.drain()

    return write


async def said(
    write: Write, *, timeouts: Timeouts | None = None, limits: Limits | None = None
) -> None:
    """Ask a server that answers so."""

    async def speak(head: bytes, writer: asyncio.StreamWriter) -> None:
        _ = head
        await write(writer)

    async with host(speak) as url, Outbound(["127.0.0.1"], timeouts=timeouts, limits=limits) as out:
        await out.request("GET", url)


SMALL = Limits(answer_bytes=1_000_000)


@pytest.mark.parametrize(
    "write",
    [
        endless(HEAD + b"\r\n", b"x" * 65536),
        endless(CHUNKED + b"\r\n", b"10000\r\n" + b"x" * 65536 + b"\r\n"),
        endless(HEAD + b"Content-Length: 99999999999\r\n\r\n", b"x" * 65536),
    ],
    ids=["to the end of the connection", "chunked", "with a length"],
)
async def test_an_endless_body_is_cut(write: Write) -> None:
    """However it says its length, no more than the limit is read."""
    with pytest.raises(AnswerTooLarge, match="1000000 bytes"):
        await said(write, limits=SMALL)


@pytest.mark.parametrize(
    "write",
    [
        endless(HEAD, b"X-Header: x\r\n" * 1000),
        endless(HEAD + b"X-Header: ", b"x" * 65536),
        endless(b"HTTP/1.1 200 ", b"O" * 65536),
        endless(CHUNKED + b"\r\n0\r\n", b"X-Trailer: x\r\n" * 1000),
        endless(CHUNKED + b"\r\n", b"1" * 65536),
    ],
    ids=["headers", "a header", "the first line", "trailers", "the size of a chunk"],
)
async def test_an_endless_head_is_cut(write: Write) -> None:
    """What comes before or after the body has limits of its own, well below a time-out."""
    with pytest.raises(Interrupted) as caught:
        await said(write)
    assert not isinstance(caught.value, TimedOut)


def bomb(size: int) -> bytes:
    """So many zeros, compressed a thousand to one."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    pieces = [packer.compress(bytes(1_000_000)) for _ in range(size // 1_000_000)]
    return b"".join([*pieces, packer.flush()])


async def test_a_bomb_is_never_unpacked_whole() -> None:
    """50 MB in 50 kB: the limit stops it, and memory stays near the limit meanwhile."""
    packed = bomb(50_000_000)
    head = HEAD + f"Content-Encoding: gzip\r\nContent-Length: {len(packed)}\r\n\r\n".encode()

    async def write(writer: asyncio.StreamWriter) -> None:
        writer.write(head + packed)
        await writer.drain()

    tracemalloc.start()
    try:
        with pytest.raises(AnswerTooLarge):
            await said(write, limits=SMALL)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 20_000_000


async def test_a_body_that_trickles_ends_with_the_total() -> None:
    """A byte now and then keeps the silence short and the whole too long."""

    async def write(writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD + b"Content-Length: 100000\r\n\r\n")
        while True:
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.01)

    with pytest.raises(TimedOut):
        await said(write, timeouts=Timeouts(read=60, total=0.5))


@pytest.mark.parametrize("begun", [b"", HEAD, HEAD + b"Content-Length: 9\r\n\r\nxx"])
async def test_a_silence_ends_with_the_read_time_out(begun: bytes) -> None:
    """Before the answer, within its head and within its body."""

    async def write(writer: asyncio.StreamWriter) -> None:
        writer.write(begun)
        await writer.drain()

    with pytest.raises(TimedOut):
        await said(write, timeouts=Timeouts(read=0.3, total=60))


async def test_a_handshake_that_falls_silent_is_no_connection() -> None:
    """Nothing was sent, so nothing can have happened: TLS counts as connecting."""
    # The kernel accepts what nobody asks it for.
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        async with Outbound(["127.0.0.1"], timeouts=Timeouts(connect=0.3)) as out:
            with pytest.raises(Unreachable):
                await out.request("POST", f"https://127.0.0.1:{port}/", body=b"x")


class Lost(AbstractResolver):
    """Never answers."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        _ = host, port, family
        await asyncio.Event().wait()
        return []

    async def close(self) -> None:
        """Nothing is held."""


async def test_a_name_server_that_falls_silent_is_given_up() -> None:
    """The search for the address has the time of a connection, and nothing was sent."""
    allow, timeouts = ["inventory.example.com"], Timeouts(connect=0.3)
    async with Outbound(allow, timeouts=timeouts, resolver=Lost()) as out:
        with pytest.raises(Unreachable, match="cannot be resolved"):
            await out.request("POST", "http://inventory.example.com/", body=b"x")


async def test_a_connection_that_nobody_accepts_is_given_up() -> None:
    """A full queue of connections drops what comes: the connect time-out ends the wait."""
    with socket.socket() as full, socket.socket() as first, socket.socket() as second:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for one in (first, second):
            one.setblocking(False)  # noqa: FBT003 (its name for it)
            one.connect_ex(full.getsockname())
        async with Outbound(["127.0.0.1"], timeouts=Timeouts(connect=0.3)) as out:
            with pytest.raises(Unreachable, match="in time"):
                await out.request("POST", f"http://127.0.0.1:{full.getsockname()[1]}/", body=b"x")

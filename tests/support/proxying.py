"""A real HTTP proxy for tests: whole addresses, and CONNECT tunnels."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from hosting import listening


@dataclass
class Proxy:
    """Where the proxy listens, what it was asked, and where it leads every name."""

    leads_to: tuple[str, int]
    port: int = 0
    heads: list[bytes] = field(default_factory=list[bytes])

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass one connection on, whatever host was asked for."""
        head = await reader.readuntil(b"\r\n\r\n")
        self.heads.append(head)
        there, onwards = await asyncio.open_connection(*self.leads_to)
        try:
            if head.startswith(b"CONNECT "):
                writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            else:
                onwards.write(head)
            await asyncio.gather(_pour(reader, onwards), _pour(there, writer))
        finally:
            onwards.transport.abort()


async def _pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()
    writer.close()


@asynccontextmanager
async def proxying(leads_to: tuple[str, int]) -> AsyncGenerator[Proxy]:
    """Run a proxy."""
    proxy = Proxy(leads_to)
    async with listening(proxy.serve) as proxy.port:
        yield proxy

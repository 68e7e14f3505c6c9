"""The application behind a port, until it is told to stop."""

import asyncio
import contextlib
import logging
import socket
from collections.abc import AsyncGenerator, Generator

import uvicorn
from starlette.types import ASGIApp

from assetferry.errors import Fatal

__all__ = ["AddressTaken", "listening", "serving"]

_BACKLOG = 256
_CONNECTIONS = 256
"""More at once are answered 503: a trigger is called a few times a day."""
_GRACE_S = 5
"""Seconds that requests in hand have when the server stops."""


class AddressTaken(Fatal):
    """The address to listen on is taken, or none of this machine's."""

    code = "address_taken"


def listening(host: str, port: int) -> socket.socket:
    """Open a port (0: one that is free). Raises AddressTaken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except OSError as error:
        raise AddressTaken(
            f"Cannot listen on {host}:{port} ({error.strerror}). Take another --host or --port."
        ) from error


@contextlib.asynccontextmanager
async def serving(app: ASGIApp, opened: socket.socket) -> AsyncGenerator[str]:
    """Serve while the block runs; gives the address. Leaving it ends the requests in hand."""
    # Addresses of triggers hold their keys: they are never logged, however logging is set up.
    logging.getLogger("uvicorn.access").disabled = True
    server = _Server(
        uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            lifespan="off",
            ws="none",
            server_header=False,
            limit_concurrency=_CONNECTIONS,
            timeout_graceful_shutdown=_GRACE_S,
        )
    )
    task = asyncio.create_task(server.serve(sockets=[opened]), name="server")
    host, port = opened.getsockname()[:2]
    try:
        yield f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    finally:
        server.should_exit = True
        await task


class _Server(uvicorn.Server):
    """A server that leaves signals to the program it is part of."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        yield

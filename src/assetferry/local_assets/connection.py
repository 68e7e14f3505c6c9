"""One connection of a client, with a way to break it.

ASGI has no word for a TCP reset. uvicorn copies a connection's ``app_state`` into the scope of
each of its requests, so the transport travels there, at no cost to requests that leave it be.
"""

import asyncio
import socket
import struct
from collections.abc import Mapping
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

__all__ = ["Connection", "hang_up", "reset"]

_TRANSPORT = "assetferry.transport"
_LINGER_NOT_AT_ALL = struct.pack("ii", 1, 0)


class Connection(H11Protocol):
    """A connection whose requests know their transport."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.app_state = {**self.app_state, _TRANSPORT: transport}


def reset(scope: Mapping[str, Any]) -> None:
    """Break the connection at once: the client's next read or write fails with a reset."""
    transport = _transport(scope)
    if transport.is_closing():
        return
    # Closing with a linger time of 0 sends RST instead of FIN.
    transport.get_extra_info("socket").setsockopt(
        socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NOT_AT_ALL
    )
    transport.abort()


def hang_up(scope: Mapping[str, Any]) -> None:
    """Close the connection in good order, once what was written has left."""
    _transport(scope).close()


def _transport(scope: Mapping[str, Any]) -> asyncio.Transport:
    transport: asyncio.Transport = scope["state"][_TRANSPORT]
    return transport

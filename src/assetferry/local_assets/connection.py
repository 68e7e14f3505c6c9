"""One connection of a client, with a way to break it.

ASGI has no word for a TCP reset. uvicorn copies a connection's ``app_state`` into the scope of
each of its requests, so the transport travels there, at no cost to requests that leave it be.
"""

import asyncio
import socket
import struct
from collections.abc import Mapping
from typing import Any

import msgspec
from uvicorn.protocols.http.h11_impl import H11Protocol

__all__ = ["Connection", "hang_up", "reset"]

_TRANSPORT = "assetferry.transport"
_NO_HTTP = (
    b"HTTP/1.1 400 Bad Request\r\ncontent-type: application/json\r\ncontent-length: %d\r\n"
    b"connection: close\r\n\r\n%b"
)
_LINGER_NOT_AT_ALL = struct.pack("ii", 1, 0)


class Connection(H11Protocol):
    """A connection whose requests know their transport."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        # asyncio sets it only on sockets that say their protocol, and those that a listener of
        # the socket module accepts do not. Without it the second half of an answer waits up to
        # 40 ms for the client's delayed acknowledgement of the first.
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.app_state = {**self.app_state, _TRANSPORT: transport}

    def send_400_response(self, msg: str) -> None:
        """Refuse what is not HTTP with a JSON body, as every refusal has (section 3)."""
        body = msgspec.json.encode({"errorMessages": [msg], "errors": {}})
        begun = self.cycle is not None and self.cycle.response_started  # pyright: ignore[reportUnnecessaryComparison]
        if not begun or self.cycle.response_complete:
            self.transport.write(_NO_HTTP % (len(body), body))
        self.transport.close()


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

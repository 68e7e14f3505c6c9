"""An ASGI application behind a loopback port, in a thread of this process."""

import socket
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

import uvicorn
from starlette.types import ASGIApp

__all__ = ["Serving", "listen", "serve"]

HOST = "127.0.0.1"


class Serving:
    """A running server. It accepts connections from the moment it is made; ``stop`` ends it."""

    def __init__(self, app: ASGIApp, port: int = 0) -> None:
        self._socket = listen(port)
        self.url = _url(self._socket)
        self._server = uvicorn.Server(_config(app))
        self._thread = threading.Thread(
            target=self._server.run, args=([self._socket],), name="demo-service", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Finish the requests in hand, then close. Repeating it does nothing."""
        self._server.should_exit = True
        self._thread.join()
        self._socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


def listen(port: int) -> socket.socket:
    """Open a loopback port (0: one that is free). Connections queue until they are served.

    Raises OSError where the port is taken.
    """
    opened = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.bind((HOST, port))
        opened.listen(1024)
    except OSError:
        opened.close()
        raise
    return opened


def serve(app: ASGIApp, port: int, accepting: Callable[[str], None]) -> None:
    """Serve in this thread until SIGINT or SIGTERM; ``accepting`` is told the URL once."""
    with listen(port) as opened:
        accepting(_url(opened))
        uvicorn.Server(_config(app)).run([opened])


def _config(app: ASGIApp) -> uvicorn.Config:
    return uvicorn.Config(
        app, log_config=None, access_log=False, lifespan="off", ws="none", loop="asyncio"
    )


def _url(opened: socket.socket) -> str:
    return f"http://{HOST}:{opened.getsockname()[1]}"

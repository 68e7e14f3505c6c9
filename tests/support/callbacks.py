"""An import app for tests: the web trigger that Assets calls when a schedule is due."""

import json
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

__all__ = ["App", "Call", "listening", "until"]

DEADLINE = 30


@dataclass(frozen=True)
class Call:
    path: str
    headers: dict[str, str]
    body: Any

    @property
    def source(self) -> str:
        return self.body["importsourceId"]


@dataclass
class App:
    """What it was called with, and what it answers; ``behave`` gives the status."""

    calls: list[Call] = field(default_factory=list[Call])
    behave: Callable[[Call], int] = field(default=lambda _: 200)
    answer_headers: dict[str, str] = field(default_factory=dict[str, str])
    url: str = ""

    def took(self, call: Call) -> int:
        self.calls.append(call)
        return self.behave(call)


@contextmanager
def listening(app: App) -> Generator[App]:
    """Let an app listen on loopback, at ``app.url``."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            status = app.took(Call(self.path, headers, json.loads(body)))
            self.send_response(status)
            for name, value in app.answer_headers.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its name there
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = False
        request_queue_size = 128  # apps are called many at a time

    server = Server(("127.0.0.1", 0), Handler)
    app.url = f"http://127.0.0.1:{server.server_port}/trigger"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield app
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def until(condition: Callable[[], object]) -> None:
    """Wait for a condition; fail after half a minute."""
    deadline = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < deadline, "the condition never came"
        time.sleep(0.002)

"""Whoever is told: a webhook receiver that keeps what it got, and misbehaves on request."""

import json
import threading
from collections import deque
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from assetferry.definition.secrets import Secret
from assetferry.outbound.signature import SigningKey

__all__ = ["SECRET", "Receiver", "Told", "receiving"]

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@dataclass(frozen=True)
class Told:
    """One call that arrived."""

    headers: dict[str, str]
    raw: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def body(self) -> Any:
        return json.loads(self.raw)

    @property
    def signed(self) -> bool:
        """Whether its signature is right."""
        given, time = self.headers["webhook-signature"], self.headers["webhook-timestamp"]
        return SigningKey(Secret(SECRET)).fits(given, self.id, time, self.raw)


@dataclass
class Receiver:
    """What it got, and what it answers: statuses, 0 for a connection that just breaks."""

    url: str = ""
    told: list[Told] = field(default_factory=list[Told])
    answers: deque[int] = field(default_factory=deque[int])
    before_answer: Callable[[], None] = field(default=lambda: None)

    @property
    def kinds(self) -> list[str]:
        return [one.body["type"] for one in self.told]


@contextmanager
def receiving() -> Generator[Receiver]:
    """Let a receiver listen on loopback."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            status = receiver.answers.popleft() if receiver.answers else 204
            receiver.told.append(Told(headers, raw))
            receiver.before_answer()
            if status == 0:
                self.close_connection = True
                return
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its name there
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver.url = f"http://127.0.0.1:{server.server_port}/hooks/T0/B0/very-secret-path"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

"""A source with prepared pages and an Assets that only counts, in a process of its own.

It speaks just enough HTTP for one client that is known, because whatever it costs is taken
from the machine that the measured side needs. As a process it prints one line of JSON with
its address, then serves until it is terminated::

    python -m bench.rig --pages 1000 --delay-ms 20
"""

import argparse
import asyncio
import json
import re
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

from bench.load import PAGE, page

__all__ = ["rig"]

_PREPARED = 8
"""Unlike pages; they take turns."""
_LENGTH = re.compile(rb"\r\ncontent-length: *([0-9]+)", re.IGNORECASE)
_SHORT = 1_000
"""Bytes; a longer body is a chunk and is not looked at."""
_EMPTY = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
_NOT_FOUND = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"


class _Assets:
    """The state of one import source, and what has been sent to it."""

    def __init__(self, pages: int) -> None:
        self.pages = [_json_answer(page(number, pages=pages)) for number in range(_PREPARED)]
        self.source = f"/jsm/assets/workspace/{uuid4()}/v1/importsource/{uuid4()}"
        self.execution: str | None = None
        self.done = False
        self.chunks = 0
        self.bytes = 0

    def answer(self, method: str, target: str, length: int, body: bytes, host: str) -> bytes:
        if target.startswith("/devices"):
            skip = int(parse_qs(urlsplit(target).query)["skip"][0])
            return self.pages[skip // PAGE % _PREPARED]
        if target.endswith("/data"):
            return self._take(length, body)
        match method, target.rpartition("/")[2]:
            case "GET", "info":
                return _json({"links": {"getStatus": f"http://{host}{self.source}/configstatus"}})
            case "GET", "configstatus":
                return _json({"status": "MISSING_MAPPING"})
            case "POST", "executions":
                return self._start(host)
            case "GET", "status":
                state = "DONE" if self.done else "INGESTING"
                return _NOT_FOUND if self.execution is None else _json({"status": state})
            case "GET", "counted":
                return _json({"chunks": self.chunks, "bytes": self.bytes})
            case _:
                return _EMPTY

    def _start(self, host: str) -> bytes:
        self.execution, self.done = str(uuid4()), False
        here = f"http://{host}{self.source}/executions/{self.execution}"
        links = {
            "submitResults": f"{here}/data",
            "getExecutionStatus": f"{here}/status",
            "cancel": here,
        }
        return _json({"links": links})

    def _take(self, length: int, body: bytes) -> bytes:
        if length < _SHORT and json.loads(body).get("completed"):
            self.done = True
        else:
            self.chunks += 1
            self.bytes += length
        return _EMPTY


class _Connection(asyncio.Protocol):
    """One request after the other; a body is counted as it comes and kept only while short."""

    def __init__(self, assets: _Assets, delay: float) -> None:
        self._assets, self._delay = assets, delay
        self._head = b""
        self._length = self._missing = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 # TCP
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        if self._missing:
            self._missing -= len(data)
            if self._length < _SHORT:
                self._head += data
        else:
            self._head += data
            head, end, body = self._head.partition(b"\r\n\r\n")
            if not end:
                return
            found = _LENGTH.search(head)
            self._length = int(found[1]) if found else 0
            self._missing = self._length - len(body)
        if self._missing == 0:
            self._reply()

    def _reply(self) -> None:
        head, _, body = self._head.partition(b"\r\n\r\n")
        self._head = b""
        method, target = head.split(b" ", 2)[:2]
        host = f"127.0.0.1:{self._transport.get_extra_info('sockname')[1]}"
        answer = self._assets.answer(method.decode(), target.decode(), self._length, body, host)
        if self._delay and target.startswith(b"/devices"):
            asyncio.get_running_loop().call_later(self._delay, self._transport.write, answer)
        else:
            self._transport.write(answer)


def _json(document: object) -> bytes:
    return _json_answer(json.dumps(document).encode())


def _json_answer(body: bytes) -> bytes:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
    return head % len(body) + body


@contextmanager
def rig(*, pages: int, delay_ms: float = 0.0) -> Generator[str]:
    """Run the process; give the address of source and Assets."""
    command = [sys.executable, "-m", "bench.rig"]
    options = ["--pages", str(pages), "--delay-ms", str(delay_ms)]
    with subprocess.Popen([*command, *options], stdout=subprocess.PIPE) as process:  # noqa: S603 # ours
        try:
            assert process.stdout is not None  # noqa: S101 # it is piped
            yield json.loads(process.stdout.readline())["url"]
        finally:
            process.terminate()


async def _serve(pages: int, delay: float) -> None:
    assets = _Assets(pages)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Connection(assets, delay), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    sys.stdout.write(json.dumps({"url": f"http://127.0.0.1:{port}"}) + "\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m bench.rig")
    parser.add_argument("--pages", type=int, required=True)
    parser.add_argument("--delay-ms", type=float, default=0.0)
    given = parser.parse_args()
    asyncio.run(_serve(given.pages, given.delay_ms / 1000))

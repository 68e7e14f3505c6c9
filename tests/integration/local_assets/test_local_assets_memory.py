"""The server's memory under two hundred clients: what is in hand, not what was sent."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
import pytest

from local_documents import HOSTS

CLIENTS, CHUNKS, BYTES = 200, 6, 64 * 1024
SENT = CLIENTS * CHUNKS * BYTES
BOUND = SENT * 3 // 4
"""Bytes of growth. All clients' chunks at once, some times over, are a third of what is sent; a
server that kept what it was sent would grow by more than all of it."""


@pytest.fixture
def process(tmp_path: Path) -> Iterator["tuple[str, psutil.Process]"]:
    """A server of its own, as a process; its address, and where to read its memory."""
    command = [sys.executable, "-m", "assetferry", "assets", "--port=0", "--json"]
    started = subprocess.Popen([*command, f"--data={tmp_path}"], stdout=subprocess.PIPE)  # noqa: S603
    with started:
        assert started.stdout is not None
        printed = b""
        while b"\n}" not in printed:
            printed += started.stdout.readline()
        yield json.loads(printed)["url"], psutil.Process(started.pid)
        started.terminate()


def request(api: Any, execution: str, client: int, chunk: int) -> bytes:
    """Write a chunk with one entry, whose note is long."""
    data = {"hosts": [{"name": f"{client}-{chunk}", "note": "x" * BYTES}]}
    body = json.dumps({"data": data, "clientGeneratedId": f"{client}.{chunk}"}).encode()
    head = (
        f"POST {execution}/data HTTP/1.1\r\nHost: {urlsplit(str(api.url)).netloc}\r\n"
        f"Authorization: Bearer {api.source['token']}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def test_memory_is_bounded_by_what_is_in_hand(
    api: Any, process: "tuple[str, psutil.Process]"
) -> None:
    """All connect at once and send chunk after chunk; the growth stays below what they send."""
    api.url, server = process
    api.new_source()
    api.put_mapping(HOSTS)
    execution = api.start()
    api.send(execution, {"hosts": [{"name": "first"}]})
    parts = urlsplit(str(api.url))
    before = highest = server.memory_info().rss
    sending = True

    async def watch() -> None:
        nonlocal highest
        while sending:
            highest = max(highest, server.memory_info().rss)
            await asyncio.sleep(0.01)

    async def client(number: int) -> None:
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        for chunk in range(CHUNKS):
            writer.write(request(api, execution, number, chunk))
            answer = await reader.readuntil(b"\r\n\r\n")
            assert answer.startswith(b"HTTP/1.1 200 "), answer
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()

    watching = asyncio.create_task(watch())
    await asyncio.gather(*(client(number) for number in range(CLIENTS)))
    sending = False
    await watching
    highest = max(highest, server.memory_info().rss)
    assert highest - before < BOUND, f"grew by {(highest - before) >> 20} of {SENT >> 20} MiB"
    assert api.call("POST", f"{execution}/data", {"completed": True}).status == 200
    result = api.result(execution)
    assert result["totalNumberEntriesInImport"] == CLIENTS * CHUNKS + 1

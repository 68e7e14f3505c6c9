"""Every status in answer to every call, over HTTP, against the tables of docs/answers.md."""

import asyncio
import inspect
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from assetferry.assets.answers import Missing, Refused, Unavailable, Unexpected
from assetferry.assets.client import AssetsClient
from assetferry.assets.schedules import Schedules, Wanted
from assetferry.definition.secrets import Secret
from assetferry.outbound.client import Outbound
from assetferry.outbound.response import Response
from assetferry.sources.statuses import failure, succeeded
from documents import rows, section
from hosting import listening

WS = "f1c1a5e0-5c4b-4f0e-9a70-0f6f3a0f7a01"
SRC = "3e9f17a6-1c2d-4e5f-8a9b-0c1d2e3f4a5b"
EID = "241d9437-2f7b-4b7e-9d0a-6f5e4d3c2b1a"
SID = "7c0d9437-2f7b-4b7e-9d0a-6f5e4d3c2b1a"
LINK = f"https://api.example.com/jsm/assets/workspace/{WS}/v1/importsource/{SRC}"
INFO = {"links": {"start": f"{LINK}/executions"}}
STATUS = {"status": "INGESTING", "executionId": EID}
STARTED = {"result": "success", "links": {"submitResults": f"{LINK}/executions/{EID}/data"}}
SCHEDULE = {"id": SID, "runFrequency": "DAILY"}
WANTED = Wanted(
    frequency="DAILY",
    start=datetime(2030, 1, 1, 9, tzinfo=UTC),
    timezone="UTC",
    callback_url="https://ferry.example.com/",
)


def of_schedule(ask: Callable[[Schedules], Awaitable[Any]]) -> Callable[[AssetsClient], Any]:
    return lambda client: ask(client.schedules)


CALLS: dict[str, tuple[Callable[[AssetsClient], Awaitable[Any]], Mapping[str, Any]]] = {
    "`GET imports/info`": (lambda client: client.identify(), INFO),
    "`GET configstatus`": (lambda client: client.config_status(), {"status": "IDLE"}),
    "`GET schema-and-mapping`": (lambda client: client.schema_and_mapping(), {}),
    "`PUT mapping`": (lambda client: client.put_mapping({}), {}),
    "`PATCH mapping`": (lambda client: client.patch_mapping({}), {}),
    "`GET executions/status`": (lambda client: client.newest(), STATUS),
    "`POST executions`": (lambda client: client.start(scheduled=False), STARTED),
    "`GET status`": (lambda client: client.status(EID), STATUS),
    "`POST data`": (lambda client: client.submit(EID, b"{}"), {}),
    "`POST data` with `completed`": (lambda client: client.complete(EID), {}),
    "`DELETE execution`": (lambda client: client.cancel(EID), {}),
    "`POST history/failed`": (lambda client: client.report_failure(EID, "why"), {}),
    "`GET schedule`": (of_schedule(lambda one: one.current()), {"links": {}}),
    "`GET importschedule`": (of_schedule(lambda one: one.show(SID)), SCHEDULE),
    "`POST importschedule`": (of_schedule(lambda one: one.create(WANTED)), SCHEDULE),
    "`PUT importschedule`": (of_schedule(lambda one: one.replace(SID, WANTED)), SCHEDULE),
    "`DELETE importschedule`": (of_schedule(lambda one: one.delete(SID)), {}),
}
_FIRST = section("docs/answers.md", "1. Classified, the same for every call")
CLASSES = dict(re.findall(r"^\| (\d+) \| `(\w+)` \|$", _FIRST, re.MULTILINE))
ACCEPTED = {cells[0]: cells[1:] for cells in rows(_FIRST) if len(cells) == 3}
TROUBLES = {*CLASSES.values(), "Throttled"}


@dataclass
class Stand:
    """Answers every request with one status, and the body that the call hopes for."""

    body: bytes
    status: int = 200

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await reader.readuntil(b"\r\n\r\n"):
            length = re.search(rb"content-length: (\d+)", head.lower())
            await reader.readexactly(int(length[1]) if length else 0)
            body = b"" if self.status < 200 or self.status in (204, 304) else self.body
            lines = [f"HTTP/1.1 {self.status} Status", "Content-Type: application/json"]
            lines += [f"Content-Length: {len(body)}"] if self.status >= 200 else []
            writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
            await writer.drain()
            if self.status < 200:  # and nothing more follows
                return


def numbers(cell: str) -> set[int]:
    return {int(one) for one in re.findall(r"\d{3}", cell)}


def test_every_call_of_the_client_is_in_the_table() -> None:
    """The page, this test and the client know the same calls."""
    assert set(ACCEPTED) == set(CALLS)
    composed = {"push_mapping"}
    public = {
        f"{kind.__name__}.{name}"
        for kind in (AssetsClient, Schedules)
        for name in vars(kind)
        if inspect.iscoroutinefunction(getattr(kind, name)) and not name.startswith("_")
    }
    assert len(public) - len(composed) == len(CALLS)


@pytest.mark.parametrize("call", CALLS)
async def test_r09_every_status_of_every_call_is_classified(call: str) -> None:
    """100 to 599: accepted or read otherwise as the page says, and any other is trouble."""
    ask, hoped = CALLS[call]
    accepted, otherwise = (numbers(cell) for cell in ACCEPTED[call])
    stand = Stand(msgspec.json.encode(hoped))
    wrong: list[tuple[int, object]] = []
    async with listening(stand.serve) as port, Outbound(["127.0.0.1"]) as out:
        client = AssetsClient(out, f"http://127.0.0.1:{port}", Secret("sesame")).at(WS, SRC)
        for stand.status in range(100, 600):
            answer = await ask(client)
            found = type(answer).__name__
            if stand.status in accepted:
                right = found not in TROUBLES
            elif stand.status in otherwise:
                right = answer is None
            elif stand.status < 200:  # no answer at all, or one that no call knows
                right = isinstance(answer, Unavailable | Unexpected)
            else:
                unnamed = "Unexpected" if stand.status < 500 else "Unavailable"
                right = found == CLASSES.get(str(stand.status), unnamed)
            if not right:
                wrong.append((stand.status, answer))
    assert wrong == []


@pytest.mark.parametrize("call", [call for call in CALLS if ACCEPTED[call][0] == "200"])
@pytest.mark.parametrize("body", [b"", b"<html>login</html>", b"[]", b'{"status": 7, "links": 7}'])
async def test_r09_a_right_status_with_a_wrong_body_is_trouble(call: str, body: bytes) -> None:
    """200 alone is no success where a body is promised: nothing is faked."""
    if call == "`GET schema-and-mapping`" and body.startswith(b"{"):
        body = b"null"  # it promises any object
    if "importschedule" in call and body.startswith(b"{"):
        body = b'{"id": "../../other"}'
    async with listening(Stand(body).serve) as port, Outbound(["127.0.0.1"]) as out:
        client = AssetsClient(out, f"http://127.0.0.1:{port}", Secret("sesame")).at(WS, SRC)
        answer = await CALLS[call][0](client)
    assert isinstance(answer, Unexpected | Missing | Refused)


def test_r09_every_status_of_a_source_is_classified() -> None:
    """2xx may hold records; each other status has the error that the page names for it."""
    named: dict[int, str] = {}
    rest: dict[str, str] = {}
    table = section("docs/answers.md", "4. Answers of a source")
    for answer, error in re.findall(r"^\| ([^|]*\d[^|]*) \| (`\w+`) \|", table, re.MULTILINE):
        for status in numbers(answer.partition(";")[0]):
            named[status] = error
        for kind in ("other 4xx", "other 5xx", "3xx"):
            if kind in answer:
                rest[kind[-3:]] = error
    for status in range(100, 600):
        response = Response(status=status, url="http://host/")
        if succeeded(response):
            assert 200 <= status < 300
            continue
        code = failure(response, where="http://host/", said="", now=0.0).code
        expected = named.get(status) or rest[f"{max(3, status // 100)}xx"]
        assert f"`{code}`" == expected, status

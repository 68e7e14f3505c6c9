"""Each fault, set over HTTP, is seen by a client as docs/faults.md describes it."""

import asyncio
import json
import re
import socket
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from assetferry.assets.answers import (
    Accepted,
    ExecutionStatus,
    Refused,
    Started,
    Throttled,
    TooLarge,
    Unauthorized,
    Unavailable,
)
from assetferry.assets.client import AssetsClient
from assetferry.definition.secrets import Secret
from assetferry.local_assets.faults.reading import KINDS
from assetferry.local_assets.faults.route_names import RouteNames
from assetferry.local_assets.routes.table import api_routes
from assetferry.local_assets.server import LocalAssets
from assetferry.outbound.client import Outbound
from assetferry.outbound.limits import Timeouts
from local_assets_curl import Shell

DOCUMENT: dict[str, Any] = {
    "schema": {
        "objectSchema": {
            "name": "S",
            "description": "d",
            "objectTypes": [
                {
                    "name": "Host",
                    "description": "d",
                    "attributes": [
                        {"name": "Name", "description": "d", "type": "text", "label": True}
                    ],
                }
            ],
        }
    },
    "mapping": {
        "objectTypeMappings": [
            {
                "objectTypeName": "Host",
                "selector": "hosts",
                "description": "d",
                "attributesMapping": [
                    {
                        "attributeName": "Name",
                        "attributeLocators": ["name"],
                        "externalIdPart": True,
                    }
                ],
            }
        ]
    },
}
CHUNK = b'{"data":{"hosts":[{"name":"a"},{"name":"b"}]},"clientGeneratedId":"c1"}'
FAULTS = "/_local/faults"
DOCS = Path(__file__).parents[3] / "docs" / "faults.md"


class Setter:
    """Sets faults for one import source."""

    def __init__(self, api: Any) -> None:
        self.api = api

    def set(self, kind: str, **fields: Any) -> dict[str, Any]:
        body = {"kind": kind, "source": self.api.source["importSourceId"], **fields}
        reply = self.api.call("POST", FAULTS, body, token="")
        assert reply.status == 200, reply
        return reply.body

    def used(self) -> list[int]:
        """How often each was met, oldest first."""
        return [one["used"] for one in self.listed()]

    def listed(self) -> list[dict[str, Any]]:
        return self.api.call("GET", FAULTS, token="").body["values"]

    def remove(self, fault_id: str) -> int:
        return self.api.call("DELETE", f"{FAULTS}/{fault_id}", token="").status


@pytest.fixture
def faults(api: Any) -> Iterator[Setter]:
    """Faults on a mapped import source; all are gone afterwards."""
    api.put_mapping(DOCUMENT)
    yield Setter(api)
    assert api.call("DELETE", FAULTS, token="").status == 204


@pytest.fixture
async def outbound() -> AsyncIterator[Outbound]:
    async with Outbound(["127.0.0.1"]) as opened:
        yield opened


@pytest.fixture
def assets(api: Any, outbound: Outbound) -> AssetsClient:
    """The importer's own client, bound to the import source."""
    return client(api, outbound)


def client(api: Any, outbound: Outbound, token: str | None = None) -> AssetsClient:
    made = AssetsClient(outbound, api.url, Secret(token or api.source["token"]))
    return made.at(api.source["workspaceId"], api.source["importSourceId"])


async def started(assets: AssetsClient) -> str:
    answer = await assets.start(scheduled=False)
    assert isinstance(answer, Started), answer
    return answer.execution_id


async def state(assets: AssetsClient, execution: str) -> str:
    answer = await assets.status(execution)
    assert isinstance(answer, ExecutionStatus), answer
    return answer.state


async def done(assets: AssetsClient, execution: str) -> Any:
    """Wait until an execution is DONE and give its result."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        answer = await assets.status(execution)
        assert isinstance(answer, ExecutionStatus), answer
        if answer.state == "DONE":
            return answer.result
        await asyncio.sleep(0.01)
    raise TimeoutError(execution)


def connected(url: str) -> socket.socket:
    parts = urlsplit(url)
    return socket.create_connection((parts.hostname or "", parts.port or 0), timeout=30)


def raw(api: Any, path: str) -> tuple[bytes, str]:
    """GET over a bare socket; give what arrived, and how the connection ended."""
    head = f"GET {path} HTTP/1.1\r\nHost: {urlsplit(str(api.url)).netloc}\r\n"
    return spoken(api.url, f"{head}Authorization: Bearer {api.source['token']}\r\n\r\n".encode())


def spoken(url: str, request: bytes) -> tuple[bytes, str]:
    """Send bytes and read until the connection ends."""
    with connected(url) as connection:
        connection.sendall(request)
        arrived = b""
        while True:
            try:
                part = connection.recv(65_536)
            except ConnectionResetError:
                return arrived, "reset"
            if not part:
                return arrived, "closed"
            arrived += part


async def test_a_status_answers_the_next_calls_and_no_more(
    faults: Setter, assets: AssetsClient
) -> None:
    """Two calls get 503 and are not carried out; the third is as if nothing had been."""
    faults.set("status", route="POST executions", status=503, times=2)
    for _ in range(2):
        assert isinstance(await assets.start(scheduled=False), Unavailable)
    assert await assets.newest() is None
    await started(assets)
    assert faults.used() == [2]
    assert faults.listed()[0]["left"] == 0


@pytest.mark.parametrize("form", ["seconds", "date"])
async def test_retry_after_comes_in_both_forms(
    faults: Setter, assets: AssetsClient, form: str
) -> None:
    """A client told to wait 90 seconds waits as long, whichever way it was told."""
    execution = await started(assets)
    faults.set("status", route="POST data", status=429, retryAfter=90, retryAfterForm=form)
    asked = time.time()
    answer = await assets.submit(execution, CHUNK)
    assert isinstance(answer, Throttled)
    assert answer.until is not None
    # A date has whole seconds and is relative to a Date header that has them as well.
    assert asked + 89 <= answer.until <= time.time() + 92


@pytest.mark.parametrize(
    ("given", "media_type", "arrives"),
    [
        ({"status": 200, "body": "<html>"}, "text/plain; charset=utf-8", "<html>"),
        ({"status": 500, "body": {"a": None}}, "application/json", '{"a":null}'),
        (
            {"status": 502, "body": "<b>", "headers": {"Content-Type": "text/html"}},
            "text/html",
            "<b>",
        ),
        ({"status": 401}, "application/json", '{"code":401,"message":"Unauthorized"}'),
        (
            {"status": 500},
            "application/json",
            '{"errorMessages":["A fault on demand"],"errors":{}}',
        ),
        ({"status": 204}, None, ""),
        ({"status": 302, "headers": {"Location": "http://x.example"}}, None, ""),
    ],
)
async def test_any_body_and_headers_can_be_answered(
    faults: Setter, api: Any, outbound: Outbound, given: Any, media_type: str | None, arrives: str
) -> None:
    """Status, body and headers arrive as set; without a body it is the contract's."""
    faults.set("status", route="GET configstatus", **given)
    answer = await outbound.request(
        "GET",
        f"{api.url}{api.here}/configstatus",
        headers={"Authorization": f"Bearer {api.source['token']}"},
    )
    assert (answer.status, answer.body.decode()) == (given["status"], arrives)
    assert answer.header("content-type") == media_type
    for name, value in given.get("headers", {}).items():
        assert answer.header(name.lower()) == value


async def test_a_large_chunk_is_answered_although_it_is_not_carried_out(
    faults: Setter, assets: AssetsClient
) -> None:
    """A client that sends much gets to read the answer on a connection that goes on."""
    execution = await started(assets)
    faults.set("status", route="POST data", status=500)
    large = b'{"data":{"hosts":[{"name":"' + b"x" * 900_000 + b'"}]}}'
    assert isinstance(await assets.submit(execution, large), Unavailable)
    assert await assets.submit(execution, CHUNK) == Accepted()


async def test_a_delayed_call_outlives_its_client_and_is_carried_out(
    faults: Setter, api: Any, assets: AssetsClient
) -> None:
    """The client gives up; once the fault is removed, its call is carried out all the same."""
    execution = await started(assets)
    fault = faults.set("delay", route="POST data", seconds=3_600)
    async with Outbound(["127.0.0.1"], timeouts=Timeouts(total=0.2)) as impatient:
        answer = await client(api, impatient).submit(execution, CHUNK)
    assert isinstance(answer, Unavailable)
    assert faults.remove(fault["id"]) == 204
    await assets.complete(execution)
    assert (await done(assets, execution))["totalNumberEntriesInImport"] == 2


async def test_a_delay_ends_by_itself(faults: Setter, assets: AssetsClient) -> None:
    """The call takes at least as long as was asked for, and is answered as ever."""
    faults.set("delay", route="GET configstatus", seconds=0.1)
    before = time.monotonic()
    assert await assets.config_status() == "IDLE"
    assert time.monotonic() - before >= 0.1


def test_a_stopping_server_lets_go_of_delayed_calls(api: Any) -> None:
    """A call that would wait for an hour does not hold up the end."""
    with LocalAssets() as server:
        api.url = server.url
        api.new_source()
        api.call("POST", FAULTS, {"kind": "delay", "seconds": 3_600}, token="")
        with connected(server.url) as connection:
            connection.sendall(b"GET /jsm/assets/v1/imports/info HTTP/1.1\r\nHost: x\r\n\r\n")
            while api.call("GET", FAULTS, token="").body["values"][0]["used"] == 0:
                pass
            before = time.monotonic()
            server.stop()
            assert time.monotonic() - before < 4
            assert b" 401 " in connection.recv(65_536)


async def test_a_reset_is_a_reset_and_nothing_happens(
    faults: Setter, api: Any, assets: AssetsClient
) -> None:
    """The connection ends by RST without a byte, and the call is not carried out."""
    faults.set("reset", route="POST executions")
    answer = await assets.start(scheduled=False)
    assert isinstance(answer, Unavailable)
    assert await assets.newest() is None
    faults.set("reset", route="GET configstatus")
    assert await asyncio.to_thread(raw, api, f"{api.here}/configstatus") == (b"", "reset")


async def test_a_reset_in_the_body_comes_after_half_of_it(
    faults: Setter, api: Any, assets: AssetsClient
) -> None:
    """Head and half of the body arrive, then the connection ends by RST."""
    faults.set("reset", route="GET configstatus", inBody=True)
    arrived, end = await asyncio.to_thread(raw, api, f"{api.here}/configstatus")
    assert end == "reset"
    assert arrived.endswith(b'\r\n\r\n{"status')
    execution = await started(assets)
    faults.set("reset", route="POST data", inBody=True)
    assert isinstance(await assets.submit(execution, CHUNK), Unavailable)
    await assets.complete(execution)
    assert (await done(assets, execution))["totalNumberEntriesInImport"] == 2


async def test_a_body_cut_short_is_noticed(faults: Setter, api: Any, assets: AssetsClient) -> None:
    """Content-Length promises more than comes before an orderly close; 204 promises, too."""
    faults.set("cut", route="GET configstatus")
    arrived, end = await asyncio.to_thread(raw, api, f"{api.here}/configstatus")
    assert end == "closed"
    assert b"content-length: 17\r\n" in arrived
    assert arrived.endswith(b'\r\n\r\n{"status')
    faults.set("cut", route="GET configstatus")
    assert isinstance(await assets.config_status(), Unavailable)
    faults.set("cut", route="PATCH mapping")
    assert isinstance(await assets.patch_mapping(DOCUMENT), Unavailable)


def test_a_cut_is_no_reset_even_where_nobody_reads_the_request(faults: Setter, api: Any) -> None:
    """An answer that does not wait for a large body is cut in good order, too."""
    faults.set("cut", route="POST data")
    body = b"x" * 1_000_000
    head = f"POST {api.here}/executions/none/data HTTP/1.1\r\nHost: x\r\n".encode()
    arrived, end = spoken(api.url, head + b"Content-Length: 1000000\r\n\r\n" + body)
    assert (arrived[:12], end) == (b"HTTP/1.1 401", "closed")


async def test_a_client_that_is_gone_already_is_no_trouble(
    faults: Setter, api: Any, assets: AssetsClient, caplog: pytest.LogCaptureFixture
) -> None:
    """Breaking a connection that its client has left is not worth a line in the log."""
    for kind in ("reset", "lost", "cut"):
        delay = faults.set("delay", route="GET configstatus", seconds=3_600)
        fault = faults.set(kind, route="GET configstatus")
        async with Outbound(["127.0.0.1"], timeouts=Timeouts(total=0.1)) as impatient:
            assert isinstance(await client(api, impatient).config_status(), Unavailable)
        faults.remove(delay["id"])
        assert await assets.config_status() == "IDLE"
        assert [one["used"] for one in faults.listed() if one["id"] == fault["id"]] == [1]
    assert not caplog.records


async def test_a_lost_answer_leaves_what_was_done(
    faults: Setter, api: Any, assets: AssetsClient
) -> None:
    """The client hears nothing of an execution that was started, nor of a completion."""
    faults.set("lost", route="POST executions")
    assert isinstance(await assets.start(scheduled=False), Unavailable)
    newest = await assets.newest()
    assert isinstance(newest, ExecutionStatus)
    assert newest.state == "INGESTING"
    execution = newest.execution_id or ""
    faults.set("lost", route="POST data", times=2)
    assert isinstance(await assets.submit(execution, CHUNK), Unavailable)
    assert isinstance(await assets.complete(execution), Unavailable)
    assert (await done(assets, execution))["totalNumberEntriesInImport"] == 2
    faults.set("lost", route="GET configstatus")
    assert await asyncio.to_thread(raw, api, f"{api.here}/configstatus") == (b"", "reset")


@pytest.mark.parametrize(
    ("fields", "entry", "refused"),
    [
        ({"field": "name", "value": "a"}, '{"name":"a"}', True),
        ({"field": "name", "value": "a"}, '{"name":"A"}', False),
        ({"field": "name", "value": "a"}, '{"name":["b","a"]}', True),
        ({"field": "at.port", "value": 1}, '{"at":{"port":1}}', True),
        ({"field": "at.port", "value": 1}, '{"at":{"port":true}}', False),
        ({"field": "up", "value": True}, '{"up":1}', False),
        ({"field": "up", "value": None}, '{"up":null}', True),
        ({"field": "up", "value": None}, '{"name":"a"}', False),
    ],
)
async def test_a_chunk_with_a_poisonous_entry_is_refused(
    faults: Setter, assets: AssetsClient, fields: Any, entry: str, *, refused: bool
) -> None:
    """Only chunks that hold the value are 400, for as long as the fault stands."""
    execution = await started(assets)
    faults.set("entry", selector="hosts", **fields)
    body = f'{{"data":{{"hosts":[{{"name":"x"}},{entry}]}}}}'.encode()
    for _ in range(2):
        answer = await assets.submit(execution, body)
        assert isinstance(answer, Refused if refused else Accepted), answer
    assert await assets.submit(execution, b'{"data":{"hosts":[{"name":"x"}]}}') == Accepted()
    assert faults.used() == [2 if refused else 0]


async def test_the_body_limit_changes_while_the_server_runs(
    faults: Setter, assets: AssetsClient
) -> None:
    """A byte above the limit is 413, the limit itself passes, and so does all once it is gone."""
    execution = await started(assets)
    exact = faults.set("limit", route="POST data", maxBytes=len(CHUNK))
    assert await assets.submit(execution, CHUNK) == Accepted()
    assert await assets.submit(execution, CHUNK + b" ") == TooLarge()
    assert await assets.submit(execution, CHUNK + b" ") == TooLarge()
    assert faults.used() == [2]
    assert faults.remove(exact["id"]) == 204
    assert await assets.submit(execution, CHUNK + b" ") == Accepted()


async def test_a_replaced_token_dies_at_once_and_the_new_one_lives(
    faults: Setter, api: Any, assets: AssetsClient, outbound: Outbound
) -> None:
    """The old token is 401; the new one, told only to who set the fault, works."""
    new: str = faults.set("token")["token"]
    assert isinstance(await assets.config_status(), Unauthorized)
    assert await client(api, outbound, new).config_status() == "IDLE"
    assert new not in str(faults.listed())


async def test_a_token_can_be_replaced_between_two_chunks(
    faults: Setter, api: Any, assets: AssetsClient, outbound: Outbound
) -> None:
    """The new token is valid from the moment the old one is not, and not before."""
    execution = await started(assets)
    new: str = faults.set("token", route="POST data", skip=1)["token"]
    renewed = client(api, outbound, new)
    assert await assets.submit(execution, CHUNK) == Accepted()
    assert isinstance(await renewed.config_status(), Unauthorized)
    assert isinstance(await assets.submit(execution, CHUNK), Unauthorized)
    assert await renewed.submit(execution, CHUNK) == Accepted()


@pytest.mark.parametrize(("end", "ended"), [("cancelled", "CANCELLED"), ("completed", "DONE")])
async def test_an_execution_is_closed_behind_the_back(
    faults: Setter, assets: AssetsClient, end: str, ended: str
) -> None:
    """Before the next call to data: it is 400, and the status says why."""
    execution = await started(assets)
    faults.set("close", end=end, route="POST data", skip=1, times=2)
    assert await assets.submit(execution, CHUNK) == Accepted()
    assert await state(assets, execution) == "INGESTING"
    assert isinstance(await assets.submit(execution, CHUNK), Refused)
    if ended == "DONE":
        assert (await done(assets, execution))["totalNumberEntriesInImport"] == 2
    assert await state(assets, execution) == ended
    assert isinstance(await assets.submit(execution, CHUNK), Refused)
    assert faults.used() == [1]


async def test_an_execution_is_closed_after_the_second_chunk(
    faults: Setter, assets: AssetsClient
) -> None:
    """The chunk is accepted, refused ones do not count, and by then the execution is over."""
    execution = await started(assets)
    faults.set("close", end="cancelled", route="POST data", when="after", skip=1)
    assert await assets.submit(execution, CHUNK) == Accepted()
    assert isinstance(await assets.submit(execution, b"{}"), Refused)
    assert await state(assets, execution) == "INGESTING"
    assert await assets.submit(execution, CHUNK) == Accepted()
    assert await state(assets, execution) == "CANCELLED"


async def test_an_execution_is_closed_right_after_its_start_or_at_once(
    faults: Setter, api: Any, assets: AssetsClient
) -> None:
    """The first status a client sees is CANCELLED; without an execution there is a 409."""
    faults.set("close", end="cancelled", route="POST executions", when="after")
    assert await state(assets, await started(assets)) == "CANCELLED"
    body = {"kind": "close", "end": "completed", "source": api.source["importSourceId"]}
    assert api.call("POST", FAULTS, body, token="").status == 409
    execution = await started(assets)
    assert faults.set("close", end="completed")["used"] == 1
    assert (await done(assets, execution))["totalNumberEntriesInImport"] == 0


async def test_faults_wait_their_turn_and_add_up(faults: Setter, assets: AssetsClient) -> None:
    """The oldest comes first; a delay lets the call go on to the next, an answer does not."""
    execution = await started(assets)
    faults.set("delay", route="POST data", seconds=0.001, times=None)
    faults.set("status", route="POST data", status=500)
    faults.set("lost", route="POST data")
    for _ in range(2):
        assert isinstance(await assets.submit(execution, CHUNK), Unavailable)
    assert await assets.submit(execution, CHUNK) == Accepted()
    assert faults.used() == [3, 1, 1]


async def test_a_broken_connection_within_a_lost_one_is_broken_once(
    faults: Setter, api: Any, assets: AssetsClient
) -> None:
    """Faults that end the connection may meet in one call, in any order."""
    for first, second in (("lost", "reset"), ("cut", "lost"), ("lost", "status")):
        more: dict[str, Any] = {"status": 500} if second == "status" else {}
        faults.set(first, route="GET configstatus")
        faults.set(second, route="GET configstatus", **more)
        arrived, end = await asyncio.to_thread(raw, api, f"{api.here}/configstatus")
        assert (arrived, end) == (b"", "reset")
    assert await assets.config_status() == "IDLE"


async def test_a_fault_is_limited_to_one_import_source(
    faults: Setter, api: Any, assets: AssetsClient, outbound: Outbound
) -> None:
    """Another source's calls pass, and imports/info is known by its token."""
    faults.set("status", status=500, times=None)
    assert isinstance(await assets.identify(), Unavailable)
    assert isinstance(await assets.config_status(), Unavailable)
    api.new_source("Other")
    other = client(api, outbound)
    assert not isinstance(await other.identify(), Unavailable)
    assert await other.config_status() == "MISSING_MAPPING"


def test_calls_at_the_same_moment_share_the_turns(faults: Setter, api: Any) -> None:
    """Of many calls at once, exactly as many are struck as were asked for."""
    faults.set("status", route="GET configstatus", status=500, times=7, skip=3)

    async def many() -> list[int]:
        calls = (asyncio.to_thread(api.call, "GET", f"{api.here}/configstatus") for _ in range(30))
        return [one.status for one in await asyncio.gather(*calls)]

    statuses = asyncio.run(many())
    assert sorted(statuses) == [200] * 23 + [500] * 7


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({}, "kind must be one of"),
        ({"kind": "fire"}, "kind must be one of"),
        ({"kind": "status"}, "status"),
        ({"kind": "status", "status": 500, "colour": 1}, "colour"),
        ({"kind": "status", "status": 99}, "$.status"),
        ({"kind": "status", "status": "500"}, "$.status"),
        ({"kind": "status", "status": 500, "headers": {"a b": "c"}}, "'a b'"),
        ({"kind": "status", "status": 500, "headers": {"a": "c\r\nd: e"}}, "'a'"),
        ({"kind": "status", "status": 500, "headers": {"Content-Length": "1"}}, "Content-Length"),
        ({"kind": "status", "status": 204, "body": "x"}, "no body"),
        (
            {"kind": "status", "status": 429, "retryAfter": 1, "headers": {"Retry-After": "2"}},
            "twice",
        ),
        ({"kind": "status", "status": 429, "retryAfter": -1}, "$.retryAfter"),
        ({"kind": "status", "status": 500, "times": 0}, "$.times"),
        ({"kind": "status", "status": 500, "skip": -1}, "$.skip"),
        ({"kind": "status", "status": 500, "route": "POST nonsense"}, "POST executions"),
        ({"kind": "status", "status": 500, "source": "nobody"}, "'nobody'"),
        ({"kind": "delay", "seconds": 0}, "$.seconds"),
        ({"kind": "entry", "selector": "hosts", "field": "name"}, "value"),
        ({"kind": "entry", "selector": "hosts", "field": "name", "value": []}, "$.value"),
        (
            {"kind": "entry", "selector": "h", "field": "n", "value": 1, "route": "GET status"},
            "POST data",
        ),
        ({"kind": "limit", "maxBytes": -1}, "$.maxBytes"),
        ({"kind": "token"}, "source is required"),
        ({"kind": "token", "source": "x", "times": 2}, "once"),
        ({"kind": "token", "source": "x", "skip": 2}, "skip"),
        ({"kind": "close", "end": "cancelled"}, "source"),
        ({"kind": "close", "end": "gone", "route": "POST data"}, "$.end"),
        ({"kind": "close", "end": "cancelled", "source": "x", "when": "after"}, "when"),
        ({"kind": "lost", "inBody": True}, "inBody"),
    ],
)
def test_nonsense_is_refused_with_what_is_wrong(api: Any, body: Any, said: str) -> None:
    """A key that is unknown or does not fit is 400, named, and sets nothing."""
    reply = api.call("POST", FAULTS, body, token="")
    assert reply.status == 400
    (sentence,) = reply.body["errorMessages"]
    assert said in sentence
    assert api.call("GET", FAULTS, token="").body == {"values": []}


def test_a_source_that_a_route_does_not_have_is_refused(api: Any) -> None:
    """A fault that could never be met is a mistake, not a fault."""
    body = {
        "kind": "reset",
        "route": "POST object/aql",
        "source": api.source["importSourceId"],
    }
    reply = api.call("POST", FAULTS, body, token="")
    assert reply.status == 400
    assert "leave source out" in reply.body["errorMessages"][0]


def test_faults_are_listed_and_removed(faults: Setter, api: Any) -> None:
    """Each is shown as it was set, and gone once removed; an unknown one is 404."""
    made = faults.set("status", route="GET status", status=500, retryAfter=3)
    (shown,) = faults.listed()
    assert shown == made
    assert (shown["kind"], shown["status"], shown["retryAfter"]) == ("status", 500, 3)
    assert (shown["used"], shown["left"]) == (0, 1)
    assert faults.remove(made["id"]) == 204
    assert faults.remove(made["id"]) == 404
    assert faults.listed() == []


def test_the_page_on_faults_knows_every_kind_and_route() -> None:
    """Each kind has its chapter, in the order of the code, and each route its name."""
    page = DOCS.read_text()
    assert tuple(re.findall(r"^## `(\w+)`", page, re.MULTILINE)) == KINDS
    table = page[page.index("Routes are called") : page.index("## `status`")]
    named = set(re.findall(r"`([A-Z]+ [\w/-]+)`", table))
    assert named == RouteNames.of(api_routes()).known, (
        "the table of docs/faults.md has other routes"
    )


@pytest.mark.parametrize("own_curl", [False, True])
def test_the_lines_of_the_page_work(api: Any, tmp_path: Path, *, own_curl: bool) -> None:
    """The server takes every curl line of the page, in the shell and as it is written."""
    api.put_mapping(DOCUMENT)
    execution = api.start()
    variables = {
        "FAULTS": f"{api.url}{FAULTS}",
        "JSON": "Content-Type: application/json",
        "SOURCE": api.source["importSourceId"],
    }
    shell = Shell(tmp_path, own_curl=own_curl, variables=variables)
    lines = re.findall(r"^curl -H .*?'$", DOCS.read_text(), re.MULTILINE | re.DOTALL)
    try:
        kinds = {json.loads(shell.run(line))["kind"] for line in lines}
    finally:
        assert api.call("DELETE", FAULTS, token="").status == 204
    assert len(lines) > len(KINDS)
    assert kinds == set(KINDS)
    assert api.call("GET", f"{execution}/status", user=True).body["status"] == "CANCELLED"

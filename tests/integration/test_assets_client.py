import socket
import threading
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import msgspec
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from assetferry.assets.answers import (
    Accepted,
    Conflict,
    ExecutionStatus,
    Identified,
    Missing,
    Pushed,
    Refused,
    Started,
    Throttled,
    TooLarge,
    Unauthorized,
    Unavailable,
    Unexpected,
)
from assetferry.assets.client import AssetsClient
from assetferry.definition.secrets import Secret
from assetferry.outbound.client import Outbound
from assetferry.outbound.errors import EgressDenied

WS = "f1c1a5e0-5c4b-4f0e-9a70-0f6f3a0f7a01"
SRC = "3e9f17a6-1c2d-4e5f-8a9b-0c1d2e3f4a5b"
EID = "241d9437-2f7b-4b7e-9d0a-6f5e4d3c2b1a"
ROOT = f"/jsm/assets/workspace/{WS}/v1/importsource/{SRC}"
LINK = f"https://api.example.com{ROOT}"
NOW = 1_000_000.0
CUT = -1
"""Stands for a connection that breaks in the middle of the answer."""

Call = Callable[[AssetsClient], Awaitable[Any]]


@dataclass
class Stand:
    """Answers as the test says and remembers what it was asked."""

    url: str = ""
    script: list[tuple[int, dict[str, str], bytes]] = field(
        default_factory=list[tuple[int, dict[str, str], bytes]]
    )
    seen: list[tuple[str, str, dict[str, str], bytes]] = field(
        default_factory=list[tuple[str, str, dict[str, str], bytes]]
    )

    def say(self, status: int, body: bytes = b"", **headers: str) -> None:
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        self.script.append((status, names, body))

    async def answer(self, request: Request) -> Response:
        path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        self.seen.append((request.method, path, dict(request.headers), await request.body()))
        status, headers, body = self.script.pop(0)
        if status == CUT:
            return Response(body, headers={"content-length": str(len(body) + 100)})
        return Response(body, status, headers)

    @property
    def asked(self) -> list[tuple[str, str]]:
        return [(method, path) for method, path, _, _ in self.seen]


@pytest.fixture(scope="module")
def running() -> Iterator[Stand]:
    stand = Stand()
    methods = ["GET", "POST", "PUT", "PATCH", "DELETE"]
    app = Starlette(routes=[Route("/{path:path}", stand.answer, methods=methods)])
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical"))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        # The socket listens already: a request that comes before the server waits in it.
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        stand.url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        yield stand
        server.should_exit = True
        thread.join()


@pytest.fixture
def stand(running: Stand) -> Stand:
    running.script.clear()
    running.seen.clear()
    return running


@pytest.fixture
async def unbound(stand: Stand) -> AsyncGenerator[AssetsClient]:
    async with Outbound(["127.0.0.1"]) as outbound:
        yield AssetsClient(outbound, stand.url + "/", Secret("sesame"), clock=lambda: NOW)


@pytest.fixture
async def client(unbound: AssetsClient) -> AssetsClient:
    return unbound.at(WS, SRC)


CALLS: dict[str, tuple[Call, str, str]] = {
    "identify": (lambda c: c.identify(), "GET", "/jsm/assets/v1/imports/info"),
    "config_status": (lambda c: c.config_status(), "GET", f"{ROOT}/configstatus"),
    "newest": (lambda c: c.newest(), "GET", f"{ROOT}/executions/status"),
    "start": (lambda c: c.start(scheduled=False), "POST", f"{ROOT}/executions"),
    "status": (lambda c: c.status(EID), "GET", f"{ROOT}/executions/{EID}/status"),
    "submit": (lambda c: c.submit(EID, b"{}"), "POST", f"{ROOT}/executions/{EID}/data"),
    "complete": (lambda c: c.complete(EID), "POST", f"{ROOT}/executions/{EID}/data"),
    "cancel": (lambda c: c.cancel(EID), "DELETE", f"{ROOT}/executions/{EID}"),
    "report_failure": (
        lambda c: c.report_failure(EID, "why"),
        "POST",
        f"{ROOT}/executions/{EID}/history/failed",
    ),
    "schema_and_mapping": (
        lambda c: c.schema_and_mapping(),
        "GET",
        f"{ROOT}/schema-and-mapping",
    ),
    "put_mapping": (lambda c: c.put_mapping({}), "PUT", f"{ROOT}/mapping"),
    "patch_mapping": (lambda c: c.patch_mapping({}), "PATCH", f"{ROOT}/mapping"),
    "push_mapping": (lambda c: c.push_mapping({}), "GET", f"{ROOT}/configstatus"),
}
WITH_BODY = [
    "identify",
    "config_status",
    "newest",
    "start",
    "status",
    "schema_and_mapping",
    "push_mapping",
]
WITHOUT_BODY = ["submit", "complete", "cancel", "report_failure", "put_mapping", "patch_mapping"]

TROUBLES: list[tuple[int, type[Any]]] = [
    (303, Unexpected),
    (400, Refused),
    (401, Unauthorized),
    (403, Unauthorized),
    (404, Missing),
    (409, Conflict),
    (413, TooLarge),
    (418, Unexpected),
    (429, Throttled),
    (500, Unavailable),
    (503, Unavailable),
    (CUT, Unavailable),
]


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize(("status", "kind"), TROUBLES)
async def test_every_call_classifies_every_status(
    client: AssetsClient, stand: Stand, name: str, status: int, kind: type[Any]
) -> None:
    """Each call asks its own path with the token and gives each status its one meaning."""
    call, method, path = CALLS[name]
    stand.say(status, b'{"errorMessages":["no"]}', location="/elsewhere")
    stand.say(status, b'{"errorMessages":["no"]}')
    answer = await call(client)
    if name == "newest" and status in {400, 404}:
        assert answer is None
    else:
        assert type(answer) is kind
    assert stand.asked[0] == (method, path)
    headers = stand.seen[0][2]
    assert headers["authorization"] == "Bearer sesame"
    assert headers["accept"] == "application/json"
    assert ("content-type" in headers) == bool(stand.seen[0][3])


@pytest.mark.parametrize("name", WITH_BODY)
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>Log in</html>",
        b"[]",
        b"{}",
        b'{"links":{},"status":"LOST"',
        b'{"status":"ODD"}',
    ],
)
async def test_a_strange_body_is_never_a_success(
    client: AssetsClient, stand: Stand, name: str, body: bytes
) -> None:
    """200 with a login page, an empty or foreign body is Unexpected where a body is declared."""
    stand.say(200, body, content_type="text/html")
    answer = await CALLS[name][0](client)
    if name == "schema_and_mapping" and body in {b"{}", b'{"status":"ODD"}'}:
        assert isinstance(answer, dict)
    else:
        assert isinstance(answer, Unexpected)
        assert answer.status == 200


@pytest.mark.parametrize("name", WITHOUT_BODY)
@pytest.mark.parametrize(
    ("status", "body", "media", "kind"),
    [
        (200, b"", "text/html", Accepted),
        (204, b"", "", Accepted),
        (202, b"not json", "application/json", Accepted),
        (200, b"<html>Log in</html>", "text/html; charset=utf-8", Unexpected),
    ],
)
async def test_a_body_that_is_not_declared_is_not_parsed(
    client: AssetsClient,
    stand: Stand,
    *,
    name: str,
    status: int,
    body: bytes,
    media: str,
    kind: type[Any],
) -> None:
    """Whatever comes with a 2xx is accepted, but for a web page, which is not from Assets."""
    stand.say(status, body, content_type=media)
    assert type(await CALLS[name][0](client)) is kind


async def test_identify_learns_the_import_source(unbound: AssetsClient, stand: Stand) -> None:
    """After it, calls go to the import source of the token, on the configured origin."""
    links = {"getStatus": f"{LINK}/configstatus", "start": f"{LINK}/executions", "x": None}
    stand.say(200, msgspec.json.encode({"links": links, "new": 1}))
    stand.say(200, b'{"status":"IDLE","links":{}}')
    assert await unbound.identify() == Identified(workspace_id=WS, import_source_id=SRC)
    assert await unbound.config_status() == "IDLE"
    assert stand.asked[1] == ("GET", f"{ROOT}/configstatus")


async def test_identify_does_not_guess(unbound: AssetsClient, stand: Stand) -> None:
    """Links that name no import source are not an answer to go on with."""
    stand.say(200, b'{"links":{"start":"https://h/undefined"}}')
    assert isinstance(await unbound.identify(), Unexpected)
    with pytest.raises(RuntimeError):
        await unbound.config_status()


def started(base: str = LINK) -> bytes:
    links = {
        "submitProgress": f"{base}/executions/{EID}/progress",
        "submitResults": f"{base}/executions/{EID}/data",
        "getExecutionStatus": f"{base}/executions/{EID}/status",
        "cancel": f"{base}/executions/{EID}",
    }
    return msgspec.json.encode({"result": "success", "links": links})


async def test_start_gives_relative_links_for_the_ledger(
    client: AssetsClient, stand: Stand
) -> None:
    """Another process continues from ids and relative links alone."""
    stand.say(200, started())
    stand.say(200)
    answer = await client.start(scheduled=True)
    assert answer == Started(
        execution_id=EID,
        links={
            "submitProgress": f"executions/{EID}/progress",
            "submitResults": f"executions/{EID}/data",
            "getExecutionStatus": f"executions/{EID}/status",
            "cancel": f"executions/{EID}",
        },
    )
    assert isinstance(answer, Started)
    assert stand.seen[0][3] == b'{"scheduled":true}'
    assert await client.at(WS, SRC, links=answer.links).submit(EID, b"1") == Accepted()
    assert stand.asked[1] == ("POST", f"{ROOT}/executions/{EID}/data")


async def test_a_manual_start_sends_no_body(client: AssetsClient, stand: Stand) -> None:
    """Only a scheduled start says that it is one."""
    stand.say(200, started())
    await client.start(scheduled=False)
    assert stand.seen[0][3] == b""


async def test_unexpected_links_are_followed_while_the_process_lives(
    client: AssetsClient, stand: Stand
) -> None:
    """A link elsewhere is followed as given, on our origin; the ledger does not get it."""
    stand.say(200, started("https://api.example.com/new/place"))
    stand.say(200)
    stand.say(200)
    answer = await client.start(scheduled=False)
    assert answer == Started(execution_id=EID, links={})
    await client.submit(EID, b"1")
    await client.at(WS, SRC).cancel(EID)
    assert stand.asked[1:] == [
        ("POST", f"/new/place/executions/{EID}/data"),
        ("DELETE", f"/new/place/executions/{EID}"),
    ]


async def test_stored_links_are_used_for_their_own_execution_only(
    client: AssetsClient, stand: Stand
) -> None:
    """Cancelling an execution found by accident does not cancel the one of the links."""
    stored = {"cancel": f"executions/{EID}", "submitResults": f"../../evil/executions/{EID}/data"}
    bound = client.at(WS, SRC, links=stored)
    stand.say(200)
    stand.say(200)
    await bound.cancel(SRC)
    await bound.submit(EID, b"1")
    assert stand.asked == [
        ("DELETE", f"{ROOT}/executions/{SRC}"),
        ("POST", f"{ROOT}/executions/{EID}/data"),
    ]


async def test_a_start_without_links_is_unexpected(client: AssetsClient, stand: Stand) -> None:
    """An execution that cannot be named cannot be worked with."""
    stand.say(200, b'{"result":"success","links":{}}')
    assert isinstance(await client.start(scheduled=False), Unexpected)


@pytest.mark.parametrize("state", ["INGESTING", "PROCESSING", "DONE", "CANCELLED"])
async def test_each_state_is_read(client: AssetsClient, stand: Stand, state: str) -> None:
    """State, id (text, number or absent) and result come through as sent."""
    stand.say(200, msgspec.json.encode({"status": state, "executionId": EID}))
    stand.say(
        200, msgspec.json.encode({"status": state, "progressResult": {"id": 1}, "executionId": 7})
    )
    stand.say(200, msgspec.json.encode({"status": state}))
    assert await client.status(EID) == ExecutionStatus(execution_id=EID, state=state)  # pyright: ignore[reportArgumentType]
    second = await client.newest()
    assert second == ExecutionStatus(execution_id="7", state=state, result={"id": 1})  # pyright: ignore[reportArgumentType]
    third = await client.newest()
    assert third == ExecutionStatus(execution_id=None, state=state)  # pyright: ignore[reportArgumentType]


async def test_a_chunk_is_sent_as_it_is(client: AssetsClient, stand: Stand) -> None:
    """The bytes are not decoded, re-encoded or looked at."""
    stand.say(200)
    stand.say(200)
    await client.submit(EID, b'{ "data" : {} }')
    await client.complete(EID)
    assert [body for *_, body in stand.seen] == [b'{ "data" : {} }', b'{"completed":true}']


async def test_throttling_carries_its_time(client: AssetsClient, stand: Stand) -> None:
    """Retry-After becomes an epoch second by the client's clock."""
    stand.say(503, retry_after="90")
    assert await client.submit(EID, b"{}") == Throttled(until=NOW + 90)


@pytest.mark.parametrize(
    ("script", "expected", "methods"),
    [
        ([(200, b'{"status":"MISSING_MAPPING"}'), (204, b"")], Pushed(how="PUT"), "GET PUT"),
        ([(200, b'{"status":"IDLE"}'), (204, b"")], Pushed(how="PATCH"), "GET PATCH"),
        (
            [(200, b'{"status":"MISSING_MAPPING"}'), (409, b""), (204, b"")],
            Pushed(how="PATCH"),
            "GET PUT PATCH",
        ),
        (
            [(200, b'{"status":"RUNNING"}'), (413, b"")],
            TooLarge(),
            "GET PATCH",
        ),
        (
            [(200, b'{"status":"MISSING_MAPPING"}'), (413, b"")],
            TooLarge(),
            "GET PUT",
        ),
        ([(413, b"")], TooLarge(), "GET"),
    ],
)
async def test_a_mapping_is_pushed_the_way_that_fits(
    client: AssetsClient,
    stand: Stand,
    script: list[tuple[int, bytes]],
    expected: object,
    methods: str,
) -> None:
    """PUT for the first mapping, PATCH for a change, PATCH again where PUT says it exists."""
    for status, body in script:
        stand.say(status, body)
    document: dict[str, Any] = {"schema": {"iconSchema": {"icons": []}}, "mapping": {}}
    assert await client.push_mapping(document) == expected
    assert " ".join(method for method, _ in stand.asked) == methods
    if len(script) > 1:
        assert stand.seen[-1][3] == b'{"schema":{},"mapping":{}}'


async def test_a_closed_port_is_unavailable_and_shows_no_token(stand: Stand) -> None:
    """Whatever fails, the answer's text and the client's repr keep the token to themselves."""
    _ = stand
    async with Outbound(["127.0.0.1"]) as outbound:
        client = AssetsClient(outbound, "http://127.0.0.1:1", Secret("sesame")).at(WS, SRC)
        answer = await client.submit(EID, b"{}")
    assert isinstance(answer, Unavailable)
    assert "sesame" not in repr(answer) + repr(client) + repr(vars(client))


async def test_a_denied_host_needs_a_person() -> None:
    """What only a person can mend is raised, not answered."""
    async with Outbound([]) as outbound:
        client = AssetsClient(outbound, "http://127.0.0.1:1", Secret("sesame")).at(WS, SRC)
        with pytest.raises(EgressDenied):
            await client.config_status()


@pytest.mark.parametrize("bad", ["", "undefined", "..", "1", EID + "/x", f"{{{EID}}}"])
async def test_ids_are_checked_before_use(client: AssetsClient, bad: str) -> None:
    """An id that is none never becomes part of a path."""
    with pytest.raises(ValueError, match="UUID"):
        client.at(bad, SRC)
    for call in (client.status, client.cancel, client.complete):
        with pytest.raises(ValueError, match="UUID"):
            await call(bad)
    with pytest.raises(ValueError, match="UUID"):
        await client.report_failure(bad, "why")

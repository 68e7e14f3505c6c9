import socket
import threading
import urllib.parse
from collections.abc import AsyncGenerator, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import msgspec
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from assetferry.definition.secrets import Secret, SecretReference
from assetferry.definition.sources import RestSource
from assetferry.errors import Fatal, FerryError, NeedsPerson, RetryLater
from assetferry.outbound.client import Outbound
from assetferry.outbound.errors import EgressDenied, Interrupted
from assetferry.sources.errors import (
    SourceMisread,
    SourceRefused,
    SourceThrottled,
    SourceUnauthorized,
    SourceUnavailable,
)
from assetferry.sources.opening import open_source
from assetferry.sources.page import Cursor, Source

COUNT = 47
Answering = Callable[[Request], Response]
Open = Callable[..., Source]


def paged(request: Request) -> Response:
    """Serve a list in each of the ways a definition can describe."""
    query = request.query_params
    at = int(query.get("skip") or query.get("after") or (int(query.get("page", "1")) - 1) * 10)
    devices = [{"id": n} for n in range(at, min(COUNT, at + int(query.get("limit", "10"))))]
    following = at + 10 if at + 10 < COUNT else None
    link = f'</devices?after={following}&key=sesame%20key>; rel="next"' if following else ""
    body = {"data": {"devices": devices}, "total": COUNT, "next": following, "pages": 5}
    return Response(msgspec.json.encode(body), headers={"link": link})


@dataclass
class Stand:
    """A third-party service that answers as the test says."""

    url: str = ""
    answering: Answering = paged
    seen: list[Request] = field(default_factory=list[Request])

    async def answer(self, request: Request) -> Response:
        await request.body()
        self.seen.append(request)
        return self.answering(request)


@pytest.fixture(scope="module")
def running() -> Iterator[Stand]:
    stand = Stand()
    app = Starlette(routes=[Route("/{path:path}", stand.answer, methods=["GET", "POST"])])
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
    running.answering = paged
    running.seen.clear()
    return running


@pytest.fixture
async def opened(stand: Stand) -> AsyncGenerator[Open]:
    async with Outbound([stand.url.removeprefix("http://")]) as outbound:

        def open_(**definition: Any) -> Source:
            fields = {"type": "rest", "url": f"{stand.url}/devices", "records": "data.devices"}
            config = RestSource.model_validate(fields | definition)
            return open_source(config, outbound=outbound, secrets=secret)

        yield open_


def secret(reference: SecretReference) -> Secret:
    assert str(reference) == "env:KEY"
    return Secret("sesame key")


async def everything(source: Source) -> list[int]:
    """Read as an engine does: the first page, then the plan, or page after page."""
    page = await source.read(None)
    records = list(page.records)
    following: list[Cursor] = list(source.ahead(page, records=20)) or (
        [page.next] if page.next else []
    )
    for start in following:
        cursor: Cursor | None = start
        while cursor is not None:
            page = await source.read(cursor)
            records.extend(page.records)
            cursor = page.next
    return [record["id"] for record in records]


PAGINATIONS: dict[str, dict[str, Any]] = {
    "offset": {"type": "offset", "offset_param": "skip", "page_size": 10, "total": "total"},
    "offset without total": {"type": "offset", "offset_param": "skip", "page_size": 7},
    "page": {"type": "page", "page_size": 10, "total": "total"},
    "pages": {"type": "page", "page_size": 10, "total_pages": "pages"},
    "cursor": {"type": "cursor", "cursor_param": "after", "cursor": "next"},
    "link": {"type": "link"},
}


@pytest.mark.parametrize("pagination", PAGINATIONS.values(), ids=PAGINATIONS)
async def test_every_pagination_reads_the_whole_list(
    opened: Open, pagination: dict[str, Any]
) -> None:
    """Over real HTTP each way gives every record once, in order."""
    assert await everything(opened(pagination=pagination)) == list(range(COUNT))


async def test_a_list_without_pages_is_one_answer(opened: Open, stand: Stand) -> None:
    """A bare JSON list needs neither path nor pagination."""
    stand.answering = lambda _: Response(b"\xef\xbb\xbf[1,2,3]")
    page = await opened(records="@").read(None)
    assert (page.records, page.next) == ([1, 2, 3], None)


async def test_a_post_sends_its_query_as_a_body(opened: Open, stand: Stand) -> None:
    """Services that are asked by POST get body, parameters and headers of the definition."""
    source = opened(
        url=f"{stand.url}/devices?fixed=1",
        method="POST",
        body={"filter": "x"},
        params={"verbose": True, "n": 5},
        headers={"X-Team": "ops"},
    )
    await source.read(None)
    request = stand.seen[0]
    assert (request.method, await request.json()) == ("POST", {"filter": "x"})
    assert dict(request.query_params) == {"fixed": "1", "verbose": "true", "n": "5"}
    assert request.headers["x-team"] == "ops"


@pytest.mark.parametrize(
    ("auth", "header", "value"),
    [
        ({"type": "bearer", "token": "env:KEY"}, "authorization", "Bearer sesame key"),
        ({"type": "header", "name": "X-Key", "value": "env:KEY"}, "x-key", "sesame key"),
        (
            {"type": "basic", "username": "me", "password": "env:KEY"},
            "authorization",
            "Basic bWU6c2VzYW1lIGtleQ==",
        ),
    ],
)
async def test_each_auth_shows_its_header(
    opened: Open, stand: Stand, auth: dict[str, str], header: str, value: str
) -> None:
    """The source sees the credential; neither repr nor the errors show it."""
    source = opened(auth=auth)
    await source.read(None)
    assert stand.seen[0].headers[header] == value
    stand.answering = lambda _: Response(f"you sent {value}".encode(), 403)
    with pytest.raises(SourceUnauthorized) as caught:
        await source.read(None)
    shown = str(caught.value) + repr(source) + repr(vars(source))
    assert "sesame" not in shown
    assert "bWU6" not in shown


async def test_without_auth_nothing_is_shown(opened: Open, stand: Stand) -> None:
    """No credential is made up."""
    await opened().read(None)
    assert "authorization" not in stand.seen[0].headers


async def test_a_stored_link_holds_no_secret(opened: Open, stand: Stand) -> None:
    """A source that repeats our key in its links does not get it into the ledger."""
    auth = {"type": "header", "name": "X-Key", "value": "env:KEY"}
    page = await opened(auth=auth, pagination={"type": "link"}).read(None)
    assert page.next == {"next": "/devices?after=10"}
    _ = stand


async def test_looking_for_secrets_takes_nothing_else_from_a_page(
    opened: Open, stand: Stand
) -> None:
    """Its total stays known: a stream that moves, and limits of shares, hang on it."""
    auth = {"type": "header", "name": "X-Key", "value": "env:KEY"}
    offset = {"type": "offset", "offset_param": "skip", "limit_param": "limit", "total": "total"}
    page = await opened(auth=auth, pagination=offset | {"page_size": 10}).read(None)
    assert (page.total, page.next is not None) == (COUNT, True)
    _ = stand


async def test_a_place_that_is_made_of_the_secret_is_not_stored(opened: Open, stand: Stand) -> None:
    """It cannot be left out of a path; that is told, without repeating it."""
    auth = {"type": "header", "name": "X-Key", "value": "env:KEY"}
    stand.answering = lambda _: Response(
        b'{"data":{"devices":[1]}}', headers={"link": "</sesame%20key/2>; rel=next"}
    )
    with pytest.raises(SourceMisread, match="credential") as raised:
        await opened(auth=auth, pagination={"type": "link"}).read(None)
    assert "sesame" not in str(raised.value)


async def test_a_host_that_is_made_of_the_secret_is_not_named(opened: Open, stand: Stand) -> None:
    """A redirect may lead anywhere; host names lose their case."""
    auth = {"type": "header", "name": "X-Key", "value": "env:KEY"}
    stand.answering = lambda _: Response(
        b"", status_code=302, headers={"location": "http://Sesame%20Key.example/"}
    )
    with pytest.raises(FerryError) as raised:
        await opened(auth=auth).read(None)
    assert "esame" not in str(raised.value)


async def test_a_link_to_another_origin_gets_no_credential(opened: Open, stand: Stand) -> None:
    """The key stays with the host it was given for, also where the other is allowed."""
    auth = {"type": "header", "name": "X-Key", "value": "env:KEY"}
    elsewhere = stand.url.replace("127.0.0.1", "localhost")
    source = opened(auth=auth, pagination={"type": "link"}, headers={"X-Team": "ops"})
    stand.answering = lambda _: Response(
        b'{"data":{"devices":[1]}}', headers={"link": f"<{elsewhere}/2>; rel=next"}
    )
    page = await source.read(None)
    assert page.next == {"next": f"{elsewhere}/2"}
    with pytest.raises(EgressDenied, match="localhost"):
        await source.read(page.next)
    async with Outbound(["127.0.0.1", "localhost"]) as outbound:
        config = RestSource.model_validate(
            {
                "type": "rest",
                "url": f"{stand.url}/devices",
                "records": "data.devices",
                "auth": auth,
                "headers": {"X-Team": "ops"},
                "pagination": {"type": "link"},
            }
        )
        stand.answering = lambda _: Response(b'{"data":{"devices":[1]}}')
        await open_source(config, outbound=outbound, secrets=secret).read(page.next)
    headers = stand.seen[-1].headers
    assert headers["host"].startswith("localhost")
    assert "x-key" not in headers
    assert "x-team" not in headers


STATUSES: list[tuple[int, type[FerryError], type[FerryError]]] = [
    (304, SourceMisread, RetryLater),
    (400, SourceRefused, Fatal),
    (401, SourceUnauthorized, NeedsPerson),
    (403, SourceUnauthorized, NeedsPerson),
    (404, SourceRefused, Fatal),
    (408, SourceUnavailable, RetryLater),
    (410, SourceRefused, Fatal),
    (422, SourceRefused, Fatal),
    (423, SourceUnavailable, RetryLater),
    (429, SourceThrottled, RetryLater),
    (500, SourceUnavailable, RetryLater),
    (503, SourceUnavailable, RetryLater),
]


@pytest.mark.parametrize(("status", "kind", "branch"), STATUSES)
async def test_each_status_is_an_error_of_its_branch(
    opened: Open, stand: Stand, status: int, kind: type[FerryError], branch: type[FerryError]
) -> None:
    """R6: no status but 2xx ends a stream, and each says how to recover."""
    stand.answering = lambda _: Response(
        b"" if status == 304 else b'{"data":{"devices":[]}}', status
    )
    with pytest.raises(kind, match=str(status)) as caught:
        await opened(params={"key": "hidden"}).read(None)
    assert isinstance(caught.value, branch)
    assert "hidden" not in str(caught.value)


async def test_a_time_that_the_source_asks_for_is_kept(opened: Open, stand: Stand) -> None:
    """Retry-After of 429 and of 503 becomes the moment before which nothing is asked."""
    for status in (429, 503):
        stand.answering = lambda _, status=status: Response(
            b"", status, headers={"retry-after": "Fri, 01 Jan 2100 00:00:00 GMT"}
        )
        with pytest.raises(SourceThrottled) as caught:
            await opened().read(None)
        assert caught.value.until == pytest.approx(4_102_444_800, abs=5)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>Log in</html>",
        b'{"data":{"devices":[{"id"',
        b'{"data":{"devices":null}}',
        b'{"data":{"devices":{"1":2}}}',
        b'{"data":[]}',
        b'{"error":"quota"}',
        b"[]",
        b"null",
        b'{"data":{"devices":[NaN]}}',
        b"[" * 100_000,
        b'{"data":{"devices":["M\xfcller"]}}',
        "{}".encode("utf-16"),
    ],
)
@pytest.mark.parametrize("status", [200, 204, 206])
async def test_a_success_that_is_none_is_a_misreading(
    opened: Open, stand: Stand, body: bytes, status: int
) -> None:
    """R6: a login page, a cut body, a missing or changed list with 2xx are never "the end"."""
    stand.answering = lambda _: Response(b"" if status == 204 else body, status)
    with pytest.raises(SourceMisread) as caught:
        await opened(pagination=PAGINATIONS["offset without total"]).read({"offset": 7})
    assert len(str(caught.value)) < 600


async def test_an_empty_page_before_the_total_names_its_address(opened: Open, stand: Stand) -> None:
    """R6: an empty 200 where there was a total is an error that says where."""
    stand.answering = lambda _: Response(b'{"data":{"devices":[]},"total":47}')
    with pytest.raises(SourceMisread, match=r"/devices.*offset 40"):
        await opened(pagination=PAGINATIONS["offset"]).read({"offset": 40})


async def test_a_cut_answer_is_an_interruption(opened: Open, stand: Stand) -> None:
    """R6: a body shorter than declared is never read as what arrived of it."""
    stand.answering = lambda _: Response(
        b'{"data":{"devices":[]}}', headers={"content-length": "100"}
    )
    with pytest.raises(Interrupted):
        await opened().read(None)


async def test_a_redirect_is_followed_and_links_start_there(opened: Open, stand: Stand) -> None:
    """A moved list is read, and a relative next link is relative to where it moved."""

    def moved(request: Request) -> Response:
        if request.url.path == "/devices":
            return Response(b"", 302, headers={"location": "/v2/devices"})
        body, link = b'{"data":{"devices":[1]}}', "<more>; rel=next"
        return Response(body, headers={"link": link})

    stand.answering = moved
    page = await opened(pagination={"type": "link"}).read(None)
    assert page.next == {"next": "/v2/more"}
    assert [urllib.parse.urlsplit(str(seen.url)).path for seen in stand.seen] == [
        "/devices",
        "/v2/devices",
    ]

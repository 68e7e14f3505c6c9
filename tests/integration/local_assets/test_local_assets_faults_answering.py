"""Faults that answer in place of the server, or let it take its time."""

import time
from typing import Any

import pytest

from assetferry.assets.answers import (
    Accepted,
    Refused,
    Throttled,
    TooLarge,
    Unavailable,
)
from assetferry.assets.client import AssetsClient
from assetferry.local_assets.server import LocalAssets
from assetferry.outbound.client import Outbound
from assetferry.outbound.limits import Timeouts
from local_assets_faults import CHUNK, FAULTS, Setter, client, connected, done, started


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

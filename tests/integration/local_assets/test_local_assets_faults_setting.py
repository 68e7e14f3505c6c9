"""Setting faults: which calls they are for, what is refused, what docs/faults.md says."""

import asyncio
import json
import re
from pathlib import Path
from typing import Any

import pytest

from assetferry.assets.answers import (
    Accepted,
    Unavailable,
)
from assetferry.assets.client import AssetsClient
from assetferry.local_assets.faults.reading import KINDS
from assetferry.local_assets.faults.route_names import RouteNames
from assetferry.local_assets.routes.table import api_routes
from assetferry.outbound.client import Outbound
from local_assets_curl import Shell
from local_assets_faults import (
    CHUNK,
    FAULTS,
    HOSTS,
    Setter,
    client,
    started,
)

DOCS = Path(__file__).parents[3] / "docs" / "faults.md"


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
    api.put_mapping(HOSTS)
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

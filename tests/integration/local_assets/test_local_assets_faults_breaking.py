"""Faults that break the connection, seen by the importer's client and by a bare socket."""

import asyncio
from typing import Any

import pytest

from assetferry.assets.answers import (
    ExecutionStatus,
    Unavailable,
)
from assetferry.assets.client import AssetsClient
from assetferry.outbound.client import Outbound
from assetferry.outbound.limits import Timeouts
from local_assets_faults import (
    CHUNK,
    HOSTS,
    Setter,
    client,
    done,
    raw,
    spoken,
    started,
)


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
    assert isinstance(await assets.patch_mapping(HOSTS), Unavailable)


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

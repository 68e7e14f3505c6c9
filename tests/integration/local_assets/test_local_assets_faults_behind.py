"""Faults that act behind the client's back: a new token, an execution that somebody ends."""

from typing import Any

import pytest

from assetferry.assets.answers import (
    Accepted,
    Refused,
    Unauthorized,
)
from assetferry.assets.client import AssetsClient
from assetferry.outbound.client import Outbound
from local_assets_faults import CHUNK, FAULTS, Setter, client, done, started, state


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

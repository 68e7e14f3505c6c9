"""What a lane does when the ledger takes claims, but not what came of them."""

from collections.abc import Callable
from typing import Any

import pytest

from alone import QUICK
from assetferry.engine.desk import Desk
from assetferry.engine.keeper import Keeper
from assetferry.engine.lane import Lane
from assetferry.equipment import equip
from assetferry.ledger.chunk import Read
from assetferry.ledger.claim import Wait
from assetferry.ledger.creation import begin_run
from assetferry.ledger.errors import LedgerBusy
from assetferry.ledger.run import Run
from assetferry.ledger.transition import Ledger
from definitions import definition, source
from imports import Site, new_run
from third_party import ThirdParty


async def test_r05_a_source_is_not_asked_again_at_once_for_what_the_ledger_cannot_take(
    ledger: Ledger,
    site: Site,
    third_party: ThirdParty,
    third_party_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The lease is given back, and the lane waits before it takes the row anew."""
    del third_party.records[5:]
    text = definition(site.url, source(third_party_url), service_url=third_party_url)
    run = await ledger.run(begin_run, new_run(text), owner=None)
    assert run is not None
    spoilt(ledger, "stage", monkeypatch)
    async with equip(text, run.origin) as equipment:
        lane = Lane(desk(ledger, run, equipment), "alone")
        while not isinstance(work := await lane.claim(), Read):
            assert not isinstance(work, Wait)
            await lane.work(work)  # pyright: ignore[reportArgumentType]
        for _ in range(3):
            await lane.work(work)
            assert isinstance(await lane.claim(), Wait)
            again = await lane.claim()
            assert isinstance(again, Read)
            assert (again.key, again.losses) == (work.key, 0)
            work = again


def desk(ledger: Ledger, run: Run, equipment: Any) -> Desk:
    return Desk(run=run, ledger=ledger, keeper=Keeper(ledger), equipment=equipment, backoff=QUICK)


def spoilt(ledger: Ledger, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let one transition of a ledger be refused, whenever it comes."""
    real = ledger.run

    async def refusing(transition: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        if transition.__name__ == name:
            raise LedgerBusy("No room.")
        return await real(transition, *args, **kwargs)

    monkeypatch.setattr(ledger, "run", refusing)

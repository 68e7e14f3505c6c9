"""A lane while the ledger is out of reach."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import pytest

from assetferry.engine.desk import Desk
from assetferry.engine.lane import Lane
from assetferry.ledger.claim import Wait
from assetferry.ledger.errors import LedgerBusy, LedgerUnusable


class Failing:
    """A ledger of which every transition fails."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    async def run(self, _transition: Callable[..., Any], /, *_args: Any, **_kwargs: Any) -> Any:
        raise self._error


def lane(error: Exception) -> Lane:
    run = SimpleNamespace(id="run", definition_hash="0")
    desk = SimpleNamespace(ledger=Failing(error), run=run, paced=frozenset[str]())
    return Lane(cast("Desk", desk), "w")


async def test_a_busy_ledger_is_waited_for(caplog: pytest.LogCaptureFixture) -> None:
    """A database that restarts does not end the import: the lane claims again, and says so."""
    work = await lane(LedgerBusy("It broke off.")).claim()
    assert isinstance(work, Wait)
    assert 0 < work.seconds <= 5
    assert "It broke off." in caplog.text


async def test_an_unusable_ledger_stops_the_lane() -> None:
    """What time does not heal is raised."""
    with pytest.raises(LedgerUnusable):
        await lane(LedgerUnusable("It is full.")).claim()

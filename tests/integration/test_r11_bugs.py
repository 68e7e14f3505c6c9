"""R11: a bug of ours is told, and its run comes to a hold or an end like any other."""

from typing import Any

import pytest

from assetferry.engine.importer import Importer
from assetferry.engine.reconciliation import conclude
from assetferry.equipment import equip
from assetferry.ledger.states import RunState
from assetferry.ledger.transition import Ledger
from assetferry.mapping.transformers import Transformer
from definitions import definition, source
from imports import Site, finished, run_import


async def test_a_bug_in_a_chunk_holds_its_run(
    ledger: Ledger,
    site: Site,
    third_party_url: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It is tried again, then held with the cure; a mended assetferry goes on where it stood."""
    limits = "chunk_records = 10\nmax_attempts = 1"
    text = definition(site.url, source(third_party_url), limits=limits, service_url=third_party_url)

    def broken(_self: Transformer, _records: Any) -> Any:
        raise TypeError("SN-000001")

    with monkeypatch.context() as patched:
        patched.setattr(Transformer, "transform", broken)
        run = await run_import(ledger, text)
    assert (run.held, run.state, run.reason_code) == (True, RunState.INGESTING, "unforeseen")
    assert "A bug of assetferry (TypeError). Please report it" in (run.held_reason or "")
    assert "SN-000001" not in (run.held_reason or "")
    assert "Traceback" in caplog.text
    async with Importer(ledger, equip, locks=None) as importer:
        assert await importer.resume(run.id)
        run = await finished(ledger, importer, run.id)
    assert run.state is RunState.DONE
    assert site.objects("objectType = Laptop") == 100


async def test_a_bug_in_a_step_is_tried_again(
    ledger: Ledger, site: Site, third_party_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What Assets processes is watched on, and the run ends as Assets says."""
    text = definition(site.url, source(third_party_url), service_url=third_party_url)
    met: list[int] = []

    def broken_once(*given: Any) -> Any:
        met.append(1)
        if len(met) == 1:
            raise ZeroDivisionError
        return conclude(*given)

    monkeypatch.setattr("assetferry.engine.completing.conclude", broken_once)
    run = await run_import(ledger, text)
    assert run.state is RunState.DONE
    assert len(met) == 2

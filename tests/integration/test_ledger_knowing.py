"""What the ledger knows of a run and of its definition's past, on both databases."""

from collections.abc import Callable
from typing import Any

from assetferry.ledger.remembering import pushed_hash, remember_push, remembered_ids
from assetferry.ledger.staging import stage
from assetferry.ledger.submitting import submitted
from assetferry.ledger.sums import sums
from assetferry.ledger.transition import Ledger
from ledgers import (
    gave,
    ingesting,
    reading,
)


async def test_external_ids_stay_as_they_were_first_pushed(ledger: Ledger) -> None:
    """A name keeps its id for good; the document's hash is the last one's, per source."""
    assert await ledger.run(remembered_ids, "hardware") == {}
    first = {("Laptop", None): "hardware/laptop", ("Laptop", "Serial"): "hardware/laptop/serial"}
    push: Callable[..., Any] = remember_push
    await ledger.run(push, "hardware", "source", document_hash="one", ids=first)
    changed = {("Laptop", None): "other", ("Phone", None): "hardware/phone"}
    await ledger.run(push, "hardware", "source", document_hash="two", ids=changed)
    await ledger.run(push, "hardware", "elsewhere", document_hash="three", ids={})
    expected = first | {("Phone", None): "hardware/phone"}
    assert await ledger.run(remembered_ids, "hardware") == expected
    assert await ledger.run(remembered_ids, "software") == {}
    assert await ledger.run(pushed_hash, "hardware", "source") == "two"
    assert await ledger.run(pushed_hash, "hardware", "elsewhere") == "three"
    assert await ledger.run(pushed_hash, "software", "source") is None


async def test_a_run_is_summed_up_over_its_streams(ledger: Ledger) -> None:
    """Totals only where every source says one; what waits is told with when and why."""
    run = await ingesting(ledger, "a", "b")
    told = await ledger.run(sums, run.id)
    assert (told.records_read, told.records_total, told.entries_submitted) == (0, None, 0)
    assert (told.chunks.due, told.chunks.staged, told.chunks.last_error) == (2, 0, None)
    for total in (10, 5):
        going_on = await ledger.run(
            stage, await reading(ledger, run), gave(b"x", records=5, total=total), send_on=True
        )
        assert going_on is not None
        await ledger.run(submitted, going_on)
    told = await ledger.run(sums, run.id)
    assert (told.records_read, told.records_total, told.entries_submitted) == (10, 15, 10)
    assert told.chunks.next_due_at is None

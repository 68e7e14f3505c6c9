"""A read: whole pages from one cursor, transformed, cut into chunks."""

from collections.abc import Awaitable, Callable
from typing import Any

from assetferry.engine.chunking import Chunking
from assetferry.engine.ports import Equipment
from assetferry.errors import RetryLater
from assetferry.ledger.chunk import Read
from assetferry.ledger.staged import Rejected, Staged
from assetferry.mapping.outcome import Outcome
from assetferry.sources.page import Cursor, Page, Record

__all__ = ["CursorRepeated", "take"]


class CursorRepeated(RetryLater):
    """The source named the place just read as the next one: reading on would never end."""

    code = "cursor_repeated"


async def take(
    read: Read,
    equipment: Equipment,
    *,
    execution_id: str,
    time_left: Callable[[], float],
    before_more: Callable[[], Awaitable[None]],
) -> Staged:
    """Read on from a row's cursor until a chunk is full, time runs short, or the end is said.

    ``time_left`` gives the share of the chunk's deadline that is left, 1.0 to 0.0. Half of it
    is kept for sending. A later page that fails, or whose host must not be asked now, ends the
    chunk with what there is: the next row meets the trouble, and nothing is read twice. Raises
    what the source raises at the first page. ``before_more`` is awaited before each page but the
    first, and stops the read by raising.
    """
    source = equipment.sources[read.key.stream]
    limits = equipment.definition.limits
    transformer = equipment.transformers[read.key.stream]
    chunking = Chunking(records=limits.chunk_records, size=limits.chunk_bytes)
    rejected: list[Rejected] = []
    cursor = read.cursor
    page: Page | None = None
    while True:
        try:
            page = await source.read(cursor)
        except RetryLater:
            if page is None:
                raise
            break
        for index, outcome in enumerate(transformer.transform(page.records)):
            chunking.add(outcome)
            if outcome.problems:
                kept = transformer.used.of(page.records[index])
                place = {"cursor": cursor, "index": index}
                rejected += _rejected(outcome, kept, page.places[index] if page.places else place)
        if page.next is None:
            break
        if page.next == cursor:
            raise CursorRepeated(
                f"The source {read.key.stream!r} gave the same cursor twice. Check the "
                "definition's pagination against the service's documentation."
            )
        # A planned read keeps to its range: its successors are in the ledger already.
        if time_left() < 0.5 or (read.tail and chunking.full):  # noqa: PLR2004 # a half
            break
        cursor = page.next
        await before_more()
    following = _following(read, page, equipment) if read.tail else ()
    rest = None if read.tail else page.next
    return Staged(
        parts=chunking.parts(execution_id, read.key, several=rest is not None),
        rejected=rejected,
        records_read=chunking.records_read,
        records_mapped=chunking.records_mapped,
        records_left_out=chunking.records_left_out,
        records_quarantined=chunking.records_quarantined,
        values_left_out=chunking.values_left_out,
        tallies=chunking.tallies,
        next=following,
        rest=rest,
        total=page.total,
    )


def _following(read: Read, page: Page, equipment: Equipment) -> tuple[Cursor, ...]:
    """Name the rows after this one: all that can be named ahead, at the start; else the next."""
    if page.next is None:
        return ()
    if read.key.number == 0:
        records = equipment.definition.limits.chunk_records
        planned = equipment.sources[read.key.stream].ahead(page, records=records)
        if planned:
            return tuple(planned)
    return (page.next,)


def _rejected(outcome: Outcome, record: Record, place: Any) -> list[Rejected]:
    return [
        Rejected(
            place=place,
            object_type=problem.object_type,
            attribute=problem.attribute,
            code=problem.code,
            reason=problem.reason,
            record=record,
        )
        for problem in outcome.problems
    ]

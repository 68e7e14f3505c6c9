"""A read: whole pages from one cursor, transformed, cut into chunks."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeAlias

from assetferry.engine.chunking import Chunking
from assetferry.engine.paging import Paging
from assetferry.engine.ports import Equipment
from assetferry.engine.repeats import Gathering, Sifted
from assetferry.errors import Fatal
from assetferry.ledger.chunk import Read
from assetferry.ledger.identities import Met
from assetferry.ledger.staged import Rejected, Staged
from assetferry.mapping.outcome import Outcome
from assetferry.sources.page import Cursor, Page, Record

__all__ = ["MetBefore", "TooManyChunks", "take"]

MetBefore: TypeAlias = Callable[[Sequence[bytes]], Awaitable[Mapping[bytes, Met]]]
"""Finds the identities that earlier places of a stream have, once they are all staged."""


class TooManyChunks(Fatal):
    """A stream goes on beyond ``limits.max_chunks``: it may have no end."""

    code = "too_many_chunks"


async def take(
    read: Read,
    equipment: Equipment,
    *,
    execution_id: str,
    time_left: Callable[[], float],
    before_more: Callable[[], Awaitable[None]],
    met_before: MetBefore,
    limit: float | None = None,
) -> Staged:
    """Read on from a row's cursor until a chunk is full, time runs short, or the end is said.

    ``time_left`` gives the share of the chunk's deadline that is left, 1.0 to 0.0, ``limit`` its
    whole length in seconds. No page is begun in its second half, and none but the first may
    last into its last quarter, which is kept for sending. Raises what the source raises at the
    first page; trouble at a later one only ends the chunk, see ``Paging``. ``before_more`` is
    awaited before each page but the first, and stops the read by raising. ``met_before`` waits
    for the read's turn, and is asked only where the stream feeds object types that find
    duplicates; it may raise too.
    """
    source = equipment.sources[read.key.stream]
    limits = equipment.definition.limits
    transformer = equipment.transformers[read.key.stream]
    bounds = {"records": limits.chunk_records, "size": limits.chunk_bytes}
    gathering = Gathering(**bounds) if transformer.finds_duplicates else None
    chunking = Chunking(**bounds)
    filling = gathering or chunking
    rejected: list[Rejected] = []
    paging = Paging(
        read,
        source,
        full=lambda: filling.full,
        time_left=time_left,
        limit=limit,
        before_more=before_more,
    )
    page: Page | None = None
    async for cursor, page in paging.pages():
        for index, outcome in enumerate(transformer.transform(page.records)):
            filling.add(outcome)
            if outcome.problems:
                kept = transformer.used.of(page.records[index])
                place = {"cursor": cursor, "index": index}
                rejected += _rejected(outcome, kept, page.places[index] if page.places else place)
    assert page is not None  # noqa: S101 # there is a first page, or an error
    following = _following(read, page, equipment) if read.tail else ()
    rest = None if read.tail else page.next
    if read.key.number + len(following) >= limits.max_chunks:
        raise TooManyChunks(
            f"The source {read.key.stream!r} would give more than {limits.max_chunks} chunks. If "
            "it is as large as that, raise max_chunks under [limits] and run again with --new; "
            "if not, check its pagination."
        )
    sifted = Sifted(chunking)
    if gathering is not None:
        sifted = gathering.sifted(read.key, await met_before(gathering.identities))
        chunking = sifted.chunking
    return Staged(
        parts=chunking.parts(execution_id, read.key, several=rest is not None),
        rejected=rejected,
        records_read=paging.records,
        records_mapped=chunking.records_mapped,
        records_left_out=chunking.records_left_out,
        records_quarantined=chunking.records_quarantined,
        values_left_out=chunking.values_left_out,
        tallies=chunking.tallies,
        page_marks=tuple(paging.marks),
        identities=sifted.identities,
        conflicts=sifted.conflicts,
        next=following,
        rest=rest,
        pages=paging.budget,
        total=paging.total,
        moved=paging.moved,
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

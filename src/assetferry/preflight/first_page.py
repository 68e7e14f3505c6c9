"""The first page of a source: what it says of the whole stream (pure apart from ``read``)."""

import time
from collections.abc import Iterator
from dataclasses import dataclass

from assetferry.definition.document import Definition
from assetferry.definition.pagination import (
    CursorPagination,
    NoPagination,
    OffsetPagination,
    PagePagination,
)
from assetferry.definition.positions import Path
from assetferry.definition.sources import AnySource
from assetferry.preflight.finding import Finding
from assetferry.sources.page import Page, Source

__all__ = ["FirstPage", "page_findings", "read"]

_ROUND = frozenset({10, 20, 25, 30, 50, 100, 200, 250, 500, 1000, 2000, 5000, 10000})
"""Page sizes that services give when they are asked for none."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FirstPage:
    """What a source gave when asked once."""

    stream: str
    page: Page
    seconds: float
    planned: int
    """How many reads could go on from here at once; 0 where pages are read in order."""


async def read(stream: str, source: Source, *, records: int) -> FirstPage:
    """Ask for the first page, as a run with chunks of so many records would."""
    began = time.monotonic()
    page = await source.read(None)
    seconds = time.monotonic() - began
    planned = 0 if page.next is None else len(source.ahead(page, records=records))
    return FirstPage(stream=stream, page=page, seconds=seconds, planned=planned)


def page_findings(first: FirstPage, definition: Definition) -> Iterator[Finding]:
    """Say how much there is, how it will be read, and what about that will be slow or wrong."""
    source = definition.sources[first.stream]
    path: Path = ("sources", first.stream)
    count, total = len(first.page.records), first.page.total
    of = f" of {total:,}" if total is not None and total != count else ""
    yield Finding(
        state="ok",
        message=f"{first.stream}: {count:,}{of} records in {first.seconds:.2f} s; "
        f"{_course(first, source)}",
        path=path,
    )
    yield from _few(first, definition, path)
    yield from _size(first, definition, source, (*path, "pagination"))
    if isinstance(source.pagination, NoPagination) and count in _ROUND:
        yield Finding(
            state="warning",
            message=f"{first.stream}: exactly {count} records and no pagination: perhaps this is "
            "one page of more",
            cure="See in the service's documentation whether it cuts its list, and set pagination.",
            path=(*path, "pagination"),
        )


def _course(first: FirstPage, source: AnySource) -> str:
    if first.page.next is None:
        return "nothing follows"
    how = (
        f"the rest in {first.planned} reads side by side"
        if first.planned
        else "the rest page after page"
    )
    return f"{how}, until {_end(source)}"


def _end(source: AnySource) -> str:
    """Say by what the source states that nothing follows."""
    match source.pagination:
        case OffsetPagination(total=str(total)):
            return f"{total} is reached"
        case PagePagination(total_pages=str(pages)):
            return f"the last of the pages that {pages} counts"
        case PagePagination(more=str(more)) | CursorPagination(more=str(more)):
            return f"{more} is false"
        case PagePagination(total=str(total)):
            return f"{total} is reached"
        case CursorPagination(cursor=cursor):
            return f"{cursor} is empty"
        case OffsetPagination() | PagePagination():
            return "a page is empty"
        case _:
            return "a page has no next link"


def _few(first: FirstPage, definition: Definition, path: Path) -> Iterator[Finding]:
    least = definition.safety.min_records
    known = len(first.page.records) if first.page.next is None else first.page.total
    if known is not None and known < least:
        yield Finding(
            state="warning",
            message=f"{first.stream}: {known} records are fewer than min_records = {least}: a run "
            "would be held before it is completed",
            cure="Correct url, params or records if there should be more; else lower min_records.",
            path=path,
        )


def _size(
    first: FirstPage, definition: Definition, source: AnySource, path: Path
) -> Iterator[Finding]:
    asked: int | None = getattr(source.pagination, "page_size", None)
    count, limit = len(first.page.records), definition.limits.chunk_records
    if asked is not None and first.page.next is not None and 0 < count != asked:
        yield Finding(
            state="warning",
            message=f"{first.stream}: gives {count} records a page, though page_size is {asked}",
            cure=f"Write page_size = {count}, or what the service allows.",
            path=(*path, "page_size"),
        )
    if asked is not None and asked > limit:
        yield Finding(
            state="warning",
            message=f"{first.stream}: a page of {asked} records is larger than a chunk "
            f"({limit}), so that each is cut into {-(-asked // limit)} chunks",
            cure=f"Fewer requests: write chunk_records = {asked} under [limits].",
            path=(*path, "page_size"),
        )
    counted = isinstance(source.pagination, OffsetPagination | PagePagination)
    untold = first.page.total is None and not first.planned
    if counted and first.page.next is not None and untold:
        yield Finding(
            state="warning",
            message=f"{first.stream}: it is not known how many records there are, so pages are "
            "read one after another, and progress has no end",
            cure='If the answer has the number somewhere, name it: total = "…".',
            path=path,
        )

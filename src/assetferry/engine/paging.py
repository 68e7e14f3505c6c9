"""The pages of one read: as many as fit, and as time and hosts allow."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable

from assetferry.engine.page_marks import page_mark
from assetferry.errors import RetryLater
from assetferry.ledger.chunk import Read
from assetferry.ledger.landmarks import CursorRepeated, PageRepeated
from assetferry.ledger.staged import changed_total
from assetferry.sources.page import Cursor, Page, Source

__all__ = ["Paging"]

_LAST_BEGIN = 0.5
"""The share of the deadline below which no page is begun."""
_FOR_SENDING = 0.25
"""The share of the deadline that pages after the first leave alone."""


class Paging:
    """Gives pages from a row's cursor on, each with the cursor that it was read from.

    A page after the first that fails, takes too long, or whose host must not be asked now ends
    the read with what there is: the next row meets the trouble, and nothing is read twice.
    """

    def __init__(
        self,
        read: Read,
        source: Source,
        *,
        full: Callable[[], bool],
        time_left: Callable[[], float],
        limit: float | None,
        before_more: Callable[[], Awaitable[None]],
    ) -> None:
        """``full`` tells whether what was given is enough; for the rest see ``reading.take``."""
        self._read = read
        self._source = source
        self._full = full
        self._time_left = time_left
        self._limit = limit
        self._before_more = before_more
        self.budget = read.pages
        """The most pages that the rows to follow shall take."""
        self.records = 0
        """Records on the pages given: counted here, so that one lost further on is missed."""
        self.marks: dict[bytes, None] = {}
        """By which the pages would be known again, in order."""
        self.total: int | None = None
        """How many records the stream has, as the first page says that says it."""
        self.moved: str | None = None
        """Why the stream seems to have changed, if a page of this read shows it."""

    async def pages(self) -> AsyncGenerator[tuple[Cursor | None, Page]]:
        """Raise what the source raises at the first page; CursorRepeated, PageRepeated at any."""
        cursor, taken = self._read.cursor, 0
        while True:
            try:
                async with asyncio.timeout(self._patience() if taken else None):
                    page = await self._source.read(cursor)
            except (RetryLater, TimeoutError) as error:
                if taken == 0:
                    raise
                if isinstance(error, TimeoutError) or error.took_too_long:
                    self.budget = taken
                return
            taken += 1
            self._mark(page)
            self._compare(page)
            self.records += len(page.records)
            yield cursor, page
            if page.next is None:
                return
            if page.next == cursor:
                raise CursorRepeated(
                    f"The source {self._read.key.stream!r} gave the same cursor twice. Check the "
                    "definition's pagination against the service's documentation."
                )
            if taken == self._read.pages:
                self.budget = taken + 1  # it went well: dare a little more
                return
            # A planned read keeps to its range: its successors are in the ledger already.
            if self._time_left() < _LAST_BEGIN or (self._read.tail and self._full()):
                return
            cursor = page.next
            await self._before_more()

    def _mark(self, page: Page) -> None:
        mark = page_mark(page.records)
        if mark in self.marks:
            raise PageRepeated(self._read.key.stream)
        if mark is not None:
            self.marks[mark] = None

    def _compare(self, page: Page) -> None:
        # The ledger compares reads with each other; a short stream is a single read.
        self.moved = self.moved or page.moved or changed_total(self.total, page.total)
        if self.total is None:
            self.total = page.total

    def _patience(self) -> float | None:
        if self._limit is None:
            return None
        return max(0.0, self._time_left() - _FOR_SENDING) * self._limit

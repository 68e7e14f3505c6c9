"""Pages by number of records to skip: half-open ranges ``[offset, offset + n)``."""

from collections.abc import Sequence

from assetferry.definition.pagination import OffsetPagination
from assetferry.sources.errors import SourceMisread
from assetferry.sources.page import Cursor, Page
from assetferry.sources.pagination.ranges import ranges
from assetferry.sources.pagination.strategy import Answer, Asked, check_size, number, whole
from assetferry.sources.paths import reading

__all__ = ["Offset"]


class Offset:
    """The next page begins where this one's records end, however many were asked for.

    A cursor is ``{"offset": a}``, or ``{"offset": a, "until": b}`` within a planned range, with
    ``"size"`` where smaller pages are asked for than the definition says. A source may give
    fewer records than asked (it goes on behind them) or a whole page where less was asked
    (within a range it is cut, because the next range has the rest). A page of more than
    ``page_size`` shows that it does not look at the limit, and may not look at the offset. With
    a total the end is reached when it is; without one, when a valid page is empty.
    """

    def __init__(self, config: OffsetPagination) -> None:
        """Compile the path to the total."""
        self._config = config
        self._total = None if config.total is None else reading(config.total)

    def ask(self, cursor: Cursor | None) -> Asked:
        """Ask for a page, at a range's end for no more than belongs to it."""
        offset, until = self._place(cursor)
        size = self._size(cursor)
        limit = size if until is None else min(size, until - offset)
        return Asked(
            params={self._config.offset_param: str(offset), self._config.limit_param: str(limit)}
        )

    def page(self, answer: Answer, cursor: Cursor | None) -> Page:
        """Go on behind the last record, until the total or the range's end is reached."""
        offset, until = self._place(cursor)
        total = number(answer, self._total, "total")
        check_size(answer, self._config.page_size, self._config.limit_param)
        records = answer.records if until is None else answer.records[: until - offset]
        following = offset + len(records)
        end = None if total is None else self._config.start + total
        if not records and end is not None and offset < end:
            raise SourceMisread(
                f"The source says that it has {total} records, and gave none at offset {offset}. "
                "Check that pagination.total leads to the number of all records that can be read."
            )
        ended = not records if end is None else following >= end
        if ended or following == until:
            return Page(records=records, next=None, total=total)
        return Page(records=records, next=(cursor or {}) | {"offset": following}, total=total)

    def smaller(self, cursor: Cursor | None) -> Cursor | None:
        """Ask for half as many records from here on; None below one.

        Safe, because each page begins where the one before it ended.
        """
        size = self._size(cursor)
        if size < 2:  # noqa: PLR2004 (one record cannot be halved)
            return None
        return {"offset": self._place(cursor)[0]} | (cursor or {}) | {"size": size // 2}

    def ahead(self, page: Page, records: int) -> Sequence[Cursor]:
        """Plan where a total is known: ranges of whole pages, the last one open."""
        if page.next is None or page.total is None or "until" in page.next:
            return ()
        planned = ranges(
            whole(page.next, "offset"),
            self._config.start + page.total,
            step=self._config.page_size,
            wanted=records,
        )
        return [
            page.next | {"offset": start} | ({} if until is None else {"until": until})
            for start, until in planned
        ]

    def _size(self, cursor: Cursor | None) -> int:
        return whole(cursor, "size") if cursor and "size" in cursor else self._config.page_size

    def _place(self, cursor: Cursor | None) -> tuple[int, int | None]:
        if cursor is None:
            return self._config.start, None
        until = whole(cursor, "until") if "until" in cursor else None
        return whole(cursor, "offset"), until

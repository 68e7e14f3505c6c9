"""Pages by their number."""

from collections.abc import Sequence

from assetferry.definition.pagination import PagePagination
from assetferry.sources.errors import SourceMisread
from assetferry.sources.page import Cursor, Page
from assetferry.sources.pagination.ranges import ranges
from assetferry.sources.pagination.strategy import Answer, Asked, check_size, number, truth, whole
from assetferry.sources.paths import Reading, reading

__all__ = ["PageNumber"]


class PageNumber:
    """The end is what the source states, in this order: pages, "more", records, an empty page.

    A cursor is ``{"page": p, "seen": n}`` with the records before that page; ``"pages"``, how
    many there were at first, if the source says so; and ``"until"``, where a planned range ends.
    A total of records is compared with those seen, because sources cap the page size we ask for;
    a number of pages with the first that was stated, because each change of it moves records to
    other pages.
    """

    def __init__(self, config: PagePagination) -> None:
        """Compile the paths."""
        self._config = config
        self._total = _reading(config.total)
        self._pages = _reading(config.total_pages)
        self._more = _reading(config.more)

    def ask(self, cursor: Cursor | None) -> Asked:
        """Ask for a page by its number."""
        params = {self._config.page_param: str(self._place(cursor)[0])}
        if self._config.size_param is not None:
            params[self._config.size_param] = str(self._config.page_size)
        return Asked(params=params)

    def page(self, answer: Answer, cursor: Cursor | None) -> Page:
        """Go on with the next number until the source states its end."""
        place, seen, until = self._place(cursor)
        first = whole(cursor, "pages") if cursor and "pages" in cursor else None
        if self._config.size_param is not None:
            check_size(answer, self._config.page_size, self._config.size_param)
        seen += len(answer.records)
        total = number(answer, self._total, "total")
        pages = number(answer, self._pages, "total_pages")
        ended = self._ended(answer, place, seen=seen, total=total, pages=pages)
        if until is not None and pages is None and not ended:
            self._check_full(answer, place)
        moved = _moved(first, pages)
        if ended or place + 1 == until:
            return Page(records=answer.records, next=None, total=total, moved=moved)
        following: Cursor = {"page": place + 1, "seen": seen}
        if pages is not None:
            following["pages"] = pages if first is None else first
        if until is not None:
            following["until"] = until
        return Page(records=answer.records, next=following, total=total, moved=moved)

    def ahead(self, page: Page, records: int) -> Sequence[Cursor]:
        """Plan where the number of pages is stated, or follows from a total and full pages."""
        if page.next is None or "until" in page.next or not page.records:
            return ()
        size, start = len(page.records), self._config.start
        if "pages" in page.next:
            end = start + whole(page.next, "pages")
        elif self._more is None and page.total is not None and size == self._config.page_size:
            end = start - (-page.total // size)
        else:
            return ()
        planned = ranges(whole(page.next, "page"), end, step=1, wanted=max(1, records // size))
        return [
            page.next
            | {"page": place, "seen": (place - start) * size}
            | ({} if until is None else {"until": until})
            for place, until in planned
        ]

    def _ended(
        self, answer: Answer, place: int, *, seen: int, total: int | None, pages: int | None
    ) -> bool:
        if pages is not None:
            ended, stated = place + 1 - self._config.start >= pages, f"{pages} pages"
        elif self._more is not None:
            return not truth(answer, self._more)
        elif total is not None:
            ended, stated = seen >= total, f"{total} records"
        else:
            return not answer.records
        if not answer.records and not ended:
            raise SourceMisread(
                f"The source says that it has {stated}, and gave no records on page {place}. "
                "Check what pagination.total and total_pages lead to."
            )
        return ended

    def _check_full(self, answer: Answer, place: int) -> None:
        """Refuse a short page of a plan: the plan counted on its size."""
        if len(answer.records) != self._config.page_size:
            raise SourceMisread(
                f"Page {place} has {len(answer.records)} records, though every page but the last "
                f"was to have {self._config.page_size}. Set pagination.page_size to the size the "
                "source really gives, or leave total out to read page after page."
            )

    def _place(self, cursor: Cursor | None) -> tuple[int, int, int | None]:
        if cursor is None:
            return self._config.start, 0, None
        until = whole(cursor, "until") if "until" in cursor else None
        return whole(cursor, "page"), whole(cursor, "seen"), until


def _moved(first: int | None, pages: int | None) -> str | None:
    if first is None or pages is None or first == pages:
        return None
    return f"the source had {first} pages at first and {pages} later"


def _reading(expression: str | None) -> Reading | None:
    return None if expression is None else reading(expression)

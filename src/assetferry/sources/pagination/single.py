"""One answer that holds everything."""

from collections.abc import Sequence

from assetferry.sources.page import Cursor, Page
from assetferry.sources.pagination.strategy import Answer, Asked

__all__ = ["Single"]


class Single:
    """No pages: a valid answer is the whole stream."""

    def ask(self, cursor: Cursor | None) -> Asked:
        """Ask for everything."""
        _ = cursor
        return Asked()

    def page(self, answer: Answer, cursor: Cursor | None) -> Page:
        """Take everything."""
        _ = cursor
        return Page(records=answer.records, next=None, total=len(answer.records))

    def ahead(self, page: Page, records: int) -> Sequence[Cursor]:
        """Nothing follows."""
        _ = page, records
        return ()

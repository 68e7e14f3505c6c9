"""Pages by a cursor that each answer carries."""

from collections.abc import Sequence
from math import isfinite
from typing import Any

from assetferry.definition.pagination import CursorPagination
from assetferry.definition.scalars import is_whole
from assetferry.sources.errors import SourceCursorForeign, SourceMisread
from assetferry.sources.page import Cursor, Page
from assetferry.sources.pagination.strategy import Answer, Asked, truth
from assetferry.sources.paths import reading

__all__ = ["BodyCursor"]


class BodyCursor:
    """A chain: only the answer before tells how to ask for the next.

    A cursor is ``{"cursor": c}``. The end is ``more`` saying false, or, without ``more``, a
    cursor that is absent, null, false or empty. An empty page with a cursor goes on: sources
    that filter give such pages.
    """

    def __init__(self, config: CursorPagination) -> None:
        """Compile the paths."""
        self._config = config
        self._cursor = reading(config.cursor)
        self._more = None if config.more is None else reading(config.more)

    def ask(self, cursor: Cursor | None) -> Asked:
        """Ask with the cursor that was given."""
        params: dict[str, str] = {}
        if self._config.limit_param is not None and self._config.page_size is not None:
            params[self._config.limit_param] = str(self._config.page_size)
        if cursor is not None:
            params[self._config.cursor_param] = str(_current(cursor))
        return Asked(params=params)

    def page(self, answer: Answer, cursor: Cursor | None) -> Page:
        """Take the next cursor, unless the answer says that there is none."""
        following = self._following(answer)
        if following is None:
            return Page(records=answer.records, next=None)
        if cursor is not None and str(following) == str(_current(cursor)):
            raise SourceMisread(
                "The source gave the same cursor again, which would read the same page for ever. "
                "Check that pagination.cursor_param is the parameter that takes the cursor."
            )
        if cursor is not None and isinstance(following, str) != isinstance(_current(cursor), str):
            raise SourceMisread(
                "pagination.cursor led to a text on one page and to a number on another: the "
                "answer has changed its shape. Check what pagination.cursor leads to."
            )
        return Page(records=answer.records, next={"cursor": following})

    def ahead(self, page: Page, records: int) -> Sequence[Cursor]:
        """Give nothing: a cursor cannot be foreseen."""
        _ = page, records
        return ()

    def _following(self, answer: Answer) -> str | int | float | None:
        more = None if self._more is None else truth(answer, self._more)
        if more is False:
            return None
        value: Any = self._cursor(answer.document)
        if value is None or value is False or value == "":
            if more:
                raise SourceMisread(
                    "The source says that more follows, and gave no cursor to it. Check "
                    "pagination.cursor and pagination.more."
                )
            return None
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise SourceMisread(
                "pagination.cursor must lead to a text or a number and led to a value of type "
                f"{type(value).__name__}. Correct the path."
            )
        if not _writable(value):
            raise SourceMisread(
                "pagination.cursor led to half of a character or to a number beyond all bounds, "
                "which cannot be sent back. Correct the path."
            )
        return value


def _writable(value: str | float) -> bool:
    return is_whole(value) if isinstance(value, str) else isfinite(value)


def _current(cursor: Cursor) -> str | int | float:
    value = cursor.get("cursor")
    if not isinstance(value, str | int | float):
        raise SourceCursorForeign(
            "The stored place holds no cursor: the source's pagination was changed. "
            "Start a new run (--new)."
        )
    return value

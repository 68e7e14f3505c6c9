"""What every way of paging answers: what to ask for, and what an answer says (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from assetferry.sources.errors import SourceCursorForeign, SourceMisread
from assetferry.sources.page import Cursor, Page
from assetferry.sources.paths import Reading

__all__ = ["Answer", "Asked", "Pagination", "check_size", "number", "truth", "whole"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What one page is asked by."""

    params: dict[str, str] = field(default_factory=dict[str, str])
    """Added to the source's own address; they replace parameters of the same name."""
    url: str | None = None
    """Asked instead of the source's own address, as it is."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """A 2xx answer in JSON whose records were found."""

    document: Any
    records: Sequence[Any]
    url: str
    """Where it came from, after redirects."""
    link: str | None = None
    """The ``Link`` header."""


class Pagination(Protocol):
    """One way of paging. A doubtful answer raises SourceMisread, it is never the end."""

    def ask(self, cursor: Cursor | None) -> Asked:
        """Say how to ask for the page at ``cursor``; None is the start."""
        ...

    def page(self, answer: Answer, cursor: Cursor | None) -> Page:
        """Say what an answer to the question at ``cursor`` means."""
        ...

    def ahead(self, page: Page, records: int) -> Sequence[Cursor]:
        """Cut what follows ``page`` into ranges, from ``page.next`` on, or give none."""
        ...


def whole(cursor: Cursor, key: str) -> int:
    """Read a number of a stored cursor."""
    value = cursor.get(key)
    if not isinstance(value, int):
        raise SourceCursorForeign(
            f"The stored place {cursor!r} has no {key}: the source's pagination was changed. "
            "Start a new run (--new)."
        )
    return value


_TOO_MANY = 2**53
"""Above this JSON's numbers are no longer exact, and no list is that long."""


def number(answer: Answer, read: Reading | None, name: str) -> int | None:
    """Read a count that the definition says every answer has; None if it names none."""
    if read is None:
        return None
    value = read(answer.document)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < _TOO_MANY:
        raise SourceMisread(
            f"pagination.{name} must lead to a whole number and led to {_kind(value)}. Correct "
            f"the path, wrap it in to_number(…) if it is a text, or leave {name} out."
        )
    return value


def truth(answer: Answer, read: Reading) -> bool:
    """Read whether more follows; only true and false are statements."""
    value = read(answer.document)
    if not isinstance(value, bool):
        raise SourceMisread(
            f"pagination.more must lead to true or false and led to {_kind(value)}. Correct the "
            "path or leave more out."
        )
    return value


def check_size(answer: Answer, asked: int, param: str) -> None:
    """Refuse a page that is larger than any that was asked for: the places may not add up."""
    if len(answer.records) > asked:
        raise SourceMisread(
            f"The source was asked for {asked} records with {param} and gave "
            f"{len(answer.records)}. Set pagination.page_size to the size that it really gives, "
            "and see that the parameters under pagination are those of the service."
        )


def _kind(value: Any) -> str:
    return "nothing" if value is None else f"a value of type {type(value).__name__}"

"""What a source gives: pages of records, and where to read on."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias, runtime_checkable

__all__ = ["Cursor", "Divisible", "Page", "Record", "Source"]

Record: TypeAlias = Any
"""One item of a page as the source gave it: any JSON value."""

Cursor: TypeAlias = dict[str, Any]
"""The opaque, JSON-able place from which to read on. Only the source that made it reads it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """One valid answer of a source. A doubtful answer is an error, never a page."""

    records: Sequence[Record]
    next: Cursor | None
    """Where to read on, or None where this answer states positively that nothing follows:
    the end of the stream, or of the planned range that the cursor carried."""
    total: int | None = None
    """How many records the whole stream has, if the answer says so."""
    moved: str | None = None
    """Why the stream seems to have changed since the cursor was made, if the answer shows it."""
    places: Sequence[Any] | None = None
    """Where each record stood, where that is not the page's cursor and the index on it."""


class Source(Protocol):
    """One named source of a definition, opened for one run."""

    async def read(self, cursor: Cursor | None) -> Page:
        """Read one page; None is the start of the stream.

        Raises RetryLater (unreachable, overloaded, throttled with ``until``), NeedsPerson
        (credentials refused, egress denied) or Fatal (an answer that is not what the
        definition describes).
        """
        ...

    def ahead(self, page: Page, *, records: int) -> Sequence[Cursor]:
        """Name the places after ``page.next``, each about ``records`` records apart.

        Every cursor but the last carries the end of its range, so that the ranges can be read
        at once; the last goes on until the source says its end. A source that must be read
        in order gives an empty sequence.
        """
        ...


@runtime_checkable
class Divisible(Protocol):
    """A source of which fewer records can be asked for at once."""

    def smaller(self, cursor: Cursor | None) -> Cursor | None:
        """Name the same place, from which on smaller pages are read; None if that cannot be."""
        ...

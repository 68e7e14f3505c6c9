"""What one read gave, ready to be stored."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

__all__ = [
    "Conflict",
    "Identity",
    "Part",
    "Place",
    "Rejected",
    "Staged",
    "TypeTally",
    "changed_total",
]


@dataclass(frozen=True, slots=True)
class Part:
    """The bytes of one chunk, as they will be sent every time."""

    body: bytes
    records: int
    entries: Mapping[str, int]
    """Object type to number of entries."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Rejected:
    """A record, or one nested item of it, that could not become an entry."""

    place: Any
    """Where it stood: the page's cursor and the index on it."""
    object_type: str | None
    attribute: str | None
    code: str
    reason: str
    record: Any


@dataclass(frozen=True, slots=True)
class Identity:
    """An entry that goes first of all with its identity in this run; both are hashes."""

    identity: bytes
    content: bytes
    position: int
    """The record among those of its read, from 0."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an entry came from: a read of its stream, and the record in it."""

    number: int
    part: str
    position: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Conflict:
    """An entry whose identity stands at an earlier place with other content; it is not sent."""

    object_type: str
    identity: Sequence[str]
    position: int
    sent: Place
    """Where the entry came from that was sent."""


@dataclass(slots=True)
class TypeTally:
    """What a read made for one object type."""

    entries_mapped: int = 0
    entries_repeated: int = 0
    entries_quarantined: int = 0
    entries_conflicting: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Staged:
    """All that one read gave. Records: read = mapped + left out + quarantined."""

    parts: Sequence[Part]
    rejected: Sequence[Rejected] = ()
    records_read: int
    records_mapped: int
    records_left_out: int
    records_quarantined: int
    values_left_out: int = 0
    """Optional values that did not fit their attribute's type and were not sent."""
    tallies: Mapping[str, TypeTally] = field(default_factory=dict[str, TypeTally])
    page_marks: Sequence[bytes] = ()
    """By which its pages would be known again."""
    identities: Sequence[Identity] = ()
    """Of object types that find duplicates: what this read is the first to send."""
    conflicts: Sequence[Conflict] = ()
    next: Sequence[Mapping[str, Any]] = ()
    """Cursors of the rows to follow: one of a chain, all of a plan. Only a tail has them."""
    rest: Mapping[str, Any] | None = None
    """Where this read stopped short of its planned end."""
    pages: int | None = None
    """The most pages that the rows to follow take at once; None for any number."""
    total: int | None = None
    """How many records the source says the stream has: on the first of its pages that says so."""
    moved: str | None = None
    """Why the source seems to have changed, if that showed within this read."""


def changed_total(first: int | None, later: int | None) -> str | None:
    """Say that a source which counts its records has counted others later; None if it has not."""
    if first is None or later is None or first == later:
        return None
    return f"the source had {first} records at first and {later} later"

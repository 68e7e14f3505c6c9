"""What the mapping makes of one record.

Structs, because two of these are made per record: a frozen dataclass takes five times as long.
"""

import msgspec

__all__ = ["Entry", "Outcome", "Problem"]


class Entry(msgspec.Struct, frozen=True, gc=False):
    """What a record becomes for one object type."""

    object_type: str
    selector: str
    """The key under ``data`` that this object type's mapping reads."""
    body: bytes
    """The entry as JSON, encoded once."""
    identity: tuple[str, ...] = ()
    """What tells its object from others, as Assets compares it; empty where nobody needs it."""


class Problem(msgspec.Struct, frozen=True, gc=False):
    """Why a record, or one nested item of it, could not become an entry."""

    object_type: str
    attribute: str | None
    code: str
    """Stable, snake_case: ``unmapped_value``, ``bad_value``, ``empty_identity`` …"""
    reason: str
    """For people; names the value's type and place, and what to do."""
    item: int = 0
    """Which nested item it is about, from 1; 0 where it is about the record itself. An entry may
    have several problems."""


class Outcome(msgspec.Struct, frozen=True, gc=False):
    """Exactly one of: mapped (entries), left out (neither), quarantined (problems).

    A record with problems may still have entries: a device is not lost because its owner's
    address is malformed. It counts as quarantined.
    """

    entries: tuple[Entry, ...] = ()
    problems: tuple[Problem, ...] = ()
    values_left_out: int = 0
    """Optional values that did not fit their attribute's type and were not sent."""

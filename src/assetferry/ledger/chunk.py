"""A chunk's name in the ledger, and what a lane is given to work on."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, bindparam

__all__ = ["ChunkKey", "Read", "Send", "at_key"]


@dataclass(frozen=True, slots=True)
class ChunkKey:
    """Run, stream, number and part: the place of these entries in the run, for good."""

    run: str
    stream: str
    number: int
    part: str
    """``""``, or a path (``0``, ``1``, ``1.0``) where one read gave several chunks or a chunk
    was split."""

    def child(self, index: int) -> "ChunkKey":
        """Name the index-th part of this chunk."""
        part = f"{self.part}.{index}" if self.part else str(index)
        return ChunkKey(self.run, self.stream, self.number, part)

    @property
    def parent(self) -> "ChunkKey | None":
        """Name the chunk that this one is a part of; None for a whole one."""
        if not self.part:
            return None
        return ChunkKey(self.run, self.stream, self.number, self.part.rpartition(".")[0])

    def after(self, places: int) -> "ChunkKey":
        """Name the read that stands so many places later in the stream."""
        return ChunkKey(self.run, self.stream, self.number + places, "")

    @property
    def bound(self) -> dict[str, Any]:
        """Give the parameters of ``at_key``."""
        return {
            "at_run": self.run,
            "at_stream": self.stream,
            "at_number": self.number,
            "at_part": self.part,
        }

    @property
    def columns(self) -> dict[str, Any]:
        """Give the values of the four key columns."""
        return {
            "run": self.run,
            "stream": self.stream,
            "number": self.number,
            "part": self.part,
        }

    def __str__(self) -> str:
        """Show the place as people read it, without the run."""
        return f"{self.stream} {self.number}{'/' if self.part else ''}{self.part}"


def at_key(table: Table) -> ColumnElement[bool]:
    """Say in SQL that a row of chunks or payloads is the one with a key's parameters."""
    return and_(
        table.c.run == bindparam("at_run"),
        table.c.stream == bindparam("at_stream"),
        table.c.number == bindparam("at_number"),
        table.c.part == bindparam("at_part"),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Read:
    """A DUE row, leased: take pages from its cursor and stage them."""

    key: ChunkKey
    token: int
    cursor: dict[str, Any] | None
    tail: bool
    """Whether the end of this row is the end of its stream."""
    pages: int | None = None
    """The most pages to take at once, after more took too long; None for any number."""
    attempts: int
    losses: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Send:
    """A STAGED row, leased: send its bytes, always the same."""

    key: ChunkKey
    token: int
    body: bytes
    entries: dict[str, int]
    """Object type to the number of its entries in these bytes."""
    attempts: int
    losses: int

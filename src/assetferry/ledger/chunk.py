"""A chunk's name in the ledger, and what a lane is given to work on."""

from dataclasses import dataclass
from typing import Any

__all__ = ["ChunkKey", "Read", "Send"]


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

    def __str__(self) -> str:
        """Show the place as people read it, without the run."""
        return f"{self.stream} {self.number}{'/' if self.part else ''}{self.part}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Read:
    """A DUE row, leased: take pages from its cursor and stage them."""

    key: ChunkKey
    token: int
    cursor: dict[str, Any] | None
    tail: bool
    """Whether the end of this row is the end of its stream."""
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

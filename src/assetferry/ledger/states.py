"""The states of runs and chunks, and which of them are ends."""

from enum import StrEnum

__all__ = ["ENDED", "SETTLED", "ChunkState", "RunState"]


class ChunkState(StrEnum):
    """Where a chunk's row stands: DUE → STAGED → SUBMITTED, or aside to SPLIT or FAILED."""

    DUE = "DUE"
    """To be read from the source."""
    STAGED = "STAGED"
    """Transformed; its bytes are stored and wait to be sent."""
    SUBMITTED = "SUBMITTED"
    """Assets has accepted it, or it held no entries."""
    SPLIT = "SPLIT"
    """Replaced by its parts."""
    FAILED = "FAILED"
    """Given up; its run ends FAILED."""


class RunState(StrEnum):
    """Where a run stands. A hold is not a state: any run that has not ended may be held."""

    STARTING = "STARTING"
    INGESTING = "INGESTING"
    COMPLETING = "COMPLETING"
    PROCESSING = "PROCESSING"
    CLOSING = "CLOSING"
    DONE = "DONE"
    PARTIAL = "PARTIAL"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


ENDED = frozenset({RunState.DONE, RunState.PARTIAL, RunState.FAILED, RunState.CANCELLED})
"""Nothing happens to a run any more."""

SETTLED = frozenset({ChunkState.SUBMITTED, ChunkState.SPLIT})
"""Nothing is left to do for a chunk; a run completes when all its chunks are settled."""

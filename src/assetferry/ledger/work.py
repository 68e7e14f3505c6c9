"""What a claim gives a lane to do, or why it gives nothing."""

from dataclasses import dataclass
from typing import TypeAlias

from assetferry.ledger.chunk import Read, Send
from assetferry.ledger.run import Run

__all__ = ["Ended", "Held", "Redefined", "Step", "Wait", "Work"]


@dataclass(frozen=True, slots=True)
class Step:
    """The run itself needs its next step, leased: start, complete, watch or close."""

    run: Run


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing can be done for this many seconds, unless somebody else finishes something."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Held:
    """The run waits for a person."""

    run: Run


@dataclass(frozen=True, slots=True)
class Ended:
    """Nothing happens to the run any more."""

    run: Run


@dataclass(frozen=True, slots=True)
class Redefined:
    """The run has got another text of its definition than the lane works with."""


Work: TypeAlias = Read | Send | Step | Wait | Held | Ended | Redefined

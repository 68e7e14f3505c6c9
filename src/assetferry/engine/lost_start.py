"""What became of a start whose answer never came, judged by the newest execution alone."""

from dataclasses import dataclass
from typing import TypeAlias

from assetferry.assets.answers import ExecutionStatus

__all__ = ["Ask", "Busy", "Cancel", "after_lost_answer"]


@dataclass(frozen=True, slots=True)
class Ask:
    """Nothing of ours is open: ask for an execution."""


@dataclass(frozen=True, slots=True)
class Cancel:
    """The lost call made this one, and nothing was ever sent to it: cancel it, then ask."""

    execution_id: str


@dataclass(frozen=True, slots=True)
class Busy:
    """Somebody else's execution is under way."""


LostStart: TypeAlias = Ask | Cancel | Busy


def after_lost_answer(before: str | None, newest: ExecutionStatus | None) -> LostStart:
    """Compare the newest execution with the one noted before the lost call.

    The same means that nothing was made. Another one that is INGESTING was made by the lost
    call. Another one that is PROCESSING was not: we have completed nothing.
    """
    if newest is None:
        return Ask()
    if newest.execution_id is None or newest.execution_id == before:
        return Busy() if newest.state in ("INGESTING", "PROCESSING") else Ask()
    match newest.state:
        case "INGESTING":
            return Cancel(newest.execution_id)
        case "PROCESSING":
            return Busy()
        case "DONE" | "CANCELLED":
            return Ask()

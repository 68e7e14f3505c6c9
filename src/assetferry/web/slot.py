"""The slot of a schedule that a call of Assets is for (pure).

Assets cannot sign and says no time. What it calls is a due time of the schedule that it was
given with the address, and each due time begins one run at most.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from assetferry.recurrence import Frequency, Recurrence, next_due

__all__ = ["Kept", "due_slot", "passed_slot"]

_SETTLED = timedelta(minutes=1)
"""A call that is made is here by then."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """A schedule as Assets was given it, and as the ledger has it beside the key."""

    frequency: Frequency
    start: str
    """The first time, an instant."""
    timezone: str
    window: float
    """Seconds before and after a due time in which a call counts for it."""
    schedule_id: str | None = None
    """How Assets names it; None until it has answered."""

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> "Kept":
        """Read what ``stored`` wrote."""
        return cls(**stored)

    def stored(self) -> dict[str, Any]:
        """Write it for the ledger."""
        return asdict(self)

    @property
    def recurrence(self) -> Recurrence:
        """Give what Assets keeps to: the wall-clock time of its first time."""
        zone = ZoneInfo(self.timezone)
        start = datetime.fromisoformat(self.start).astimezone(zone).replace(tzinfo=None)
        return Recurrence(start=start, zone=zone, frequency=self.frequency)


def due_slot(kept: Kept, now: float) -> str | None:
    """Name the due time that is nearest to ``now``; None if there is none within the window.

    Before as well as after: clocks differ, and whether Assets keeps the hour across daylight
    saving is not documented.
    """
    at, window = datetime.fromtimestamp(now, UTC), timedelta(seconds=kept.window)
    near = _between(kept, at - window, at + window)
    return _name(min(near, key=lambda due: abs(due - at))) if near else None


def passed_slot(kept: Kept, now: float) -> tuple[str, float] | None:
    """Name the last due time that was a minute ago or more, and give it in epoch seconds.

    None if it is not within the window: it was told of then, if there was somebody to tell.
    """
    at = datetime.fromtimestamp(now, UTC)
    near = _between(kept, at - timedelta(seconds=kept.window), at - _SETTLED)
    return (_name(near[-1]), near[-1].timestamp()) if near else None


def _between(kept: Kept, start: datetime, end: datetime) -> list[datetime]:
    found: list[datetime] = []
    due = next_due(kept.recurrence, start - timedelta(microseconds=1))
    while due is not None and due <= end:
        found.append(due)
        due = next_due(kept.recurrence, due)
    return found


def _name(due: datetime) -> str:
    return f"due:{due.isoformat().replace('+00:00', 'Z')}"

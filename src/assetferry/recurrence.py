"""When a schedule is next due, in its time zone.

The one place of the package that knows. A recurrence keeps its wall-clock time across
daylight saving: 09:00 stays 09:00. A time that a day does not have, because the clock was
put forward over it, becomes the first time after the gap; of a time that a day has twice,
because the clock was put back, the first counts. A month without the day takes its last.

Pure: what is due follows from the recurrence and the instant asked about, however many times
were missed or asked about before.
"""

from bisect import bisect_left
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import MAXYEAR, UTC, datetime, timedelta
from itertools import count
from math import ceil, floor
from typing import Literal, TypeAlias
from zoneinfo import ZoneInfo

__all__ = ["Frequency", "Recurrence", "first_due", "next_due"]

Frequency: TypeAlias = Literal["ONCE", "DAILY", "WEEKLY", "MONTHLY"]

WEEK = 7
MONTHS = 12
MARGIN = 2
"""Days looked at before the day asked about: no zone was ever moved by more than one."""
INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Recurrence:
    """A first time and what makes the times after it."""

    start: datetime
    """Wall-clock time in the zone, so without an offset; its ``fold`` tells which of two equal
    ones the first time is. An instant becomes one by
    ``instant.astimezone(zone).replace(tzinfo=None)``."""
    zone: ZoneInfo
    frequency: Frequency | timedelta
    """How often by the calendar, or an interval: time that passes, whatever clocks show."""
    days: frozenset[int] = frozenset()
    """Weekdays of a WEEKLY recurrence, Monday being 0; none means every seventh day."""

    def __post_init__(self) -> None:
        """Raise ValueError for what has no meaning; users are told by whoever read it."""
        if self.start.tzinfo is not None:
            raise ValueError("start is wall-clock time and carries no offset")
        if isinstance(self.frequency, timedelta) and self.frequency <= timedelta(0):
            raise ValueError("an interval is longer than nothing")
        if self.days and self.frequency != "WEEKLY":
            raise ValueError("days go with WEEKLY only")
        if not self.days <= set(range(WEEK)):
            raise ValueError("days are numbers from 0, Monday, to 6")


def first_due(recurrence: Recurrence) -> datetime | None:
    """Give the first instant at which it is due: the start, or the first of its days after."""
    return next_due(recurrence, _instant(recurrence.start, recurrence.zone) - INSTANT)


def next_due(recurrence: Recurrence, after: datetime) -> datetime | None:
    """Give the first instant later than ``after`` at which it is due, in UTC.

    Later, never equal: asked with its own answers it gives each time once. None where nothing
    more is due: ONCE is over, or the calendar ends (with the year 9999).
    """
    try:
        if isinstance(recurrence.frequency, timedelta):
            return _interval(recurrence, recurrence.frequency, after)
        for wall in _walls(recurrence, after.astimezone(recurrence.zone)):
            due = _instant(wall, recurrence.zone)
            if due > after:
                return due
    except OverflowError:
        return None
    return None


def _interval(recurrence: Recurrence, length: timedelta, after: datetime) -> datetime:
    start = _instant(recurrence.start, recurrence.zone)
    return start + max(0, (after - start) // length + 1) * length


def _walls(recurrence: Recurrence, near: datetime) -> Iterator[datetime]:
    """Give the wall-clock times in order, from shortly before ``near`` on."""
    start = recurrence.start
    if recurrence.frequency == "ONCE":
        yield start
    elif recurrence.frequency == "MONTHLY":
        months = (near.year - start.year) * MONTHS + near.month - start.month
        for number in count(max(0, months - 1)):
            yield _in_month(start, number)
    else:
        stride = 1 if recurrence.frequency == "DAILY" or recurrence.days else WEEK
        passed = (near.date() - start.date()).days - MARGIN
        for number in count(max(0, passed) // stride):
            # Adding even nothing would forget which of two equal times the start is.
            wall = start + timedelta(days=number * stride) if number else start
            if not recurrence.days or wall.weekday() in recurrence.days:
                yield wall


def _in_month(start: datetime, number: int) -> datetime:
    """Give the start's day and time so many months later, or the last day of that month."""
    if number == 0:
        return start
    years, month = divmod(start.month - 1 + number, MONTHS)
    if start.year + years > MAXYEAR:
        raise OverflowError("the calendar ends")
    last = monthrange(start.year + years, month + 1)[1]
    return start.replace(year=start.year + years, month=month + 1, day=min(start.day, last), fold=0)


def _instant(wall: datetime, zone: ZoneInfo) -> datetime:
    """Give the instant of a wall-clock time, whether it comes once, twice or never."""
    early, late = (wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if early <= late:
        return late if wall.fold else early
    # Never: read with the offset before the gap it lies after it, and the other way round.
    return _end_of_gap(late, early, zone)


def _end_of_gap(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """Find the second at which the clock was put forward, between two instants around it."""
    seconds = range(floor(before.timestamp()), ceil(after.timestamp()) + 1)
    offset = before.astimezone(zone).utcoffset()
    moved = bisect_left(
        seconds,
        True,  # noqa: FBT003 - the value looked for
        key=lambda second: datetime.fromtimestamp(second, zone).utcoffset() != offset,
    )
    return datetime.fromtimestamp(seconds[moved], UTC)

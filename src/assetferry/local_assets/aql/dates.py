"""Date functions and date literals, evaluated against a given now; everything is UTC.

``startOfDay(-1d)`` is the start of today moved by the offset. The end of a period is the
start of the next one moved by the offset, less a millisecond, so that ``endOfMonth(-1M)`` is
the last instant of last month whatever its length.
"""

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal, TypeAlias

__all__ = ["DateFunction", "as_instant", "date_function", "instant_text", "parse_instant"]

Period: TypeAlias = Literal["now", "day", "week", "month", "year"]
Edge: TypeAlias = Literal["start", "end"]

_CALL = re.compile(r"\s*(now|(?:start|end)of(?:day|week|month|year))\s*\((.*)\)\s*", re.IGNORECASE)
_OFFSET = re.compile(r"\s*([+-]?)\s*(\d{1,6})\s*([yMwdhms])", re.IGNORECASE)
_UNITS = {"w": "weeks", "d": "days", "h": "hours", "m": "minutes", "s": "seconds"}
_MONTHS = 12
_YEARS = range(1, 10_000)


@dataclass(frozen=True, slots=True)
class DateFunction:
    """A call such as ``endOfMonth(-1M)``, not yet evaluated."""

    edge: Edge
    period: Period
    months: int = 0
    rest: timedelta = timedelta()

    def at(self, now: datetime) -> datetime:
        """Evaluate. Raises OverflowError beyond the years 1 to 9999."""
        start = _start(now, self.period)
        if self.edge == "end":
            start = _next(start, self.period)
        moved = _add_months(start, self.months) + self.rest
        return moved - timedelta(milliseconds=1) if self.edge == "end" else moved


def date_function(text: str) -> DateFunction | None:
    """Read a text that is wholly a date function, else None."""
    call = _CALL.fullmatch(text)
    if call is None:
        return None
    offset = _offset(call[2])
    if offset is None:
        return None
    name = call[1].lower()
    if name == "now":
        return DateFunction("start", "now", *offset)
    edge: Edge = "start" if name.startswith("start") else "end"
    periods: dict[str, Period] = {"day": "day", "week": "week", "month": "month", "year": "year"}
    return DateFunction(edge, periods[name[len(edge) + 2 :]], *offset)


def as_instant(text: str) -> datetime | None:
    """Read an ISO 8601 date or date-time; no zone means UTC."""
    try:
        read = datetime.fromisoformat(text.strip())
        return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def parse_instant(text: str) -> tuple[datetime, timedelta] | None:
    """Read a date or date-time and how much time it names: a day, a minute, a second or an ms."""
    read = as_instant(text)
    if read is None:
        return None
    clock = re.search(r"[T ](.*)", text.strip())
    if clock is None:
        return read, timedelta(days=1)
    if "." in clock[1] or "," in clock[1]:
        return read, timedelta(milliseconds=1)
    named = re.sub(r"(?:Z|[+-]\d\d:?(?:\d\d)?)$", "", clock[1])
    digits = sum(map(str.isdigit, named))
    return read, {2: timedelta(hours=1), 4: timedelta(minutes=1)}.get(digits, timedelta(seconds=1))


def instant_text(instant: datetime) -> str:
    """Write an instant as the store does, so that instants compare as text."""
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _offset(text: str) -> tuple[int, timedelta] | None:
    """Read ``-2h 15m`` as whole months and the rest; a sign holds until the next one."""
    months, rest, sign, at = 0, timedelta(), 1, 0
    text = text.rstrip()
    while at < len(text):
        part = _OFFSET.match(text, at)
        if part is None:
            return None
        sign = {"-": -1, "+": 1}.get(part[1], sign)
        amount, unit = sign * int(part[2]), part[3]
        if unit in "yY":
            months += amount * _MONTHS
        elif unit == "M":
            months += amount
        else:
            rest += timedelta(**{_UNITS[unit.lower()]: amount})
        at = part.end()
    return months, rest


def _start(now: datetime, period: Period) -> datetime:
    if period == "now":
        return now
    day = now.replace(hour=0, minute=0, second=0, microsecond=0)
    match period:
        case "day":
            return day
        case "week":
            return day - timedelta(days=day.weekday())
        case "month":
            return day.replace(day=1)
        case "year":
            return day.replace(month=1, day=1)


def _next(start: datetime, period: Period) -> datetime:
    match period:
        case "day":
            return start + timedelta(days=1)
        case "week":
            return start + timedelta(days=7)
        case "month":
            return _add_months(start, 1)
        case "year" | "now":
            return _add_months(start, _MONTHS)


def _add_months(instant: datetime, months: int) -> datetime:
    """Move by calendar months; a day the month does not have becomes its last."""
    year, month = divmod(instant.year * _MONTHS + instant.month - 1 + months, _MONTHS)
    if year not in _YEARS:
        raise OverflowError(f"the year {year} is out of range")
    last = calendar.monthrange(year, month + 1)[1]
    return instant.replace(year=year, month=month + 1, day=min(instant.day, last))

"""When a time of day comes, found by looking at every minute of a year."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

__all__ = ["first_minutes"]


def first_minutes(zone: ZoneInfo, at: time, first: date, last: date) -> dict[date, datetime]:
    """Give, for each day, the first minute whose wall-clock time is not before ``at``.

    That is the rule for schedules in other words, with no arithmetic in common with the
    code: whatever clocks do, it is the time itself, the first of two, or the end of a gap.
    """
    found: dict[date, datetime] = {}
    minute = datetime.combine(first, time(), tzinfo=UTC) - timedelta(days=1)
    while minute.date() <= last + timedelta(days=1):
        wall = minute.astimezone(zone)
        if wall.time() >= at:
            found.setdefault(wall.date(), minute)
        minute += timedelta(minutes=1)
    return {day: due for day, due in found.items() if first <= day <= last}

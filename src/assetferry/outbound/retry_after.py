"""When the other side wants to be asked again."""

import re
from email.utils import parsedate_to_datetime

__all__ = ["http_date", "retry_after"]

# Nine digits are 31 years: whatever is longer is not a number of seconds somebody meant.
_SECONDS = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9})?")


def retry_after(value: str | None, *, now: float, date: str | None = None) -> float | None:
    """Give the epoch second that a ``Retry-After`` names; None if it names none.

    Both forms of RFC 9110, section 10.2.3. ``date`` is the answer's own ``Date`` header: a
    moment is taken relative to it, because the two clocks may differ. A moment that has
    passed is ``now``.
    """
    if value is None:
        return None
    value = value.strip()
    if _SECONDS.fullmatch(value):
        return now + float(value)
    moment = http_date(value)
    if moment is None:
        return None
    sent = http_date(date) if date else None
    return max(now, moment if sent is None else now + (moment - sent))


def http_date(value: str) -> float | None:
    """Give the epoch second of an HTTP date; None for what is none."""
    try:
        return parsedate_to_datetime(value).timestamp()
    except (ValueError, OverflowError):
        return None

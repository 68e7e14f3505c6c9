"""Dates, times and instants: from what sources write to what Assets stores (contract §12.5)."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import Annotated, Any, TypeAlias

from pydantic import AfterValidator, WithJsonSchema

from assetferry.definition.model import mistake
from assetferry.definition.scalars import Misfit, as_text, kind_of

__all__ = ["MOMENT_TYPES", "Pattern", "by_pattern", "to_date", "to_date_time", "to_time"]

_DATE = len("2026-11-30")
_DIRECTIVE = re.compile(r"%(.?)", re.DOTALL)
_DIRECTIVES = frozenset("aAbBcdfGHIjmMpSuUVwWxXyYzZ%")


def to_date(value: Any) -> str:
    """Take the day as written, also from a date with time: no zone may move it."""
    text = _text("a date such as 2026-11-30", value)
    try:
        found = date.fromisoformat(text)
        return text if text[4::3] == "--" and len(text) == _DATE else found.isoformat()
    except ValueError:
        pass
    try:
        return datetime.fromisoformat(text).date().isoformat()
    except ValueError:
        raise Misfit("is not an ISO 8601 date; say how it is written with format") from None


def to_time(value: Any) -> str:
    """Take the time of day; seconds may be left out, fractions are dropped."""
    text = _text("a time such as 09:30", value)
    try:
        return _clock(time.fromisoformat(text))
    except ValueError:
        raise Misfit("is not an ISO 8601 time; say how it is written with format") from None


def to_date_time(value: Any) -> str:
    """Take the instant; a date alone is its midnight in UTC."""
    text = _text("a date with time such as 2026-11-30T09:30:00Z", value)
    try:
        return _instant(datetime.fromisoformat(text))
    except ValueError:
        raise Misfit("is not an ISO 8601 date-time; say how it is written with format") from None


def _clock(value: time) -> str:
    if value.tzinfo is not None:
        raise Misfit("is a time with a zone, which Assets cannot store")
    return value.isoformat(timespec="seconds")


def _instant(value: datetime) -> str:
    """Write in UTC with milliseconds; a time without zone is UTC (contract §12.5)."""
    if value.tzinfo is not None and value.tzinfo is not UTC:
        try:
            value = value.astimezone(UTC)
        except OverflowError:
            raise Misfit("lies outside the years 1 to 9999 once in UTC") from None
    return f"{value.replace(tzinfo=None).isoformat(timespec='milliseconds')}Z"


def _text(example: str, value: Any) -> str:
    if not isinstance(value, str):
        raise Misfit(f"is {kind_of(value)}, not {example}")
    return value.strip()


def by_pattern(kind: str, pattern: str) -> Callable[[Any], str]:
    """Build the converter of one of MOMENT_TYPES for values in strptime's ``pattern``."""
    finish = _FINISH[kind]

    def convert(value: Any) -> str:
        text = as_text(value).strip()
        try:
            return finish(datetime.strptime(text, pattern))  # noqa: DTZ007  # %z may be in it
        except (ValueError, OverflowError):
            raise Misfit("is not written as the attribute's format says") from None

    return convert


_FINISH: dict[str, Callable[[datetime], str]] = {
    "date": lambda parsed: parsed.date().isoformat(),
    "time": lambda parsed: _clock(parsed.time()),
    "date_time": _instant,
}
MOMENT_TYPES = frozenset(_FINISH)
"""The attribute types that ``format`` goes with."""


def _pattern(value: str) -> str:
    unknown = [found[0] for found in _DIRECTIVE.finditer(value) if found[1] not in _DIRECTIVES]
    if unknown or "%" not in value.replace("%%", ""):
        raise mistake(
            f"has the unknown directive {unknown[0]}" if unknown else "has no directive",
            'Write it in the letters of strptime: format = "%d.%m.%Y %H:%M".',
        )
    return value


Pattern: TypeAlias = Annotated[
    str,
    AfterValidator(_pattern),
    WithJsonSchema({"type": "string", "pattern": "%", "examples": ["%d.%m.%Y"]}),
]
"""How a source writes dates or times, in the directives of strptime."""

"""What fits an attribute type, in the form Assets can always convert (contract §12.5).

A converter takes a value that is not empty and gives what to send, or raises Misfit. Its reason
names types and formats, never the value, which may be personal.
"""

import re
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, time
from ipaddress import ip_address
from math import isfinite
from typing import Any, TypeAlias

from assetferry.definition.attributes import AttributeType
from assetferry.definition.statuses import canonical

__all__ = ["Converter", "Misfit", "as_text", "converter", "is_empty"]

Converter: TypeAlias = Callable[[Any], str | int | float | bool]

_INTEGER = re.compile(r"[+-]?[0-9]{1,19}(?:\.0*)?")
_DOUBLE = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^\s/?#]+[^\s]*")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
_LARGEST = 2**63 - 1
_DATE = len("2026-11-30")
_BOOLEANS = {"true": True, "false": False}
_KINDS: dict[type, str] = {
    bool: "a boolean",
    int: "a number",
    float: "a number",
    str: "a text",
    list: "a list",
    dict: "an object",
    type(None): "null",
}


class Misfit(Exception):
    """A value does not fit its attribute's type."""


def is_empty(value: Any) -> bool:
    """Tell whether a value says nothing: null, blank text, an empty list or object."""
    if isinstance(value, str):
        return not value or value.isspace()
    return value is None or value in ([], {})


def as_text(value: Any) -> str:
    """Write a scalar as Assets does: ``true``, ``5`` for 5.0, texts unchanged."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float) and isfinite(value):
        return str(int(value)) if value.is_integer() and abs(value) < _LARGEST else repr(value)
    raise Misfit(f"is {_kind(value)}, not a single value")


def converter(
    kind: AttributeType, *, values: Iterable[str] | None = None, pattern: str | None = None
) -> Converter:
    """Build the converter of one attribute.

    ``values`` limits select and status; ``pattern`` is strptime's, for dates and times.
    """
    if kind == "select" and values is not None:
        return _one_of({value: value for value in values}, str)
    if kind == "status" and values is not None:
        return _one_of({canonical(value): value for value in values}, canonical)
    if pattern is not None and kind in _FROM_PATTERN:
        return _by_pattern(_FROM_PATTERN[kind], pattern)
    return _CONVERTERS[kind]


def _kind(value: Any) -> str:
    kind: type = type(value)  # pyright: ignore[reportUnknownVariableType]
    return _KINDS.get(kind, f"a {kind.__name__}")


def _one_of(known: dict[str, str], fold: Callable[[str], str]) -> Converter:
    def convert(value: Any) -> str:
        found = known.get(fold(as_text(value)))
        if found is None:
            raise Misfit("is none of the attribute's values; add it to values, or use map")
        return found

    return convert


def _integer(value: Any) -> int:
    if type(value) is int and -_LARGEST <= value <= _LARGEST:  # most values
        return value
    if isinstance(value, str) and _INTEGER.fullmatch(stripped := value.strip()):
        value = int(stripped.partition(".")[0])
    elif isinstance(value, float) and value.is_integer():
        value = int(value)
    if type(value) is not int:  # a boolean is no number here
        raise Misfit(f"is {_kind(value)} that is no whole number")
    if not -_LARGEST <= value <= _LARGEST:
        raise Misfit("is a whole number of more than 64 bits")
    return value


def _double(value: Any) -> int | float:
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= _LARGEST:
        return value
    if isinstance(value, str) and _DOUBLE.fullmatch(stripped := value.strip()):
        value = float(stripped)
    if not isinstance(value, float) or not isfinite(value):
        raise Misfit(f"is {_kind(value)} that is no finite number")
    return value


def _boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and (found := _BOOLEANS.get(value.strip().casefold())) is not None:
        return found
    raise Misfit(f"is {_kind(value)} that is neither true nor false; use map to say what it means")


def _date(value: Any) -> str:
    """Take the day as written, also from a date with time: no zone may move it."""
    text = _text_for("a date such as 2026-11-30", value)
    try:
        found = date.fromisoformat(text)
        return text if text[4::3] == "--" and len(text) == _DATE else found.isoformat()
    except ValueError:
        pass
    try:
        return datetime.fromisoformat(text).date().isoformat()
    except ValueError:
        raise Misfit("is not an ISO 8601 date; say how it is written with format") from None


def _time(value: Any) -> str:
    text = _text_for("a time such as 09:30", value)
    try:
        return _clock(time.fromisoformat(text))
    except ValueError:
        raise Misfit("is not an ISO 8601 time; say how it is written with format") from None


def _date_time(value: Any) -> str:
    text = _text_for("a date with time such as 2026-11-30T09:30:00Z", value)
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


def _by_pattern(finish: Callable[[datetime], str], pattern: str) -> Converter:
    def convert(value: Any) -> str:
        text = as_text(value).strip()
        try:
            return finish(datetime.strptime(text, pattern))  # noqa: DTZ007  # %z may be in it
        except (ValueError, OverflowError):
            raise Misfit("is not written as the attribute's format says") from None

    return convert


def _url(value: Any) -> str:
    text = _text_for("an address", value)
    if not _URL.fullmatch(text):
        raise Misfit("is not an absolute address such as https://host/path")
    return text


def _email(value: Any) -> str:
    text = _text_for("an e-mail address", value)
    if not _EMAIL.fullmatch(text):
        raise Misfit("is not an e-mail address: one @ and no spaces")
    return text


def _ipaddress(value: Any) -> str:
    text = _text_for("an IP address", value)
    try:
        if "%" not in text:  # a zone means something on one machine only
            return str(ip_address(text))
    except ValueError:
        pass
    raise Misfit("is not an IPv4 or IPv6 address")


def _text_for(what: str, value: Any) -> str:
    if not isinstance(value, str):
        raise Misfit(f"is {_kind(value)}, not {what}")
    return value.strip()


_FROM_PATTERN: dict[AttributeType, Callable[[datetime], str]] = {
    "date": lambda parsed: parsed.date().isoformat(),
    "time": lambda parsed: _clock(parsed.time()),
    "date_time": _instant,
}

_CONVERTERS: dict[AttributeType, Converter] = {
    "text": as_text,
    "textarea": as_text,
    "select": as_text,
    "status": as_text,
    "reference": as_text,
    "integer": _integer,
    "double": _double,
    "boolean": _boolean,
    "date": _date,
    "time": _time,
    "date_time": _date_time,
    "url": _url,
    "email": _email,
    "ipaddress": _ipaddress,
}

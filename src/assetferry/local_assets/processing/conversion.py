"""Values: what each attribute type accepts, and the text that is stored (12.5)."""

import ipaddress
import math
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from assetferry.local_assets.processing.patterns import compile_pattern
from assetferry.local_assets.settings import SourceSettings
from assetferry.local_assets.store.catalogue import Kind

__all__ = ["Convert", "converter", "scalar_text"]

Convert: TypeAlias = Callable[[Any], str]
"""Gives the stored text; raises ValueError where the value does not fit."""

_INTEGER = re.compile(r"[+-]?\d+", re.ASCII)
_TIME = re.compile(r"\d\d:\d\d(:\d\d)?", re.ASCII)
_EXACT = 1 << 53
"""Beyond it a float no longer names one integer."""


def converter(kind: Kind, settings: SourceSettings) -> Convert:
    """Give the conversion for a kind; select and status are judged by names elsewhere."""
    if kind == "date":
        return _date(settings.date_format)
    if kind == "date_time":
        return _date_time(settings.date_time_format)
    return _CONVERSIONS.get(kind, scalar_text)


def scalar_text(value: Any) -> str:
    """Write a scalar: booleans in lower case, numbers in their shortest decimal form."""
    if type(value) is str:
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return _decimal(value)
    raise ValueError("not a scalar")


def _decimal(value: float) -> str:
    if not math.isfinite(value):
        raise ValueError("not a finite number")
    return str(int(value)) if value.is_integer() and abs(value) < _EXACT else repr(value)


def _integer(value: Any) -> str:
    if type(value) is int:
        return str(value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, str) and _INTEGER.fullmatch(stripped := value.strip()):
        return str(int(stripped))
    raise ValueError("not an integer")


def _boolean(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str) and (lower := value.strip().lower()) in ("true", "false"):
        return lower
    raise ValueError("not a boolean")


def _double(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError("not a number")  # noqa: TRY004 - a wrong value is no wrong type
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str) and "_" in value:
        raise ValueError("not a number")
    return _decimal(float(value))


def _date(pattern: str) -> Convert:
    read = compile_pattern(pattern)

    def convert(value: Any) -> str:
        if not isinstance(value, str):
            raise ValueError("not a date")  # noqa: TRY004 - a wrong value is no wrong type
        text = value.strip()
        try:
            return date.fromisoformat(text).isoformat()
        except ValueError:
            return read(text).date().isoformat()

    return convert


def _time(value: Any) -> str:
    if not isinstance(value, str) or not _TIME.fullmatch(text := value.strip()):
        raise ValueError("not a time")
    return time.fromisoformat(text).isoformat()


def _date_time(pattern: str) -> Convert:
    read = compile_pattern(pattern)

    def convert(value: Any) -> str:
        if not isinstance(value, str):
            raise ValueError("not a date and time")  # noqa: TRY004 - a wrong value is no wrong type
        text = value.strip()
        try:
            instant = datetime.fromisoformat(text)
        except ValueError:
            instant = read(text)
        if instant.tzinfo is None:
            instant = instant.replace(tzinfo=UTC)
        try:
            return f"{instant.astimezone(UTC).isoformat(timespec='milliseconds')[:-6]}Z"
        except OverflowError as error:
            raise ValueError("out of range") from error

    return convert


def _url(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("not a URL")  # noqa: TRY004 - a wrong value is no wrong type
    parts = urlsplit(value.strip())
    if not parts.scheme or not (parts.netloc or parts.path):
        raise ValueError("not an absolute URL")
    return value


def _email(value: Any) -> str:
    if isinstance(value, str):
        text = value.strip()
        name, at, domain = text.partition("@")
        if name and at and domain and "@" not in domain and not any(map(str.isspace, text)):
            return text
    raise ValueError("not an email address")


def _ip_address(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("not an IP address")  # noqa: TRY004 - a wrong value is no wrong type
    return str(ipaddress.ip_address(value.strip()))


_CONVERSIONS: dict[Kind, Convert] = {
    "integer": _integer,
    "boolean": _boolean,
    "double": _double,
    "time": _time,
    "url": _url,
    "email": _email,
    "ipaddress": _ip_address,
}

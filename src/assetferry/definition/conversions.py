"""What fits an attribute type, in the form Assets can always convert (contract §12.5).

A converter takes a value that is not empty and gives what to send, or raises Misfit. Its reason
names types and formats, never the value, which may be personal.
"""

import re
from collections.abc import Callable, Iterable
from ipaddress import ip_address
from math import isfinite
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from assetferry.definition.attributes import AttributeType
from assetferry.definition.moments import MOMENT_TYPES, by_pattern, to_date, to_date_time, to_time
from assetferry.definition.scalars import Misfit, as_text, kind_of
from assetferry.definition.statuses import canonical

__all__ = ["Converter", "converter"]

Converter: TypeAlias = Callable[[Any], str | int | float | bool]

_INTEGER = re.compile(r"[+-]?[0-9]{1,19}(?:\.0*)?")
_DOUBLE = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^\s/?#]+[^\s]*")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
_LARGEST = 2**63 - 1
_BOOLEANS = {"true": True, "false": False}


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
    if pattern is not None and kind in MOMENT_TYPES:
        return by_pattern(kind, pattern)
    return _CONVERTERS[kind]


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
        raise Misfit(f"is {kind_of(value)} that is no whole number")
    if not -_LARGEST <= value <= _LARGEST:
        raise Misfit("is a whole number of more than 64 bits")
    return value


def _double(value: Any) -> int | float:
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= _LARGEST:
        return value
    if isinstance(value, str) and _DOUBLE.fullmatch(stripped := value.strip()):
        value = float(stripped)
    if not isinstance(value, float) or not isfinite(value):
        raise Misfit(f"is {kind_of(value)} that is no finite number")
    return value


def _boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and (found := _BOOLEANS.get(value.strip().casefold())) is not None:
        return found
    raise Misfit(
        f"is {kind_of(value)} that is neither true nor false; use map to say what it means"
    )


def _url(value: Any) -> str:
    text = _text_for("an address", value)
    try:
        usable = _URL.fullmatch(text) is not None and bool(urlsplit(text).netloc)
    except ValueError:  # an opening bracket without its address
        usable = False
    if not usable:
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
        raise Misfit(f"is {kind_of(value)}, not {what}")
    return value.strip()


_CONVERTERS: dict[AttributeType, Converter] = {
    "text": as_text,
    "textarea": as_text,
    "select": as_text,
    "status": as_text,
    "reference": as_text,
    "integer": _integer,
    "double": _double,
    "boolean": _boolean,
    "date": to_date,
    "time": to_time,
    "date_time": to_date_time,
    "url": _url,
    "email": _email,
    "ipaddress": _ipaddress,
}

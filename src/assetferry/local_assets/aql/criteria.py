"""What a value must be to satisfy a comparison, once it is known what kind of value it is.

Numbers compare as numbers, dates as dates, everything else as folded text. A day compared
for equality with a date-time stands for the whole day; with ``<`` and its like for midnight.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from math import isinf
from typing import Literal, TypeAlias

from .dates import DateFunction, instant_text, parse_instant
from .error import UnfitValue
from .forms import Form
from .functions import fold
from .syntax import Operator, Value

__all__ = ["Contains", "Criterion", "Ends", "Key", "Kind", "OneOf", "Range", "criteria"]

Kind: TypeAlias = Literal["text", "number", "id", "date", "date_time", "time"]
Key: TypeAlias = str | int | float

_BIGGEST = 2**63


@dataclass(frozen=True, slots=True)
class OneOf:
    """Equal to any of the keys; ``exact`` also as written, to the letter."""

    form: Form
    keys: tuple[Key, ...]
    exact: str | None = None


@dataclass(frozen=True, slots=True)
class Range:
    """Between two ends, either of which may be open or absent."""

    form: Form
    low: Key | None = None
    low_included: bool = True
    high: Key | None = None
    high_included: bool = False


@dataclass(frozen=True, slots=True)
class Contains:
    """Has the folded text somewhere."""

    text: str


@dataclass(frozen=True, slots=True)
class Ends:
    """Ends with the folded text."""

    text: str


Criterion: TypeAlias = OneOf | Range | Contains | Ends


def criteria(
    kind: Kind, operator: Operator, values: Sequence[Value], now: datetime
) -> list[Criterion]:
    """Give the criteria of which a stored value must satisfy any.

    Raises UnfitValue if a value does not fit the kind, at its place.
    """
    if operator in ("=", "==", "IN"):
        found = [_equal(kind, value, now, exact=operator == "==") for value in values]
        return _merged(found)
    value = values[0]
    if operator in ("LIKE", "STARTSWITH", "ENDSWITH"):
        return [_part(operator, value.text)]
    key, form = _key(kind, value, now)
    match operator:
        case "<":
            return [Range(form, high=key)]
        case "<=":
            return [Range(form, high=key, high_included=True)]
        case ">":
            return [Range(form, low=key, low_included=False)]
        case _:
            return [Range(form, low=key)]


def _equal(kind: Kind, value: Value, now: datetime, *, exact: bool) -> Criterion:
    if kind == "date_time" and value.function is None:
        instant = parse_instant(value.text)
        if instant is not None:
            return _while(*instant)
    key, form = _key(kind, value, now)
    return OneOf(form, (key,), value.text if exact and form == "folded" else None)


def _while(start: datetime, length: timedelta) -> Range:
    try:
        end = instant_text(start + length)
    except OverflowError:
        end = None
    return Range("plain", low=instant_text(start), high=end)


def _merged(found: list[Criterion]) -> list[Criterion]:
    """Put equal tests together: one look-up with many keys instead of many."""
    plain = [each for each in found if isinstance(each, OneOf) and each.exact is None]
    if len(plain) < 2:  # noqa: PLR2004 - one alone has nothing to be merged with
        return found
    keys = tuple(dict.fromkeys(key for each in plain for key in each.keys))
    rest = [each for each in found if each not in plain]
    return [OneOf(plain[0].form, keys), *rest]


def _part(operator: Operator, text: str) -> Criterion:
    folded = text.casefold()
    if operator == "LIKE":
        return Contains(folded)
    if operator == "ENDSWITH":
        return Ends(folded)
    return Range("folded", low=folded, high=_after_prefix(folded))


def _after_prefix(prefix: str) -> str | None:
    """Give the least text above all that start with ``prefix``; None if there is no end."""
    shorter = prefix.rstrip(chr(0x10FFFF))
    if not shorter:
        return None
    following = ord(shorter[-1]) + 1
    # Surrogates are no characters of their own and cannot be bound.
    return shorter[:-1] + chr(0xE000 if 0xD800 <= following <= 0xDFFF else following)  # noqa: PLR2004


def _key(kind: Kind, value: Value, now: datetime) -> tuple[Key, Form]:
    match kind:
        case "number":
            return _number(value), "number"
        case "id":
            return _number(value), "plain"
        case "date":
            return _instant(value, now)[:10], "plain"
        case "date_time":
            return _instant(value, now), "plain"
        case "time":
            return _clock(value), "plain"
        case "text":
            if value.function is not None and not value.quoted:
                raise _unfit(value, "A date function can only be compared with dates")
            return fold(value.text) or "", "folded"


def _number(value: Value) -> int | float:
    try:
        number = Decimal(value.text.strip())
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise _unfit(value, "This attribute holds numbers; compare it with a number")
    if number == number.to_integral_value() and abs(number) < _BIGGEST:
        return int(number)
    if isinf(float(number)):
        raise _unfit(value, "This number is out of range")
    return float(number)


def _instant(value: Value, now: datetime) -> str:
    function: DateFunction | None = value.function
    try:
        if function is not None:
            return instant_text(function.at(now.astimezone(UTC)))
        read = parse_instant(value.text)
    except OverflowError:
        raise _unfit(value, "This date is out of range") from None
    if read is None:
        raise _unfit(value, "Expected a date such as 2026-01-31, or a date function")
    return instant_text(read[0])


def _clock(value: Value) -> str:
    try:
        return time.fromisoformat(value.text.strip()).strftime("%H:%M:%S")
    except ValueError:
        raise _unfit(value, "Expected a time such as 09:30") from None


def _unfit(value: Value, message: str) -> UnfitValue:
    return UnfitValue(message, value.position, value.text)

"""The straight way for values that are as they should be.

Nearly all values are a plain scalar of the right kind; each of these functions takes such a
value in a few hundred nanoseconds and gives None for anything else (empty, a list, another
kind, a wrong form), which then goes the thorough way through ``conversion``.
"""

import math
import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, TypeAlias

from assetferry.local_assets.processing.conversion import Convert, scalar_text
from assetferry.local_assets.store.catalogue import Kind

__all__ = ["Quick", "quick_for"]

Quick: TypeAlias = Callable[[Any], str | None]

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")


def quick_for(kind: Kind, convert: Convert, names: Mapping[str, str] | None) -> Quick:
    """Give the straight way for a kind; ``names`` are the only ones where it is a list."""
    if names is not None:
        return _one_of(names)
    match kind:
        case "integer":
            return _integer
        case "boolean":
            return _boolean
        case "double":
            return _double
        case "date":
            return _date
        case "email":
            return _email
        case "time" | "date_time" | "url" | "ipaddress":
            return _by(convert)
        case "text" | "textarea" | "select" | "status" | "referenced_object":
            return _text


def _text(value: Any) -> str | None:
    return value if type(value) is str and value.strip() else None


def _integer(value: Any) -> str | None:
    return str(value) if type(value) is int else None


def _boolean(value: Any) -> str | None:
    if value is True:
        return "true"
    return "false" if value is False else None


def _double(value: Any) -> str | None:
    fits = type(value) is int or (type(value) is float and math.isfinite(value))
    return scalar_text(value) if fits else None


def _date(value: Any) -> str | None:
    if type(value) is not str:
        return None
    try:
        return date.fromisoformat(value).isoformat()
    except ValueError:
        return None


def _email(value: Any) -> str | None:
    return value if type(value) is str and _EMAIL.fullmatch(value) else None


def _by(convert: Convert) -> Quick:
    def quick(value: Any) -> str | None:
        if type(value) is not str or not value.strip():
            return None
        try:
            return convert(value)
        except ValueError:
            return None

    return quick


def _one_of(names: Mapping[str, str]) -> Quick:
    return lambda value: names.get(value) if type(value) is str else None

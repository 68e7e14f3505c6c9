"""Durations, sizes and shares as people write them: ``"15 min"``, ``"1 MiB"``, ``"20%"``."""

import re
from typing import Annotated, Any, TypeAlias

from pydantic import BeforeValidator, WithJsonSchema

from assetferry.definition.model import mistake

__all__ = ["YEAR", "Bytes", "Seconds", "Share"]

YEAR = 366 * 86400.0
"""Seconds; what is to last longer is a mistake, and may lie beyond every calendar."""
_SECONDS = {"s": 1, "min": 60, "h": 3600, "d": 86400}
_BYTES = {"B": 1, "kB": 1000, "KiB": 1024, "MB": 1000**2, "MiB": 1024**2, "GB": 1000**3}
_QUANTITY = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,6})?) ?([A-Za-z]+)")
_SHARE = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,6})?) ?%")


def _quantity(value: Any, units: dict[str, int], example: str) -> float:
    cure = f'Write a number and one of {", ".join(units)} in quotes, such as "{example}".'
    match = _QUANTITY.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise mistake("is not a quantity with its unit", cure)
    if match[2] not in units:
        raise mistake(f"has the unknown unit {match[2]}", cure)
    return float(match[1]) * units[match[2]]


def _seconds(value: Any) -> float:
    return _quantity(value, _SECONDS, "15 min")


def _bytes(value: Any) -> int:
    return int(_quantity(value, _BYTES, "1 MiB"))


def _share(value: Any) -> float:
    match = _SHARE.fullmatch(value) if isinstance(value, str) else None
    share = float(match[1]) / 100 if match else value
    if isinstance(share, bool) or not isinstance(share, int | float) or not 0 <= share <= 1:
        raise mistake(
            "is not a share between 0% and 100%", 'Write it in quotes with a percent sign: "20%".'
        )
    return float(share)


def _written(pattern: str, example: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": pattern, "examples": [example]})


Seconds: TypeAlias = Annotated[
    float,
    BeforeValidator(_seconds),
    _written(r"^[0-9]+(\.[0-9]+)? ?(s|min|h|d)$", "15 min"),
]
"""A duration; in code a number of seconds."""

Bytes: TypeAlias = Annotated[
    int,
    BeforeValidator(_bytes),
    _written(r"^[0-9]+(\.[0-9]+)? ?(B|kB|KiB|MB|MiB|GB)$", "1 MiB"),
]
"""A size; in code a number of bytes."""

Share: TypeAlias = Annotated[
    float,
    BeforeValidator(_share),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "pattern": r"^[0-9]+(\.[0-9]+)? ?%$"},
                {"type": "number", "minimum": 0, "maximum": 1},
            ],
            "examples": ["20%"],
        }
    ),
]
"""A part of a whole; in code a number from 0 to 1."""

"""Column types that mean the same on SQLite and on PostgreSQL."""

from typing import Any

import msgspec
from sqlalchemy import Dialect, Double, Text
from sqlalchemy.types import TypeDecorator

__all__ = ["Instant", "Json"]


class Json(TypeDecorator[Any]):
    """A JSON value kept as text: read whole, never queried into."""

    impl = Text
    cache_ok = True

    def __init__(self, *, optional: bool = True) -> None:
        """Where nothing is ``optional``, None is the JSON value null and no missing one."""
        super().__init__()
        self.optional = optional

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """Encode; None stays NULL where that may be."""
        del dialect
        absent = value is None and self.optional
        return None if absent else msgspec.json.encode(value).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        """Decode; NULL stays None."""
        del dialect
        return None if value is None else msgspec.json.decode(value)


Instant = Double
"""Seconds since the epoch, UTC: one arithmetic in SQL and Python, no time zones to lose."""

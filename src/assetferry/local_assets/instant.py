"""Points in time as Assets writes them: ``2021-02-16T20:04:41.527Z``."""

from datetime import UTC, datetime

__all__ = ["epoch_milliseconds", "now", "offset_form", "text"]


def text(instant: datetime) -> str:
    """Write an aware time in UTC with milliseconds, so that it sorts as it reads."""
    utc = instant.astimezone(UTC)
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}Z"


def now() -> str:
    return text(datetime.now(UTC))


def offset_form(stored: str) -> str:
    """Write a stored time as ``progressResult`` does, with ``+00:00`` (8.5)."""
    return stored.removesuffix("Z") + "+00:00"


def epoch_milliseconds(stored: str) -> int:
    """Give the ``timestamp`` of an object (13.2)."""
    return round(datetime.fromisoformat(stored).timestamp() * 1000)

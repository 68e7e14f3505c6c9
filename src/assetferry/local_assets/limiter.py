"""How many calls a minute are let in, where the server was told to count them (section 16)."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal, TypeAlias

from assetferry.local_assets.errors import General
from assetferry.local_assets.settings import Settings

__all__ = ["Limiter", "Rate", "limiter_for"]

Rate: TypeAlias = Literal["searches", "counts", "reads", "calls"]
"""Which limit an endpoint has: one of its own per credential, or the common one."""

WINDOW = 60
"""Seconds; a window begins with the first call that is counted in it."""
MOST_WINDOWS = 10_000
"""Beyond this, windows that have ended are cleared away."""


@dataclass(slots=True)
class _Window:
    began: float
    calls: int = 0


class Limiter:
    """Counts calls in windows of a minute; a call that is refused is not counted."""

    def __init__(self, settings: Settings, clock: Callable[[], float] = time.monotonic) -> None:
        self._limits: dict[Rate, int] = {
            "searches": settings.searches_per_minute,
            "counts": settings.counts_per_minute,
            "reads": settings.reads_per_minute,
            "calls": settings.calls_per_minute,
        }
        self._total = settings.total_per_minute
        self._named = settings.limit_header
        self._clock = clock
        self._windows: dict[tuple[object, ...], _Window] = {}

    def admit(self, rate: Rate, *, endpoint: str, workspace_id: str, credential: int) -> None:
        """Count a call, or refuse it with 429, which says when there is room again."""
        of = (workspace_id,) if rate == "calls" else (workspace_id, credential)
        now = self._clock()
        wanted = (
            ((endpoint, *of), self._limits[rate]),
            ((workspace_id,), self._total),
        )
        waits = [self._wait(key, limit, now) for key, limit in wanted]
        if any(waits):
            seconds = max(1, math.ceil(max(waits)))
            raise General(429, "Too many requests", self._header(seconds))
        for key, _ in wanted:
            self._windows[key].calls += 1

    def _header(self, seconds: int) -> dict[str, str]:
        if self._named == "none":
            return {}
        if self._named == "Retry-After":
            return {self._named: str(seconds)}
        at = datetime.now(UTC) + timedelta(seconds=seconds)
        return {self._named: at.isoformat(timespec="seconds").replace("+00:00", "Z")}

    def _wait(self, key: tuple[object, ...], limit: int, now: float) -> float:
        """Give the seconds until a window has room, 0 if it has."""
        window = self._windows.get(key)
        if window is None or now >= window.began + WINDOW:
            self._clear(now)
            self._windows[key] = window = _Window(now)
        return window.began + WINDOW - now if window.calls >= limit else 0

    def _clear(self, now: float) -> None:
        if len(self._windows) > MOST_WINDOWS:
            self._windows = {
                key: one for key, one in self._windows.items() if now < one.began + WINDOW
            }


def limiter_for(settings: Settings) -> Limiter | None:
    """Give a limiter where the settings want one."""
    return Limiter(settings) if settings.rate_limits else None

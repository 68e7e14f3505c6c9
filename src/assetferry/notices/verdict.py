"""What becomes of a notice after an attempt to deliver it (pure)."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import TypeAlias

from assetferry.outbound.response import Response
from assetferry.outbound.retry_after import retry_after

__all__ = ["Delivered", "GivenUp", "Later", "SoFar", "Verdict", "after_answer", "after_error"]

_FIRST_S = 5.0
_FACTOR = 3
_LONGEST_S = 3600.0
_FOR_S = 86400.0
"""A notice is tried for a day: after that, other things have told."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """It was taken."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Later:
    """Try again, not before ``due_at`` (epoch seconds)."""

    due_at: float
    error: str


@dataclass(frozen=True, kw_only=True, slots=True)
class GivenUp:
    """Nobody tries any more."""

    error: str


Verdict: TypeAlias = Delivered | Later | GivenUp


@dataclass(frozen=True, kw_only=True, slots=True)
class SoFar:
    """What has been tried, and when it is now (epoch seconds)."""

    attempts: int
    created_at: float
    now: float
    jitter: float
    """A factor for the pause, about 1."""


def after_answer(response: Response, so_far: SoFar) -> Verdict:
    """Decide by the status alone. 410 says that nobody wants to be told there any more."""
    if HTTPStatus.OK <= response.status < HTTPStatus.MULTIPLE_CHOICES:
        return Delivered()
    error = f"The receiver answered {response.status}."
    if response.status == HTTPStatus.GONE:
        return GivenUp(error=error)
    retry, date = response.header("retry-after"), response.header("date")
    return after_error(error, so_far, asked=retry_after(retry, now=so_far.now, date=date))


def after_error(error: str, so_far: SoFar, *, asked: float | None = None) -> Verdict:
    """Try again after 5 s, 15 s, 45 s … an hour, for a day.

    ``asked`` is the earliest moment that the receiver named.
    """
    pause = min(_LONGEST_S, _FIRST_S * _FACTOR ** min(so_far.attempts, 10)) * so_far.jitter
    due_at = max(so_far.now + pause, asked or 0.0)
    if due_at > so_far.created_at + _FOR_S:
        return GivenUp(error=error)
    return Later(due_at=due_at, error=error)

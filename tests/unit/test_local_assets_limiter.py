"""Which calls are too many, by the clock (section 16 of the wire contract)."""

import pytest

from assetferry.local_assets.errors import General
from assetferry.local_assets.limiter import Limiter, Rate, limiter_for
from assetferry.local_assets.settings import Settings


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def limiter(clock: Clock, **settings: int) -> Limiter:
    return Limiter(Settings(rate_limits=True, **settings), clock)  # type: ignore[arg-type]


def call(
    limiter: Limiter,
    rate: Rate = "calls",
    endpoint: str = "GET x",
    workspace_id: str = "w",
    credential: int = 1,
) -> str | None:
    """Make a call; give status and Retry-After if it is refused."""
    try:
        limiter.admit(rate, endpoint=endpoint, workspace_id=workspace_id, credential=credential)
    except General as refusal:
        return f"{refusal.status} {refusal.headers['Retry-After']}"
    return None


def test_a_minute_has_so_many_calls_and_then_says_when_to_come_back(clock: Clock) -> None:
    """The window opens with the first call, and its end is what Retry-After names."""
    limited = limiter(clock, calls_per_minute=3)
    assert [call(limited) for _ in range(3)] == [None] * 3
    clock.now += 12.5
    assert call(limited) == "429 48"
    clock.now += 47.4
    assert call(limited) == "429 1"
    clock.now += 0.1
    assert [call(limited) for _ in range(4)] == [None, None, None, "429 60"]


def test_documented_limits_hold_per_credential_and_the_common_one_per_workspace(
    clock: Clock,
) -> None:
    """One caller's searches do not use up another's; other calls of a workspace add up."""
    limited = limiter(clock, searches_per_minute=1, calls_per_minute=1)
    assert call(limited, "searches") is None
    assert call(limited, "searches") == "429 60"
    assert call(limited, "searches", credential=2) is None
    assert call(limited) is None
    assert call(limited, credential=2) == "429 60"
    assert call(limited, endpoint="GET y") is None
    assert call(limited, workspace_id="v") is None


def test_all_calls_of_a_workspace_have_a_limit_together(clock: Clock) -> None:
    """Endpoints below their own limits still meet the common total, refused calls uncounted."""
    limited = limiter(clock, total_per_minute=3, calls_per_minute=2)
    assert [call(limited), call(limited), call(limited)] == [None, None, "429 60"]
    assert call(limited, "reads", endpoint="GET y") is None
    assert call(limited, "reads", endpoint="GET z") == "429 60"


def test_memory_stays_bounded(clock: Clock) -> None:
    """Windows that have ended do not stay."""
    limited = limiter(clock)
    for caller in range(25_000):
        clock.now += 0.1
        call(limited, "reads", credential=caller)
    assert len(limited._windows) < 11_000  # pyright: ignore[reportPrivateUsage]


def test_there_is_none_by_default() -> None:
    """Nobody meets a limit who has not asked for it."""
    assert limiter_for(Settings()) is None

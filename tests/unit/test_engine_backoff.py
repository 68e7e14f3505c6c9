"""When something that failed goes again."""

from hypothesis import given
from hypothesis import strategies as st

from assetferry.engine.backoff import Backoff


def test_pauses_double_up_to_the_longest() -> None:
    """1 s, 2 s, 4 s … and never more than the longest, before jitter."""
    backoff = Backoff(max_attempts=99, chance=lambda: 0.5)
    assert [backoff.pause(attempts) for attempts in range(5)] == [1, 2, 4, 8, 16]
    assert backoff.pause(10) == 900
    assert backoff.pause(1_000_000) == 900


@given(st.integers(0, 10_000), st.floats(0, 1, exclude_max=True))
def test_jitter_is_half_to_one_and_a_half(attempts: int, chance: float) -> None:
    """Lanes that failed at one instant do not come back at one instant, nor at once."""
    plain = Backoff(max_attempts=1, chance=lambda: 0.5).pause(attempts)
    pause = Backoff(max_attempts=1, chance=lambda: chance).pause(attempts)
    assert 0.5 * plain <= pause <= 1.5 * plain


def test_two_lanes_get_different_pauses() -> None:
    """The default chance is chance."""
    backoff = Backoff(max_attempts=8)
    assert len({backoff.pause(3) for _ in range(20)}) > 1


def test_the_last_attempt_is_the_max_attempts_th() -> None:
    """With three attempts the one after two failures is the last; with one, the first."""
    assert [Backoff(3).exhausted(attempts) for attempts in range(4)] == [False, False, True, True]
    assert Backoff(1).exhausted(0)

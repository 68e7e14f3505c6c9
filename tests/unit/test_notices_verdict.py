"""What becomes of a notice after each attempt (pure)."""

import pytest

from assetferry.notices.verdict import Delivered, GivenUp, Later, SoFar, after_answer, after_error
from assetferry.outbound.response import Response

DAY = 86_400.0


def answered(status: int, **headers: str) -> Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(status=status, url="http://127.0.0.1/", headers=named, body=b"")


def after(attempts: int = 0, now: float = 1000.0) -> SoFar:
    return SoFar(attempts=attempts, created_at=1000.0, now=now, jitter=1.0)


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_a_2xx_is_delivered(status: int) -> None:
    """Whatever the receiver says beside it."""
    assert after_answer(answered(status), after()) == Delivered()


@pytest.mark.parametrize("status", [301, 400, 401, 404, 413, 429, 500, 503])
def test_any_other_answer_is_tried_again(status: int) -> None:
    """A redirect too: a notice goes where the definition says."""
    verdict = after_answer(answered(status), after())
    assert isinstance(verdict, Later)
    assert verdict.due_at == 1005.0
    assert str(status) in verdict.error


def test_gone_is_given_up() -> None:
    """The receiver wants to hear no more."""
    assert isinstance(after_answer(answered(410), after()), GivenUp)


def test_a_wait_that_is_asked_for_is_kept() -> None:
    """Never earlier than the receiver allows."""
    verdict = after_answer(answered(429, retry_after="600"), after())
    assert isinstance(verdict, Later)
    assert verdict.due_at == 1600.0


def test_pauses_grow_to_an_hour_and_end_after_a_day() -> None:
    """So that a receiver that is down overnight is told, and one that is dead is let be."""
    now, attempts = 1000.0, 0
    pauses: list[float] = []
    while isinstance(verdict := after_error("down", after(attempts, now)), Later):
        pauses.append(verdict.due_at - now)
        now, attempts = verdict.due_at, attempts + 1
    assert pauses[:4] == [5.0, 15.0, 45.0, 135.0]
    assert max(pauses) == 3600.0
    assert pauses == sorted(pauses)
    assert 1000.0 + DAY - 3600.0 < now <= 1000.0 + DAY

"""What became of a start whose answer never came."""

from typing import get_args

import pytest

from assetferry.assets.answers import ExecutionState, ExecutionStatus
from assetferry.engine.lost_start import Ask, Busy, Cancel, LostStart, after_lost_answer

ROWS: list[tuple[str | None, str | None, ExecutionState, LostStart]] = [
    # Another one than before: made since, by the lost call if it ingests.
    ("old", "new", "INGESTING", Cancel("new")),
    (None, "new", "INGESTING", Cancel("new")),
    ("old", "new", "PROCESSING", Busy()),
    (None, "new", "PROCESSING", Busy()),
    ("old", "new", "DONE", Ask()),
    ("old", "new", "CANCELLED", Ask()),
    # The same as before: the lost call has made nothing.
    ("old", "old", "INGESTING", Busy()),
    ("old", "old", "PROCESSING", Busy()),
    ("old", "old", "DONE", Ask()),
    ("old", "old", "CANCELLED", Ask()),
    # One without an id cannot be told to be ours, so it is never cancelled.
    ("old", None, "INGESTING", Busy()),
    (None, None, "INGESTING", Busy()),
    (None, None, "DONE", Ask()),
]


@pytest.mark.parametrize(("before", "newest", "state", "expected"), ROWS)
def test_the_newest_execution_tells(
    before: str | None, newest: str | None, state: ExecutionState, expected: LostStart
) -> None:
    """Only an execution that is certainly ours is cancelled; a foreign one makes us busy."""
    status = ExecutionStatus(execution_id=newest, state=state)
    assert after_lost_answer(before, status) == expected


def test_every_state_is_in_the_table() -> None:
    """A state that is added needs its rows."""
    assert {state for _, _, state, _ in ROWS} == set(get_args(ExecutionState))


@pytest.mark.parametrize("before", [None, "old"])
def test_no_execution_at_all_means_ask(before: str | None) -> None:
    """Where there has never been one, nothing can be open."""
    assert after_lost_answer(before, None) == Ask()

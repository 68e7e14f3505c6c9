"""Whether a clock was set: told from two readings alone."""

import pytest

from assetferry.ledger.timekeeping import Reading, moved

NOW = 1_800_000_000.0
HOUR = 3600.0


@pytest.mark.parametrize(
    ("before", "now", "by"),
    [
        (Reading(NOW, 50.0, "a"), Reading(NOW + 70, 120.0, "a"), 0.0),
        (Reading(NOW, 50.0, "a"), Reading(NOW + 74, 120.0, "a"), 0.0),
        (Reading(NOW, 50.0, "a"), Reading(NOW - HOUR + 70, 120.0, "a"), -HOUR),
        (Reading(NOW, 50.0, "a"), Reading(NOW + HOUR + 70, 120.0, "a"), HOUR),
        (Reading(NOW, 50.0, "a"), Reading(NOW + HOUR, 120.0, "b"), 0.0),
        (Reading(NOW, 50.0, "a"), Reading(NOW - HOUR, 120.0, "b"), -HOUR),
        (Reading(NOW, 50.0), Reading(NOW - HOUR, 120.0), -HOUR),
        (Reading(NOW), Reading(NOW + 1000 * HOUR), 0.0),
        (Reading(NOW), Reading(NOW - 4), 0.0),
        (Reading(NOW), Reading(NOW - HOUR), -HOUR),
        (Reading(0.0), Reading(NOW, 120.0, "a"), 0.0),
    ],
    ids=[
        *("time passed", "kept right", "set back", "set forward", "another boot"),
        *("another boot, set back", "no boot told", "server, time passed", "server, kept right"),
        *("server, set back", "never looked at"),
    ],
)
def test_a_set_clock_is_told_from_time_that_passed(
    before: Reading, now: Reading, by: float
) -> None:
    """Both ways within one boot of a machine, else only where it says less than before."""
    assert moved(before, now) == by

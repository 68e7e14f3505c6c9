"""Date functions against a fixed now."""

from datetime import UTC, datetime, timedelta

import pytest

from assetferry.local_assets.aql.dates import date_function, instant_text, parse_instant

NOW = datetime(2026, 3, 31, 12, 34, 56, 789_000, tzinfo=UTC)  # a Tuesday


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("now()", "2026-03-31T12:34:56.789Z"),
        ("now(-2h 15m)", "2026-03-31T10:19:56.789Z"),
        ("NOW( -2h +15m )", "2026-03-31T10:49:56.789Z"),
        ("now(1w)", "2026-04-07T12:34:56.789Z"),
        ("now(-1M)", "2026-02-28T12:34:56.789Z"),
        ("now(-1y 30s)", "2025-03-31T12:34:26.789Z"),
        ("startOfDay()", "2026-03-31T00:00:00.000Z"),
        ("endOfDay()", "2026-03-31T23:59:59.999Z"),
        ("startOfDay(-1d)", "2026-03-30T00:00:00.000Z"),
        ("startOfWeek()", "2026-03-30T00:00:00.000Z"),
        ("endOfWeek()", "2026-04-05T23:59:59.999Z"),
        ("startOfMonth()", "2026-03-01T00:00:00.000Z"),
        ("endOfMonth(-1M)", "2026-02-28T23:59:59.999Z"),
        ("endOfMonth(+15d)", "2026-04-15T23:59:59.999Z"),
        ("startOfYear()", "2026-01-01T00:00:00.000Z"),
        ("endOfYear(1y)", "2027-12-31T23:59:59.999Z"),
    ],
)
def test_aql_date_function(text: str, instant: str) -> None:
    """Each function and offset gives the instant that its name says, in UTC."""
    function = date_function(text)
    assert function is not None
    assert instant_text(function.at(NOW)) == instant


@pytest.mark.parametrize("text", ["now", "now(", "now(1)", "now(1x)", "startOfHour()", "now() x"])
def test_aql_not_a_date_function(text: str) -> None:
    """What is not wholly a date function stays a text."""
    assert date_function(text) is None


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("2026-03-31", timedelta(days=1)),
        ("2026-03-31 10", timedelta(hours=1)),
        ("2026-03-31T10:15", timedelta(minutes=1)),
        ("2026-03-31T10:15:30+02:00", timedelta(seconds=1)),
        ("2026-03-31T10:15:30.123Z", timedelta(milliseconds=1)),
    ],
)
def test_aql_literal_names_a_time_as_long_as_it_is_exact(text: str, length: timedelta) -> None:
    """A day stands for all of it, a minute for a minute."""
    read = parse_instant(text)
    assert read is not None
    assert read[1] == length


def test_aql_early_years_sort_as_text() -> None:
    """Years before 1000 keep their four digits; instants are compared as text."""
    assert instant_text(datetime(33, 4, 3, tzinfo=UTC)) == "0033-04-03T00:00:00.000Z"

"""When schedules are due: daylight saving both ways, month ends, and properties of all times."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from assetferry.recurrence import Frequency, Recurrence, first_due, next_due
from minutes import first_minutes

ZONES = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",  # half an hour of daylight saving
    "Asia/Kathmandu",
    "Africa/Casablanca",  # moved back for a month each year, at its own date
    "America/Santiago",  # moved at midnight
    "Pacific/Apia",
    "Europe/Dublin",  # its winter time is the negative one
]
BERLIN = ZoneInfo("Europe/Berlin")


def times(recurrence: Recurrence) -> Iterator[datetime]:
    """Give all times, each asked for with the one before."""
    due = first_due(recurrence)
    while due is not None:
        yield due
        due = next_due(recurrence, due)


def local(text: str, zone: str = "Europe/Berlin", frequency: Frequency = "DAILY") -> Recurrence:
    return Recurrence(start=datetime.fromisoformat(text), zone=ZoneInfo(zone), frequency=frequency)


def walls(recurrence: Recurrence, number: int) -> list[str]:
    """Give the first times as the clocks of the zone show them, with the offset."""
    return [
        f"{due.astimezone(recurrence.zone):%Y-%m-%dT%H:%M%z}"
        for due in islice(times(recurrence), number)
    ]


@pytest.mark.parametrize(
    ("start", "zone", "expected"),
    [
        pytest.param(
            "2027-03-27T09:00",
            "Europe/Berlin",
            ["2027-03-27T09:00+0100", "2027-03-28T09:00+0200", "2027-03-29T09:00+0200"],
            id="wall clock kept over the start of summer",
        ),
        pytest.param(
            "2026-10-24T09:00",
            "Europe/Berlin",
            ["2026-10-24T09:00+0200", "2026-10-25T09:00+0100", "2026-10-26T09:00+0100"],
            id="wall clock kept over its end",
        ),
        pytest.param(
            "2027-03-27T02:30",
            "Europe/Berlin",
            ["2027-03-27T02:30+0100", "2027-03-28T03:00+0200", "2027-03-29T02:30+0200"],
            id="gap of an hour",
        ),
        pytest.param(
            "2026-10-24T02:30",
            "Europe/Berlin",
            ["2026-10-24T02:30+0200", "2026-10-25T02:30+0200", "2026-10-26T02:30+0100"],
            id="the first of two",
        ),
        pytest.param(
            "2027-03-13T02:00",
            "America/New_York",
            ["2027-03-13T02:00-0500", "2027-03-14T03:00-0400", "2027-03-15T02:00-0400"],
            id="the first time of a gap",
        ),
        pytest.param(
            "2026-10-03T02:15",
            "Australia/Lord_Howe",
            ["2026-10-03T02:15+1030", "2026-10-04T02:30+1100", "2026-10-05T02:15+1100"],
            id="gap of half an hour",
        ),
        pytest.param(
            "2011-12-29T09:00",
            "Pacific/Apia",
            ["2011-12-29T09:00-1000", "2011-12-31T00:00+1400", "2011-12-31T09:00+1400"],
            id="gap of a day",
        ),
        pytest.param(
            "2011-12-29T00:00",
            "Pacific/Apia",
            ["2011-12-29T00:00-1000", "2011-12-31T00:00+1400", "2012-01-01T00:00+1400"],
            id="a gap that ends where the next time lies gives that one once",
        ),
    ],
)
def test_days_across_a_change_of_the_clock(start: str, zone: str, expected: list[str]) -> None:
    """A DAILY time is the one written, or the first after a gap, or the first of two."""
    assert walls(local(start, zone), 3) == expected


def test_a_first_time_that_is_the_second_of_two() -> None:
    """A start given as an instant is that instant, also in the hour that comes twice."""
    instant = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    wall = instant.astimezone(BERLIN).replace(tzinfo=None)
    for frequency in ("ONCE", "DAILY", "WEEKLY", "MONTHLY"):
        recurrence = Recurrence(start=wall, zone=BERLIN, frequency=frequency)
        assert first_due(recurrence) == instant
    monthly = Recurrence(start=wall, zone=BERLIN, frequency="MONTHLY")
    # Another 25th of October on which clocks are set back: the first counts, as ever.
    again = next_due(monthly, datetime(2037, 10, 1, tzinfo=UTC))
    assert again == datetime(2037, 10, 25, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ("2027-12-31T09:00", ["12-31", "01-31", "02-29", "03-31", "04-30", "05-31"]),
        ("2026-12-30T09:00", ["12-30", "01-30", "02-28", "03-30", "04-30", "05-30"]),
        ("2026-01-28T09:00", ["01-28", "02-28", "03-28", "04-28", "05-28", "06-28"]),
    ],
)
def test_months_without_the_day_take_their_last(start: str, expected: list[str]) -> None:
    """A short month clamps, and the month after it has the day again."""
    shown = walls(local(start, frequency="MONTHLY"), 6)
    assert [one[5:10] for one in shown] == expected
    assert {one[11:16] for one in shown} == {"09:00"}


def test_weeks_and_weekdays() -> None:
    """WEEKLY is every seventh day, or each of the days named, from the first of them on."""
    assert walls(local("2026-10-22T09:00", frequency="WEEKLY"), 2) == [
        "2026-10-22T09:00+0200",
        "2026-10-29T09:00+0100",
    ]
    days = Recurrence(
        start=datetime(2026, 10, 22, 9),  # noqa: DTZ001 - wall-clock time
        zone=BERLIN,
        frequency="WEEKLY",
        days=frozenset({0, 4}),
    )
    assert [one[:10] for one in walls(days, 3)] == ["2026-10-23", "2026-10-26", "2026-10-30"]


def test_an_interval_is_time_that_passes() -> None:
    """Every hour is due in both of two equal hours, and not in one that does not exist."""
    hourly = Recurrence(
        start=datetime(2026, 10, 25, 1),  # noqa: DTZ001 - wall-clock time
        zone=BERLIN,
        frequency=timedelta(hours=1),
    )
    assert [one[11:] for one in walls(hourly, 4)] == [
        "01:00+0200",
        "02:00+0200",
        "02:00+0100",
        "03:00+0100",
    ]


def test_once_is_once() -> None:
    """After its time nothing more is due."""
    assert len(list(times(local("2027-03-28T02:30", frequency="ONCE")))) == 1


@pytest.mark.parametrize("frequency", ["DAILY", "WEEKLY", "MONTHLY"])
def test_the_calendar_ends(frequency: Frequency) -> None:
    """Beyond the year 9999 nothing is due, and nothing breaks."""
    assert 1 <= len(list(times(local("9999-12-25T09:00", frequency=frequency)))) <= 7


@pytest.mark.parametrize(
    "wrong",
    [
        {"start": datetime(2026, 1, 1, tzinfo=UTC)},
        {"frequency": timedelta(0)},
        {"days": frozenset({1})},
        {"frequency": "WEEKLY", "days": frozenset({7})},
    ],
)
def test_what_has_no_meaning_is_refused(wrong: dict[str, object]) -> None:
    """A recurrence that exists can be computed."""
    fields = {
        "start": datetime(2026, 1, 1),  # noqa: DTZ001 - wall-clock time
        "zone": BERLIN,
        "frequency": "DAILY",
        **wrong,
    }
    with pytest.raises(ValueError, match=r"start|interval|days"):
        Recurrence(**fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("zone", "at"),
    [
        ("UTC", time(2, 30)),
        ("Europe/Berlin", time(2, 30)),
        ("America/New_York", time(1, 59)),
        ("America/New_York", time(2, 30)),
        ("Australia/Lord_Howe", time(2, 15)),
        ("Australia/Lord_Howe", time(1, 45)),
    ],
)
def test_a_year_of_days_is_what_every_minute_says(zone: str, at: time) -> None:
    """A year of DAILY times is the same as found by looking at each of its minutes."""
    first, last = date(2026, 7, 1), date(2027, 6, 30)
    expected = first_minutes(ZoneInfo(zone), at, first, last)
    recurrence = Recurrence(
        start=datetime.combine(first, at), zone=ZoneInfo(zone), frequency="DAILY"
    )
    assert list(islice(times(recurrence), 365)) == list(expected.values())


recurrences = some.builds(
    Recurrence,
    start=some.datetimes(datetime(1975, 1, 1), datetime(2075, 1, 1)),  # noqa: DTZ001 - wall clock
    zone=some.sampled_from([ZoneInfo(name) for name in ZONES]),
    frequency=some.sampled_from(["DAILY", "WEEKLY", "MONTHLY"]),
)
instants = some.datetimes(
    datetime(1970, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    datetime(2080, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    timezones=some.just(UTC),
)


def exists(wall: datetime, zone: ZoneInfo) -> bool:
    """Tell whether clocks of the zone ever show this time."""
    aware = wall.replace(tzinfo=zone, fold=0)
    return aware.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == wall


@given(recurrences)
def test_times_increase_and_keep_the_wall_clock(recurrence: Recurrence) -> None:
    """Each time is later than the one before, exists, and shows the start's time of day.

    Where it does not, that day does not have the time: what is shown is the end of the gap.
    """
    found = list(islice(times(recurrence), 40))
    assert all(one < other for one, other in pairwise(found))
    for due in found:
        shown = due.astimezone(recurrence.zone).replace(tzinfo=None, fold=0)
        if shown.time() != recurrence.start.time():
            wanted = datetime.combine(shown.date(), recurrence.start.time())
            just_before = (due - timedelta(seconds=1)).astimezone(recurrence.zone)
            jumped_over = just_before.replace(tzinfo=None) < wanted <= shown
            assert jumped_over or just_before.date() < shown.date()
            assert just_before.utcoffset() != due.astimezone(recurrence.zone).utcoffset()
            assert not exists(wanted, recurrence.zone) or just_before.date() < shown.date()


@given(recurrences, instants)
def test_any_question_gives_what_asking_in_turn_gives(
    recurrence: Recurrence, after: datetime
) -> None:
    """Nothing lies between an instant and the answer: asking just before it gives it again."""
    due = next_due(recurrence, after)
    assert due is not None
    assert due > after
    assert next_due(recurrence, due - timedelta(microseconds=1)) == due
    first = first_due(recurrence)
    assert first is not None
    if after < first:
        assert due == first
    else:
        longest = {"DAILY": 3, "WEEKLY": 9, "MONTHLY": 33}[str(recurrence.frequency)]
        assert due - after <= timedelta(days=longest)


@given(recurrences, some.integers(0, 400))
def test_months_clamp_and_come_back(recurrence: Recurrence, number: int) -> None:
    """The day of the month is the start's, or the last of a month that has no such day."""
    monthly = Recurrence(start=recurrence.start, zone=recurrence.zone, frequency="MONTHLY")
    asked = datetime(2000, 1, 1, tzinfo=UTC) + timedelta(days=30 * number)
    due = next_due(monthly, asked)
    assert due is not None
    shown = due.astimezone(recurrence.zone)
    tomorrow = shown + timedelta(days=1)
    after_a_gap = shown.time() < recurrence.start.time()
    assert (
        shown.day == recurrence.start.day
        or (shown.day < recurrence.start.day and tomorrow.month != shown.month)
        or after_a_gap
    )

"""Which due time a call of Assets is for, and what schedule Assets is given (pure)."""

from datetime import UTC, datetime

import pytest

from assetferry.definition.load import load
from assetferry.web.scheduling import Unschedulable, wanted
from assetferry.web.slot import Kept, due_slot, passed_slot
from definitions import definition, source

NOWHERE = "http://127.0.0.1:9"
PUBLIC = '[trigger]\npublic_url = "https://ferry.example.com"\n'


def at(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def kept(
    start: str = "2026-12-01T08:00:00+00:00",
    frequency: str = "DAILY",
    timezone: str = "Europe/Berlin",
) -> Kept:
    stored = {"frequency": frequency, "start": start, "timezone": timezone, "window": 7200.0}
    return Kept.of(stored)


@pytest.mark.parametrize(
    ("now", "slot"),
    [
        ("2026-12-01T08:00:00Z", "due:2026-12-01T08:00:00Z"),
        ("2026-12-01T06:00:00Z", "due:2026-12-01T08:00:00Z"),
        ("2026-12-01T05:59:59Z", None),
        ("2026-12-01T10:00:00Z", "due:2026-12-01T08:00:00Z"),
        ("2026-12-01T10:00:01Z", None),
        ("2026-11-30T08:00:00Z", None),
        ("2026-12-09T09:30:00Z", "due:2026-12-09T08:00:00Z"),
        # The hour stays in Berlin; who keeps it in UTC is within the window.
        ("2027-07-01T07:00:00Z", "due:2027-07-01T07:00:00Z"),
        ("2027-07-01T08:00:00Z", "due:2027-07-01T07:00:00Z"),
    ],
)
def test_r04_a_call_is_for_the_due_time_it_is_near(now: str, slot: str | None) -> None:
    """The same slot however early or late within the window, none outside of it."""
    assert due_slot(kept(), at(now)) == slot


@pytest.mark.parametrize(
    ("now", "slot"),
    [
        ("2026-12-01T08:00:59Z", None),
        ("2026-12-01T08:01:00Z", "due:2026-12-01T08:00:00Z"),
        ("2026-12-01T10:00:00Z", "due:2026-12-01T08:00:00Z"),
        ("2026-12-01T10:00:01Z", None),
        ("2026-12-02T07:59:00Z", None),
    ],
)
def test_a_due_time_is_over_when_its_call_would_be_here(now: str, slot: str | None) -> None:
    """A minute after it, and for as long as a call would count."""
    passed = passed_slot(kept(), at(now))
    assert passed == (None if slot is None else (slot, at("2026-12-01T08:00:00Z")))


def test_r04_once_is_due_once() -> None:
    """After the only time there is no other."""
    once = kept(frequency="ONCE")
    assert due_slot(once, at("2026-12-01T08:30:00Z")) == "due:2026-12-01T08:00:00Z"
    assert due_slot(once, at("2026-12-02T08:30:00Z")) is None


def given(schedule: str, *, trigger: str = PUBLIC, now: str = "2026-12-10T12:00:00Z") -> Kept:
    text = definition(NOWHERE, source(NOWHERE), service_url=NOWHERE)
    read = load(f"{text}\n{trigger}\n[schedule]\n{schedule}", origin="test.toml")
    return wanted(read, datetime.fromisoformat(now))


@pytest.mark.parametrize(
    ("schedule", "start"),
    [
        ('frequency = "DAILY"\nstart = "2027-01-01T09:00"', "2027-01-01T09:00:00+00:00"),
        ('frequency = "DAILY"\nstart = "2026-12-01T09:00"', "2026-12-11T09:00:00+00:00"),
        ('frequency = "WEEKLY"\nstart = "2026-12-01T09:00"', "2026-12-15T09:00:00+00:00"),
        (
            'frequency = "DAILY"\nstart = "2026-12-01T09:00"\ntimezone = "Europe/Berlin"',
            "2026-12-11T08:00:00+00:00",
        ),
        # February has no 31st; Assets counts from its first time, so that must be one.
        ('frequency = "MONTHLY"\nstart = "2026-08-31T09:00"', "2026-12-31T09:00:00+00:00"),
    ],
)
def test_a_schedule_begins_with_its_next_time(schedule: str, start: str) -> None:
    """Assets takes no start in the past; weekday, day and hour stay what the definition says."""
    assert given(schedule).start == start


def test_a_month_without_the_day_is_not_what_assets_counts_from() -> None:
    """Else the 31st would become the 28th, for good."""
    monthly = 'frequency = "MONTHLY"\nstart = "2026-08-31T09:00"'
    assert given(monthly, now="2027-02-01T00:00:00Z").start == "2027-03-31T09:00:00+00:00"


@pytest.mark.parametrize(
    ("schedule", "trigger", "cure"),
    [
        ('by = "assetferry"\nevery = "1 h"\nstart = "2026-12-01T09:00"', PUBLIC, "cron"),
        ('frequency = "ONCE"\nstart = "2026-12-01T09:00"', PUBLIC, "later start"),
        ('frequency = "DAILY"\nstart = "2026-12-01T09:00"', "", "public_url"),
    ],
)
def test_what_cannot_be_scheduled_says_why(schedule: str, trigger: str, cure: str) -> None:
    """Our own clock does not exist yet, what is over is over, and Assets needs an address."""
    with pytest.raises(Unschedulable, match=cure):
        given(schedule, trigger=trigger)


def test_start_is_an_instant_in_utc() -> None:
    """However the zone writes it."""
    assert datetime.fromisoformat(given('frequency = "DAILY"\nstart = "2026-12-01T09:00"').start)
    assert kept().recurrence.start == datetime(2026, 12, 1, 9, 0)  # noqa: DTZ001 # wall clock
    assert datetime.fromisoformat(kept().start).tzinfo == UTC

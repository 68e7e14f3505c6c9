"""Sections 10.2 and 10.3 of the wire contract: when a schedule is due, and who is called then.

It moves the clock of the local server, so it is for that alone.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from callbacks import App, listening
from conformance import expect, path_of
from conformance_site import Site

pytestmark = [pytest.mark.writes, pytest.mark.local]

NOBODY = "http://127.0.0.1:9/trigger"
HOUR = timedelta(hours=1)


@pytest.fixture
def app() -> Iterator[App]:
    with listening(App()) as running:
        yield running


def now(site: Site) -> datetime:
    shown = site.call("GET", "/_local/clock").gives(200)["now"]
    return datetime.fromisoformat(shown).replace(microsecond=0)


def schedule(site: Site, start: datetime, frequency: str, url: str, zone: str = "UTC") -> Any:
    body = {
        "runFrequency": frequency,
        "startTime": start.isoformat(),
        "timezone": zone,
        "callbackUrl": url,
    }
    return site.user("POST", "importschedule", body).gives(200)


def pass_time(site: Site, to: datetime) -> None:
    site.call("POST", "/_local/clock/advance", {"to": to.isoformat()}).gives(200)


def following(site: Site) -> datetime | None:
    shown = site.user("GET").gives(200)["scheduledImportDetails"]["nextScheduledTime"]
    return None if shown is None else datetime.fromisoformat(shown)


def history(site: Site) -> list[Any]:
    place = f"/_local/workspaces/{site.workspace}/importsources/{site.source}/history"
    return site.call("GET", place).gives(200)["values"]


@pytest.mark.parametrize(
    ("frequency", "after"),
    [("ONCE", None), ("DAILY", timedelta(days=1)), ("WEEKLY", timedelta(days=7))],
)
def test_10_2_how_often(mapped: Site, frequency: str, after: timedelta | None) -> None:
    """ONCE is over after its time; WEEKLY is every seventh day."""
    start = now(mapped) + HOUR
    schedule(mapped, start, frequency, NOBODY)
    expect(start, following(mapped))
    pass_time(mapped, start)
    expect(None if after is None else start + after, following(mapped))


def test_10_2_a_day_that_a_month_does_not_have(mapped: Site) -> None:
    """MONTHLY on the 31st takes the last day of shorter months, and comes back to the 31st."""
    first = now(mapped) + HOUR
    while first.day != 31:
        first += timedelta(days=1)
    schedule(mapped, first, "MONTHLY", NOBODY)
    found: list[datetime] = []
    for _ in range(4):
        due = following(mapped)
        assert due is not None
        found.append(due)
        pass_time(mapped, due)
    last = [(one + timedelta(days=1)).day == 1 for one in found]
    expect([True] * 4, last)
    assert any(one.day == 31 for one in found[1:])
    assert any(one.day < 31 for one in found)


def test_10_2_the_wall_clock_stays(mapped: Site) -> None:
    """In 250 days clocks are changed once at least; 09:00 in Berlin stays 09:00, every day."""
    berlin = ZoneInfo("Europe/Berlin")
    local = (now(mapped) + timedelta(days=1)).astimezone(berlin).replace(hour=9, minute=0, second=0)
    schedule(mapped, local.astimezone(UTC), "DAILY", NOBODY, "Europe/Berlin")
    pass_time(mapped, now(mapped) + timedelta(days=250))
    place = f"/_local/workspaces/{mapped.workspace}/importsources/{mapped.source}/slots"
    slots = mapped.call("GET", place).gives(200)["values"][::-1]
    times = [datetime.fromisoformat(one["slot"]).astimezone(berlin) for one in slots]
    expect({(9, 0)}, {(one.hour, one.minute) for one in times})
    expect(2, len({one.utcoffset() for one in times}))
    days = [one.date() for one in times]
    expect([days[0] + timedelta(days=day) for day in range(len(days))], days)
    assert len(days) >= 249


def test_10_3_the_callback_names_workspace_and_source(mapped: Site, app: App) -> None:
    """A POST of two ids, one of them with a lower-case s; success leaves no history entry."""
    start = now(mapped) + HOUR
    schedule(mapped, start, "ONCE", app.url)
    pass_time(mapped, start)
    (call,) = app.calls
    expect({"workspaceId": mapped.workspace, "importsourceId": mapped.source}, call.body)
    expect([], history(mapped))


def test_10_3_without_success_the_history_says_so(mapped: Site, app: App) -> None:
    """Assets writes the entry itself, tagged as scheduled, and does not call again."""
    app.behave = lambda _: 500
    start = now(mapped) + HOUR
    schedule(mapped, start, "ONCE", app.url)
    pass_time(mapped, start + HOUR)
    expect(1, len(app.calls))
    (entry,) = history(mapped)
    expect(("FAILED", ["Scheduled"]), (entry["state"], entry["tags"]))


@pytest.mark.parametrize("status", [404, 410])
def test_10_2_the_schedule_of_an_app_that_is_gone_is_deleted(
    mapped: Site, app: App, status: int
) -> None:
    """At its next due date."""
    app.behave = lambda _: status
    start = now(mapped) + HOUR
    made = schedule(mapped, start, "DAILY", app.url)
    pass_time(mapped, start)
    mapped.user("GET", f"importschedule/{made['id']}").refuses(404)


def test_8_2_a_trigger_during_a_manual_run_fails(mapped: Site, app: App) -> None:
    """Nobody is called, and the history tells why."""
    start = now(mapped) + HOUR
    schedule(mapped, start, "ONCE", app.url)
    execution = mapped.start()
    pass_time(mapped, start)
    expect([], app.calls)
    failed = [one for one in history(mapped) if one["state"] == "FAILED"]
    expect(1, len(failed))
    mapped.app("DELETE", execution).gives(200)


def test_10_3_the_app_starts_a_scheduled_run(mapped: Site, app: App) -> None:
    """In the call it starts an execution with the flag, and the history has the tag."""

    def start_one(_: Any) -> int:
        links = mapped.app("POST", "executions", {"scheduled": True}).gives(200)["links"]
        mapped.app("POST", path_of(links["submitResults"]), {"completed": True}).gives(200)
        return 200

    app.behave = start_one
    start = now(mapped) + HOUR
    schedule(mapped, start, "ONCE", app.url)
    pass_time(mapped, start)
    (entry,) = history(mapped)
    expect((["Scheduled"], "SCHEDULED"), (entry["tags"], entry["executedType"]))

"""Servers that stop, die and stay down: every slot once, and what was not called is said."""

import asyncio
import http.client
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from assetferry.local_assets import instant
from assetferry.local_assets.server import LocalAssets, serve
from assetferry.local_assets.settings import Settings
from callbacks import App, Call, listening, until
from minutes import first_minutes
from scheduling import Scheduled

PROGRAM = """
import asyncio, sys
from pathlib import Path
from assetferry.local_assets.server import serve
from assetferry.local_assets.settings import Settings

async def main():
    async with serve(Settings(port=0, data=Path(sys.argv[1]), clock="test")) as running:
        print(running.url, flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""
BEGIN = "2027-01-01T00:00:00Z"
FIRST = "2027-01-01T09:00:00Z"
DAY = 86_400


@pytest.fixture
def app() -> Iterator[App]:
    with listening(App()) as running:
        yield running


@contextmanager
def process(api: Any, data: Path) -> Generator["subprocess.Popen[str]"]:
    """Run a server in a process of its own, which a test may kill."""
    running = subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-c", PROGRAM, str(data)], stdout=subprocess.PIPE, text=True
    )
    assert running.stdout is not None
    try:
        api.url = running.stdout.readline().strip()
        yield running
    finally:
        running.kill()
        running.wait()
        running.stdout.close()


@contextmanager
def server(api: Any, data: Path, **settings: Any) -> Generator[None]:
    with LocalAssets(Settings(port=0, data=data, clock="test", **settings)) as running:
        api.url = running.url
        yield


def overdue(api: Any, app: App, data: Path) -> Scheduled:
    """Leave a schedule behind that, by the machine's clock, was due an hour ago."""
    now = datetime.now(UTC)
    with server(api, data):
        source = Scheduled.new(api)
        source.jump((now - timedelta(hours=2)).isoformat())
        source.schedule(app.url, (now - timedelta(hours=1)).isoformat(), "ONCE")
    return source


def test_the_clock_stands_still_while_the_server_is_down(api: Any, tmp_path: Path) -> None:
    """A test clock goes on where it stood, also one that was never moved."""
    with server(api, tmp_path):
        first = api.call("GET", "/_local/clock", token="").body
    with server(api, tmp_path):
        assert api.call("GET", "/_local/clock", token="").body == first
        source = Scheduled.new(api)
        source.jump(BEGIN)
        source.advance(seconds=90)
    with server(api, tmp_path):
        shown = api.call("GET", "/_local/clock", token="").body
        assert shown == {"clock": "test", "now": "2027-01-01T00:01:30.000Z"}


def test_slots_missed_are_made_up_for_once(api: Any, app: App, tmp_path: Path) -> None:
    """However many went by, one call stands for all, and then it goes on as ever."""
    with server(api, tmp_path):
        source = Scheduled.new(api)
        source.jump(BEGIN)
        source.schedule(app.url, FIRST)
        source.jump("2027-01-05T12:00:00Z")
        assert len(app.calls) == 1
        source.advance(to="2027-01-07T12:00:00Z")
    assert len(app.calls) == 3
    with server(api, tmp_path):
        assert [(one["slot"][:10], one["passedBefore"]) for one in source.slots()] == [
            ("2027-01-05", 4),
            ("2027-01-06", 0),
            ("2027-01-07", 0),
        ]
        assert source.failures() == []


def test_slots_missed_are_let_go_where_the_setting_says_so(
    api: Any, app: App, tmp_path: Path
) -> None:
    """Nothing is called for them; the history tells of them, and the next slot comes."""
    with server(api, tmp_path, catch_up="skip"):
        source = Scheduled.new(api)
        source.jump(BEGIN)
        source.schedule(app.url, FIRST)
        source.jump("2027-01-03T12:00:00Z")
        assert app.calls == []
        (failure,) = source.failures()
        assert "2027-01-03T09:00:00.000Z" in failure
        assert "2 before it" in failure
        source.advance(seconds=DAY)
        assert source.outcomes() == ["missed", "answered"]
        # Exactly at a slot is not too late for it.
        source.jump("2027-01-05T09:00:00Z")
        assert source.outcomes() == ["missed", "answered", "answered"]
        assert len(app.calls) == 2


@pytest.mark.parametrize(("catch_up", "outcome"), [("once", "answered"), ("skip", "missed")])
def test_slots_missed_are_found_at_the_start(
    api: Any, app: App, tmp_path: Path, catch_up: str, outcome: str
) -> None:
    """A server that was really down, on the machine's clock, finds what became due meanwhile."""
    source = overdue(api, app, tmp_path)
    with LocalAssets(Settings(port=0, data=tmp_path, catch_up=catch_up)) as running:  # type: ignore[arg-type]
        api.url = running.url
        until(lambda: source.outcomes() == [outcome])
        assert len(app.calls) == (outcome == "answered")
        assert len(source.failures()) == (outcome == "missed")


async def test_a_call_in_hand_ends_before_the_server_does(
    api: Any, app: App, tmp_path: Path
) -> None:
    """A stopping server goes on serving the app that it is calling, and notes its answer."""
    called = threading.Event()

    def start(_: Call) -> int:
        called.set()
        until(lambda: running.site.dispatcher.stopping)
        return source.call("POST", "/executions", {"scheduled": True}).status

    app.behave = start
    source = overdue(api, app, tmp_path)
    async with serve(Settings(port=0, data=tmp_path)) as running:
        api.url = running.url
        await asyncio.to_thread(called.wait, 30)
    with server(api, tmp_path):
        assert source.outcomes() == ["answered"]
        assert [one["state"] for one in source.history()] == ["INGESTING"]


async def test_time_waits_for_calls_in_hand(api: Any, app: App, tmp_path: Path) -> None:
    """What a starting server calls is concluded at its time, before the clock is moved on."""
    answer = threading.Event()
    with server(api, tmp_path):
        source = Scheduled.new(api)
        source.jump(BEGIN)
        source.schedule(app.url, FIRST)
        with sqlite3.connect(tmp_path / "assets.sqlite3") as connection:
            connection.execute("UPDATE test_clock SET now = '2027-01-01T09:00:00.000Z'")
        connection.close()
    app.behave = lambda _: 200 if answer.wait(30) else 500
    async with serve(Settings(port=0, data=tmp_path, clock="test")) as running:
        api.url = running.url
        await asyncio.to_thread(until, lambda: app.calls)
        end = running.site.dispatcher.clock.now() + timedelta(days=2)
        advancing = asyncio.create_task(running.site.moving.advance(end))
        for _ in range(100):
            await asyncio.sleep(0)
        assert running.site.dispatcher.clock.now() == datetime.fromisoformat(FIRST)
        answer.set()
        await advancing
        slots = await asyncio.to_thread(source.slots)
    assert [one["ended"] for one in slots] == [one["slot"] for one in slots]
    assert [one["outcome"] for one in slots] == ["answered"] * 3


def test_a_call_that_a_kill_broke_off_is_told_and_not_repeated(
    api: Any, app: App, tmp_path: Path
) -> None:
    """Nobody knows whether the app took it, so people are told; a second call might double it."""
    called, done = threading.Event(), threading.Event()

    def hang(_: Call) -> int:
        called.set()
        done.wait(30)
        return 200

    app.behave = hang
    with process(api, tmp_path) as running:
        source = Scheduled.new(api)
        source.jump(BEGIN)
        source.schedule(app.url, FIRST)
        advancing = threading.Thread(target=_broken_off, args=(source, FIRST))
        advancing.start()
        assert called.wait(30)
        os.kill(running.pid, signal.SIGKILL)
        advancing.join()
    done.set()
    app.behave = lambda _: 200
    with server(api, tmp_path):
        assert source.outcomes() == ["interrupted"]
        (failure,) = source.failures()
        assert "not repeated" in failure
        source.advance(to=FIRST)
        assert len(app.calls) == 1
        source.advance(seconds=DAY)
        assert source.outcomes() == ["interrupted", "answered"]


def _broken_off(source: Scheduled, to: str) -> None:
    """Advance the clock of a server that dies on the way."""
    with pytest.raises((OSError, http.client.HTTPException)):
        source.advance(to=to)


def test_killed_again_and_again_no_slot_is_lost_or_called_twice(
    api: Any, app: App, tmp_path: Path
) -> None:
    """Each slot has its one row; calls are as many as rows, but for those that a kill broke off."""
    days, kills = 60, 6
    end = "2027-03-02T00:00:00Z"
    with process(api, tmp_path):
        sources = [Scheduled.new(api) for _ in range(4)]
        sources[0].jump(BEGIN)
        for source in sources:
            source.schedule(app.url, FIRST)
    for kill in range(1, kills + 1):
        with process(api, tmp_path) as running:
            advancing = threading.Thread(target=_broken_off, args=(sources[0], end))
            advancing.start()
            # Not at a round number, so that it comes at another point of the work each time.
            wanted = kill * days * len(sources) // (kills + 1) + kill
            until(lambda wanted=wanted: len(app.calls) >= wanted)
            os.kill(running.pid, signal.SIGKILL)
            advancing.join()
    with server(api, tmp_path):
        sources[0].advance(to=end)
        received = Counter(call.source for call in app.calls)
        begin = datetime.fromisoformat(FIRST)
        expected = [instant.text(begin + timedelta(days=day)) for day in range(days)]
        for source in sources:
            assert [one["slot"] for one in source.slots()] == expected
            outcomes = Counter(source.outcomes())
            assert set(outcomes) <= {"answered", "interrupted"}
            calls = received[source.source["importSourceId"]]
            assert outcomes["answered"] <= calls <= days
            assert len(source.failures()) == outcomes["interrupted"] <= kills


ZONES = {
    "UTC": time(2, 30),
    "Europe/Berlin": time(2, 30),
    "America/New_York": time(2, 30),
    "Australia/Lord_Howe": time(2, 15),
}
"""Each with a time that one of its changes takes away and another gives twice."""
YEAR = (date(2026, 7, 1), date(2027, 6, 30))


@dataclass(frozen=True)
class Expected:
    zone: str
    frequency: str
    times: list[datetime]


def a_year() -> Iterator[Expected]:
    """Give what is due in a year, found by looking at every minute of it."""
    for zone, at in ZONES.items():
        days = first_minutes(ZoneInfo(zone), at, *YEAR)
        # The last day of June stands for the 31st; clocks change on Sundays.
        last = [day for day in days if (day + timedelta(days=1)).day == 1]
        sundays = [day for day in days if day.weekday() == 6]
        for frequency, chosen in (
            ("DAILY", list(days)),
            ("WEEKLY", sundays),
            ("ONCE", sundays[:1]),
        ):
            yield Expected(zone, frequency, [days[day] for day in chosen])
        since = [day for day in last if day >= date(2026, 7, 31)]
        yield Expected(zone, "MONTHLY", [days[day] for day in since])


def test_a_year_with_restarts(api: Any, app: App, tmp_path: Path) -> None:
    """All frequencies in four zones, daylight saving both ways: none missed, none doubled.

    What an app notes is the server's clock at each of its calls.
    """
    noted: dict[str, list[str]] = {}

    def note(call: Call) -> int:
        now = api.call("GET", "/_local/clock", token="").body["now"]
        noted.setdefault(call.source, []).append(now)
        return 200

    app.behave = note
    planned: list[tuple[Scheduled, Expected]] = []
    with server(api, tmp_path):
        Scheduled.new(api).jump("2026-06-30T00:00:00Z")
        for expected in a_year():
            source = Scheduled.new(api)
            planned.append((source, expected))
            source.schedule(
                app.url,
                expected.times[0].isoformat(),
                expected.frequency,
                timezone=expected.zone,
            )
    restarts = 9
    for part in range(1, restarts + 2):
        with server(api, tmp_path):
            passed = timedelta(days=365 * part / (restarts + 1))
            to = datetime(2026, 7, 1, 12, tzinfo=UTC) + passed
            planned[0][0].advance(to=to.isoformat())
    with server(api, tmp_path):
        for source, expected in planned:
            found = noted[source.source["importSourceId"]]
            wanted = [instant.text(one) for one in expected.times]
            extra = found[len(wanted) :]
            assert found[: len(wanted)] == wanted, expected
            # The clock went on for some hours beyond the year.
            assert all(one > "2027-06-30T12" for one in extra), expected
            assert [one["slot"] for one in source.slots()] == found
            assert set(source.outcomes()) == {"answered"}

"""Each setting of schedules, each of its values, over real HTTP and with a clock moved by hand."""

import json
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import pytest

from assetferry.local_assets.server import LocalAssets
from assetferry.local_assets.settings import Settings
from callbacks import App, listening
from scheduling import Scheduled

BEGIN = "2027-01-01T00:00:00Z"
FIRST = "2027-01-31T09:00:00Z"
COMMON = {"id", "importSourceId", "startTime"}
GUIDE = {"runFrequency", "timezone", "isActive", "createdAt", "updatedAt"}
OPENAPI = {"runInterval", "created", "updated", "collectionId"}


@pytest.fixture
def app() -> Iterator[App]:
    with listening(App()) as running:
        yield running


@contextmanager
def served(api: Any, **chosen: Any) -> Generator[Scheduled]:
    """Give a mapped import source of a server with these settings, at the year's beginning."""
    with LocalAssets(Settings(port=0, clock="test", **chosen)) as server:
        api.url = server.url
        made = Scheduled.new(api)
        made.jump(BEGIN)
        yield made


def ask(source: Scheduled, **body: Any) -> Any:
    asked = {"startTime": FIRST, "callbackUrl": "http://127.0.0.1:9/", **body}
    return source.call("POST", "/importschedule", asked)


@pytest.mark.parametrize(
    ("key", "guide", "openapi", "both"),
    [
        ("either", 200, 200, 200),
        ("runFrequency", 200, 400, 200),
        ("runInterval", 400, 200, 200),
    ],
)
def test_the_key_that_says_how_often(
    api: Any, key: Any, guide: int, openapi: int, both: int
) -> None:
    """Either of two, or only the one; a body with both satisfies everybody."""
    bodies = (
        ({"runFrequency": "DAILY"}, guide),
        ({"runInterval": "DAILY"}, openapi),
        ({"runFrequency": "DAILY", "runInterval": "DAILY"}, both),
    )
    with served(api, frequency_key=key) as source:
        for body, status in bodies:
            reply = ask(source, **body)
            assert reply.status == status, body
            if status == 200:
                made = source.call("DELETE", f"/importschedule/{reply.body['id']}")
                assert made.status == 200
            else:
                assert key in reply.body["errorMessages"][0]


def test_the_other_dialects_key_can_be_unknown(api: Any) -> None:
    """Where a server knows one key and refuses what it does not know, a body with both fails."""
    strict = {"frequency_key": "runInterval", "unknown_schedule_keys": "refuse"}
    with served(api, **strict) as source:
        assert ask(source, runFrequency="DAILY", runInterval="DAILY").status == 400
        assert ask(source, runInterval="DAILY").status == 200


@pytest.mark.parametrize(("choice", "status"), [("ignore", 200), ("refuse", 400)])
def test_keys_that_nobody_knows(api: Any, choice: Any, status: int) -> None:
    """They are let pass, or refused by name."""
    with served(api, unknown_schedule_keys=choice) as source:
        reply = ask(source, runFrequency="DAILY", timezone="Europe/Berlin", runDays=["MON"])
        assert reply.status == status
        if status == 400:
            assert "runDays" in reply.body["errorMessages"][0]


@pytest.mark.parametrize(("required", "status"), [(False, 200), (True, 400)])
def test_a_schedule_without_a_zone(api: Any, *, required: bool, status: int) -> None:
    """It is in UTC, or refused."""
    with served(api, timezone_required=required) as source:
        assert ask(source, runFrequency="DAILY").status == status
        if required:
            assert ask(source, runFrequency="DAILY", timezone="Europe/Berlin").status == 200


@pytest.mark.parametrize(
    ("form", "keys"),
    [
        ("union", COMMON | GUIDE | OPENAPI),
        ("guide", COMMON | GUIDE),
        ("openapi", COMMON | OPENAPI),
    ],
)
def test_the_fields_of_a_schedule(api: Any, form: Any, keys: set[str]) -> None:
    """Answers have the fields of both documents, or of one."""
    with served(api, schedule_answer=form) as source:
        made = ask(source, runFrequency="DAILY").body
        assert set(made) == keys
        assert source.call("GET", f"/importschedule/{made['id']}").body == made


@pytest.mark.parametrize(
    ("month_end", "day", "days"),
    [
        ("clamp", 31, ["01-31", "02-28", "03-31", "04-30", "05-31"]),
        ("clamp", 30, ["01-30", "02-28", "03-30", "04-30", "05-30"]),
        ("clamp", 29, ["01-29", "02-28", "03-29", "04-29", "05-29"]),
        ("skip", 31, ["01-31", "03-31", "05-31"]),
        ("skip", 30, ["01-30", "03-30", "04-30", "05-30"]),
        ("skip", 29, ["01-29", "03-29", "04-29", "05-29"]),
    ],
)
def test_months_that_do_not_have_the_day(
    api: Any, app: App, month_end: Any, day: int, days: list[str]
) -> None:
    """Their last day is taken and the next month has the day again, or they are passed over."""
    with served(api, month_end=month_end) as source:
        # Shortly after midnight in a zone east of Greenwich: it is the zone's day that counts.
        start = f"2027-01-{day:02d}T00:30:00+13:00"
        source.schedule(app.url, start, "MONTHLY", timezone="Pacific/Tongatapu")
        source.advance(to="2027-06-15T00:00:00Z")
        called = [one["slot"] for one in source.slots()]
        assert len(app.calls) == len(days)
        expected = [f"2027-{one}" for one in days]
        assert [one[:10] for one in called] == [before(one) for one in expected]


def before(day: str) -> str:
    """Give the day in UTC on which that day begins in Tonga."""
    return (date.fromisoformat(day) - timedelta(days=1)).isoformat()


@pytest.mark.parametrize(("kept", "hour"), [("wall", "07:00"), ("utc", "08:00")])
def test_what_is_kept_when_clocks_change(api: Any, app: App, kept: Any, hour: str) -> None:
    """09:00 in Berlin is 08:00 UTC in winter; in summer one of the two changes."""
    with served(api, schedule_time=kept) as source:
        start = "2027-03-26T08:00:00Z"
        source.schedule(app.url, start, "DAILY", timezone="Europe/Berlin")
        source.advance(to="2027-03-29T12:00:00Z")
        slots = [one["slot"] for one in source.slots()]
        assert [one[11:16] for one in slots] == ["08:00", "08:00", hour, hour]


@pytest.mark.parametrize(("deletes", "outcome"), [(True, "gone"), (False, "failed")])
def test_an_app_that_answers_404(api: Any, app: App, *, deletes: bool, outcome: str) -> None:
    """It loses its schedule, or it is called again at the next slot."""
    app.behave = lambda _: 404
    with served(api, gone_deletes=deletes) as source:
        path = source.schedule(app.url, FIRST)
        source.advance(to="2027-02-01T12:00:00Z")
        assert source.call("GET", path).status == (404 if deletes else 200)
        assert set(source.outcomes()) == {outcome}
        assert len(app.calls) == (1 if deletes else 2)


def test_the_body_of_a_call_can_be_a_text(api: Any, app: App) -> None:
    """It is a JSON text that holds the JSON object, as one app declares it."""
    with served(api, callback_body="string") as source:
        app.behave = lambda call: 200 if isinstance(call.body, str) else 400
        source.schedule(app.url, FIRST)
        source.advance(to=FIRST)
        (call,) = app.calls
        assert json.loads(call.body)["importsourceId"] == source.source["importSourceId"]
        assert source.outcomes() == ["answered"]


@pytest.mark.parametrize(
    ("attempts", "answers", "calls", "outcome"),
    [
        (1, [500, 200], 1, "failed"),
        (3, [500, 200], 2, "answered"),
        (3, [500, 500, 500], 3, "failed"),
        (3, [404], 1, "gone"),
    ],
)
def test_calls_until_one_is_taken(
    api: Any, app: App, attempts: int, answers: list[int], calls: int, outcome: str
) -> None:
    """A slot is called as often as set until success; the history has one failure at most."""
    left = iter(answers)
    app.behave = lambda _: next(left)
    with served(api, callback_attempts=attempts) as source:
        source.schedule(app.url, FIRST, "ONCE")
        source.advance(to=FIRST)
        assert len(app.calls) == calls
        assert source.outcomes() == [outcome]
        assert len(source.failures()) == (0 if outcome == "answered" else 1)

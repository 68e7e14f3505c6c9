"""The dispatcher: what it calls, what it makes of answers, what it does not call (10.3)."""

import asyncio
import json
import re
import socket
import sqlite3
import ssl
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, get_args

import pytest

from assetferry.local_assets import instant
from assetferry.local_assets.scheduling.callback import Unanswered, post
from assetferry.local_assets.scheduling.clock import HandClock, SystemClock
from assetferry.local_assets.scheduling.dispatcher import CALLS, Dispatcher
from assetferry.local_assets.scheduling.moving import Moving
from assetferry.local_assets.scheduling.verdict import Outcome
from assetferry.local_assets.server import LocalAssets
from assetferry.local_assets.settings import Settings, SourceSettings
from assetferry.local_assets.store.database import Database
from assetferry.local_assets.store.provisioning import new_everything
from callbacks import App, Call, listening, until
from local_assets_curl import Shell
from scheduling import Scheduled

PAGE = Path(__file__).parents[3] / "docs" / "schedules-of-the-local-server.md"
BEGIN = "2027-01-01T00:00:00Z"
FIRST = "2027-01-01T09:00:00Z"
DAY = 86_400


@pytest.fixture(scope="module")
def standing() -> Iterator[LocalAssets]:
    """A server whose clock is moved by hand."""
    with LocalAssets(Settings(port=0, clock="test")) as running:
        yield running


@pytest.fixture
def impatient(api: Any) -> Iterator[Scheduled]:
    """A mapped import source of a server that soon gives up on apps."""
    with LocalAssets(Settings(port=0, clock="test", callback_timeout=0.3)) as running:
        api.url = running.url
        made = Scheduled.new(api)
        made.jump(BEGIN)
        yield made


@pytest.fixture
def app() -> Iterator[App]:
    with listening(App()) as running:
        yield running


@pytest.fixture
def source(api: Any, standing: LocalAssets) -> Iterator[Scheduled]:
    """A mapped import source; its schedule does not outlive the test."""
    api.url = standing.url
    made = Scheduled.new(api)
    made.jump(BEGIN)
    yield made
    shown = made.call("GET").body["scheduledImportDetails"]
    if shown is not None:
        made.call("DELETE", f"/importschedule/{shown['importScheduleId']}")


def test_the_call_is_as_documented(source: Scheduled, app: App) -> None:
    """A POST of workspace and import source, with the lower-case s, to the very address."""
    source.schedule(f"{app.url}/x1/secret?y=1&z=%20#part", FIRST)
    source.advance(to="2027-01-01T08:59:59Z")
    assert app.calls == []
    source.advance(to=FIRST)
    (call,) = app.calls
    assert call.path == "/trigger/x1/secret?y=1&z=%20"
    assert call.body == {
        "workspaceId": source.source["workspaceId"],
        "importsourceId": source.source["importSourceId"],
    }
    assert call.headers["content-type"] == "application/json"
    assert call.headers["host"] == app.url.split("/")[2]
    (slot,) = source.slots()
    assert (slot["slot"], slot["outcome"], slot["status"]) == (
        "2027-01-01T09:00:00.000Z",
        "answered",
        200,
    )
    assert source.history() == []


def test_it_goes_on_by_its_frequency(source: Scheduled, app: App) -> None:
    """After a call the next slot is shown, and comes."""
    path = source.schedule(app.url, FIRST, "WEEKLY")
    source.advance(to=FIRST)
    details = source.call("GET").body["scheduledImportDetails"]
    assert details["nextScheduledTime"] == "2027-01-08T09:00:00.000Z"
    assert details["startTime"] == "2027-01-01T09:00:00.000Z"
    source.advance(seconds=7 * DAY)
    assert len(app.calls) == 2
    assert source.call("GET", path).body["isActive"] is True


def test_once_is_over_after_its_call(source: Scheduled, app: App) -> None:
    """ONCE becomes inactive and stays, until it is replaced."""
    path = source.schedule(app.url, FIRST, "ONCE")
    source.advance(seconds=30 * DAY)
    assert len(app.calls) == 1
    assert source.call("GET", path).body["isActive"] is False
    shown = source.call("GET").body
    assert shown["scheduledImportDetails"]["nextScheduledTime"] is None
    assert shown["isImportSourceSchedulingEnabled"] is False
    body = {"runFrequency": "ONCE", "startTime": "2027-03-01T00:00:00Z", "callbackUrl": app.url}
    assert source.call("PUT", path, body).body["isActive"] is True
    source.advance(to="2027-04-01T00:00:00Z")
    assert len(app.calls) == 2


def test_a_deleted_schedule_is_not_called(source: Scheduled, app: App) -> None:
    """Deleting counts at once."""
    path = source.schedule(app.url, FIRST)
    source.call("DELETE", path)
    source.advance(seconds=3 * DAY)
    assert app.calls == []


def test_a_replaced_schedule_is_called_at_its_new_time_only(source: Scheduled, app: App) -> None:
    """The old time, address and frequency are forgotten."""
    path = source.schedule(f"{app.url}/old", FIRST)
    body = {
        "runFrequency": "MONTHLY",
        "startTime": "2027-01-31T09:00:00Z",
        "callbackUrl": f"{app.url}/new",
    }
    assert source.call("PUT", path, body).status == 200
    source.advance(to="2027-04-15T00:00:00Z")
    assert {call.path for call in app.calls} == {"/trigger/new"}
    assert [one["slot"][:10] for one in source.slots()] == [
        "2027-01-31",
        "2027-02-28",
        "2027-03-31",
    ]


@pytest.mark.parametrize("status", [302, 400, 401, 500, 503])
def test_no_success_is_a_failed_entry(source: Scheduled, app: App, status: int) -> None:
    """The history names the status, nothing is tried again, and the next slot comes."""
    app.behave = lambda _: status
    app.answer_headers = {"Location": f"{app.url}/elsewhere"}
    source.schedule(app.url, FIRST)
    source.advance(to=FIRST)
    assert [call.path for call in app.calls] == ["/trigger"]
    (failure,) = source.failures()
    assert str(status) in failure
    assert source.outcomes() == ["failed"]
    app.behave = lambda _: 200
    source.advance(seconds=DAY)
    assert source.outcomes() == ["failed", "answered"]
    assert len(source.failures()) == 1


@pytest.mark.parametrize("status", [404, 410])
def test_an_app_that_is_gone_loses_its_schedule(source: Scheduled, app: App, status: int) -> None:
    """404 and 410 mean uninstalled: the schedule is deleted, and the history says why."""
    app.behave = lambda _: status
    path = source.schedule(app.url, FIRST)
    source.advance(seconds=5 * DAY)
    assert len(app.calls) == 1
    assert source.call("GET", path).status == 404
    assert source.call("GET").body["scheduledImportDetails"] is None
    (failure,) = source.failures()
    assert "deleted" in failure
    assert source.outcomes() == ["gone"]


def test_a_schedule_replaced_during_its_call_is_kept(source: Scheduled, app: App) -> None:
    """The 404 of the old address says nothing about the new one."""
    body = {"runFrequency": "DAILY", "startTime": "2027-02-01T00:00:00Z"}

    def moved(_: Call) -> int:
        reply = source.call("PUT", path, {**body, "callbackUrl": f"{app.url}/new"})
        assert reply.status == 200
        return 404

    app.behave = moved
    path = source.schedule(app.url, FIRST)
    source.advance(to=FIRST)
    assert source.outcomes() == ["gone"]
    assert source.call("GET", path).body["startTime"] == "2027-02-01T00:00:00.000Z"


def test_an_app_that_does_not_listen(source: Scheduled) -> None:
    """A refused connection is a failed entry in words, without the address."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    source.schedule(f"http://127.0.0.1:{port}/very-secret", FIRST)
    source.advance(to=FIRST)
    (failure,) = source.failures()
    assert "could not be started" in failure
    assert "very-secret" not in failure


def test_an_app_that_does_not_answer_in_time(impatient: Scheduled, app: App) -> None:
    """After the limit the call is given up; an answer that comes later changes nothing."""
    ended = threading.Event()
    app.behave = lambda _: 200 if ended.wait(30) else 500
    impatient.schedule(app.url, FIRST)
    impatient.advance(to=FIRST)
    ended.set()
    (failure,) = impatient.failures()
    assert "no answer within 0.3 seconds" in failure
    assert impatient.outcomes() == ["failed"]


@contextmanager
def answering(*parts: bytes) -> Generator[str]:
    """Listen with a bare socket that reads a request, sends these bytes and closes."""

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(65_536)
            for part in parts:
                connection.sendall(part)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
        thread.join()


@pytest.mark.parametrize(
    ("parts", "outcome"),
    [
        ((b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",), "answered"),
        ((b"HTTP/1.0 204\r\n\r\n",), "answered"),
        ((b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n",), "answered"),
        ((b"HTTP/1.1 100 Continue\r\nA: b\r\n\r\n", b"HTTP/1.1 500 No\r\n\r\n"), "failed"),
        ((b"HTTP/1.1 200 OK\r\nContent-Length: 90000\r\n\r\n" + b"x" * 90_000,), "answered"),
        ((b"HTTP/1.1 200 OK\r\n",), "answered"),
        ((), "failed"),
        ((b"HTTP/1.1 100 Continue\r\n\r\n",), "failed"),
        ((b"SSH-2.0-OpenSSH_9.2\r\n",), "failed"),
        ((b"\x15\x03\x01\x00\x02\x02F",), "failed"),
        ((b"HTTP/1.1 2000 OK\r\n\r\n",), "failed"),
        ((b"HTTP/1.1 " + b"x" * 100_000,), "failed"),
    ],
)
def test_answers_of_every_form(source: Scheduled, parts: tuple[bytes, ...], outcome: str) -> None:
    """The final status counts, whatever follows it; what is no HTTP is no success."""
    with answering(*parts) as url:
        source.schedule(url, FIRST, "ONCE")
        source.advance(to=FIRST)
    assert source.outcomes() == [outcome]
    assert len(source.failures()) == (outcome == "failed")


def test_an_answer_by_the_drop_is_given_up(impatient: Scheduled) -> None:
    """The limit holds for the whole call: bytes that keep coming do not lengthen it."""
    stopped = threading.Event()

    def drop() -> None:
        connection, _ = listener.accept()
        with connection:
            while not stopped.wait(0.05):
                try:
                    connection.sendall(b"H")
                except OSError:
                    return

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=drop)
        thread.start()
        impatient.schedule(f"http://127.0.0.1:{listener.getsockname()[1]}/", FIRST, "ONCE")
        impatient.advance(to=FIRST)
        stopped.set()
        thread.join()
    (failure,) = impatient.failures()
    assert "no answer within" in failure


async def test_https_is_verified(tmp_path: Path) -> None:
    """A certificate that nobody vouches for is refused, and the words say so."""
    pem = Path(__file__).parents[2] / "data" / "outbound_loopback.pem"
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)

    async def never(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_server(never, "127.0.0.1", 0, ssl=context)
    async with server:
        port = server.sockets[0].getsockname()[1]
        answer = await post(f"https://127.0.0.1:{port}/", b"{}", 5)
    assert isinstance(answer, Unanswered)
    assert "CERTIFICATE" in answer.reason.upper()


async def test_a_name_that_cannot_be_one() -> None:
    """A host's name that no resolver takes is a reason like any other."""
    answer = await post(f"http://{'a' * 64}.example/", b"{}", 5)
    assert isinstance(answer, Unanswered)


def test_an_import_that_runs_is_not_overlapped(source: Scheduled, app: App) -> None:
    """While an execution is active nothing is called, and the history says why."""
    execution = source.call("POST", "/executions").body["links"]["cancel"]
    source.schedule(app.url, FIRST)
    source.advance(to=FIRST)
    assert app.calls == []
    assert source.outcomes() == ["busy"]
    (failure,) = source.failures()
    assert "another import was running" in failure
    source.api.call("DELETE", execution, token=source.source["token"])
    source.advance(seconds=DAY)
    assert len(app.calls) == 1


def test_the_app_starts_the_import_while_it_is_called(source: Scheduled, app: App) -> None:
    """The whole exchange: called, it starts an execution with the tag, then answers."""

    def start(_: Call) -> int:
        return source.call("POST", "/executions", {"scheduled": True}).status

    app.behave = start
    source.schedule(app.url, FIRST)
    source.advance(to=FIRST)
    (entry,) = source.history()
    assert (entry["state"], entry["tags"]) == ("INGESTING", ["Scheduled"])
    source.advance(seconds=DAY)
    assert source.outcomes() == ["answered", "busy"]


@pytest.mark.parametrize("kind", ["csv", "json"])
@pytest.mark.parametrize("named", [False, True])
def test_a_csv_import_starts_by_itself(
    source: Scheduled, app: App, kind: str, *, named: bool
) -> None:
    """Nobody is called for what needs no app, even if one is named: it runs, as scheduled."""
    csv = Scheduled.new(source.api, moduleKey=f"rlabs-import-type-{kind}")
    csv.schedule(app.url if named else None, FIRST, "ONCE")
    csv.advance(to=FIRST)
    assert csv.outcomes() == ["started"]
    assert app.calls == []
    until(lambda: csv.history()[0]["state"] == "DONE")
    assert csv.history()[0]["tags"] == ["Scheduled"]


def test_a_csv_import_that_cannot_start_says_why(source: Scheduled) -> None:
    """A disabled source, or one that became external, is a failed entry."""
    for change, words in (
        ({"enabled": False}, "DISABLED"),
        ({"moduleKey": "rlabs-import-type-external"}, "no callback"),
    ):
        csv = Scheduled.new(source.api, moduleKey="rlabs-import-type-csv")
        csv.schedule(None, FIRST, "ONCE")
        csv.jump(BEGIN)
        assert csv.api.call("PATCH", csv.local, change, token="").status == 200
        csv.advance(to=FIRST)
        csv.jump(BEGIN)
        (failure,) = csv.failures()
        assert words in failure


def test_all_that_are_due_together_are_called(source: Scheduled, app: App) -> None:
    """More schedules than calls in hand at once: each is called, none twice."""
    count = 3 * CALLS
    others = [Scheduled.new(source.api) for _ in range(count)]
    for other in others:
        other.schedule(app.url, FIRST, "ONCE")
    source.advance(to=FIRST)
    assert sorted(call.source for call in app.calls) == sorted(
        other.source["importSourceId"] for other in others
    )


def test_a_slow_app_holds_up_no_other(source: Scheduled, app: App) -> None:
    """While one is being waited for, another is called and answers."""
    other = Scheduled.new(source.api)
    both = threading.Barrier(2)
    app.behave = lambda _: 200 if both.wait(30) >= 0 else 500
    for one in (source, other):
        one.schedule(app.url, FIRST, "ONCE")
    source.advance(to=FIRST)
    assert source.outcomes() == other.outcomes() == ["answered"]


def test_an_app_cannot_move_the_clock_while_it_is_called(source: Scheduled, app: App) -> None:
    """It would wait for itself, so it is refused at once."""
    statuses: list[int] = []

    def move(_: Call) -> int:
        reply = source.api.call("POST", "/_local/clock/advance", {"seconds": 1}, token="")
        statuses.append(reply.status)
        return 200

    app.behave = move
    source.schedule(app.url, FIRST, "ONCE")
    source.advance(to=FIRST)
    assert statuses == [409]


def test_a_clock_set_back_calls_no_slot_twice(source: Scheduled, app: App) -> None:
    """The same start given again after setting the clock back meets a slot it has had."""
    path = source.schedule(app.url, FIRST)
    source.advance(to=FIRST)
    source.jump(BEGIN)
    body = {"runFrequency": "DAILY", "startTime": FIRST, "callbackUrl": app.url}
    assert source.call("PUT", path, body).status == 200
    source.advance(to="2027-01-02T10:00:00Z")
    assert [one["slot"][:10] for one in source.slots()] == ["2027-01-01", "2027-01-02"]
    assert len(app.calls) == 2


def test_in_real_time(api: Any, server: LocalAssets, app: App) -> None:
    """With the machine's clock an app is called at the time, not before, without being told."""
    api.url = server.url
    source = Scheduled.new(api)
    start = datetime.now(UTC) + timedelta(seconds=1)
    called: list[datetime] = []

    def note(_: Call) -> int:
        called.append(datetime.now(UTC))
        return 200

    app.behave = note
    source.schedule(app.url, start.isoformat(), "ONCE")
    until(lambda: source.outcomes() == ["answered"])
    assert called[0] >= start - timedelta(milliseconds=1)
    assert called[0] - start < timedelta(seconds=10)


class Watched(SystemClock):
    """The machine's clock, counting how often somebody asks how long to wait."""

    def __init__(self) -> None:
        self.asked: list[datetime | None] = []

    def pause(self, until: datetime | None) -> float | None:
        self.asked.append(until)
        return super().pause(until)


async def test_nothing_turns_while_nothing_is_due(tmp_path: Path) -> None:
    """It looks once, sleeps until the next slot, and looks again when told of a change."""
    database, clock = Database(tmp_path / "assets.sqlite3"), Watched()
    dispatcher = Dispatcher(database, Settings(), clock, lambda: None)
    try:
        await dispatcher.start()
        for _ in range(1_000):
            await asyncio.sleep(0)
        assert clock.asked == [None]
        due = datetime.now(UTC) + timedelta(days=1)
        await _without_source(database, due, "http://127.0.0.1:9/")
        dispatcher.changed()
        for _ in range(1_000):
            await asyncio.sleep(0)
        assert clock.asked == [None, due.replace(microsecond=due.microsecond // 1000 * 1000)]
    finally:
        await dispatcher.stop()
        database.close()


def test_the_machines_clock_is_looked_at_again() -> None:
    """A pause is never longer than a minute, for clocks are set and laptops sleep."""
    clock = SystemClock()
    assert clock.pause(None) is None
    assert clock.pause(clock.now() + timedelta(days=3)) == 60
    assert clock.pause(clock.now() - timedelta(days=3)) == 0


async def test_a_store_that_fails_is_tried_again(
    tmp_path: Path, app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a claim cannot be written nothing is called; it is once it can be."""
    monkeypatch.setattr("assetferry.local_assets.scheduling.dispatcher.PAUSE", 0.01)
    called = asyncio.Event()
    loop = asyncio.get_running_loop()
    app.behave = lambda _: (loop.call_soon_threadsafe(called.set), 200)[1]
    database, clock = Database(tmp_path / "assets.sqlite3"), Watched()
    dispatcher = Dispatcher(database, Settings(), clock, lambda: None)
    try:
        await dispatcher.start()
        await _without_source(database, clock.now(), app.url)
        dispatcher.changed()
        async with asyncio.timeout(30):
            while len(clock.asked) < 5:  # noqa: ASYNC110 - nothing tells of a failed claim
                await asyncio.sleep(0.001)
        assert app.calls == []
        await database.writer.run(new_everything, "Hardware", "HW", SourceSettings())
        async with asyncio.timeout(30):
            await called.wait()
    finally:
        await dispatcher.stop()
        database.close()
    assert len(app.calls) == 1


async def test_time_does_not_pass_over_a_slot_that_cannot_be_claimed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one who advances the clock hears of it, instead of waiting for ever."""
    monkeypatch.setattr("assetferry.local_assets.scheduling.dispatcher.PAUSE", 0.01)
    database = Database(tmp_path / "assets.sqlite3")
    clock = HandClock(database)
    dispatcher = Dispatcher(database, Settings(clock="test"), clock, lambda: None)
    try:
        await dispatcher.start()
        slot = clock.now() + timedelta(hours=1)
        await _without_source(database, slot, "http://127.0.0.1:9/")
        with pytest.raises(RuntimeError, match="could not be worked off"):
            await Moving(dispatcher).advance(slot + timedelta(hours=1))
        assert instant.text(clock.now()) == instant.text(slot)
    finally:
        await dispatcher.stop()
        database.close()


async def _without_source(database: Database, due: datetime, url: str) -> None:
    """Write a schedule that cannot be claimed until there is an import source."""

    def insert(connection: sqlite3.Connection) -> None:
        at = instant.text(due)
        connection.execute(
            "INSERT INTO import_schedules VALUES ('s', 1, 'DAILY', ?, 'UTC', ?, ?, ?, ?)",
            (at, url, at, at, at),
        )

    await database.writer.run(insert)


def test_the_record_holds_no_address(source: Scheduled, app: App) -> None:
    """A callback's path may be a secret: neither slots nor history nor schedule show it."""
    app.behave = lambda _: 500
    path = source.schedule(f"{app.url}/very-secret", FIRST)
    source.advance(to=FIRST)
    shown = [source.slots(), source.history(), source.call("GET", path).body]
    assert "very-secret" not in json.dumps(shown)


@pytest.mark.parametrize("own_curl", [False, True])
def test_the_commands_of_the_page_work(
    source: Scheduled, app: App, tmp_path: Path, *, own_curl: bool
) -> None:
    """The commands of the page on schedules do what it says, as they are written."""
    _, commands = re.findall(r"^```sh\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    variables = {
        "URL": source.api.url,
        "SOURCE": f"{source.api.url}{source.here}",
        "LOCAL": f"{source.api.url}{source.local}",
        "APP": app.url,
        "JSON": "Content-Type: application/json",
        "AUTH": f"Authorization: Bearer {source.source['token']}",
    }
    printed = Shell(tmp_path, own_curl=own_curl, variables=variables).run(commands)
    (call,) = app.calls
    assert set(call.body) == {"workspaceId", "importsourceId"}
    (slot,) = source.slots()
    assert (slot["slot"], slot["outcome"]) == ("2026-12-02T08:00:00.000Z", "answered")
    assert json.dumps(slot, separators=(",", ":")) in printed


def test_the_page_knows_every_outcome() -> None:
    """Each outcome of a slot has its row, in whatever order."""
    rows = re.findall(r"^\| `(\w+)` \| (?:yes|no|perhaps) \|", PAGE.read_text(), re.MULTILINE)
    assert sorted(rows) == sorted(get_args(Outcome))

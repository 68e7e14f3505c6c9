"""Schedules by the API: both dialects, one for each source, every refusal (section 10 and 19)."""

import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from assetferry.local_assets.server import LocalAssets
from assetferry.local_assets.settings import Settings
from local_documents import HOSTS
from scheduling import Scheduled

URL = "https://app.example.com/trigger"
BODY = {
    "runFrequency": "WEEKLY",
    "runInterval": "WEEKLY",
    "startTime": "2027-03-01T08:00:00Z",
    "timezone": "Europe/Berlin",
    "callbackUrl": URL,
}


@pytest.fixture(scope="module")
def standing() -> Iterator[LocalAssets]:
    """A server with a clock that stands at the first of January 2027."""
    with LocalAssets(Settings(port=0, clock="test")) as running:
        yield running


@pytest.fixture
def source(api: Any, standing: LocalAssets) -> Scheduled:
    """A mapped import source of this test's own."""
    api.url = standing.url
    made = Scheduled.new(api)
    made.jump("2027-01-01T00:00:00Z")
    return made


def message(reply: Any, status: int = 400) -> str:
    assert reply.status == status, reply
    assert reply.body["errors"] == {}
    return reply.body["errorMessages"][0]


def test_the_answer_is_the_union_of_both_dialects(source: Scheduled) -> None:
    """Whichever document an app was written by, it finds its fields, also when it reads again."""
    made = source.call("POST", "/importschedule", BODY)
    assert made.status == 200
    now = "2027-01-01T00:00:00.000Z"
    expected = {
        "importSourceId": source.source["importSourceId"],
        "runFrequency": "WEEKLY",
        "runInterval": "WEEKLY",
        "startTime": "2027-03-01T08:00:00.000Z",
        "timezone": "Europe/Berlin",
        "isActive": True,
        **dict.fromkeys(("created", "createdAt", "updated", "updatedAt"), now),
    }
    assert {key: made.body[key] for key in expected} == expected
    assert made.body["collectionId"] == source.call("GET").body["collectionId"]
    assert "callbackUrl" not in made.body
    assert source.call("GET", f"/importschedule/{made.body['id']}").body == made.body


def test_the_dialect_without_zone_means_utc(source: Scheduled) -> None:
    """A body by the OpenAPI document alone is enough."""
    body = {"runInterval": "DAILY", "startTime": "2027-03-01T08:00:00Z", "callbackUrl": URL}
    made = source.call("POST", "/importschedule", body)
    assert (made.status, made.body["timezone"]) == (200, "UTC")


def test_links_tell_of_the_schedule_there_is(source: Scheduled) -> None:
    """``schedule`` appears with the schedule and goes with it; both links work."""
    links = source.call("GET", "/schedule")
    assert (links.status, links.body["result"]) == (200, "success")
    assert set(links.body["links"]) == {"createSchedule"}
    made = source.api.call("POST", links.body["links"]["createSchedule"], BODY)
    links = source.call("GET", "/schedule")
    assert source.api.call("GET", links.body["links"]["schedule"]).body == made.body
    gone = source.api.call("DELETE", links.body["links"]["schedule"])
    assert (gone.status, gone.body) == (200, None)
    assert set(source.call("GET", "/schedule").body["links"]) == {"createSchedule"}


def test_the_source_shows_its_schedule(source: Scheduled) -> None:
    """GET of the source, and the list the web page uses, carry the details; null without one."""
    assert source.call("GET").body["scheduledImportDetails"] is None
    path = source.schedule(URL, "2027-03-01T08:00:00Z", "MONTHLY")
    shown = source.call("GET").body
    assert shown["scheduledImportDetails"] == {
        "importScheduleId": path.rsplit("/", 1)[1],
        "startTime": "2027-03-01T08:00:00.000Z",
        "runFrequency": "MONTHLY",
        "nextScheduledTime": "2027-03-01T08:00:00.000Z",
        "createdAt": "2027-01-01T00:00:00.000Z",
    }
    assert shown["importExecutionType"] == "SCHEDULED"
    assert shown["isImportSourceSchedulingEnabled"] is True
    (listed,) = source.api.call(
        "GET",
        f"{source.api.workspace}/importsource/objectschema/{source.source['objectSchemaId']}",
        user=True,
    ).body
    assert listed == shown


def test_put_replaces_all_of_it(source: Scheduled) -> None:
    """The id and the time of creation stay, all else is as the new body says."""
    path = source.schedule(URL, "2027-03-01T08:00:00Z", timezone="Europe/Berlin")
    before = source.call("GET", path).body
    source.jump("2027-01-02T00:00:00Z")
    body = {"runInterval": "MONTHLY", "startTime": "2027-05-01T08:00:00Z", "callbackUrl": URL}
    after = source.call("PUT", path, body)
    assert after.status == 200
    assert after.body == source.call("GET", path).body
    assert after.body == {
        **before,
        "runFrequency": "MONTHLY",
        "runInterval": "MONTHLY",
        "startTime": "2027-05-01T08:00:00.000Z",
        "timezone": "UTC",
        "updated": "2027-01-02T00:00:00.000Z",
        "updatedAt": "2027-01-02T00:00:00.000Z",
    }


def test_a_source_has_one_schedule(source: Scheduled) -> None:
    """A second one is refused until the first is deleted; the source remains."""
    path = source.schedule(URL, "2027-03-01T08:00:00Z")
    assert message(source.call("POST", "/importschedule", BODY)) == "A schedule already exists"
    assert source.call("DELETE", path).status == 200
    assert source.call("GET").status == 200
    assert source.call("POST", "/importschedule", BODY).status == 200


def test_a_schedule_needs_a_mapping(source: Scheduled) -> None:
    """Without one nothing could be imported; with one it is made."""
    source.api.new_source()
    bare = Scheduled(source.api, dict(source.api.source))
    refused = bare.call("POST", "/importschedule", BODY)
    assert message(refused) == "Import source has no valid mapping"
    source.api.put_mapping(HOSTS)
    assert bare.call("POST", "/importschedule", BODY).status == 200


def test_discovery_cannot_be_scheduled(source: Scheduled) -> None:
    """The contract says so, whatever the body."""
    discovery = Scheduled.new(source.api, moduleKey="insight-discovery-import")
    refused = discovery.call("POST", "/importschedule", BODY)
    assert message(refused) == "Import type cannot be scheduled"


def test_a_csv_import_needs_no_callback(source: Scheduled) -> None:
    """It brings its own data; an external source without a callback is refused."""
    csv = Scheduled.new(source.api, moduleKey="rlabs-import-type-csv")
    body = {key: value for key, value in BODY.items() if key != "callbackUrl"}
    assert csv.call("POST", "/importschedule", body).status == 200
    assert "callbackUrl" in message(source.call("POST", "/importschedule", body))


@pytest.mark.parametrize("method", ["POST", "PUT"])
@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"runFrequency": "DAILY"}, "runFrequency must be ONCE, DAILY, WEEKLY or MONTHLY"),
        ({"startTime": "2026-12-31T23:59:59Z"}, "startTime must be a future ISO 8601 instant"),
        ({"timezone": "Mars/Olympus"}, "timezone"),
        ({"callbackUrl": "mailto:app@example.com"}, "callbackUrl"),
    ],
)
def test_bodies_are_checked(
    source: Scheduled, method: str, change: dict[str, str], words: str
) -> None:
    """POST and PUT refuse the same, and a refused PUT changes nothing."""
    path = source.schedule(URL, "2027-03-01T08:00:00Z") if method == "PUT" else "/importschedule"
    before = source.call("GET", path) if method == "PUT" else None
    assert words in message(source.call(method, path, {**BODY, **change}))
    assert before is None or source.call("GET", path).body == before.body


def test_a_body_must_be_json(source: Scheduled) -> None:
    """No body at all, and one that is no object, are refused as everywhere."""
    assert "runFrequency" in message(source.call("POST", "/importschedule"))
    refused = source.call("POST", "/importschedule", [BODY])
    assert message(refused) == "Request body is not a valid JSON object"


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_unknown_schedules_are_404(source: Scheduled, method: str) -> None:
    """An id of nothing, of no form, or of another source's schedule does not exist here."""
    other = Scheduled.new(source.api)
    foreign = other.schedule(URL, "2027-03-01T08:00:00Z").rsplit("/", 1)[1]
    for unknown in (str(uuid.uuid4()), "7", foreign):
        refused = source.call(method, f"/importschedule/{unknown}", BODY)
        assert message(refused, 404) == f"Schedule {unknown} does not exist"
    assert other.call("GET", f"/importschedule/{foreign}").status == 200


def test_who_may_schedule(source: Scheduled) -> None:
    """Nobody without a credential; a source's own token and users; no token of another source."""
    other = Scheduled.new(source.api)
    address = f"{source.here}/importschedule"
    assert source.api.call("POST", address, BODY, token="").status == 401
    assert source.api.call("POST", address, BODY, token=other.source["token"]).status == 401
    assert source.api.call("POST", address, BODY, user=True).status == 200
    unknown = f"{source.api.workspace}/importsource/{uuid.uuid4()}/schedule"
    assert source.api.call("GET", unknown, user=True).status == 404
    assert source.api.call("PATCH", address, BODY, user=True).status == 405


def test_a_user_without_permission_makes_none(source: Scheduled) -> None:
    """Creating a schedule is one of the calls that answer 403."""
    email = f"{uuid.uuid4()}@example.com"
    user = {"email": email, "permissions": ["objects"]}
    made = source.api.call("POST", "/_local/users", user, token="")
    assert made.status == 200, made
    source.api.source = {**source.source, "email": email, "apiToken": made.body["apiToken"]}
    refused = source.api.call("POST", f"{source.here}/importschedule", BODY, user=True)
    assert message(refused, 403) == "Missing permission"


def test_what_a_clock_refuses(source: Scheduled) -> None:
    """A move that has no meaning is a 400, and the clock stays where it is."""
    for method, path, body in (
        ("PUT", "", {}),
        ("PUT", "", {"now": "2027-01-01"}),
        ("PUT", "", {"now": 5}),
        ("PUT", "", {"now": "2527-01-01T00:00:00Z"}),
        ("PUT", "", {"now": "2027-01-01T00:00:00Z", "to": "2027-01-01T00:00:00Z"}),
        ("POST", "/advance", {}),
        ("POST", "/advance", {"seconds": -1}),
        ("POST", "/advance", {"seconds": "5"}),
        ("POST", "/advance", {"seconds": True}),
        ("POST", "/advance", {"seconds": 1e12}),
        ("POST", "/advance", {"seconds": 1e18}),
        ("POST", "/advance", {"to": "2026-12-31T00:00:00Z"}),
        ("POST", "/advance", {"seconds": 1, "to": "2027-01-02T00:00:00Z"}),
    ):
        refused = source.api.call(method, f"/_local/clock{path}", body, token="")
        assert message(refused), body
    shown = source.api.call("GET", "/_local/clock", token="")
    assert shown.body == {"clock": "test", "now": "2027-01-01T00:00:00.000Z"}


def test_the_machines_clock_is_not_moved(api: Any) -> None:
    """A server that was not started for it says how to start it."""
    for method, path, body in (
        ("PUT", "", {"now": "2027-01-01T00:00:00Z"}),
        ("POST", "/advance", {"seconds": 1}),
    ):
        refused = api.call(method, f"/_local/clock{path}", body, token="")
        assert "--clock test" in message(refused, 409)
    assert api.call("GET", "/_local/clock", token="").body["clock"] == "system"

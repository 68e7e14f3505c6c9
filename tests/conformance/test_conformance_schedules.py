"""Section 10 of the wire contract, and the rows of section 19 on schedules."""

from collections.abc import Callable
from typing import Any

import pytest

from conformance import UNKNOWN, expect, path_of
from conformance_site import Site

NewSite = Callable[..., Site]
pytestmark = pytest.mark.writes

START = "2099-01-31T09:00:00Z"
CALLBACK = "https://app.example/trigger"


def asked(**change: Any) -> dict[str, Any]:
    """Give a good request; None takes a key out of it."""
    made = {
        "runFrequency": "DAILY",
        "runInterval": "DAILY",
        "startTime": START,
        "timezone": "UTC",
        "callbackUrl": CALLBACK,
        **change,
    }
    return {key: value for key, value in made.items() if value is not None}


def create(site: Site, **change: Any) -> Any:
    return site.user("POST", "importschedule", asked(**change)).gives(200)


@pytest.mark.local
def test_10_1_links_name_the_schedule_once_there_is_one(mapped: Site) -> None:
    """Before, only where to make one; then also where it is."""
    expect({"createSchedule"}, set(mapped.user("GET", "schedule").gives(200)["links"]))
    made = create(mapped)
    links = mapped.user("GET", "schedule").gives(200)["links"]
    expect(f"{mapped.here}/importschedule/{made['id']}", path_of(links["schedule"]))


@pytest.mark.local
@pytest.mark.parametrize("frequency", ["ONCE", "DAILY", "WEEKLY", "MONTHLY"])
@pytest.mark.parametrize("key", ["runFrequency", "runInterval"])
def test_10_2_either_dialect_is_taken_and_both_are_given(
    mapped: Site, key: str, frequency: str
) -> None:
    """One key suffices; the answer has the union of both shapes."""
    body = create(mapped, **{"runFrequency": None, "runInterval": None, key: frequency})
    expect((frequency, frequency), (body["runFrequency"], body["runInterval"]))
    expect(mapped.source, body["importSourceId"])
    expect((body["created"], body["updated"]), (body["createdAt"], body["updatedAt"]))
    expect((True, "UTC"), (body["isActive"], body["timezone"]))


@pytest.mark.local
def test_10_2_timezone_is_optional(mapped: Site) -> None:
    """Without one it is UTC."""
    expect("UTC", create(mapped, timezone=None)["timezone"])


@pytest.mark.local
def test_10_2_the_source_tells_of_its_schedule(mapped: Site) -> None:
    """scheduledImportDetails: null without one, then its id, frequency and next time."""
    expect(None, mapped.user("GET").gives(200)["scheduledImportDetails"])
    made = create(mapped)
    details = mapped.user("GET").gives(200)["scheduledImportDetails"]
    expect((made["id"], "DAILY"), (details["importScheduleId"], details["runFrequency"]))
    expect({"startTime", "nextScheduledTime", "createdAt"} - set(details), set[str]())


@pytest.mark.local
def test_10_2_get_put_delete(mapped: Site) -> None:
    """A PUT replaces under the same id; after a DELETE the source remains."""
    made = create(mapped)
    path = f"importschedule/{made['id']}"
    expect(made, mapped.user("GET", path).gives(200))
    weekly = asked(runFrequency="WEEKLY", runInterval="WEEKLY")
    changed = mapped.user("PUT", path, weekly).gives(200)
    expect((made["id"], "WEEKLY"), (changed["id"], changed["runFrequency"]))
    mapped.user("DELETE", path).gives(200)
    mapped.user("GET", path).refuses(404)
    mapped.user("GET").gives(200)


@pytest.mark.local
def test_19_schedule_exists_already(mapped: Site) -> None:
    """400: there is one to a source."""
    create(mapped)
    answer = mapped.user("POST", "importschedule", asked())
    answer.refuses(400, "A schedule already exists")


@pytest.mark.local
def test_19_schedule_without_a_mapping(site: Site) -> None:
    """400."""
    answer = site.user("POST", "importschedule", asked())
    answer.refuses(400, "Import source has no valid mapping")


@pytest.mark.local
def test_19_schedule_of_a_discovery_source(new_site: NewSite) -> None:
    """400: its kind cannot be scheduled."""
    other = new_site(moduleKey="insight-discovery-import")
    answer = other.user("POST", "importschedule", asked(callbackUrl=None))
    answer.refuses(400, "Import type cannot be scheduled")


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"runFrequency": None, "runInterval": None}, "runFrequency"),
        ({"runFrequency": "DAILY", "runInterval": "WEEKLY"}, "runFrequency"),
        ({"runFrequency": "HOURLY", "runInterval": None}, "runFrequency"),
        ({"runFrequency": "daily", "runInterval": None}, "runFrequency"),
        ({"runFrequency": 1, "runInterval": None}, "runFrequency"),
        ({"startTime": None}, "startTime"),
        ({"startTime": "tomorrow"}, "startTime"),
        ({"startTime": 5}, "startTime"),
        ({"startTime": "2001-01-01T09:00:00Z"}, "startTime"),
        ({"timezone": "Mars/Olympus"}, "timezone"),
        ({"timezone": 5}, "timezone"),
        ({"callbackUrl": None}, "callbackUrl"),
        ({"callbackUrl": "ftp://app.example/"}, "callbackUrl"),
        ({"callbackUrl": "trigger"}, "callbackUrl"),
    ],
    ids=str,
)
def test_19_wrong_schedule(mapped: Site, change: dict[str, Any], named: str) -> None:
    """400 that names the field, for a new one and for a replacement."""
    mapped.user("POST", "importschedule", asked(**change)).refuses(400, named)
    if mapped.ours:
        made = create(mapped)
        mapped.user("PUT", f"importschedule/{made['id']}", asked(**change)).refuses(400, named)


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_19_unknown_schedule(mapped: Site, method: str) -> None:
    """404 by its id."""
    body = asked() if method == "PUT" else None
    answer = mapped.user(method, f"importschedule/{UNKNOWN}", body)
    answer.refuses(404, f"Schedule {UNKNOWN} does not exist")

"""Pages for people: complete, escaped, without scripts, each with its JSON twin."""

import http.client
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

import pytest

from assetferry.local_assets.server import LocalAssets
from assetferry.local_assets.settings import Settings
from local_relations import related
from pages import Page, read_page

DEADLINE = 60
NASTY = '<script>alert("1")</script>&amp;'


@pytest.fixture(scope="module")
def served() -> Iterator[LocalAssets]:
    """A server of its own: pages show everything that is there."""
    with LocalAssets(Settings(port=0, clock="test")) as server:
        yield server


@pytest.fixture
def api(api: Any, served: LocalAssets) -> Any:
    api.url = served.url
    assert api.call("POST", "/_local/reset", token="").status == 200
    api.new_source()
    return api


def get(api: Any, path: str) -> tuple[int, dict[str, str], str]:
    connection = http.client.HTTPConnection(urlsplit(str(api.url)).netloc, timeout=DEADLINE)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        headers = {name.lower(): value for name, value in answer.getheaders()}
        return answer.status, headers, answer.read().decode()
    finally:
        connection.close()


def page(api: Any, path: str, status: int = 200) -> Page:
    """Get a page and hold it against what holds for all pages."""
    found, headers, text = get(api, path)
    assert (found, headers["content-type"]) == (status, "text/html; charset=utf-8"), path
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["cache-control"] == "no-store"
    read = read_page(text)
    assert "script" not in read.tags
    assert read.events == set()
    assert "style" not in read.tags
    assert read.title.endswith("· local Assets")
    return read


def source_page(api: Any) -> str:
    return f"/_local/ui/sources/{api.source['importSourceId']}"


def objects_page(api: Any, query: str = "", start: int = 0) -> str:
    place = f"/_local/ui/workspaces/{api.source['workspaceId']}/objects"
    return f"{place}?q={quote(query)}&start={start}"


def busy(api: Any) -> str:
    """Let something of each kind be there; give the id of the execution that is done."""
    api.put_mapping(related("Name = ${peer}"))
    api.run(
        {
            "hosts": [{"name": NASTY, "peer": "b"}, {"name": "b"}, {"name": ""}, 5],
            "servers": [{"name": "s"}],
        }
    )
    done: str = api.call("GET", f"{api.here}/executions/status").body["executionId"]
    failed = api.start()
    api.call("POST", f"{failed}/history/failed", {"failureReason": NASTY})
    api.call("DELETE", failed)
    schedule = {
        "runFrequency": "DAILY",
        "startTime": "2099-01-01T09:00:00Z",
        "timezone": "Europe/Berlin",
        "callbackUrl": "http://127.0.0.1:9/secret-path",
    }
    assert api.call("POST", f"{api.here}/importschedule", schedule).status == 200
    fault = {"kind": "status", "status": 503, "times": 2, "route": "PUT progress"}
    made = api.call("POST", "/_local/faults", fault, token="")
    assert made.status == 200, made
    return done


def test_every_page_can_be_reached_and_nothing_is_broken(api: Any) -> None:
    """From the overview all links are followed: each leads somewhere and holds no secret."""
    busy(api)
    secrets = [api.source["token"], api.source["apiToken"], "secret-path"]
    left, seen = ["/_local/"], set[str]()
    kinds: set[str] = set()
    while left:
        path = left.pop()
        if path in seen:
            continue
        seen.add(path)
        status, headers, text = get(api, path)
        assert status == 200, path
        assert not [one for one in secrets if one in text], path
        if headers["content-type"].startswith("text/html"):
            read = page(api, path)
            kinds.add(read.title)
            left += [urljoin(path, link) for link in read.links]
        elif headers["content-type"] == "application/json":
            json.loads(text)
    assert len(kinds) >= 8, kinds


def test_the_overview_shows_what_there_is(api: Any) -> None:
    """Sources with their status, types with their counts, and the next time of a schedule."""
    busy(api)
    read = page(api, "/_local/")
    (row,) = [one for one in read.rows if one[0] == "Hardware"]
    assert row[1] == "IDLE"
    assert "CANCELLED" in row[2]
    assert "2099-01-01 09:00:00" in row[3]
    assert "Host 2" in " ".join(read.text.split())


def test_an_empty_server_says_how_to_begin(api: Any) -> None:
    """Nobody is left before an empty page."""
    assert api.call("POST", "/_local/reset", token="").status == 200
    assert "/_local/importsource" in page(api, "/_local/").text
    assert "None is set" in page(api, "/_local/ui/faults").text
    assert "None." in page(api, "/_local/ui/schedules").text


def test_a_source_shows_its_history_and_its_mapping(api: Any) -> None:
    """Each import with its counts, each failure as it was reported, each attribute."""
    busy(api)
    read = page(api, source_page(api))
    done = next(one for one in read.rows if one[1] == "DONE")
    assert done[3:8] == ["3", "0", "0", "0", "1"]
    cancelled = next(one for one in read.rows if one[1] == "CANCELLED")
    assert cancelled[-1] == NASTY
    assert ["Name", "text", "name", "identitylabel"] in read.rows


def test_an_execution_shows_its_result_and_errors(api: Any) -> None:
    """By object type, with every error that was spelt out."""
    done = busy(api)
    read = page(api, f"{source_page(api)}/executions/{done}")
    host = next(one for one in read.rows if one[0] == "Host")
    assert host[1:3] == ["4", "2"]
    assert "an entry is not an object" in read.text


def test_objects_are_found_by_aql(api: Any) -> None:
    """The box keeps the query, mistakes are told, and pages lead back and forth."""
    busy(api)
    api.run({"hosts": [{"name": f"h{number:03}"} for number in range(120)]})
    read = page(api, objects_page(api, "Name LIKE h0 AND objectType = Host"))
    assert read.fields == {"q": "Name LIKE h0 AND objectType = Host"}
    labels = [one[1] for one in read.rows[1:]]
    assert labels == [f"h{number:03}" for number in range(50)]
    (following,) = [one for one in read.links if "start=50" in one and "json" not in one]
    further = page(api, urljoin(objects_page(api), following))
    assert [one[1] for one in further.rows[1:]] == [f"h{number:03}" for number in range(50, 100)]
    assert not [one for one in further.links if "start=100" in one]
    wrong = page(api, objects_page(api, 'Nothing = "x"'))
    assert "has an attribute 'Nothing'" in wrong.text
    assert wrong.fields == {"q": 'Nothing = "x"'}


def test_an_object_shows_what_it_refers_to_and_what_refers_to_it(api: Any) -> None:
    """References lead in both directions."""
    busy(api)
    first, second = api.search("objectType = Host")
    place = objects_page(api).partition("?")[0]
    nasty = page(api, f"{place}/{first['id']}")
    assert f"{place}/{second['id']}" in nasty.links
    assert NASTY in nasty.text
    back = page(api, f"{place}/{second['id']}")
    assert f"{place}/{first['id']}" in back.links


def test_schedules_and_faults_are_listed(api: Any) -> None:
    """With the next time and the last slot; a fault with what it does."""
    busy(api)
    listed = page(api, "/_local/ui/schedules")
    assert "by a clock moved by hand" in listed.text
    assert listed.rows[1][:3] == ["Hardware", "DAILY", "Europe/Berlin"]
    assert "503" in page(api, "/_local/ui/faults").rows[1][1]


def test_every_page_has_a_twin_in_json(api: Any) -> None:
    """It holds what the page shows; its refusals are those of the API."""
    done = busy(api)
    twin = api.call("GET", f"{source_page(api)}?format=json", token="").body
    assert (twin["status"], twin["entries"]) == ("IDLE", 2)
    one = api.call("GET", f"{source_page(api)}/executions/{done}?format=json", token="").body
    assert {each["objectTypeName"] for each in one["objectTypes"]} == {"Host", "Server"}
    found = api.call("GET", f"{objects_page(api, 'Name = b')}&format=json", token="").body
    assert (found["total"], found["values"][0]["label"]) == (1, "b")
    assert api.call("GET", "/_local/?format=json", token="").body["workspaces"]
    missing = api.call("GET", "/_local/ui/sources/none?format=json", token="")
    assert (missing.status, missing.body["errorMessages"]) == (
        404,
        ["Import source none does not exist"],
    )


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/_local/ui/sources/none", 404),
        ("/_local/ui/sources/none/executions/none", 404),
        ("/_local/ui/workspaces/none/objects", 404),
        ("/_local/ui/workspaces/none/objects/1", 404),
        ("/_local/ui/workspaces/{workspace}/objects/99999999", 404),
        ("/_local/ui/workspaces/{workspace}/objects/x", 404),
        ("/_local/ui/workspaces/{workspace}/objects?start=-1", 400),
    ],
)
def test_what_is_not_there_is_a_page_too(api: Any, path: str, status: int) -> None:
    """With the way back to the overview."""
    read = page(api, path.replace("{workspace}", api.source["workspaceId"]), status)
    assert "/_local/" in read.links


def test_pages_are_not_for_the_pages_of_others(api: Any) -> None:
    """A name of somebody else's is refused, as everywhere under /_local/."""
    reply = api.call("GET", "/_local/", token="", headers={"Host": "rebound.example"})
    assert reply.status == 403


def test_the_style_knows_light_and_dark(api: Any) -> None:
    """It is the page's own, and both are there."""
    status, headers, text = get(api, "/_local/ui/style.css")
    assert (status, headers["content-type"]) == (200, "text/css; charset=utf-8")
    assert "prefers-color-scheme: dark" in text
    assert "http" not in text

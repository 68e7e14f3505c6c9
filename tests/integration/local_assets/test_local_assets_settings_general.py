"""Each setting of credentials, refusals, mapping and search, each value, over real HTTP."""

import copy
import time
from datetime import UTC, datetime
from typing import Any

import pytest

from assetferry.local_assets.server import LocalAssets
from assetferry.local_assets.settings import Settings
from local_documents import HOSTS, png

DEADLINE = 60


@pytest.fixture
def served(api: Any, request: pytest.FixtureRequest) -> Any:
    """Give a client of a server with the settings of the test's parameter."""
    with LocalAssets(Settings(port=0, **request.param)) as server:
        api.url = server.url
        api.new_source()
        yield api


def with_settings(*choices: dict[str, Any]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("served", choices, indirect=True)


@pytest.mark.parametrize("status", ["401", "403"])
def test_a_token_that_does_not_reach(api: Any, status: Any) -> None:
    """Another source, the read API and the token itself are refused as chosen."""
    with LocalAssets(Settings(port=0, out_of_reach=status)) as server:
        api.url = server.url
        api.new_source()
        first = api.source
        api.new_source()
        foreign = api.call("GET", f"{api.here}/configstatus", token=first["token"])
        here = f"/jsm/assets/workspace/{first['workspaceId']}/v1"
        reading = api.call("GET", f"{here}/objectschema/list", token=first["token"])
        renewing = api.call(
            "POST", f"{here}/importsource/{first['importSourceId']}/token", token=first["token"]
        )
        assert [one.status for one in (foreign, reading, renewing)] == [int(status)] * 3
        assert api.call("GET", f"{api.here}/configstatus", token="nonsense").status == 401


@pytest.mark.parametrize("status", ["401", "403"])
def test_a_scope_that_is_missing(api: Any, status: Any) -> None:
    """It is refused as chosen."""
    with LocalAssets(Settings(port=0, missing_scope=status)) as server:
        api.url = server.url
        api.new_source()
        made = api.call("POST", "/_local/oauth-tokens", {"scopes": []}, token="").body["token"]
        for path in (f"{api.here}/configstatus", f"{api.workspace}/objectschema/list"):
            reply = api.call("GET", path, token=made)
            assert reply.status == int(status)
            assert "scope does not match" in str(reply.body)


@with_settings({"token_delay": 0.2})
def test_a_new_token_takes_a_moment(served: Any) -> None:
    """The old one is dead at once, the new one is refused until the delay has passed."""
    deadline = time.monotonic() + DEADLINE
    while served.call("GET", f"{served.here}/configstatus").status != 200:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    before = time.monotonic()
    made = served.call("POST", f"{served.here}/token", user=True).body["token"]
    assert served.call("GET", f"{served.here}/configstatus").status == 401
    while served.call("GET", f"{served.here}/configstatus", token=made).status != 200:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert time.monotonic() - before >= 0.19


@with_settings({"token_lifetime": 0.2})
def test_a_token_can_grow_old(served: Any) -> None:
    """After its lifetime it is refused, and a new one takes its place; users are not concerned."""
    deadline = time.monotonic() + DEADLINE
    while served.call("GET", f"{served.here}/configstatus").status != 401:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert served.call("POST", f"{served.here}/token", user=True).status == 200


@with_settings({"error_body": "code"})
def test_refusals_can_look_like_the_gateways(served: Any) -> None:
    """General refusals have code and message; those with a documented body keep it."""
    reply = served.call("GET", f"{served.here}/nothing")
    assert reply.body == {"code": 404, "message": "Not found"}
    conflict = served.call("POST", f"{served.here}/executions")
    assert conflict.body == {"result": "error", "errorCode": "MISSING_MAPPING"}
    wrong = served.call("PUT", f"{served.here}/mapping", {})
    assert "dataValidationErrors" in wrong.body


@with_settings({"running_links": False})
def test_running_can_come_without_links(served: Any) -> None:
    """Nothing but the status is documented."""
    served.put_mapping(HOSTS)
    served.start()
    assert served.call("GET", f"{served.here}/configstatus").body == {"status": "RUNNING"}


@with_settings({"is_last": "text", "result_total": False})
def test_pages_can_end_with_a_text_and_without_a_total(served: Any) -> None:
    """IsLast is "true" or "false", and nothing tells how many there are."""
    served.put_mapping(HOSTS)
    served.run({"hosts": [{"name": "a"}, {"name": "b"}]})
    ends: list[Any] = []
    for start in (0, 1):
        path = f"{served.workspace}/object/aql?maxResults=1&startAt={start}"
        body = served.call("POST", path, {"qlQuery": ""}, user=True).body
        assert "total" not in body
        ends.append(body["isLast"])
    assert ends == ["false", "true"]


@with_settings({"first_patch": "refuse"})
def test_a_patch_can_come_too_early(served: Any) -> None:
    """Before any PUT it is refused, afterwards it is not."""
    assert served.call("PATCH", f"{served.here}/mapping", HOSTS).status == 400
    served.put_mapping(HOSTS)
    assert served.call("PATCH", f"{served.here}/mapping", HOSTS).status == 204


@with_settings({"unmapped_document": "refuse"})
def test_the_document_can_be_missing_before_a_mapping(served: Any) -> None:
    """It is refused with the declared 400 until there is one."""
    path = f"{served.here}/schema-and-mapping"
    assert served.call("GET", path).status == 400
    served.put_mapping(HOSTS)
    assert served.call("GET", path).status == 200


@with_settings({"key_external_id": False})
def test_key_can_come_without_an_external_id(served: Any) -> None:
    """The document read back then is still one that PATCH takes."""
    served.put_mapping(HOSTS)
    read = served.call("GET", f"{served.here}/schema-and-mapping").body
    (host,) = read["schema"]["objectSchema"]["objectTypes"]
    assert [("externalId" in one) for one in host["attributes"]] == [False, True]
    assert served.call("PATCH", f"{served.here}/mapping", read).status == 204


@with_settings({"mapping_takes": 3_600}, {"mapping_takes": 0})
def test_an_asynchronous_mapping_can_take_its_time(
    served: Any, request: pytest.FixtureRequest
) -> None:
    """It reads IN_PROGRESS, without a result, for that long."""
    location = served.call("PUT", f"{served.here}/mapping?async=true", HOSTS).headers["location"]
    seen = served.call("GET", location).body
    if request.node.callspec.params["served"]["mapping_takes"]:
        assert seen == {"progressStatus": "IN_PROGRESS"}
    else:
        assert (seen["progressStatus"], seen["result"]) == ("FINISHED", "OK")


def renamed() -> dict[str, Any]:
    """Give the document with the type and its attribute renamed, retyped, with another icon."""
    document = copy.deepcopy(HOSTS)
    (kind,) = document["schema"]["objectSchema"]["objectTypes"]
    kind |= {"name": "Machine", "iconKey": "new", "description": "changed"}
    kind["attributes"][0] |= {"name": "Title", "type": "textarea"}
    mapping = document["mapping"]["objectTypeMappings"][0]
    mapping["objectTypeName"] = "Machine"
    mapping["attributesMapping"][0]["attributeName"] = "Title"
    return document


def with_icons(document: dict[str, Any]) -> dict[str, Any]:
    """Give a document that brings two icons, and shows its type by the first."""
    made = copy.deepcopy(document)
    made["schema"]["iconSchema"] = {
        "icons": [{"key": key, "name": "Host", "png48": png()} for key in ("old", "new")]
    }
    made["schema"]["objectSchema"]["objectTypes"][0]["iconKey"] = "old"
    return made


@with_settings({"changed_property": "ignore"}, {"changed_property": "refuse"})
def test_forbidden_changes_are_ignored_or_refused(
    served: Any, request: pytest.FixtureRequest
) -> None:
    """Ignored, they leave names, types, the label and the icon key, and the rest is taken."""
    ignored = request.node.callspec.params["served"]["changed_property"] == "ignore"
    served.put_mapping(with_icons(HOSTS))
    reply = served.call("PATCH", f"{served.here}/mapping", renamed())
    assert reply.status == (204 if ignored else 400)
    read = served.call("GET", f"{served.here}/schema-and-mapping").body
    (host,) = read["schema"]["objectSchema"]["objectTypes"]
    assert (host["name"], host["iconKey"]) == ("Host", "old")
    assert host["description"] == ("changed" if ignored else "d")
    assert [(one["name"], one["type"], one["label"]) for one in host["attributes"]] == [
        ("Key", "text", False),
        ("Name", "text", True),
    ]
    assert served.run({"hosts": [{"name": "a"}]})["result"] == "OK"


def referring() -> dict[str, Any]:
    """Give a document of a type that refers to Host, which is not in it."""
    document = copy.deepcopy(HOSTS)
    (kind,) = document["schema"]["objectSchema"]["objectTypes"]
    kind |= {"name": "Disk", "externalId": "type/disk"}
    kind["attributes"][0]["externalId"] = "attribute/disk"
    kind["attributes"].append(
        {
            "externalId": "attribute/host",
            "name": "Host",
            "description": "d",
            "type": "referenced_object",
            "referenceObjectTypeExternalId": "type/host",
        }
    )
    document["mapping"] = {"objectTypeMappings": []}
    return document


@with_settings({"known_reference": "accept"}, {"known_reference": "refuse"})
def test_references_to_types_outside_the_document(
    served: Any, request: pytest.FixtureRequest
) -> None:
    """They are taken where the type exists, or it has to be in the document, too."""
    served.put_mapping(HOSTS)
    reply = served.call("PATCH", f"{served.here}/mapping", referring())
    if request.node.callspec.params["served"]["known_reference"] == "accept":
        assert reply.status == 204
        return
    (problem,) = reply.body["dataValidationErrors"]
    assert problem["code"] == "UNKNOWN_REFERENCE"
    whole = referring()
    whole["schema"]["objectSchema"]["objectTypes"] += HOSTS["schema"]["objectSchema"]["objectTypes"]
    assert served.call("PATCH", f"{served.here}/mapping", whole).status == 204


@pytest.mark.parametrize("header", ["Retry-After", "X-RateLimit-Reset", "none"])
def test_what_a_429_says_of_time(api: Any, header: Any) -> None:
    """Seconds, a moment, or nothing."""
    settings = Settings(port=0, rate_limits=True, calls_per_minute=1, limit_header=header)
    with LocalAssets(settings) as server:
        api.url = server.url
        api.new_source()
        before = datetime.now(UTC)
        replies = [api.call("GET", f"{api.here}/configstatus") for _ in range(3)]
        refused = next(one for one in replies if one.status == 429)
        sent = {name for name in ("retry-after", "x-ratelimit-reset") if name in refused.headers}
        assert sent == ({header.lower()} if header != "none" else set())
        if header == "Retry-After":
            assert 1 <= int(refused.headers["retry-after"]) <= 60
        if header == "X-RateLimit-Reset":
            moment = datetime.fromisoformat(refused.headers["x-ratelimit-reset"])
            assert moment > before

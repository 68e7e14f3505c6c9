"""Section 19 of the wire contract, row by row, but for mappings, which have a file of their own."""

import base64
from collections.abc import Callable
from typing import Any

import pytest

from conformance import UNKNOWN, Site, expect, hosts

NewSite = Callable[..., Site]
INFO = "/jsm/assets/v1/imports/info"
NONSENSE = base64.b64encode(b"nobody@example.com:nothing").decode()


@pytest.mark.parametrize(
    "authorization",
    [None, "Bearer", "Bearer nonsense", "Basic !!!", f"Basic {NONSENSE}", "Something else"],
    ids=["no", "empty", "unknown token", "malformed", "unknown user", "unknown scheme"],
)
def test_19_no_malformed_or_unknown_credential(site: Site, authorization: str | None) -> None:
    """401 in the gateway's shape, E1."""
    site.call("GET", f"{site.here}/configstatus", authorization=authorization).unauthorized()
    site.call("GET", INFO, authorization=authorization).unauthorized()


@pytest.mark.local
def test_19_container_token_elsewhere(new_site: NewSite) -> None:
    """On another source, on the read API, on making tokens: 401."""
    mine, other = new_site(), new_site()
    mine.app("GET", f"{other.here}/configstatus").unauthorized()
    mine.app("POST", f"{mine.base}/object/aql", {"qlQuery": ""}).unauthorized()
    mine.app("GET", f"{mine.base}/objectschema/list").unauthorized()
    mine.app("POST", "token").unauthorized()


@pytest.mark.local
def test_19_oauth_without_the_scope(site: Site) -> None:
    """401 that names the scope as the reason."""
    made = site.call("POST", "/_local/oauth-tokens", {"scopes": ["read:cmdb-type:jira"]})
    token = f"Bearer {made.gives(200)['token']}"
    refused = site.call("GET", f"{site.here}/configstatus", authorization=token)
    refused.unauthorized("Unauthorized; scope does not match")


@pytest.mark.local
def test_19_user_without_permission(site: Site) -> None:
    """403 on GET source, creating a schedule, and totalcount."""
    asked: dict[str, Any] = {"email": "reader@example.com", "permissions": []}
    made = site.call("POST", "/_local/users", asked).gives(200)
    site.email, site.api_token = made["email"], made["apiToken"]
    site.user("GET").refuses(403, "Missing permission")
    site.user("POST", "importschedule", {}).refuses(403, "Missing permission")
    site.view("POST", "object/aql/totalcount", {"qlQuery": ""}).refuses(403, "Missing permission")


def test_19_unknown_workspace_or_route(site: Site) -> None:
    """404."""
    path = f"/jsm/assets/workspace/{UNKNOWN}/v1/importsource/{site.source}/configstatus"
    site.user("GET", path).refuses(404, "Not found")
    site.user("GET", f"{site.base}/nowhere").refuses(404, "Not found")


@pytest.mark.parametrize(
    ("method", "below", "body"),
    [
        ("GET", "", None),
        ("GET", "/configstatus", None),
        ("GET", "/schema-and-mapping", None),
        ("GET", "/schedule", None),
        ("POST", "/importschedule", {}),
        ("POST", "/executions", None),
        ("POST", "/token", None),
        ("POST", f"/executions/{UNKNOWN}/history/failed", {"failureReason": "x"}),
    ],
)
def test_19_unknown_import_source(site: Site, method: str, below: str, body: Any) -> None:
    """404 by its id."""
    answer = site.user(method, f"{site.base}/importsource/{UNKNOWN}{below}", body)
    answer.refuses(404, f"Import source {UNKNOWN} does not exist")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "mapping", {"PUT", "PATCH"}),
        ("GET", "executions", {"POST"}),
        ("POST", "configstatus", {"GET"}),
        ("DELETE", "executions/status", {"GET"}),
    ],
)
def test_19_known_path_wrong_method(site: Site, method: str, path: str, allowed: set[str]) -> None:
    """405 with Allow."""
    answer = site.app(method, path)
    answer.refuses(405, "Method not allowed")
    expect(allowed, set(answer.headers["allow"].split(", ")) - {"HEAD"})


@pytest.mark.writes
@pytest.mark.parametrize(
    "raw",
    [b"{", b"[]", b'"x"', b'{"a": NaN}', b'{"a": 1, "a": 2}', b'{"a": "\xff"}', b"null"],
    ids=["broken", "list", "text", "NaN", "repeated key", "no UTF-8", "null"],
)
def test_19_body_not_a_json_object(site: Site, raw: bytes) -> None:
    """400."""
    site.app("POST", "executions", raw=raw).refuses(400, "not a valid JSON object")


@pytest.mark.writes
def test_19_another_media_type(site: Site) -> None:
    """415."""
    answer = site.app("POST", "executions", raw=b"a=1", headers={"Content-Type": "text/plain"})
    answer.refuses(415, "Content-Type must be application/json")


@pytest.mark.writes
@pytest.mark.local
def test_19_body_above_the_limit(mapped: Site) -> None:
    """413 above 10 MiB."""
    raw = b'{"data":{"hosts":["' + b"x" * (10 * 1024 * 1024) + b'"]}}'
    answer = mapped.app("POST", f"{mapped.start()}/data", raw=raw)
    answer.refuses(413, "Request body exceeds 10485760 bytes")


@pytest.mark.local
def test_19_start_without_mapping(site: Site) -> None:
    """409 MISSING_MAPPING."""
    site.app("POST", "executions").conflicts("MISSING_MAPPING")


@pytest.mark.local
def test_19_start_disabled(new_site: NewSite) -> None:
    """409 DISABLED."""
    new_site(enabled=False).app("POST", "executions").conflicts("DISABLED")


@pytest.mark.local
def test_19_start_with_another_module(new_site: NewSite) -> None:
    """409 INVALID_IMPORT_MODULE_KEY."""
    other = new_site(moduleKey="rlabs-import-type-csv")
    other.app("POST", "executions").conflicts("INVALID_IMPORT_MODULE_KEY")


@pytest.mark.writes
@pytest.mark.parametrize("body", [None, {"scheduled": True}], ids=["manual", "scheduled"])
def test_19_start_while_running(mapped: Site, body: Any) -> None:
    """409 IN_PROGRESS, also for a scheduled start."""
    mapped.start()
    mapped.app("POST", "executions", body).conflicts("IN_PROGRESS")


@pytest.mark.writes
@pytest.mark.parametrize("value", ["yes", 1, None, []], ids=str)
def test_19_scheduled_not_a_boolean(mapped: Site, value: Any) -> None:
    """400."""
    answer = mapped.app("POST", "executions", {"scheduled": value})
    answer.refuses(400, "scheduled must be a boolean")


@pytest.mark.parametrize(
    ("method", "below", "body"),
    [
        ("POST", "/data", {"data": {}}),
        ("PUT", "/progress", {}),
        ("DELETE", "", None),
        ("GET", "/status", None),
        ("POST", "/history/failed", {"failureReason": "x"}),
    ],
    ids=["data", "progress", "cancel", "status", "history"],
)
def test_19_execution_of_no_such_source(
    new_site: NewSite, site: Site, method: str, below: str, body: Any
) -> None:
    """404, for an unknown id and for one that is another source's."""
    ids = [UNKNOWN]
    if site.ours:
        ids.append(_execution_of_another(new_site))
    for execution in ids:
        answer = site.app(method, f"executions/{execution}{below}", body)
        answer.refuses(404, f"Execution {execution} does not exist")


def _execution_of_another(new_site: NewSite) -> str:
    other = new_site()
    other.map(hosts(other.tag).document())
    return other.start().rpartition("/")[2]


@pytest.mark.writes
@pytest.mark.parametrize("state", ["CANCELLED", "DONE"])
def test_19_data_after_ingesting(mapped: Site, state: str) -> None:
    """400 that names the state, also for a bare completion."""
    execution = _ended(mapped, state)
    bodies: list[dict[str, Any]] = [{"data": {}}, {"completed": True}]
    for body in bodies:
        answer = mapped.send(execution, body)
        answer.refuses(400, f"Execution is {state}; data is accepted only while INGESTING")


@pytest.mark.writes
@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({}, "Either data or completed is required"),
        ({"completed": False}, "Either data or completed is required"),
        ({"clientGeneratedId": "x"}, "Either data or completed is required"),
        ({"data": []}, "data"),
        ({"data": None}, "data"),
        ({"data": {}, "completed": "yes"}, "completed"),
        ({"data": {}, "clientGeneratedId": 1}, "clientGeneratedId"),
        ({"data": {}, "clientGeneratedId": "x" * 256}, "clientGeneratedId"),
        ({"Data": {}}, "Data"),
        ({"data": {}, "Completed": True}, "Completed"),
    ],
    ids=lambda one: str(one)[:40],
)
def test_19_data_with_a_wrong_key(mapped: Site, body: Any, named: str) -> None:
    """400 that names it; the execution goes on."""
    execution = mapped.start()
    mapped.send(execution, body).refuses(400, named)
    expect("INGESTING", mapped.app("GET", f"{execution}/status").gives(200)["status"])


@pytest.mark.writes
@pytest.mark.parametrize(
    "body",
    [
        {"steps": {"total": 1, "current": 2}},
        {"steps": {"total": -1}},
        {"objects": {"total": 5, "processed": -1}},
        {"objects": {"total": "5"}},
        {"objects": {"total": True}},
        {"objects": []},
    ],
    ids=str,
)
def test_19_wrong_progress(mapped: Site, body: Any) -> None:
    """400."""
    mapped.app("PUT", f"{mapped.start()}/progress", body).refuses(400, "Invalid progress")


@pytest.mark.writes
def test_19_progress_outside_ingesting(mapped: Site) -> None:
    """400."""
    execution = _ended(mapped, "CANCELLED")
    mapped.app("PUT", f"{execution}/progress", {}).refuses(400, "Invalid progress")


@pytest.mark.writes
def test_19_cancel_when_done(mapped: Site) -> None:
    """400: there is nothing left to cancel."""
    answer = mapped.app("DELETE", _ended(mapped, "DONE"))
    answer.refuses(400, "Execution is DONE and can no longer be cancelled")


@pytest.mark.writes
@pytest.mark.parametrize(
    "body",
    [{}, {"failureReason": ""}, {"failureReason": 5}, {"failureReason": "x" * 1025}],
    ids=["missing", "empty", "number", "too long"],
)
def test_19_wrong_failure_reason(mapped: Site, body: Any) -> None:
    """400; 1024 characters are still right."""
    path = f"{mapped.start()}/history/failed"
    mapped.app("POST", path, body).refuses(400, "failureReason is required, 1 to 1024 characters")
    mapped.app("POST", path, {"failureReason": "x" * 1024}).gives(204)


@pytest.mark.writes
@pytest.mark.parametrize("state", ["CANCELLED", "DONE"])
def test_19_history_failed_outside_ingesting(mapped: Site, state: str) -> None:
    """400."""
    path = f"{_ended(mapped, state)}/history/failed"
    answer = mapped.app("POST", path, {"failureReason": "late"})
    answer.refuses(400, "Failures can be recorded only while INGESTING")


@pytest.mark.local
def test_19_latest_status_when_nothing_ever_ran(site: Site) -> None:
    """404."""
    site.app("GET", "executions/status").refuses(404, "No execution yet")


@pytest.mark.writes
def test_19_progress_by_an_execution_id(mapped: Site) -> None:
    """400: it goes by the source."""
    execution = mapped.start().rpartition("/")[2]
    answer = mapped.view("GET", f"progress/category/imports/{execution}")
    answer.refuses(400, "Not an import source id")


def test_19_unknown_resource_of_mapping_progress(site: Site) -> None:
    """400."""
    site.app("GET", f"mapping/progress/{UNKNOWN}").refuses(400, "Unknown resource")


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({}, "qlQuery"),
        ({"qlQuery": 5}, "qlQuery"),
        ({"qlQuery": "Name ="}, ""),
        ({"qlQuery": "(Name = x"}, ""),
        ({"qlQuery": "Nonsense9 = 1"}, "Nonsense9"),
        ({"qlQuery": "objectSchema = Nonsense9"}, "Nonsense9"),
        ({"qlQuery": "objectType = Nonsense9"}, "Nonsense9"),
        ({"qlQuery": 'objectType IN objectTypeAndChildren("Nonsense9")'}, "Nonsense9"),
    ],
    ids=lambda one: str(one)[:60],
)
@pytest.mark.parametrize("path", ["object/aql", "object/aql/totalcount"])
def test_19_wrong_query(site: Site, path: str, body: Any, named: str) -> None:
    """400 that names the word."""
    site.view("POST", path, body).refuses(400, named)


@pytest.mark.parametrize(
    "parameter", ["startAt=-1", "startAt=x", "maxResults=0", "maxResults=1.5", "maxResults="]
)
@pytest.mark.parametrize("path", ["object/aql", "objectschema/list"])
def test_19_wrong_paging(site: Site, path: str, parameter: str) -> None:
    """400 that names the parameter."""
    method, body = ("POST", {"qlQuery": ""}) if path == "object/aql" else ("GET", None)
    name = parameter.partition("=")[0]
    site.view(method, f"{path}?{parameter}", body).refuses(400, name)


def test_19_more_results_than_the_ceiling(site: Site) -> None:
    """Clamped, not refused."""
    body = site.view("POST", "object/aql?maxResults=999999", {"qlQuery": ""}).gives(200)
    expect(1000, body["maxResults"])


@pytest.mark.parametrize("given", ["999999999", "x", "1x", "-1", "9" * 30])
@pytest.mark.parametrize(
    "form",
    ["object/{}", "object/{}/attributes", "objectschema/{}", "objecttype/{}"],
)
def test_19_unknown_object_schema_or_type(site: Site, form: str, given: str) -> None:
    """404, also for what is no number."""
    site.view("GET", form.format(given)).refuses(404, f"{given} does not exist")


def _ended(site: Site, state: str) -> str:
    """Bring an execution to an end; give its path."""
    execution = site.start()
    if state == "CANCELLED":
        site.app("DELETE", execution).gives(200)
    else:
        site.send(execution, {"completed": True}).gives(200)
        site.finish(execution)
    return execution

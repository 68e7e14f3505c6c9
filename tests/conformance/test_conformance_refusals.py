"""Section 19 of the wire contract: who may, what exists, what a body is, and searches.

Mappings, executions and schedules have files of their own.
"""

import base64
from collections.abc import Callable
from typing import Any

import pytest

from conformance import UNKNOWN, expect
from conformance_site import Site

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

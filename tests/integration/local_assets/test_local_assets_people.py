"""OAuth tokens with scopes, users without permission, and who the history says it was."""

from typing import Any

import pytest

from local_documents import HOSTS

SCOPES = {
    "import:import-configuration:cmdb",
    "read:cmdb-object:jira",
    "write:cmdb-object:jira",
    "delete:cmdb-object:jira",
    "read:cmdb-schema:jira",
    "read:cmdb-type:jira",
    "read:cmdb-attribute:jira",
    "read:cmdb-config:jira",
}
IMPORT = "import:import-configuration:cmdb"
CALLS = [
    ("GET", "/importsource/{source}", IMPORT),
    ("GET", "/importsource/{source}/configstatus", IMPORT),
    ("POST", "/importsource/{source}/executions", IMPORT),
    ("GET", "/importsource/objectschema/{schema}", IMPORT),
    ("POST", "/object/aql", "read:cmdb-object:jira"),
    ("POST", "/object/aql/totalcount", "read:cmdb-object:jira"),
    ("GET", "/object/1", "read:cmdb-object:jira"),
    ("GET", "/object/1/attributes", "read:cmdb-object:jira"),
    ("DELETE", "/object/1", "delete:cmdb-object:jira"),
    ("GET", "/objectschema/list", "read:cmdb-schema:jira"),
    ("GET", "/objectschema/{schema}", "read:cmdb-schema:jira"),
    ("GET", "/objectschema/{schema}/objecttypes", "read:cmdb-type:jira"),
    ("GET", "/objectschema/{schema}/objecttypes/flat", "read:cmdb-type:jira"),
    ("GET", "/objecttype/1", "read:cmdb-type:jira"),
    ("GET", "/objecttype/1/attributes", "read:cmdb-attribute:jira"),
    ("GET", "/objectschema/{schema}/attributes", "read:cmdb-attribute:jira"),
    ("GET", "/config/statustype", "read:cmdb-config:jira"),
]
REFUSED = {"code": 401, "message": "Unauthorized; scope does not match"}


def oauth(api: Any, **asked: Any) -> str:
    made = api.call("POST", "/_local/oauth-tokens", asked, token="")
    assert made.status == 200, made
    return made.body["token"]


def path(api: Any, form: str) -> str:
    return api.workspace + form.format(
        source=api.source["importSourceId"], schema=api.source["objectSchemaId"]
    )


@pytest.mark.parametrize(("method", "form", "scope"), CALLS, ids=str)
def test_each_call_needs_its_scope_and_no_other(
    api: Any, method: str, form: str, scope: str
) -> None:
    """With its one scope a call is let in; with all the others it is a 401 that says so."""
    body = {"qlQuery": ""} if "aql" in form else None
    with_it, without = oauth(api, scopes=[scope]), oauth(api, scopes=sorted(SCOPES - {scope}))
    refused = api.call(method, path(api, form), body, token=without)
    assert (refused.status, refused.body) == (401, REFUSED)
    assert api.call(method, path(api, form), body, token=with_it).status != 401


def test_a_token_without_chosen_scopes_has_all_but_reads_no_imports_info(api: Any) -> None:
    """imports/info is about a container token; everything else is open to such a token."""
    token = oauth(api)
    for method, form, _ in CALLS:
        body = {"qlQuery": ""} if "aql" in form else None
        assert api.call(method, path(api, form), body, token=token).status != 401, form
    assert api.call("GET", "/jsm/assets/v1/imports/info", token=token).status == 401


def test_a_user_without_permission_gets_403_where_it_is_documented(api: Any) -> None:
    """A permission is taken from a user, not from one credential, and can be given back."""
    email = "reader@example.com"
    made = api.call("POST", "/_local/users", {"email": email, "permissions": []}, token="").body
    token = oauth(api, email=email)
    api.source.update(email=email, apiToken=made["apiToken"])
    refused: dict[str, Any] = {"errorMessages": ["Missing permission"], "errors": {}}
    calls = [
        ("GET", "/importsource/{source}", None),
        ("GET", "/importsource/objectschema/{schema}", None),
        ("POST", "/object/aql/totalcount", {"qlQuery": ""}),
    ]
    for method, form, body in calls:
        for chosen in ({"user": True}, {"token": token}):
            reply = api.call(method, path(api, form), body, **chosen)
            assert (reply.status, reply.body) == (403, refused), form
    given = {"permissions": ["imports", "objects"]}
    assert api.call("PATCH", f"/_local/users/{email}", given, token="").status == 200
    for method, form, body in calls:
        assert api.call(method, path(api, form), body, user=True).status == 200, form


def test_the_history_tells_the_user_from_the_app(api: Any) -> None:
    """Whoever starts an execution stands in the history, and whether as a user or as an app."""
    api.put_mapping(HOSTS)
    started: list[tuple[dict[str, Any], tuple[str, str]]] = [
        ({}, ("app", "app")),
        ({"user": True}, ("admin@example.com", "user")),
        ({"token": oauth(api, **{"as": "app"})}, ("app", "app")),
        ({"token": oauth(api, email="ann@example.com")}, ("ann@example.com", "user")),
    ]
    for chosen, _ in started:
        made = api.call("POST", f"{api.here}/executions", **chosen)
        assert made.status == 200, made
        cancel = made.body["links"]["cancel"]
        failed = {"failureReason": "stopped"}
        assert api.call("POST", f"{cancel}/history/failed", failed, **chosen).status == 204
        assert api.call("DELETE", cancel, **chosen).status == 200
    place = f"/_local/workspaces/{api.source['workspaceId']}/importsources"
    found = api.call("GET", f"{place}/{api.source['importSourceId']}/history").body["values"]
    assert [(one["actor"], one["executedAs"]) for one in reversed(found)] == [
        expected for _, expected in started
    ]
    for entry in found:
        (failure,) = entry["failures"]
        assert (failure["actor"], failure["executedAs"]) == (entry["actor"], entry["executedAs"])


@pytest.mark.parametrize(
    ("at", "body"),
    [
        ("/_local/oauth-tokens", {"as": "robot"}),
        ("/_local/oauth-tokens", {"scopes": ["read:everything"]}),
        ("/_local/oauth-tokens", {"scopes": "read:cmdb-object:jira"}),
        ("/_local/oauth-tokens", {"as": "app", "email": "a@example.com"}),
        ("/_local/oauth-tokens", {"scope": []}),
        ("/_local/users", {"email": "a:b"}),
        ("/_local/users", {"email": ""}),
        ("/_local/users", {"permissions": ["fly"]}),
    ],
    ids=str,
)
def test_nonsense_is_refused_with_what_there_is(api: Any, at: str, body: dict[str, Any]) -> None:
    """A misspelt scope or permission is a 400, not a token that does less than one thinks."""
    assert api.call("POST", at, body, token="").status == 400

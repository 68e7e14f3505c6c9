"""What the server refuses, and with which body (section 19 of the wire contract)."""

from typing import Any

from local_assets_faults import HOSTS


def general(reply: Any) -> str:
    """Give the sentence of an E4 body."""
    assert reply.body["errors"] == {}, reply
    (sentence,) = reply.body["errorMessages"]
    return sentence


def test_credentials_that_are_not_valid_get_401(api: Any) -> None:
    """No, malformed, unknown, foreign and replaced credentials are all answered with E1."""
    refused = (401, {"code": 401, "message": "Unauthorized"})
    status = f"{api.here}/configstatus"
    for headers in (
        {"Authorization": "Bearer nonsense"},
        {"Authorization": "Basic !!!"},
        {"Authorization": "Basic bm9uc2Vuc2U="},
        {"Authorization": "Something else"},
    ):
        reply = api.call("GET", status, headers=headers, token="")
        assert (reply.status, reply.body) == refused, headers
    assert api.call("GET", status, token="").status == 401
    old = dict(api.source)
    assert api.call("POST", f"{api.here}/token").status == 401
    new = api.call("POST", f"{api.here}/token", user=True).body["token"]
    assert api.call("GET", status, token=old["token"]).status == 401
    assert api.call("GET", status, token=new).status == 200
    mine = api.here
    api.new_source("Other")
    assert api.call("GET", f"{mine}/configstatus").status == 401
    reply = api.call("POST", f"{api.workspace}/object/aql", {"qlQuery": ""})
    assert (reply.status, reply.body) == refused


def test_what_does_not_exist_is_404_and_wrong_methods_are_405(api: Any) -> None:
    """Unknown workspaces, routes, sources and executions have E4 bodies; 405 names methods."""
    unknown = "00000000-0000-0000-0000-000000000000"
    assert general(api.call("GET", "/nowhere")) == "Not found"
    reply = api.call("GET", f"/jsm/assets/workspace/{unknown}/v1/importsource/x/configstatus")
    assert (reply.status, general(reply)) == (404, "Not found")
    reply = api.call("GET", f"{api.workspace}/importsource/{unknown}/configstatus", user=True)
    assert (reply.status, general(reply)) == (404, f"Import source {unknown} does not exist")
    reply = api.call("GET", f"{api.here}/executions/{unknown}/status")
    assert (reply.status, general(reply)) == (404, f"Execution {unknown} does not exist")
    reply = api.call("DELETE", f"{api.here}/mapping")
    assert (reply.status, general(reply)) == (405, "Method not allowed")
    assert set(reply.headers["allow"].split(", ")) == {"PUT", "PATCH"}
    reply = api.call("GET", f"{api.here}/executions/status")
    assert (reply.status, general(reply)) == (404, "No execution yet")
    reply = api.call("GET", f"{api.here}/mapping/progress/{unknown}")
    assert (reply.status, general(reply)) == (400, "Unknown resource")
    for path in ("object/1x", "object/999999999999999999999", "objectschema/9999", "objecttype/x"):
        assert api.call("GET", f"{api.workspace}/{path}", user=True).status == 404


def test_bodies_that_are_no_json_objects_are_refused(api: Any) -> None:
    """Broken JSON, lists, NaN, repeated keys and other media types never reach a handler."""
    path = f"{api.here}/executions"
    for raw in (b"{", b"[]", b'"x"', b'{"a": NaN}', b'{"a": 1, "a": 2}', b'{"a": "\xff"}'):
        reply = api.call("POST", path, raw=raw)
        assert reply.status == 400, raw
        assert general(reply) == "Request body is not a valid JSON object"
    deep = b'{"a":' * 20_000 + b"1" + b"}" * 20_000
    assert api.call("POST", path, raw=deep).status == 400
    reply = api.call("POST", path, raw=b"a=1", headers={"Content-Type": "text/plain"})
    assert (reply.status, general(reply)) == (415, "Content-Type must be application/json")


def test_a_start_is_refused_for_the_documented_reasons(api: Any) -> None:
    """Without mapping, disabled, or while another runs: 409 with the reason's code."""
    path = f"{api.here}/executions"
    refused = {"result": "error"}
    reply = api.call("POST", path)
    assert (reply.status, reply.body) == (409, {**refused, "errorCode": "MISSING_MAPPING"})
    api.put_mapping(HOSTS)
    reply = api.call("POST", path, {"scheduled": "yes"})
    assert (reply.status, general(reply)) == (400, "scheduled must be a boolean")
    api.start()
    reply = api.call("POST", path, {"scheduled": True})
    assert (reply.status, reply.body) == (409, {**refused, "errorCode": "IN_PROGRESS"})
    reply = api.call("PATCH", f"{api.here}/mapping", HOSTS)
    assert (reply.status, reply.body) == (409, {**refused, "errorCode": "IN_PROGRESS"})
    api.new_source("Disabled", enabled=False)
    api.put_mapping(HOSTS)
    assert api.call("GET", f"{api.here}/configstatus").body == {"status": "DISABLED"}
    reply = api.call("POST", f"{api.here}/executions")
    assert (reply.status, reply.body) == (409, {**refused, "errorCode": "DISABLED"})


def test_data_bodies_are_checked_key_by_key(api: Any) -> None:
    """Each wrong key of a data call is refused, and the message names it."""
    api.put_mapping(HOSTS)
    data = f"{api.start()}/data"
    cases: list[tuple[dict[str, Any], str]] = [
        ({}, "data or completed"),
        ({"completed": False}, "data or completed"),
        ({"data": []}, "data"),
        ({"data": None}, "data"),
        ({"data": {}, "completed": "yes"}, "completed"),
        ({"data": {}, "clientGeneratedId": 1}, "clientGeneratedId"),
        ({"data": {}, "clientGeneratedId": "x" * 256}, "clientGeneratedId"),
        ({"Data": {}}, "Data"),
    ]
    for body, named in cases:
        reply = api.call("POST", data, body)
        assert reply.status == 400, body
        assert named in general(reply)
    big = b'{"data":{"hosts":["' + b"x" * (10 * 1024 * 1024) + b'"]}}'
    reply = api.call("POST", data, raw=big)
    assert (reply.status, general(reply)) == (413, "Request body exceeds 10485760 bytes")


def test_progress_is_checked_and_kept(api: Any) -> None:
    """Halves may be absent, counts may not be wrong, and the history shows what was said."""
    api.put_mapping(HOSTS)
    execution = api.start()
    good = {"steps": {"total": 3, "current": 2, "description": "x"}, "objects": {"total": 5}}
    for body in (good, {"steps": {"total": 1, "current": 1}}, {}, good):
        assert api.call("PUT", f"{execution}/progress", body).status == 200
    wrong: list[dict[str, Any]] = [
        {"steps": {"total": 1, "current": 2}},
        {"objects": {"total": 5, "processed": -1}},
        {"objects": {"total": "5"}},
        {"objects": []},
    ]
    for body in wrong:
        reply = api.call("PUT", f"{execution}/progress", body)
        assert reply.status == 400, body
        assert general(reply).startswith("Invalid progress")
    assert history(api)[0]["progress"] == good


def test_a_cancelled_execution_takes_nothing_more(api: Any) -> None:
    """After a cancel, late calls are 400, a second cancel is harmless, and a new start works."""
    api.put_mapping(HOSTS)
    execution = api.start()
    api.send(execution, {"hosts": [{"name": "a"}]})
    assert api.call("DELETE", execution).status == 200
    assert api.call("DELETE", execution).status == 200
    assert api.call("GET", f"{execution}/status").body["status"] == "CANCELLED"
    reply = api.call("POST", f"{execution}/data", {"data": {}})
    assert (reply.status, general(reply)) == (
        400,
        "Execution is CANCELLED; data is accepted only while INGESTING",
    )
    assert api.call("PUT", f"{execution}/progress", {}).status == 400
    failed = {"failureReason": "late"}
    assert api.call("POST", f"{execution}/history/failed", failed).status == 400
    assert api.run({"hosts": [{"name": "b"}]})["totalNumberEntriesInImport"] == 1
    assert api.count("objectType = Host") == 1


def test_a_done_execution_answers_its_own_completing_call_again(api: Any) -> None:
    """The completing call repeated with its id is 200; everything else is 400."""
    api.put_mapping(HOSTS)
    execution = api.start()
    last = {"data": {"hosts": [{"name": "a"}]}, "clientGeneratedId": "z", "completed": True}
    assert api.call("POST", f"{execution}/data", last).status == 200
    assert api.call("POST", f"{execution}/data", last).status == 200
    api.result(execution)
    assert api.call("POST", f"{execution}/data", last).status == 200
    assert api.call("POST", f"{execution}/data", {"completed": True}).status == 400
    assert api.call("POST", f"{execution}/data", {**last, "clientGeneratedId": "y"}).status == 400
    reply = api.call("DELETE", execution)
    assert (reply.status, general(reply)) == (
        400,
        "Execution is DONE and can no longer be cancelled",
    )


def test_failures_are_recorded_while_ingesting(api: Any) -> None:
    """A failure of 1 to 1024 characters enters the history and does not end the execution."""
    api.put_mapping(HOSTS)
    execution = api.start()
    path = f"{execution}/history/failed"
    for body in ({}, {"failureReason": ""}, {"failureReason": 5}, {"failureReason": "x" * 1025}):
        reply = api.call("POST", path, body)
        assert general(reply) == "failureReason is required, 1 to 1024 characters"
    assert api.call("POST", path, {"failureReason": "x" * 1024}).status == 204
    assert api.call("GET", f"{execution}/status").body["status"] == "INGESTING"
    assert [one["failureReason"] for one in history(api)[0]["failures"]] == ["x" * 1024]
    unknown = f"{api.here}/executions/none/history/failed"
    assert api.call("POST", unknown, {"failureReason": "x"}).status == 404


def test_searches_are_refused_with_position_and_parameter(api: Any) -> None:
    """A wrong query says where, a wrong parameter which."""
    path = f"{api.workspace}/object/aql"
    reply = api.call("POST", path, {"qlQuery": "Nonsense = 1"}, user=True)
    assert reply.status == 400
    assert "Nonsense" in general(reply)
    for body in ({}, {"qlQuery": 5}):
        assert api.call("POST", path, body, user=True).status == 400
    for parameter in ("startAt=-1", "maxResults=0", "startAt=x", "maxResults=1.5"):
        reply = api.call("POST", f"{path}?{parameter}", {"qlQuery": ""}, user=True)
        assert reply.status == 400, parameter
        assert parameter.partition("=")[0] in general(reply)
    reply = api.call("POST", f"{path}?maxResults=999999", {"qlQuery": ""}, user=True)
    assert reply.body["maxResults"] == 1000


def history(api: Any) -> list[dict[str, Any]]:
    place = f"/_local/workspaces/{api.source['workspaceId']}/importsources"
    return api.call("GET", f"{place}/{api.source['importSourceId']}/history").body["values"]

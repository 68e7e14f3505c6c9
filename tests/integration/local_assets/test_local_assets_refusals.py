"""What the server refuses, and with which body (section 19 of the wire contract)."""

from typing import Any

import pytest

TEXT = {"description": "d", "type": "text"}


def document(*, mapping: list[dict[str, Any]] | None = None, **change: Any) -> dict[str, Any]:
    """Give a small good document; ``change`` replaces keys of its one object type."""
    host: dict[str, Any] = {
        "externalId": "t/host",
        "name": "Host",
        "description": "d",
        "attributes": [
            {"externalId": "a/name", "name": "Name", "label": True, **TEXT},
            {"externalId": "a/note", "name": "Note", **TEXT},
        ],
    }
    return {
        "schema": {
            "objectSchema": {"name": "S", "description": "d", "objectTypes": [{**host, **change}]}
        },
        "mapping": {"objectTypeMappings": [host_mapping()] if mapping is None else mapping},
    }


def host_mapping(*more: dict[str, Any], **change: Any) -> dict[str, Any]:
    return {
        "objectTypeExternalId": "t/host",
        "objectTypeName": "Host",
        "selector": "hosts",
        "description": "d",
        "attributesMapping": [
            {
                "attributeExternalId": "a/name",
                "attributeName": "Name",
                "attributeLocators": ["name"],
                "externalIdPart": True,
            },
            *more,
        ],
        **change,
    }


def legacy(object_type: str, attribute: str, **change: Any) -> dict[str, Any]:
    """Give a document without external ids, of the type Host with the attribute Name."""
    name: dict[str, Any] = {"name": "Name", "label": True, **TEXT, **change}
    host: dict[str, Any] = {"name": "Host", "description": "d", "attributes": [name]}
    return {
        "schema": {"objectSchema": {"name": "S", "description": "d", "objectTypes": [host]}},
        "mapping": {
            "objectTypeMappings": [
                {
                    "objectTypeName": object_type,
                    "selector": "hosts",
                    "description": "d",
                    "attributesMapping": [
                        {
                            "attributeName": attribute,
                            "attributeLocators": ["name"],
                            "externalIdPart": True,
                        }
                    ],
                }
            ]
        },
    }


def attribute(**change: Any) -> dict[str, Any]:
    return {"externalId": "a/x", "name": "X", **TEXT, **change}


NAME = attribute(externalId="a/name", name="Name", label=True)
REFERENCE = attribute(
    type="referenced_object", referenceObjectTypeExternalId="t/host", referenceObjectTypeName="Host"
)
MAPPED_X = {"attributeExternalId": "a/x", "attributeName": "X", "attributeLocators": ["x"]}


def codes(reply: Any) -> set[str]:
    return {one["code"] for one in reply.body["dataValidationErrors"]}


def general(reply: Any) -> str:
    """Give the sentence of an E4 body."""
    assert reply.body["errors"] == {}, reply
    (sentence,) = reply.body["errorMessages"]
    return sentence


MAPPING_REFUSALS: dict[str, tuple[dict[str, Any], str]] = {
    "no description": (document(description=None), "JSON_SCHEMA_VALIDATION"),
    "empty icons": (
        {
            **document(),
            "schema": {**document()["schema"], "iconSchema": {"icons": []}},
        },
        "JSON_SCHEMA_VALIDATION",
    ),
    "typeValues on text": (
        document(attributes=[NAME, attribute(typeValues=["Active"])]),
        "JSON_SCHEMA_VALIDATION",
    ),
    "one without external id": (
        document(attributes=[NAME, {"name": "X", **TEXT}]),
        "JSON_SCHEMA_VALIDATION",
    ),
    "external id twice": (
        document(attributes=[NAME, attribute(externalId="a/name")]),
        "DUPLICATE_EXTERNAL_ID_ILLEGAL",
    ),
    "mapping to an unknown type": (
        document(mapping=[host_mapping(objectTypeExternalId="t/none")]),
        "MAPPING_INVALID_EXTERNAL_ID",
    ),
    "mapping to an unknown attribute": (
        document(mapping=[host_mapping(MAPPED_X)]),
        "UNKNOWN_EXTERNAL_ID_MAPPING",
    ),
    "reference to an undefined type": (
        document(
            attributes=[NAME, {**REFERENCE, "referenceObjectTypeExternalId": "t/none"}],
        ),
        "UNKNOWN_REFERENCE",
    ),
    "minimum above maximum": (
        document(attributes=[NAME, attribute(minimumCardinality=2)]),
        "INVALID_CARDINALITY",
    ),
    "maximum of zero": (
        document(attributes=[NAME, attribute(maximumCardinality=0)]),
        "INVALID_CARDINALITY",
    ),
    "maximum below -1": (
        document(attributes=[NAME, attribute(type="select", maximumCardinality=-2)]),
        "INVALID_CARDINALITY",
    ),
    "several texts": (
        document(attributes=[NAME, attribute(maximumCardinality=-1)]),
        "INVALID_CARDINALITY",
    ),
    "two labels": (document(attributes=[NAME, attribute(label=True)]), "INVALID_SCHEMA"),
    "two attributes of one name": (
        document(attributes=[NAME, attribute(name="Name")]),
        "INVALID_SCHEMA",
    ),
    "two types of one name": (
        document(
            children=[{"externalId": "t/child", "name": "Host", "description": "d"}],
        ),
        "INVALID_SCHEMA",
    ),
    "undefined icon": (document(iconKey="none"), "INVALID_SCHEMA"),
    "unknown status": (
        document(attributes=[NAME, attribute(type="status", typeValues=["Nonsense"])]),
        "INVALID_SCHEMA",
    ),
    "no identity": (
        document(mapping=[host_mapping(attributesMapping=[])]),
        "MISSING_EXTERNAL_ID_PART",
    ),
    "reference without a query": (
        document(attributes=[NAME, REFERENCE], mapping=[host_mapping(MAPPED_X)]),
        "INVALID_OBJECT_MAPPING_IQL",
    ),
    "query that does not parse": (
        document(
            attributes=[NAME, REFERENCE],
            mapping=[host_mapping({**MAPPED_X, "objectMappingIQL": "Name = = ${x}"})],
        ),
        "INVALID_OBJECT_MAPPING_IQL",
    ),
    "query of an attribute that nobody has": (
        document(
            attributes=[NAME, REFERENCE],
            mapping=[host_mapping({**MAPPED_X, "objectMappingIQL": "Nonsense = ${x}"})],
        ),
        "INVALID_OBJECT_MAPPING_IQL",
    ),
    "placeholder that is no locator": (
        document(
            attributes=[NAME, REFERENCE],
            mapping=[host_mapping({**MAPPED_X, "objectMappingIQL": "Name = ${y}"})],
        ),
        "INVALID_OBJECT_MAPPING_IQL",
    ),
    "writing a system attribute": (
        document(
            mapping=[host_mapping({"attributeName": "Created", "attributeLocators": ["created"]})]
        ),
        "SYSTEM_ATTRIBUTE",
    ),
    "writing the other system attribute": (
        document(
            mapping=[host_mapping({"attributeName": "Updated", "attributeLocators": ["updated"]})]
        ),
        "SYSTEM_ATTRIBUTE",
    ),
    "writing the key": (
        document(mapping=[host_mapping({"attributeName": "Key", "attributeLocators": ["key"]})]),
        "SYSTEM_ATTRIBUTE",
    ),
    "legacy mapping to an unknown type": (
        legacy("Server", "Name"),
        "MAPPING_INVALID_EXTERNAL_ID",
    ),
    "legacy mapping to an unknown attribute": (
        legacy("Host", "Nonsense"),
        "UNKNOWN_EXTERNAL_ID_MAPPING",
    ),
    "legacy cardinality": (
        legacy("Host", "Name", minimumCardinality=1),
        "INVALID_CARDINALITY",
    ),
}


@pytest.mark.parametrize("case", MAPPING_REFUSALS)
def test_a_wrong_mapping_is_refused_with_its_code_and_changes_nothing(api: Any, case: str) -> None:
    """Each mistake of a document is named by the documented code, and nothing is written."""
    given, code = MAPPING_REFUSALS[case]
    reply = api.call("PUT", f"{api.here}/mapping", given)
    assert reply.status == 400
    assert code in codes(reply), reply.body
    assert all(one["path"].startswith("/") for one in reply.body["dataValidationErrors"])
    assert api.call("GET", f"{api.here}/configstatus").body == {"status": "MISSING_MAPPING"}


PATCH_REFUSALS: dict[str, tuple[dict[str, Any], str]] = {
    "rename a type": (document(name="Server"), "IMMUTABLE_PROPERTY"),
    "rename an attribute": (
        document(attributes=[{**NAME, "name": "Label"}], mapping=[]),
        "IMMUTABLE_PROPERTY",
    ),
    "retype an attribute": (
        document(attributes=[{**NAME, "type": "integer"}], mapping=[]),
        "IMMUTABLE_PROPERTY",
    ),
    "other external id for a known type": (
        document(externalId="t/other", mapping=[]),
        "EXTERNAL_ID_MISMATCH",
    ),
    "other external id for a known attribute": (
        document(attributes=[{**NAME, "externalId": "a/other"}], mapping=[]),
        "EXTERNAL_ID_MISMATCH",
    ),
    "external id of an attribute for a type": (
        document(name="New", externalId="a/name", attributes=[], mapping=[]),
        "SCHEMA_INVALID_EXTERNAL_ID",
    ),
}


@pytest.mark.parametrize("case", PATCH_REFUSALS)
def test_a_patch_cannot_change_what_exists(api: Any, case: str) -> None:
    """Names, types and external ids of existing entities stay, and the refusal says so."""
    api.put_mapping(document())
    before = api.call("GET", f"{api.here}/schema-and-mapping").body
    given, code = PATCH_REFUSALS[case]
    reply = api.call("PATCH", f"{api.here}/mapping", given)
    assert reply.status == 400
    assert code in codes(reply), reply.body
    assert api.call("GET", f"{api.here}/schema-and-mapping").body == before


def test_an_external_id_is_one_in_all_schemas_of_a_workspace(api: Any) -> None:
    """What another object schema of the workspace uses is taken."""
    api.put_mapping(document())
    here = f"/_local/workspaces/{api.source['workspaceId']}"
    schema = api.call("POST", f"{here}/objectschemas", {"name": "Other"}, token="").body["id"]
    body = {"objectSchemaId": schema, "name": "Other"}
    other = api.call("POST", f"{here}/importsources", body, token="").body
    path = f"{api.workspace}/importsource/{other['importSourceId']}/mapping"
    reply = api.call("PUT", path, document(), token=other["token"])
    assert (reply.status, codes(reply)) == (400, {"SCHEMA_INVALID_EXTERNAL_ID"})


def test_a_changed_target_of_a_reference_is_refused(api: Any) -> None:
    """A reference cannot be pointed at another type."""
    other: dict[str, Any] = {
        "externalId": "t/other",
        "name": "Other",
        "description": "d",
        "attributes": [],
    }
    given = document(attributes=[NAME, REFERENCE])
    given["schema"]["objectSchema"]["objectTypes"].append(other)
    api.put_mapping(given)
    again = document(
        attributes=[
            NAME,
            {
                **REFERENCE,
                "referenceObjectTypeExternalId": "t/other",
                "referenceObjectTypeName": "Other",
            },
        ]
    )
    again["schema"]["objectSchema"]["objectTypes"].append(other)
    reply = api.call("PATCH", f"{api.here}/mapping", again)
    assert (reply.status, codes(reply)) == (400, {"REFERENCED_OBJECT_TYPE_CHANGED"})


def test_cardinality_needs_external_ids(api: Any) -> None:
    """A document without external ids is a legacy one, where cardinality has no effect."""
    given: dict[str, Any] = {
        "schema": {
            "objectSchema": {
                "name": "S",
                "description": "d",
                "objectTypes": [
                    {
                        "name": "Host",
                        "description": "d",
                        "attributes": [{"name": "Name", "unique": True, **TEXT}],
                    }
                ],
            }
        },
        "mapping": {"objectTypeMappings": []},
    }
    reply = api.call("PUT", f"{api.here}/mapping", given)
    assert codes(reply) == {"INVALID_CARDINALITY"}


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
    api.put_mapping(document())
    reply = api.call("POST", path, {"scheduled": "yes"})
    assert (reply.status, general(reply)) == (400, "scheduled must be a boolean")
    api.start()
    reply = api.call("POST", path, {"scheduled": True})
    assert (reply.status, reply.body) == (409, {**refused, "errorCode": "IN_PROGRESS"})
    reply = api.call("PATCH", f"{api.here}/mapping", document())
    assert (reply.status, reply.body) == (409, {**refused, "errorCode": "IN_PROGRESS"})
    api.new_source("Disabled", enabled=False)
    api.put_mapping(document())
    assert api.call("GET", f"{api.here}/configstatus").body == {"status": "DISABLED"}
    reply = api.call("POST", f"{api.here}/executions")
    assert (reply.status, reply.body) == (409, {**refused, "errorCode": "DISABLED"})


def test_data_bodies_are_checked_key_by_key(api: Any) -> None:
    """Each wrong key of a data call is refused, and the message names it."""
    api.put_mapping(document())
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
    api.put_mapping(document())
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
    api.put_mapping(document())
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
    api.put_mapping(document())
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
    api.put_mapping(document())
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

"""The local Assets server does what its OpenAPI document says, which was not made from it."""

import json
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from assetferry.local_assets.openapi import document as document_of
from assetferry.local_assets.server import LocalAssets
from assetferry.local_assets.settings import Settings
from local_documents import HOSTS, png
from local_talk import Reply, Talk

DEFAULTS = Settings(port=0)
UNLIKE = Settings(
    port=0,
    out_of_reach="403",
    missing_scope="403",
    error_body="code",
    oversize_status="400",
    is_last="text",
    result_total=False,
    first_patch="refuse",
    unmapped_document="refuse",
    key_external_id=False,
    dedupe="refuse",
    max_client_id=20,
    max_failure_reason=50,
    unknown_data_keys="ignore",
    data_answer="object",
    late_status="409",
    unknown_execution="400",
    never_run="400",
    pending_result="null",
    frequency_key="runInterval",
    unknown_schedule_keys="refuse",
    timezone_required=True,
    schedule_answer="openapi",
    limit_header="X-RateLimit-Reset",
)
"""Every setting that shows in answers, at another value than by default."""

METHODS = ("get", "put", "post", "delete", "patch")
CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,"
    "response_headers_conformance,response_schema_conformance,ignored_auth"
)


@pytest.fixture(scope="module")
def server() -> Iterator[LocalAssets]:
    with LocalAssets() as running:
        yield running


@pytest.fixture
def talk(server: LocalAssets) -> Talk:
    """Give a workspace and an import source of its own, called with a token of every scope."""
    return Talk(server.url)


@pytest.fixture(scope="module")
def document(server: LocalAssets) -> dict[str, Any]:
    with urllib.request.urlopen(f"{server.url}/_local/openapi.json") as answer:
        return json.load(answer)


class Witness:
    """Holds answers against the document."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document
        self.seen: set[tuple[str, int]] = set()

    def check(self, name: str, reply: Reply) -> Any:
        """Check an answer of the operation with this id; give its body."""
        answers = operations(self._document)[name]["responses"]
        assert str(reply.status) in answers, (name, reply)
        content = answers[str(reply.status)].get("content")
        if content is None:
            assert reply.body is None, (name, reply)
        else:
            schema = content["application/json"]["schema"]
            self._validator(schema).validate(reply.body)
        self.seen.add((name, reply.status))
        return reply.body

    def _validator(self, schema: dict[str, Any]) -> Any:
        whole = {**schema, "components": self._document["components"]}
        return jsonschema_rs.Draft202012Validator(whole, validate_formats=True)


def operations(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        path[method]["operationId"]: path[method]
        for path in document["paths"].values()
        for method in METHODS
        if method in path
    }


def test_the_document_is_well_formed(document: dict[str, Any]) -> None:
    """Every reference leads somewhere, and every part is used: nothing is left over."""
    text = json.dumps(document)
    for kind in ("schemas", "parameters"):
        for name, part in document["components"][kind].items():
            assert f'"#/components/{kind}/{name}"' in text, name
            if kind == "schemas":
                jsonschema_rs.Draft202012Validator({**part, "components": document["components"]})
    assert len(operations(document)) == 36


def test_the_command_line_prints_what_the_server_serves(document: dict[str, Any]) -> None:
    """``assetferry assets --openapi`` needs no server, and gives the same document."""
    command = [sys.executable, "-m", "assetferry", "assets", "--openapi"]
    ran = subprocess.run(command, capture_output=True, check=True)  # noqa: S603 # our own module
    assert json.loads(ran.stdout) == document


def test_methods_that_are_not_in_the_document_are_405(document: dict[str, Any], talk: Talk) -> None:
    """Under each path, whatever method is not described is refused, and Allow names the others."""
    for form, path in document["paths"].items():
        here = form.replace("{workspaceId}", talk.workspace_id).replace(
            "{importSourceId}", talk.source_id
        )
        allowed = {method.upper() for method in METHODS if method in path}
        for method in {one.upper() for one in METHODS} - allowed:
            reply = talk.call(method, f"/jsm/assets{here}")
            assert reply.status == 405, (method, form)
            assert set(reply.headers["allow"].split(", ")) - {"HEAD"} == allowed


def test_every_operation_succeeds_once_as_described(document: dict[str, Any], talk: Talk) -> None:
    """A whole import, its schedule and all that can be read: each answer fits its schema."""
    witness = Witness(document)
    for told in (tell_of_mapping, tell_of_an_import, tell_of_schedules, tell_of_objects):
        told(talk, witness.check)
    good = {
        (name, int(code))
        for name, one in operations(document).items()
        for code in one["responses"]
        if int(code) < 400
    }
    assert witness.seen >= good, good - witness.seen


Check = Callable[[str, Reply], Any]


def tell_of_mapping(talk: Talk, check: Check) -> None:
    check("getSchemaAndMapping", talk.get("schema-and-mapping"))
    check("putMapping", talk.put("mapping", HOSTS))
    check("patchMapping", talk.patch("mapping", {**HOSTS, "schema": rich_schema()}))
    for method, name in (("PUT", "putMapping"), ("PATCH", "patchMapping")):
        later = talk.on(method, "mapping?async=true", HOSTS)
        check(name, later)
        found = check("getMappingProgress", talk.follow(later.headers["location"]))
        assert found["result"] == "OK"
    wrong = talk.put("mapping?async=true", {"schema": {}})
    check("getMappingProgress", talk.follow(wrong.headers["location"]))
    check("putMapping", talk.put("mapping", {"schema": {}}))
    check("getSchemaAndMapping", talk.get("schema-and-mapping"))
    check("getConfigStatus", talk.get("configstatus"))
    check("getImportSource", talk.get(""))


def rich_schema() -> dict[str, Any]:
    """Give a schema that uses what the first one does not: an icon and a status."""
    return {
        **HOSTS["schema"],
        "iconSchema": {"icons": [{"key": "host", "name": "Host", "png48": png()}]},
        "statusSchema": {
            "statuses": [{"name": "Rusty", "description": "d", "category": "inactive"}]
        },
    }


def tell_of_an_import(talk: Talk, check: Check) -> None:
    check("getNewestExecutionStatus", talk.get("executions/status"))
    links = check("startExecution", talk.post("executions"))["links"]
    check("startExecution", talk.post("executions"))
    check("getConfigStatus", talk.get("configstatus"))
    check("getImportProgress", talk.read(f"progress/category/imports/{talk.source_id}"))
    check("reportProgress", talk.follow(links["submitProgress"], "PUT", {"steps": {"total": 1}}))
    failed = f"{links['cancel']}/history/failed"
    check("recordFailure", talk.follow(failed, "POST", {"failureReason": "x"}))
    data = {"data": {"hosts": [{"name": "a"}, {"name": ""}, 5]}, "completed": True}
    check("submitData", talk.follow(links["submitResults"], "POST", data))
    check("submitData", talk.follow(links["submitResults"], "POST", data))
    talk.until_done(links["getExecutionStatus"])
    check("getExecutionStatus", talk.follow(links["getExecutionStatus"]))
    check("getNewestExecutionStatus", talk.get("executions/status"))
    check("getImportProgress", talk.read(f"progress/category/imports/{talk.source_id}"))
    links = check("startExecution", talk.post("executions", {"scheduled": True}))["links"]
    check("cancelExecution", talk.follow(links["cancel"], "DELETE"))
    check("getExecutionStatus", talk.follow(links["getExecutionStatus"]))


def tell_of_schedules(talk: Talk, check: Check) -> None:
    asked = {
        "runFrequency": "MONTHLY",
        "startTime": "2099-01-31T09:00:00Z",
        "timezone": "Europe/Berlin",
        "callbackUrl": "http://127.0.0.1:9/",
    }
    made = check("createSchedule", talk.post("importschedule", asked))
    check("createSchedule", talk.post("importschedule", asked))
    check("getImportSource", talk.get(""))
    links = check("getScheduleLinks", talk.get("schedule"))["links"]
    assert str(links["schedule"]).endswith(f"/{made['id']}")
    check("getSchedule", talk.follow(links["schedule"]))
    check("replaceSchedule", talk.follow(links["schedule"], "PUT", asked))
    check("deleteSchedule", talk.follow(links["schedule"], "DELETE"))
    check("getSchedule", talk.follow(links["schedule"]))


def tell_of_objects(talk: Talk, check: Check) -> None:
    check("searchObjects", talk.search("objectType ="))
    found = check("searchObjects", talk.search("objectType = Host"))["values"]
    check("countObjects", talk.read("object/aql/totalcount", "POST", {"qlQuery": ""}))
    (one,) = found
    check("getObject", talk.read(f"object/{one['id']}"))
    check("getObjectAttributes", talk.read(f"object/{one['id']}/attributes"))
    check("listObjectSchemas", talk.read("objectschema/list?includeCounts=true"))
    schema = f"objectschema/{talk.schema_id}"
    check("getObjectSchema", talk.read(schema))
    check("getObjectSchemaAttributes", talk.read(f"{schema}/attributes"))
    check("getObjectTypes", talk.read(f"{schema}/objecttypes?includeObjectCounts=true"))
    check("getObjectTypesFlat", talk.read(f"{schema}/objecttypes/flat"))
    kind = f"objecttype/{one['objectType']['id']}"
    check("getObjectType", talk.read(kind))
    check("getObjectTypeAttributes", talk.read(f"{kind}/attributes"))
    check("listStatuses", talk.read("config/statustype"))
    check("listStatuses", talk.read(f"config/statustype?objectSchemaId={talk.schema_id}"))
    check("listImportSources", talk.read(f"importsource/objectschema/{talk.schema_id}"))
    check("deleteObject", talk.read(f"object/{one['id']}", "DELETE"))
    check("getObject", talk.read(f"object/{one['id']}"))
    check("makeToken", talk.post("token"))
    token = talk.post("token").body["token"]
    check("getImportsInfo", talk.call("GET", "/jsm/assets/v1/imports/info", token=token))
    files = Talk(talk.url, moduleKey="rlabs-import-type-csv")
    files.put("mapping", HOSTS)
    start = f"import/start/{files.source_id}"
    check("startConfiguredImport", files.read(start, "POST"))
    check("startConfiguredImport", talk.read(f"import/start/{talk.source_id}", "POST"))


@pytest.mark.parametrize(
    ("prefix", "chosen", "options", "tested"),
    [
        ("jsm/assets", DEFAULTS, ("--phases=coverage,fuzzing", "--mode=positive", "-n2"), 36),
        ("jsm/insight", DEFAULTS, ("--phases=fuzzing", "--mode=negative", "-n2"), 17),
        ("ex/jira/local/jsm/assets", UNLIKE, ("--phases=fuzzing", "--mode=positive", "-n1"), 36),
        ("jsm/assets", UNLIKE, ("--phases=fuzzing", "--mode=negative", "-n1"), 17),
    ],
    ids=["as described", "against it", "as described, unlike", "against it, unlike"],
)
def test_generated_calls_meet_nothing_undocumented(
    prefix: str, chosen: Settings, options: tuple[str, ...], tested: int, tmp_path: Path
) -> None:
    """No 5xx, no undocumented status and no body beside its schema is found.

    Only operations with a query or a body can be called against their description. The document
    follows the settings, so it is as true of a server unlike the one by default.
    """
    with LocalAssets(chosen) as server:
        talk = Talk(server.url)
        talk.put("mapping", HOSTS)
        config = tmp_path / "schemathesis.toml"
        config.write_text(known_ids(talk), encoding="utf-8")
        command = [
            *(sys.executable, "-m", "schemathesis.cli", f"--config-file={config}", "run"),
            f"{talk.url}/_local/openapi.json",
            *("--url", f"{talk.url}/{prefix}", "--header", f"Authorization: Bearer {talk.token}"),
            *(f"--checks={CHECKS}", "--seed=1", "--no-color", "--continue-on-failure"),
            *("--warnings=off", *options),
        ]
        ran = subprocess.run(  # noqa: S603 # our own interpreter
            command, capture_output=True, text=True, check=False, cwd=tmp_path
        )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert f"Tested: {tested}\n" in ran.stdout, ran.stdout


def test_the_document_follows_the_settings() -> None:
    """Whatever a setting changes of answers, the document says; it stays well formed."""
    default, unlike = document_of(DEFAULTS), document_of(UNLIKE)
    assert default == document_of()
    for schema in unlike["components"]["schemas"].values():
        jsonschema_rs.Draft202012Validator({**schema, "components": unlike["components"]})
    schemas = unlike["components"]["schemas"]
    assert schemas["Error"]["required"] == ["code", "message"]
    assert schemas["ScheduleRequest"]["required"] == ["startTime", "runInterval", "timezone"]
    assert "runFrequency" not in schemas["Schedule"]["properties"]
    assert schemas["SearchResult"]["properties"]["isLast"]["enum"] == ["true", "false"]
    sent = operations(unlike)["submitData"]["responses"]
    assert {"409", "403"} <= set(sent)
    assert "413" not in sent
    assert set(sent["429"]["headers"]) == {"X-RateLimit-Reset"}


def known_ids(talk: Talk) -> str:
    """Name things that exist, so that calls get further than a 404."""
    links = talk.post("executions").body["links"]
    data = {"data": {"hosts": [{"name": "a"}]}, "completed": True}
    talk.follow(links["submitResults"], "POST", data)
    talk.until_done(links["getExecutionStatus"])
    (found,) = talk.search("").body["values"]
    running = talk.post("executions").body["links"]["cancel"]
    known = {
        "workspaceId": talk.workspace_id,
        "importSourceId": talk.source_id,
        "executionId": running.rpartition("/")[2],
        "objectSchemaId": talk.schema_id,
        "objectTypeId": found["objectType"]["id"],
        "objectId": found["id"],
    }
    lines = [f'"path.{name}" = "{value}"' for name, value in known.items()]
    return "\n".join(["[parameters]", *lines, ""])

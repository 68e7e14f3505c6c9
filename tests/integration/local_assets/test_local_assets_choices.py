"""The choices of ``Settings``, the path prefixes, asynchronous mappings, and the read API."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from assetferry.local_assets.server import LocalAssets
from assetferry.local_assets.settings import Settings

TEXT = {"description": "d", "type": "text"}


def document(parent: dict[str, Any] | None = None) -> dict[str, Any]:
    """Give a document of one type, Host, with a child, Server."""
    return {
        "schema": {
            "objectSchema": {
                "name": "S",
                "description": "d",
                "objectTypes": [
                    {
                        "name": "Host",
                        "description": "d",
                        "attributes": [{"name": "Name", "label": True, **TEXT}],
                        "children": [
                            {
                                "name": "Server",
                                "description": "d",
                                "attributes": [{"name": "Name", **TEXT}],
                            }
                        ],
                        **(parent or {}),
                    }
                ],
            }
        },
        "mapping": {
            "objectTypeMappings": [
                {
                    "objectTypeName": name,
                    "selector": name.lower(),
                    "description": "d",
                    "attributesMapping": [
                        {
                            "attributeName": "Name",
                            "attributeLocators": ["name"],
                            "externalIdPart": True,
                        }
                    ],
                }
                for name in ("Host", "Server")
            ]
        },
    }


def test_without_deduplication_a_repeated_chunk_is_processed_again(api: Any) -> None:
    """dedupe=none stores each repeat, so its entries come out as duplicates."""
    with LocalAssets(Settings(port=0, dedupe="none")) as server:
        api.url = server.url
        api.new_source()
        api.put_mapping(document())
        execution = api.start()
        for _ in range(2):
            api.send(execution, {"host": [{"name": "a"}]}, clientGeneratedId="x")
        api.call("POST", f"{execution}/data", {"completed": True})
        result = api.result(execution)
    host, _ = result["objectTypeResultMap"].values()
    assert (host["entriesInSource"], host["objectsCreated"], host["duplicateEnries"]) == (2, 1, 1)


def test_a_second_put_can_be_made_a_conflict(api: Any) -> None:
    """second_put=conflict answers 409, while by default a second PUT acts like PATCH."""
    api.put_mapping(document())
    api.put_mapping(document())
    with LocalAssets(Settings(port=0, second_put="conflict")) as server:
        api.url = server.url
        api.new_source()
        api.put_mapping(document())
        reply = api.call("PUT", f"{api.here}/mapping", document())
        assert reply.status == 409
        assert reply.body["errorMessages"] == ["A mapping already exists for this import"]
        assert api.call("PATCH", f"{api.here}/mapping", document()).status == 204


def test_the_round_trip_trap_can_be_switched_on(api: Any) -> None:
    """empty_icon_schema makes the document one that PUT refuses, as seen on the real service."""
    with LocalAssets(Settings(port=0, empty_icon_schema=True)) as server:
        api.url = server.url
        api.new_source()
        api.put_mapping(document())
        read = api.call("GET", f"{api.here}/schema-and-mapping").body
        assert read["schema"]["iconSchema"] == {"icons": []}
        assert api.call("PATCH", f"{api.here}/mapping", read).status == 400


def test_all_prefixes_lead_to_the_same_source_and_links_stay_on_theirs(api: Any) -> None:
    """Links carry the request's origin and cloud prefix; the legacy name is never written."""
    for prefix, written in (
        ("/jsm/assets", "/jsm/assets"),
        ("/jsm/insight", "/jsm/assets"),
        ("/ex/jira/cloud-1/jsm/assets", "/ex/jira/cloud-1/jsm/assets"),
    ):
        links = api.call("GET", f"{prefix}/v1/imports/info").body["links"]
        assert links["start"].startswith(f"{api.url}{written}/workspace/")
        assert api.call("GET", links["getStatus"]).body == {"status": "MISSING_MAPPING"}


def test_an_asynchronous_mapping_is_watched_by_its_location(api: Any) -> None:
    """async=true answers 303 to a progress address that ends in OK or names the mistakes."""
    good = api.call("PUT", f"{api.here}/mapping?async=true", document())
    assert good.status == 303
    progress = api.call("GET", good.headers["location"]).body
    assert (progress["progressStatus"], progress["result"]) == ("FINISHED", "OK")
    bad = api.call("PATCH", f"{api.here}/mapping?async=true", document({"iconKey": "none"}))
    assert bad.status == 303
    progress = api.call("GET", urlsplit(str(bad.headers["location"])).path).body
    assert progress["result"] == "ERROR"
    assert [one["code"] for one in progress["dataValidationErrors"]] == ["INVALID_SCHEMA"]


def test_legacy_documents_are_matched_by_name_and_get_external_ids(api: Any) -> None:
    """Without external ids types are found by name, and Assets generates the ids."""
    api.put_mapping(document())
    api.put_mapping(document({"description": "changed"}))
    read = api.call("GET", f"{api.here}/schema-and-mapping").body
    (host,) = read["schema"]["objectSchema"]["objectTypes"]
    assert host["description"] == "changed"
    assert host["externalId"].startswith("cmdb::externalId/")
    (server,) = host["children"]
    assert [one["label"] for one in server["attributes"]] == [False, True]


def test_the_status_says_running_with_its_links(api: Any) -> None:
    """While an execution runs, configstatus tells where to watch and cancel it."""
    api.put_mapping(document())
    execution = api.start()
    body = api.call("GET", f"{api.here}/configstatus").body
    assert body["status"] == "RUNNING"
    assert urlsplit(str(body["links"]["cancel"])).path == execution
    newest = api.call("GET", f"{api.here}/executions/status").body
    assert newest == {"status": "INGESTING", "executionId": execution.rpartition("/")[2]}


def test_schemas_types_and_attributes_can_be_read(api: Any) -> None:
    """The read API lists what a mapping has made, with numbers as strings and counts on demand."""
    api.put_mapping(document())
    api.run({"host": [{"name": "a"}], "server": [{"name": "b"}, {"name": "c"}]})
    ws = api.workspace
    (schema,) = api.call("GET", f"{ws}/objectschema/list", user=True).body["values"]
    assert (schema["objectCount"], schema["objectTypeCount"]) == (0, 0)
    listed = api.call("GET", f"{ws}/objectschema/list?includeCounts=true", user=True).body
    assert (listed["values"][0]["objectCount"], listed["isLast"]) == (3, True)
    here = f"{ws}/objectschema/{schema['id']}"
    assert api.call("GET", here, user=True).body["objectTypeCount"] == 2
    flat = api.call("GET", f"{here}/objecttypes/flat?includeObjectCounts=true", user=True).body
    assert [(one["name"], one["objectCount"]) for one in flat] == [("Host", 1), ("Server", 2)]
    assert flat[1]["parentObjectTypeId"] == flat[0]["id"]
    kind = api.call("GET", f"{ws}/objecttype/{flat[0]['id']}", user=True).body
    assert kind["name"] == "Host"
    attributes = api.call("GET", f"{ws}/objecttype/{flat[0]['id']}/attributes", user=True).body
    assert [one["name"] for one in attributes] == ["Key", "Created", "Updated", "Name"]
    assert attributes[3]["defaultType"] == {"id": 0, "name": "Text"}
    assert len(api.call("GET", f"{here}/attributes", user=True).body) == 8
    statuses = api.call("GET", f"{ws}/config/statustype", user=True).body
    assert [one["id"] for one in statuses] == list("1234567")
    sources = api.call("GET", f"{ws}/importsource/objectschema/{schema['id']}", user=True).body
    assert [one["id"] for one in sources] == [api.source["importSourceId"]]
    source = api.call("GET", api.here).body
    assert source["importStatus"]["validationStatusType"] == "VALID"


def test_objects_are_shown_as_documented(api: Any) -> None:
    """Search gives ids only, GET nests the attribute; paging says when it is over."""
    api.put_mapping(document())
    api.run({"host": [{"name": name} for name in "cab"]})
    path = f"{api.workspace}/object/aql"
    first = api.call(
        "POST", f"{path}?maxResults=2&includeAttributes=false", {"qlQuery": ""}, user=True
    ).body
    assert ([one["label"] for one in first["values"]], first["isLast"]) == (["a", "b"], False)
    assert "attributes" not in first["values"][0]
    rest = api.call("POST", f"{path}?startAt=2&maxResults=2", {"qlQuery": ""}, user=True).body
    assert ([one["label"] for one in rest["values"]], rest["isLast"]) == (["c"], True)
    assert rest["total"] == 3
    (found,) = rest["values"]
    assert found["objectKey"] == f"HARDWARE-{found['id']}"
    one = api.call("GET", f"{api.workspace}/object/{found['id']}", user=True).body
    assert one["extendedInfo"] == {"openIssuesExists": False, "attachmentsExists": False}
    assert [each["objectTypeAttribute"]["name"] for each in one["attributes"]] == [
        "Key",
        "Created",
        "Updated",
        "Name",
    ]
    values = api.call("GET", f"{api.workspace}/object/{found['id']}/attributes", user=True).body
    assert values == one["attributes"]


def test_no_secret_is_kept_in_the_data_folder(api: Any, tmp_path: Path) -> None:
    """Tokens are stored as hashes only, and the folder is for its owner alone."""
    with LocalAssets(Settings(port=0, data=tmp_path / "new")) as server:
        api.url = server.url
        api.new_source()
        assert api.call("GET", "/jsm/assets/v1/imports/info").status == 200
        kept = b"".join(path.read_bytes() for path in (tmp_path / "new").glob("assets*"))
    assert api.source["token"].encode() not in kept
    assert api.source["apiToken"].encode() not in kept
    assert (tmp_path / "new").stat().st_mode & 0o077 == 0


def test_local_answers_its_own_questions(api: Any) -> None:
    """Workspace, schema and source can be made one by one, and health is told."""
    assert api.call("GET", "/_local/health", token="").body == {"status": "ok"}
    workspace = api.call("POST", "/_local/workspaces", {"name": "W"}, token="").body["id"]
    place = f"/_local/workspaces/{workspace}"
    schema = api.call("POST", f"{place}/objectschemas", {"name": "S", "key": "S"}, token="").body
    again = api.call("POST", f"{place}/objectschemas", {"name": "S", "key": "S"}, token="")
    assert again.status == 409
    made = api.call(
        "POST",
        f"{place}/importsources",
        {"objectSchemaId": schema["id"], "name": "I", "missingObjects": "REMOVE"},
        token="",
    ).body
    reply = api.call("GET", "/jsm/assets/v1/imports/info", token=made["token"])
    assert made["importSourceId"] in reply.body["links"]["start"]
    wrong = {"objectSchemaId": schema["id"], "name": "I", "missingObjects": "SOMETIMES"}
    assert api.call("POST", f"{place}/importsources", wrong, token="").status == 400
    unknown = {"objectSchemaId": "99", "name": "I"}
    assert api.call("POST", f"{place}/importsources", unknown, token="").status == 404


def test_a_web_page_cannot_drive_the_local_addresses(api: Any) -> None:
    """Foreign names and origins get 403 under /_local/, and nothing happens there."""
    made = {"name": "Stolen"}
    for headers in (
        {"Host": "rebound.example:8700"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
    ):
        for method, path in (("POST", "/_local/importsource"), ("DELETE", "/_local/faults")):
            reply = api.call(method, path, made, token="", headers=headers)
            assert reply.status == 403, headers
            assert "/_local/" in reply.body["errorMessages"][0]
    here = urlsplit(str(api.url)).netloc
    reply = api.call("GET", "/_local/health", token="", headers={"Origin": f"http://{here}"})
    assert reply.body == {"status": "ok"}
    # The API itself needs a credential, which no page has: by whatever name it is called.
    reply = api.call("GET", "/jsm/assets/v1/imports/info", headers={"Host": "assets.example"})
    assert reply.body["links"]["start"].startswith("http://assets.example/jsm/assets/")

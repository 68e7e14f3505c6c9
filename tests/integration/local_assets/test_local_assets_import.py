"""An import from token to objects, as an import app sees it."""

from typing import Any

DOCUMENT: dict[str, Any] = {
    "schema": {
        "objectSchema": {
            "name": "Disk tool",
            "description": "Scanner data",
            "objectTypes": [
                {
                    "externalId": "ot/drive",
                    "name": "Hard Drive",
                    "description": "A drive",
                    "attributes": [
                        {
                            "externalId": "ota/duid",
                            "name": "DUID",
                            "description": "Device id",
                            "type": "text",
                            "label": True,
                        },
                        {
                            "externalId": "ota/os",
                            "name": "Operating System",
                            "description": "Installed OS",
                            "type": "referenced_object",
                            "referenceObjectTypeExternalId": "ot/os",
                        },
                    ],
                    "children": [
                        {
                            "externalId": "ot/file",
                            "name": "File",
                            "description": "A file",
                            "attributes": [
                                {
                                    "externalId": "ota/path",
                                    "name": "Path",
                                    "description": "Path",
                                    "type": "text",
                                    "label": True,
                                },
                                {
                                    "externalId": "ota/size",
                                    "name": "Size",
                                    "description": "Bytes",
                                    "type": "integer",
                                },
                            ],
                        }
                    ],
                },
                {
                    "externalId": "ot/os",
                    "name": "OS",
                    "description": "An OS",
                    "attributes": [
                        {
                            "externalId": "ota/osname",
                            "name": "Name",
                            "description": "OS name",
                            "type": "text",
                            "label": True,
                        }
                    ],
                },
            ],
        }
    },
    "mapping": {
        "objectTypeMappings": [
            {
                "objectTypeExternalId": "ot/drive",
                "objectTypeName": "Hard Drive",
                "selector": "hardDrives",
                "description": "drives",
                "attributesMapping": [
                    {
                        "attributeExternalId": "ota/duid",
                        "attributeName": "DUID",
                        "attributeLocators": ["id"],
                        "externalIdPart": True,
                    },
                    {
                        "attributeExternalId": "ota/os",
                        "attributeName": "Operating System",
                        "attributeLocators": ["os"],
                        "objectMappingIQL": "Name Like ${os}",
                    },
                ],
            },
            {
                "objectTypeExternalId": "ot/file",
                "objectTypeName": "File",
                "selector": "hardDrives.files",
                "description": "files",
                "attributesMapping": [
                    {
                        "attributeExternalId": "ota/path",
                        "attributeName": "Path",
                        "attributeLocators": ["path"],
                        "externalIdPart": True,
                    },
                    {
                        "attributeExternalId": "ota/size",
                        "attributeName": "Size",
                        "attributeLocators": ["size"],
                    },
                ],
            },
            {
                "objectTypeExternalId": "ot/os",
                "objectTypeName": "OS",
                "selector": "os",
                "description": "oses",
                "attributesMapping": [
                    {
                        "attributeExternalId": "ota/osname",
                        "attributeName": "Name",
                        "attributeLocators": ["name"],
                        "externalIdPart": True,
                    }
                ],
            },
        ]
    },
}

DRIVES: dict[str, Any] = {
    "hardDrives": [
        {
            "id": "d1",
            "os": "macOS",
            "files": [{"path": "/a", "size": 1}, {"path": "/b", "size": 2}],
        },
        {"id": "d2", "os": "Debian", "files": [{"path": "/c", "size": 30}]},
    ]
}
SYSTEMS: dict[str, Any] = {"os": [{"name": "macOS Big Sur"}, {"name": "Debian 12"}]}


def counters(result: dict[str, Any], name: str) -> tuple[int, int, int]:
    """Give created, updated and identical of a type."""
    for one in result["objectTypeResultMap"].values():
        if one["objectTypeName"] == name:
            return one["objectsCreated"], one["objectsUpdated"], one["objectsIdentical"]
    raise KeyError(name)


def test_links_lead_from_token_to_objects(api: Any) -> None:
    """Following only links that answers contain, an app gets from its token to objects."""
    info = api.call("GET", "/jsm/assets/v1/imports/info").body["links"]
    assert api.call("GET", info["getStatus"]).body == {"status": "MISSING_MAPPING"}
    assert api.call("PUT", info["mapping"], DOCUMENT).status == 204
    assert api.call("GET", info["getStatus"]).body == {"status": "IDLE"}
    started = api.call("POST", info["start"], {}).body
    assert started["result"] == "success"
    links = started["links"]
    assert api.call("GET", links["getExecutionStatus"]).body["status"] == "INGESTING"
    sent = api.call("POST", links["submitResults"], {"data": DRIVES, "clientGeneratedId": "1"})
    assert (sent.status, sent.body) == (200, None)
    last = {"data": SYSTEMS, "clientGeneratedId": "2", "completed": True}
    assert api.call("POST", links["submitResults"], last).status == 200
    result = api.result(links["cancel"])
    assert result["result"] == "OK"
    assert result["totalNumberEntriesInImport"] == 7
    assert api.count("objectType = File AND Size > 1") == 2


def test_references_resolve_to_objects_of_later_chunks(api: Any) -> None:
    """A reference finds its object though that object's chunk comes after it."""
    api.put_mapping(DOCUMENT)
    result = api.run(DRIVES, SYSTEMS)
    (found,) = api.search('DUID = "d2"')
    referenced = [
        value["referencedObject"]["label"]
        for attribute in found["attributes"]
        for value in attribute["objectAttributeValues"]
        if value["referencedType"]
    ]
    assert referenced == ["Debian 12"]
    (drives,) = [
        one
        for one in result["objectTypeResultMap"].values()
        if one["objectTypeName"] == "Hard Drive"
    ]
    assert drives["objectsWithUpdatedReferences"] == 2


def test_a_second_run_of_the_same_data_changes_nothing(api: Any) -> None:
    """Objects are found again by identity and unchanged ones are counted as identical."""
    api.put_mapping(DOCUMENT)
    api.run(DRIVES, SYSTEMS)
    before = api.search("")
    result = api.run(DRIVES, SYSTEMS)
    assert counters(result, "Hard Drive") == (0, 0, 2)
    assert counters(result, "File") == (0, 0, 3)
    assert api.search("") == before


def test_a_changed_value_updates_its_object_only(api: Any) -> None:
    """Only the object whose value differs is updated, and keeps its id."""
    api.put_mapping(DOCUMENT)
    api.run(DRIVES, SYSTEMS)
    (before,) = api.search('Path = "/a"')
    changed = {"hardDrives": [{"id": "d1", "files": [{"path": "/a", "size": 99}]}]}
    result = api.run(changed)
    assert counters(result, "File") == (0, 1, 0)
    (after,) = api.search('Path = "/a"')
    assert after["id"] == before["id"]
    assert api.count("Size = 99") == 1


def test_a_repeated_chunk_id_is_taken_once(api: Any) -> None:
    """The first chunk of an id wins; a later one with other content is ignored."""
    api.put_mapping(DOCUMENT)
    execution = api.start()
    api.send(execution, {"os": [{"name": "one"}]}, clientGeneratedId="x")
    api.send(execution, {"os": [{"name": "two"}]}, clientGeneratedId="x")
    api.send(execution, {"os": [{"name": "three"}]}, clientGeneratedId="y", completed=True)
    assert counters(api.result(execution), "OS") == (2, 0, 0)
    history = api.call(
        "GET",
        f"/_local/workspaces/{api.source['workspaceId']}/importsources/"
        f"{api.source['importSourceId']}/history",
    ).body["values"]
    assert (history[0]["repeatedChunks"], history[0]["differingChunks"]) == (1, 1)


def test_the_document_reads_back_and_can_be_sent_again(api: Any) -> None:
    """schema-and-mapping gives a normalised document, Key included, that PATCH accepts."""
    api.put_mapping(DOCUMENT)
    document = api.call("GET", f"{api.here}/schema-and-mapping").body
    types = document["schema"]["objectSchema"]["objectTypes"]
    assert [one["name"] for one in types] == ["Hard Drive", "OS"]
    assert [one["name"] for one in types[0]["children"]] == ["File"]
    key, duid, system = types[0]["attributes"]
    assert (key["name"], bool(key["externalId"])) == ("Key", True)
    assert (duid["minimumCardinality"], duid["maximumCardinality"]) == (1, 1)
    assert system["referenceObjectTypeExternalId"] == "ot/os"
    assert "iconSchema" not in document["schema"]
    assert api.call("PATCH", f"{api.here}/mapping", document).status == 204
    assert api.call("GET", f"{api.here}/schema-and-mapping").body == document

"""Which mappings the server refuses, and with which code (section 19 of the wire contract)."""

from typing import Any

import pytest

from local_assets_documents import TEXT, attribute, document, host_mapping, legacy

NAME = attribute(externalId="a/name", name="Name", label=True)
REFERENCE = attribute(
    type="referenced_object", referenceObjectTypeExternalId="t/host", referenceObjectTypeName="Host"
)
MAPPED_X = {"attributeExternalId": "a/x", "attributeName": "X", "attributeLocators": ["x"]}


def codes(reply: Any) -> set[str]:
    return {one["code"] for one in reply.body["dataValidationErrors"]}


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

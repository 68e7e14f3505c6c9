"""The rows of section 19 of the wire contract on mappings, and what 7.5 does not allow."""

import pytest

from conformance import expect
from conformance_changes import (
    Change,
    add,
    attribute,
    changed,
    hand_over,
    kind,
    mapping,
    refer,
    twin,
)
from conformance_model import Model
from conformance_site import Site

pytestmark = pytest.mark.writes

WRONG: dict[str, tuple[Change, str]] = {
    "empty icons": (
        lambda d: d["schema"].update(iconSchema={"icons": []}),
        "JSON_SCHEMA_VALIDATION",
    ),
    "empty statuses": (
        lambda d: d["schema"].update(statusSchema={"statuses": []}),
        "JSON_SCHEMA_VALIDATION",
    ),
    "no mapping half": (lambda d: d.pop("mapping"), "JSON_SCHEMA_VALIDATION"),
    "no description": (lambda d: kind(d).pop("description"), "JSON_SCHEMA_VALIDATION"),
    "no object types": (
        lambda d: d["schema"]["objectSchema"].update(objectTypes=[]),
        "JSON_SCHEMA_VALIDATION",
    ),
    "unknown type": (lambda d: add(d, type="number"), "JSON_SCHEMA_VALIDATION"),
    "typeValues on a text": (lambda d: add(d, typeValues=["Active"]), "JSON_SCHEMA_VALIDATION"),
    "external ids on some attributes only": (
        lambda d: attribute(d, 1).pop("externalId"),
        "JSON_SCHEMA_VALIDATION",
    ),
    "external ids on some types only": (
        lambda d: twin(d) or d["schema"]["objectSchema"]["objectTypes"][1].pop("externalId"),
        "JSON_SCHEMA_VALIDATION",
    ),
    "external id twice": (
        lambda d: attribute(d, 1).update(externalId=attribute(d, 0)["externalId"]),
        "DUPLICATE_EXTERNAL_ID_ILLEGAL",
    ),
    "mapping to an unknown type": (
        lambda d: mapping(d).update(objectTypeExternalId="nobody's"),
        "MAPPING_INVALID_EXTERNAL_ID",
    ),
    "mapping to an unknown attribute": (
        lambda d: mapping(d)["attributesMapping"][1].update(attributeExternalId="nobody's"),
        "UNKNOWN_EXTERNAL_ID_MAPPING",
    ),
    "reference to an undefined type": (
        lambda d: add(d, type="referenced_object", referenceObjectTypeExternalId="nobody's"),
        "UNKNOWN_REFERENCE",
    ),
    "minimum above maximum": (lambda d: add(d, minimumCardinality=2), "INVALID_CARDINALITY"),
    "maximum of zero": (lambda d: add(d, maximumCardinality=0), "INVALID_CARDINALITY"),
    "maximum below -1": (lambda d: add(d, maximumCardinality=-2), "INVALID_CARDINALITY"),
    "several values of a text": (
        lambda d: add(d, maximumCardinality=-1),
        "INVALID_CARDINALITY",
    ),
    "two labels": (lambda d: attribute(d, 1).update(label=True), "INVALID_SCHEMA"),
    "two types of one name": (lambda d: twin(d, name=kind(d)["name"]), "INVALID_SCHEMA"),
    "two attributes of one name": (lambda d: add(d, name="Note"), "INVALID_SCHEMA"),
    "icon that is not defined": (lambda d: kind(d).update(iconKey="none"), "INVALID_SCHEMA"),
    "status that is not defined": (
        lambda d: add(d, type="status", typeValues=["Nonsense"]),
        "INVALID_SCHEMA",
    ),
    "no identity": (
        lambda d: mapping(d)["attributesMapping"][0].pop("externalIdPart"),
        "MISSING_EXTERNAL_ID_PART",
    ),
    "reference without a query": (lambda d: refer(d, None), "INVALID_OBJECT_MAPPING_IQL"),
    "query that does not parse": (
        lambda d: refer(d, "Name = = ${x}"),
        "INVALID_OBJECT_MAPPING_IQL",
    ),
    "placeholder that is no locator": (
        lambda d: refer(d, "Name = ${y}"),
        "INVALID_OBJECT_MAPPING_IQL",
    ),
    "writing Created": (
        lambda d: mapping(d)["attributesMapping"].append(
            {"attributeName": "Created", "attributeLocators": ["created"]}
        ),
        "SYSTEM_ATTRIBUTE",
    ),
    "writing Key": (
        lambda d: mapping(d)["attributesMapping"].append(
            {"attributeName": "Key", "attributeLocators": ["key"]}
        ),
        "SYSTEM_ATTRIBUTE",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_19_wrong_mapping(site: Site, model: Model, case: str) -> None:
    """Each mistake is a 400 with its code, by PUT and by PATCH, and nothing is written."""
    change, code = WRONG[case]
    before = site.app("GET", "schema-and-mapping").gives(200)
    site.app("PUT", "mapping", changed(model, change)).objects_to(code)
    site.app("PATCH", "mapping", changed(model, change)).objects_to(code)
    expect(before, site.app("GET", "schema-and-mapping").gives(200))


IMMUTABLE: dict[str, tuple[Change, str]] = {
    "rename a type": (lambda d: kind(d).update(name="Other"), "IMMUTABLE_PROPERTY"),
    "rename an attribute": (
        lambda d: attribute(d, 1).update(name="Other") or mapping(d)["attributesMapping"].pop(),
        "IMMUTABLE_PROPERTY",
    ),
    "retype an attribute": (lambda d: attribute(d, 1).update(type="url"), "IMMUTABLE_PROPERTY"),
    "a type's name with another external id": (
        lambda d: kind(d).update(externalId="other") or d["mapping"].update(objectTypeMappings=[]),
        "EXTERNAL_ID_MISMATCH",
    ),
    "an attribute's name with another external id": (
        lambda d: (
            attribute(d, 1).update(externalId="other") or mapping(d)["attributesMapping"].pop()
        ),
        "EXTERNAL_ID_MISMATCH",
    ),
    "an external id that is used elsewhere": (
        hand_over,
        "SCHEMA_INVALID_EXTERNAL_ID",
    ),
}


@pytest.mark.parametrize("case", IMMUTABLE)
def test_7_5_what_a_patch_may_not_change(mapped: Site, model: Model, case: str) -> None:
    """Names, types and external ids of what exists stay, and a 400 says so."""
    change, code = IMMUTABLE[case]
    mapped.app("PATCH", "mapping", changed(model, change)).objects_to(code)

"""Section 7 of the wire contract, and the rows of section 19 on mappings."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from conformance import Model, Site, among, expect, hosts

NewSite = Callable[..., Site]
Change = Callable[[dict[str, Any]], object]
pytestmark = pytest.mark.writes


def changed(model: Model, change: Change) -> dict[str, Any]:
    """Give the model's document with something changed in it."""
    document = copy.deepcopy(model.document())
    change(document)
    return document


def kind(document: dict[str, Any]) -> dict[str, Any]:
    """Give the first object type of a document."""
    return document["schema"]["objectSchema"]["objectTypes"][0]


def attribute(document: dict[str, Any], place: int) -> dict[str, Any]:
    return kind(document)["attributes"][place]


def mapping(document: dict[str, Any]) -> dict[str, Any]:
    """Give the first mapping of a document."""
    return document["mapping"]["objectTypeMappings"][0]


def add(document: dict[str, Any], **more: Any) -> None:
    """Add an attribute, X, to the first type."""
    given = {"externalId": f"{kind(document)['externalId']}/X", "name": "X", "description": "d"}
    kind(document)["attributes"].append({**given, "type": "text", **more})


def map_it(document: dict[str, Any], **more: Any) -> None:
    """Map the attribute X."""
    external_id = f"{kind(document)['externalId']}/X"
    given = {"attributeName": "X", "attributeExternalId": external_id, "attributeLocators": ["x"]}
    mapping(document)["attributesMapping"].append({**given, **more})


def refer(document: dict[str, Any], iql: str | None) -> None:
    """Add a mapped reference to the type itself."""
    to = kind(document)["externalId"]
    add(document, type="referenced_object", referenceObjectTypeExternalId=to)
    map_it(document, **({} if iql is None else {"objectMappingIQL": iql}))


def twin(document: dict[str, Any], **more: Any) -> None:
    """Add a second type."""
    types = document["schema"]["objectSchema"]["objectTypes"]
    given = {"name": f"{types[0]['name']} 2", "externalId": f"{types[0]['externalId']}/2"}
    types.append({"description": "d", "attributes": [], **given, **more})


def hand_over(document: dict[str, Any]) -> None:
    """Leave the attribute Note out, and give its external id to a new type."""
    mapping(document)["attributesMapping"].pop()
    twin(document, externalId=kind(document)["attributes"].pop()["externalId"])


def without_ids(value: Any) -> Any:
    """Take all external ids out: what is left is a legacy document."""
    if isinstance(value, list):
        return [without_ids(one) for one in value]  # pyright: ignore[reportUnknownVariableType]
    if isinstance(value, dict):
        return {
            key: without_ids(one)
            for key, one in value.items()  # pyright: ignore[reportUnknownVariableType]
            if "xternalId" not in key or key == "externalIdPart"
        }
    return value


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


def test_7_5_reference_to_another_type(site: Site) -> None:
    """A reference cannot be pointed at another type later."""
    model = Model(site.tag).type("A", {"Name": {}}).type("B", {"Name": {}})
    model.type("C", {"Name": {}, "To": {"to": "A"}})
    site.map(model.document())
    again = model.document()
    again["schema"]["objectSchema"]["objectTypes"][2]["attributes"][1][
        "referenceObjectTypeExternalId"
    ] = model.type_id("B")
    site.app("PATCH", "mapping", again).objects_to("REFERENCED_OBJECT_TYPE_CHANGED")


def test_7_5_what_a_patch_may_change(mapped: Site, model: Model) -> None:
    """Descriptions, and more attributes and types; what is left out stays."""

    def change(document: dict[str, Any]) -> None:
        kind(document)["description"] = "changed"
        kind(document)["attributes"].pop()
        mapping(document)["attributesMapping"].pop()
        add(document)
        twin(document)

    mapped.app("PATCH", "mapping", changed(model, change)).gives(204)
    types = _types(mapped)
    expect("changed", types[model.name("Host")]["description"])
    names = [one["name"] for one in types[model.name("Host")]["attributes"]]
    expect({"Key", "Name", "Note", "X"}, set(names))
    among(f"{model.name('Host')} 2", types)


def test_7_5_a_mapping_is_overwritten_whole(mapped: Site, model: Model) -> None:
    """An attribute mapping that is left out is gone; the attribute stays."""
    mapped.app(
        "PATCH", "mapping", changed(model, lambda d: mapping(d)["attributesMapping"].pop())
    ).gives(204)
    found = mapped.app("GET", "schema-and-mapping").gives(200)["mapping"]["objectTypeMappings"]
    (one,) = [one for one in found if one["objectTypeName"] == model.name("Host")]
    expect(["Name"], [given["attributeName"] for given in one["attributesMapping"]])


@pytest.mark.local
def test_7_5_a_patch_before_any_put_creates(site: Site, model: Model) -> None:
    """Editors that only ever PATCH get along."""
    site.app("PATCH", "mapping", model.document()).gives(204)
    expect("IDLE", site.app("GET", "configstatus").gives(200)["status"])


@pytest.mark.local
def test_7_4_a_second_put_acts_like_patch(mapped: Site, model: Model) -> None:
    """By default; another setting answers 409."""
    mapped.app("PUT", "mapping", model.document()).gives(204)


def test_7_4_no_mapping_while_an_execution_runs(mapped: Site, model: Model) -> None:
    """409 IN_PROGRESS, for both methods."""
    mapped.start()
    for method in ("PUT", "PATCH"):
        mapped.app(method, "mapping", model.document()).conflicts("IN_PROGRESS")


@pytest.mark.local
def test_7_4_a_source_starts_only_once_mapped(site: Site, model: Model) -> None:
    """MISSING_MAPPING becomes IDLE by a PUT."""
    expect("MISSING_MAPPING", site.app("GET", "configstatus").gives(200)["status"])
    site.map(model.document())
    expect("IDLE", site.app("GET", "configstatus").gives(200)["status"])


@pytest.mark.parametrize("named", ["2021_09_15", "2023_10_19", "nonsense"])
def test_7_1_schema_named_by_the_document_is_ignored(site: Site, model: Model, named: str) -> None:
    """What counts is whether there are external ids; official examples name the wrong one."""
    document = {"$schema": f"https://api.stg.atlassian.com/versions/{named}", **model.document()}
    site.app("PATCH", "mapping", document).gives(204)


def test_7_1_legacy_documents_know_no_status(site: Site, model: Model) -> None:
    """Without external ids the schema of 2021 applies, which lacks this type."""
    document = without_ids(changed(model, lambda d: add(d, type="status")))
    site.app("PATCH", "mapping", document).objects_to("JSON_SCHEMA_VALIDATION")


def test_7_1_unknown_keys_pass(site: Site, model: Model) -> None:
    """Live documents carry inheritance: false."""
    document = changed(model, lambda d: kind(d).update(inheritance=False, whatever=1))
    site.app("PATCH", "mapping", document).gives(204)


def test_7_6_cardinality_needs_external_ids(site: Site, model: Model) -> None:
    """In a legacy document it would have no effect."""
    document = without_ids(changed(model, lambda d: add(d, unique=True)))
    site.app("PATCH", "mapping", document).objects_to("INVALID_CARDINALITY")


def test_7_6_external_ids_left_out_are_generated(site: Site, model: Model) -> None:
    """They can be read back, for types and attributes, Key included."""
    site.app("PATCH", "mapping", without_ids(model.document())).gives(204)
    found = _types(site)[model.name("Host")]
    ids = [found["externalId"], *(one["externalId"] for one in found["attributes"])]
    expect(4, len(set(ids) - {None, ""}))


@pytest.mark.local
def test_7_6_external_ids_are_unique_over_all_schemas(mapped: Site, model: Model) -> None:
    """Another schema of the workspace cannot use them again."""
    place = f"/_local/workspaces/{mapped.workspace}"
    schema = mapped.call("POST", f"{place}/objectschemas", {"name": "Other"}).gives(200)
    given = {"name": "Other", "objectSchemaId": schema["id"]}
    made = mapped.call("POST", f"{place}/importsources", given).gives(200)
    other = Site(
        url=mapped.url,
        workspace=mapped.workspace,
        source=made["importSourceId"],
        token=made["token"],
        ours=True,
    )
    other.app("PUT", "mapping", model.document()).objects_to("SCHEMA_INVALID_EXTERNAL_ID")


def test_7_8_a_failed_asynchronous_mapping_tells_why(site: Site, model: Model) -> None:
    """303 as ever; the progress ends in ERROR with the problems."""
    wrong = changed(model, lambda d: kind(d).update(iconKey="none"))
    answer = site.app("PATCH", "mapping?async=true", wrong)
    answer.gives(303)
    body = site.app("GET", answer.headers["location"].removeprefix(site.url)).gives(200)
    expect(("FINISHED", "ERROR"), (body["progressStatus"], body["result"]))
    expect(["INVALID_SCHEMA"], [one["code"] for one in body["dataValidationErrors"]])


def test_7_9_the_document_spells_out_every_default(mapped: Site, model: Model) -> None:
    """Cardinality 0..1, the label's 1..1; Key is listed, Created and Updated are not."""
    found = _types(mapped)[model.name("Host")]
    by_name = {one["name"]: one for one in found["attributes"]}
    expect({"Key", "Name", "Note"}, set(by_name))
    keys = ("label", "minimumCardinality", "maximumCardinality", "unique")
    expect((True, 1, 1, False), tuple(by_name["Name"][key] for key in keys))
    expect((False, 0, 1, False), tuple(by_name["Note"][key] for key in keys))
    document = mapped.app("GET", "schema-and-mapping").gives(200)
    for one in document["mapping"]["objectTypeMappings"]:
        if one["objectTypeName"] == model.name("Host"):
            parts = [given["externalIdPart"] for given in one["attributesMapping"]]
            expect([True, False], parts)


@pytest.mark.local
def test_7_9_what_was_read_can_be_sent_back(mapped: Site) -> None:
    """No empty icon list and no other trap: a PATCH of the document as read changes nothing."""
    document = mapped.app("GET", "schema-and-mapping").gives(200)
    mapped.app("PATCH", "mapping", document).gives(204)
    expect(document, mapped.app("GET", "schema-and-mapping").gives(200))


@pytest.mark.local
def test_7_9_before_any_mapping_the_document_is_empty(new_site: NewSite) -> None:
    """200 with no mappings, for apps that read before they map."""
    fresh = new_site()
    body = fresh.app("GET", "schema-and-mapping").gives(200)
    expect([], body["mapping"]["objectTypeMappings"])


def test_7_2_children_lie_below_their_parents(site: Site) -> None:
    """The tree comes back as it was given."""
    model = hosts(site.tag).type("Blade", {"Name": {}}, under="Host")
    site.map(model.document())
    children = _types(site)[model.name("Host")]["children"]
    expect([model.name("Blade")], [one["name"] for one in children])


def _types(site: Site) -> dict[str, Any]:
    """Give the types on the first level of the current document, by name."""
    document = site.app("GET", "schema-and-mapping").gives(200)
    return {one["name"]: one for one in document["schema"]["objectSchema"]["objectTypes"]}

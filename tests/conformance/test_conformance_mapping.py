"""Section 7 of the wire contract: schema and mapping."""

from collections.abc import Callable
from typing import Any

import pytest

from conformance import among, expect
from conformance_changes import add, changed, kind, mapping, twin, without_ids
from conformance_model import Model, hosts
from conformance_site import Site

NewSite = Callable[..., Site]
pytestmark = pytest.mark.writes


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

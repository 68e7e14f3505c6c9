"""The schema-and-mapping document says to Assets what the definition says to us."""

import json
from importlib.resources import files
from typing import Any

import jsonschema_rs
import pytest

from assetferry.definition.load import load
from assetferry.mapping.document import mapping_document
from assetferry.mapping.external_ids import ExternalIdTaken, Key
from assetferry.mapping.transformers import compile_transformers

TEXT = """
name = "hardware"
assets = { base_url = "http://127.0.0.1:1", token = "env:TOKEN" }
egress = { allow = ["127.0.0.1"] }
sources.devices = { type = "rest", url = "http://127.0.0.1:2/devices" }
schema = { name = "Hardware" }
statuses."In Repair" = { category = "pending" }

[object_types.Laptop]
source = "devices"
description = "A portable computer"
[object_types.Laptop.attributes]
"Serial Number" = { from = "serial", identity = true, unique = true }
"Hostname" = { from = "name", label = true, description = "As in DNS" }
"State" = { from = "state", type = "status", values = ["Closed", "In Repair"] }
"Owner" = { from = "owner", type = "reference", to = "Employee", match = "Email" }
"Software" = { from = "sw", type = "reference", to = "App", match = 'The "Name"', multiple = true }
"Site" = { from = "site", required = true }

[object_types.Employee]
source = "devices"
attributes.Email = { from = "owner", type = "email", identity = true, label = true }

[object_types.App]
source = "devices"
each = "sw"
attributes.'The "Name"' = { from = "@", identity = true, label = true }
"""


def document(text: str = TEXT) -> dict[str, Any]:
    return mapping_document(load(text, origin="test")).document


def attribute(name: str, text: str = TEXT) -> dict[str, Any]:
    laptop = document(text)["schema"]["objectSchema"]["objectTypes"][0]
    return next(found for found in laptop["attributes"] if found["name"] == name)


def mapped(name: str) -> dict[str, Any]:
    laptop = document()["mapping"]["objectTypeMappings"][0]
    return next(found for found in laptop["attributesMapping"] if found["attributeName"] == name)


def test_document_validates_against_the_published_schema() -> None:
    """Every construct at once satisfies the JSON Schema that Assets checks with."""
    name = "schemas/assets_mapping_2023_10_19.schema.json"
    schema = json.loads(files("assetferry.local_assets").joinpath(name).read_text())
    jsonschema_rs.validator_for(schema).validate(document())


def test_every_type_and_attribute_has_its_own_external_id() -> None:
    """External ids are all or none, and unique, else the document is refused."""
    types = document()["schema"]["objectSchema"]["objectTypes"]
    ids = [found["externalId"] for found in types]
    ids += [found["externalId"] for one in types for found in one["attributes"]]
    assert len(ids) == len(set(ids)) == 3 + 6 + 1 + 1
    assert ids[0] == "hardware/laptop"
    assert "hardware/laptop/serial_number" in ids


def test_mapping_reads_what_the_transformer_writes() -> None:
    """Selector and locators are the very keys of the entries, or every object arrives empty."""
    transformer = compile_transformers(load(TEXT, origin="test"))["devices"]
    (found,) = transformer.transform(
        [{"serial": "1", "name": "a", "state": "closed", "owner": "a@b", "sw": ["x"], "site": "s"}]
    )
    by_selector = {entry.selector: set(json.loads(entry.body)) for entry in found.entries}
    told = {
        mapping["selector"]: {one["attributeLocators"][0] for one in mapping["attributesMapping"]}
        for mapping in document()["mapping"]["objectTypeMappings"]
    }
    assert by_selector == told


def test_references_ask_by_the_matched_attribute() -> None:
    """One value asks with =, many with IN, and quotes in names are escaped."""
    assert mapped("Owner")["objectMappingIQL"] == '"Email" = ${owner}'
    assert mapped("Software")["objectMappingIQL"] == r'"The \"Name\"" IN (${software${0}})'
    assert attribute("Owner")["referenceObjectTypeExternalId"] == "hardware/employee"
    assert attribute("Owner")["type"] == "referenced_object"


def test_flags_become_cardinality() -> None:
    """Label is exactly one, required at least one, multiple without end."""
    assert attribute("Hostname") == {
        "externalId": "hardware/laptop/hostname",
        "name": "Hostname",
        "description": "As in DNS",
        "type": "text",
        "label": True,
        "minimumCardinality": 1,
        "maximumCardinality": 1,
    }
    assert attribute("Site")["minimumCardinality"] == 1
    assert attribute("Software")["maximumCardinality"] == -1
    assert attribute("Serial Number")["unique"] is True
    assert mapped("Serial Number")["externalIdPart"] is True


def test_statuses_are_named_and_described() -> None:
    """Values of a status go along; a status of one's own is created with its category."""
    assert attribute("State")["typeValues"] == ["Closed", "In Repair"]
    assert document()["schema"]["statusSchema"]["statuses"] == [
        {"name": "In Repair", "description": "In Repair", "category": "pending"}
    ]


def test_no_empty_status_or_icon_schema() -> None:
    """Assets refuses empty lists of statuses and icons, so they are left out."""
    text = TEXT.replace('statuses."In Repair" = { category = "pending" }', "")
    text = text.replace(', values = ["Closed", "In Repair"]', "")
    assert set(document(text)["schema"]) == {"objectSchema"}
    assert "typeValues" not in attribute("State", text)


def test_schema_is_named_as_the_import_where_it_is_not_named() -> None:
    """Name and description are required by Assets but not by us."""
    told = document(TEXT.replace('schema = { name = "Hardware" }', ""))["schema"]["objectSchema"]
    assert (told["name"], told["description"]) == ("hardware", "hardware")


def test_remembered_ids_win_over_names_and_definition() -> None:
    """Assets refuses another id for a name it knows, so what it was told once stays."""
    text = TEXT.replace('source = "devices"\nd', 'source = "devices"\nexternal_id = "own"\nd', 1)
    definition = load(text, origin="test")
    assert mapping_document(definition).external_ids["Laptop", None] == "own"
    remembered: dict[Key, str] = {("Laptop", None): "old/l", ("Laptop", "Hostname"): "old/h"}
    found = mapping_document(definition, remembered=remembered)
    assert found.external_ids["Laptop", None] == "old/l"
    told = found.document["schema"]["objectSchema"]["objectTypes"][0]
    assert (told["externalId"], told["attributes"][1]["externalId"]) == ("old/l", "old/h")
    mapping = found.document["mapping"]["objectTypeMappings"][0]
    assert mapping["objectTypeExternalId"] == "old/l"
    assert mapping["attributesMapping"][1]["attributeExternalId"] == "old/h"


def test_remembering_what_was_used_changes_nothing() -> None:
    """A second push with the ids of the first is the same document."""
    definition = load(TEXT, origin="test")
    first = mapping_document(definition)
    assert mapping_document(definition, remembered=first.external_ids) == first


def test_new_name_does_not_take_the_id_of_one_that_left() -> None:
    """An id whose name left the definition still belongs to its old entity in Assets."""
    remembered: dict[Key, str] = {
        ("Computer", None): "hardware/laptop",
        ("Computer", "X"): "hardware/laptop/state",
    }
    found = mapping_document(load(TEXT, origin="test"), remembered=remembered).external_ids
    assert found["Laptop", None] == "hardware/laptop-2"
    assert found["Laptop", "State"] == "hardware/laptop/state-2"


def test_renamed_attribute_keeps_its_id_by_external_id() -> None:
    """Naming a remembered id is how a rename is told from a new attribute."""
    text = TEXT.replace('"Site" = {', '"Place" = { external_id = "hardware/laptop/site",')
    found = mapping_document(
        load(text, origin="test"), remembered={("Laptop", "Site"): "hardware/laptop/site"}
    )
    assert found.external_ids["Laptop", "Place"] == "hardware/laptop/site"


def test_two_entities_cannot_share_an_id() -> None:
    """A remembered id and an equal one given to another entity are told apart by a person."""
    text = TEXT.replace('"Site" = {', '"Site" = { external_id = "taken",')
    with pytest.raises(ExternalIdTaken, match=r"Laptop\.Hostname and Laptop\.Site"):
        mapping_document(load(text, origin="test"), remembered={("Laptop", "Hostname"): "taken"})

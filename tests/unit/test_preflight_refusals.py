"""What Assets refuses of a document is shown where it stands in the definition."""

from textwrap import dedent
from typing import Any

import pytest

from assetferry.definition.load import load
from assetferry.mapping.document import mapping_document
from assetferry.mapping.refusals import definition_path, problems, summary

TEXT = dedent("""\
    name = "hardware"
    [assets]
    base_url = "https://api.atlassian.com"
    token = "env:ASSETS_TOKEN"
    [egress]
    allow = ["inventory.example.com"]
    [sources.devices]
    type = "rest"
    url = "https://inventory.example.com/api"
    [schema]
    name = "Hardware"
    [statuses."In Repair"]
    category = "pending"
    [object_types.Laptop]
    source = "devices"
    external_id = "own/laptop"
    [object_types.Laptop.attributes]
    "Serial Number" = { from = "serial", identity = true }
    "Host/Name" = { from = "name", label = true }
    State = { from = "state", type = "status", values = ["Active", "In Repair"] }
    [object_types.Laptop.attributes.Owner]
    from = "owner"
    type = "reference"
    to = "Person"
    match = "Mail"
    [object_types.Person]
    source = "devices"
    attributes = { Mail = { from = "mail", identity = true, label = true } }
    """)
DOCUMENT = mapping_document(load(TEXT, origin="test.toml")).document
TYPES = "/schema/objectSchema/objectTypes"
MAPPINGS = "/mapping/objectTypeMappings"


def refused(*items: Any) -> tuple[Any, ...]:
    """Place these items of ``dataValidationErrors``."""
    return problems({"dataValidationErrors": list(items)}, DOCUMENT, TEXT)


@pytest.mark.parametrize(
    ("pointer", "key", "line"),
    [
        (f"{TYPES}/0", "object_types.Laptop", 14),
        (f"{TYPES}/0/name", "object_types.Laptop", 14),
        (f"{TYPES}/0/externalId", "object_types.Laptop.external_id", 16),
        (f"{TYPES}/0/attributes", "object_types.Laptop.attributes", 17),
        (f"{TYPES}/0/attributes/1", 'object_types.Laptop.attributes."Host/Name"', 19),
        (f"{TYPES}/0/attributes/1/label", 'object_types.Laptop.attributes."Host/Name".label', 19),
        (f"{TYPES}/0/attributes/2/typeValues/1", "object_types.Laptop.attributes.State.values[1]",
         20),
        (f"{TYPES}/0/attributes/3/type", "object_types.Laptop.attributes.Owner.type", 23),
        (f"{TYPES}/0/attributes/3/referenceObjectTypeExternalId",
         "object_types.Laptop.attributes.Owner.to", 24),
        # A key that is not written in the file: the attribute it would belong to.
        (f"{TYPES}/0/attributes/3/externalId", "object_types.Laptop.attributes.Owner", 21),
        (f"{TYPES}/1/attributes/0", "object_types.Person.attributes.Mail", 28),
        (f"{MAPPINGS}/0/selector", "object_types.Laptop", 14),
        (f"{MAPPINGS}/0/attributesMapping/3/objectMappingIQL",
         "object_types.Laptop.attributes.Owner.match", 25),
        (f"{MAPPINGS}/1/attributesMapping/0", "object_types.Person.attributes.Mail", 28),
        ("/schema/objectSchema/name", "schema.name", 11),
        ("/schema/statusSchema/statuses/0/category", 'statuses."In Repair".category', 13),
        (f"#{TYPES}/0/attributes/1/label", 'object_types.Laptop.attributes."Host/Name".label', 19),
    ],
)  # fmt: skip
def test_a_pointer_leads_to_its_line(pointer: str, key: str, line: int) -> None:
    """Every place of the document that a key stands for is shown as that key and its line."""
    (problem,) = refused({"code": "ANY", "path": pointer, "message": "no"})
    assert (problem.key, problem.line) == (key, line)
    assert problem.message == "ANY: no"


@pytest.mark.parametrize(
    "pointer",
    ["/", "nonsense", f"{TYPES}/9", f"{TYPES}/x/attributes/0", "/mapping", "/a~1b",
     "/schema/statusSchema/statuses/5"],
)  # fmt: skip
def test_a_pointer_that_leads_nowhere_is_shown_as_it_is(pointer: str) -> None:
    """Without a place in the definition the message stays, with the pointer, and no line."""
    assert definition_path(pointer, DOCUMENT) is None
    (problem,) = refused({"code": "ANY", "path": pointer, "message": "no"})
    assert (problem.key, problem.line) == ("", None)
    assert problem.message == f"ANY: no: at {pointer}"


def test_an_attribute_that_does_not_exist_leads_to_its_type() -> None:
    """As far as the pointer can be followed is where a person starts to look."""
    assert definition_path(f"{TYPES}/0/attributes/77", DOCUMENT) == ("object_types", "Laptop")


@pytest.mark.parametrize(
    "body",
    [{}, {"errorMessages": ["no"]}, {"dataValidationErrors": None},
     {"dataValidationErrors": ["a text"]}, {"dataValidationErrors": {"code": "X"}}],
)  # fmt: skip
def test_a_body_of_another_shape_gives_nothing(body: dict[str, Any]) -> None:
    """The caller then shows the reason as Assets gave it."""
    assert problems(body, DOCUMENT, TEXT) == ()


def test_the_code_chooses_the_cure_and_the_text_does_not() -> None:
    """The same words under two codes have two cures; an unknown code has the general one."""
    words = "EXTERNAL_ID_MISMATCH, they say"
    found = refused(
        {"code": "EXTERNAL_ID_MISMATCH", "path": f"{TYPES}/0", "message": words},
        {"code": "SOMETHING_NEW", "path": f"{TYPES}/0", "message": words},
        {"message": words},
        "a text among them",
    )
    assert "Give it that external_id here" in found[0].cure
    assert len({problem.cure for problem in found[1:]}) == 1
    assert "assetferry check" in found[1].cure
    assert "a text among them" in found[3].message


def test_a_summary_names_the_first_and_counts_the_rest() -> None:
    """Twelve problems fit into a run's reason."""
    item = {"code": "IMMUTABLE_PROPERTY", "path": f"{TYPES}/0", "message": "x\n" * 500}
    told = summary(refused(*[item] * 12))
    assert told.startswith("Assets refused the mapping. line 14: object_types.Laptop: IMMUTABLE")
    assert told.endswith(" And 7 more.")
    assert "\n" not in told
    assert len(told) < 3000

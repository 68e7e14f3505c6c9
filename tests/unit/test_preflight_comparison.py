"""What a push would do, from two documents: created, changed, left, impossible, gone, renamed."""

from collections.abc import Callable
from copy import deepcopy
from textwrap import dedent
from typing import Any

import pytest

from assetferry.definition.document import Definition
from assetferry.definition.load import load
from assetferry.mapping.document import mapping_document
from assetferry.preflight.comparison import Comparison, compare
from assetferry.preflight.entities import Entities, Entity, entities
from assetferry.preflight.pushing import push_findings
from assetferry.preflight.renames import Rename, likely_renames

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
    [statuses."In Repair"]
    category = "pending"
    [object_types.Laptop]
    source = "devices"
    [object_types.Laptop.attributes]
    "Serial Number" = { from = "serial", identity = true }
    "Hostname" = { from = "name", label = true }
    "RAM" = { from = "ram", type = "integer" }
    "State" = { from = "state", type = "status", values = ["Active"] }
    "Owner" = { from = "owner", type = "reference", to = "Person", match = "Mail" }
    [object_types.Person]
    source = "devices"
    [object_types.Person.attributes]
    "Mail" = { from = "mail", type = "email", identity = true, label = true }
    "Phone" = { from = "phone" }
    """)
DEFINITION = load(TEXT, origin="test.toml")
Alter = Callable[[dict[str, Any]], object]


def assets_form(document: dict[str, Any]) -> dict[str, Any]:
    """The document as Assets gives it back: defaults spelt out, Key listed, a type nested."""
    given = deepcopy(document)
    types = given["schema"]["objectSchema"]["objectTypes"]
    for one in types:
        for attribute in one["attributes"]:
            label = attribute.get("label", False)
            attribute.setdefault("label", False)
            attribute.setdefault("minimumCardinality", int(label))
            attribute.setdefault("maximumCardinality", 1)
            attribute.setdefault("unique", False)
        one["attributes"].insert(0, {"name": "Key", "type": "text", "externalId": "key"})
    types[0]["children"] = types[1:]
    given["schema"]["objectSchema"]["objectTypes"] = types[:1]
    for one in given["mapping"]["objectTypeMappings"]:
        for attribute in one["attributesMapping"]:
            attribute.setdefault("externalIdPart", False)
    return given


def laptop(stored: dict[str, Any]) -> dict[str, Any]:
    """The stored object type Laptop."""
    return stored["schema"]["objectSchema"]["objectTypes"][0]


def attribute(stored: dict[str, Any], name: str) -> dict[str, Any]:
    """A stored attribute of Laptop."""
    return next(one for one in laptop(stored)["attributes"] if one["name"] == name)


def compared(
    alter: Alter = lambda _: None, *, definition: Definition = DEFINITION, knows: bool = True
) -> tuple[Comparison, Entities, Entities]:
    """Compare a definition with what Assets has of the first one, altered there."""
    pushed = mapping_document(DEFINITION)
    stored = assets_form(pushed.document)
    alter(stored)
    remembered = dict(pushed.external_ids) if knows else {}
    ours = entities(mapping_document(definition, remembered=remembered).document)
    theirs = entities(stored)
    return compare(ours, theirs, remembered=remembered), ours, theirs


def changed(old: str, new: str) -> Definition:
    """The definition with one part of its text replaced."""
    assert old in TEXT
    return load(TEXT.replace(old, new), origin="test.toml")


def renames(definition: Definition, before: Definition | None = None) -> list[Rename]:
    """What looks like a rename."""
    comparison, ours, theirs = compared(definition=definition)
    return likely_renames(comparison, ours, theirs, definition=definition, before=before)


def test_the_same_definition_leaves_everything() -> None:
    """Assets' own form of our document, defaults and nesting and all, is no difference."""
    comparison, ours, _ = compared()
    assert comparison.unchanged
    assert comparison.gone == comparison.identities == comparison.lingering == []
    assert len(comparison.left) == 2 + sum(len(one.attributes) for one in ours.types.values())


def test_nothing_there_yet_is_all_created() -> None:
    """Types, attributes and statuses, in the definition's order."""
    ours = entities(mapping_document(DEFINITION).document)
    comparison = compare(ours, entities({}), remembered={})
    assert comparison.created[:3] == [
        ("Laptop", None),
        ("Laptop", "Serial Number"),
        ("Laptop", "Hostname"),
    ]
    assert len(comparison.created) == 9
    assert comparison.statuses == ["In Repair"]
    assert comparison.gone == []


def of_type(**fields: Any) -> Alter:
    """Laptop is otherwise in Assets."""
    return lambda stored: laptop(stored).update(fields)


def of(name: str, /, **fields: Any) -> Alter:
    """One of Laptop's attributes is otherwise in Assets."""
    return lambda stored: attribute(stored, name).update(fields)


def mapped(index: int | None = None, **fields: Any) -> Alter:
    """The mapping of Laptop, or of one of its attributes, is otherwise in Assets."""

    def alter(stored: dict[str, Any]) -> None:
        mapping = stored["mapping"]["objectTypeMappings"][0]
        (mapping if index is None else mapping["attributesMapping"][index]).update(fields)

    return alter


CHANGES: list[tuple[Alter, Entity, str]] = [
    (of_type(description="Other"), ("Laptop", None), "description"),
    (of("RAM", description="Other"), ("Laptop", "RAM"), "description"),
    (of("Hostname", minimumCardinality=0), ("Laptop", "Hostname"), "required"),
    (of("State", typeValues=["Closed"]), ("Laptop", "State"), "values"),
    (mapped(selector="x"), ("Laptop", None), "selector"),
    (mapped(2, attributeExternalId="x", attributeName="x"), ("Laptop", "RAM"), "mapping"),
    (mapped(4, objectMappingIQL="x"), ("Laptop", "Owner"), "mapping"),
]


@pytest.mark.parametrize(("alter", "entity", "what"), CHANGES)
def test_what_may_be_changed_is_named(alter: Alter, entity: Entity, what: str) -> None:
    """One difference in Assets is one change, of the entity and the part that differs."""
    comparison, _, _ = compared(alter)
    assert comparison.changed == {entity: (what,)}
    assert comparison.impossible == []


OBSTACLES: list[tuple[Alter, Entity, str | None, str | None]] = [
    (of_type(name="Notebook"), ("Laptop", None), "renamed", None),
    (of("RAM", name="Memory"), ("Laptop", "RAM"), "renamed", None),
    (of("RAM", type="double"), ("Laptop", "RAM"), "retyped", "type"),
    (of("Owner", referenceObjectTypeExternalId="x"), ("Laptop", "Owner"), "repointed", "to"),
    (of_type(externalId="x"), ("Laptop", None), "other_external_id", "external_id"),
    (of("RAM", externalId="x"), ("Laptop", "RAM"), "other_external_id", "external_id"),
    (of("RAM", externalId="x", name="Memory"), ("Laptop", "RAM"), None, None),
]


@pytest.mark.parametrize(("alter", "entity", "code", "key"), OBSTACLES)
def test_what_patch_cannot_do_is_told_before(
    alter: Alter, entity: Entity, code: str | None, key: str | None
) -> None:
    """Renamed, retyped, re-pointed, known by another id: found without asking for a push."""
    comparison, _, _ = compared(alter)
    assert [(one.entity, one.code, one.key) for one in comparison.impossible] == (
        [] if code is None else [(entity, code, key)]
    )


def test_an_id_of_something_else_is_impossible() -> None:
    """A new attribute with the external id of another entity would be refused."""
    definition = changed('"RAM" = {', '"New" = { external_id = "hardware/person", from = "x" }\n'
                                      '"RAM" = {')  # fmt: skip
    ours = entities(mapping_document(definition, remembered={("Person", None): "p"}).document)
    theirs = entities(assets_form(mapping_document(DEFINITION).document))
    codes = {one.entity: one.code for one in compare(ours, theirs, remembered={}).impossible}
    assert codes["Laptop", "New"] == "external_id_taken"


def test_what_somebody_else_made_is_not_gone() -> None:
    """An attribute or a type that this import never mapped is nobody's concern here."""

    def alter(stored: dict[str, Any]) -> None:
        laptop(stored)["attributes"].append({"name": "By Hand", "type": "text", "externalId": "h"})
        laptop(stored)["children"].append({"name": "Foreign", "externalId": "f"})

    comparison, _, _ = compared(alter)
    assert comparison.gone == []
    assert comparison.unchanged


@pytest.mark.parametrize("knows", [True, False])
def test_what_is_gone_is_found_by_mapping_or_memory(knows: bool) -> None:  # noqa: FBT001
    """The attribute and the type that left the definition, whether or not the ledger is there."""
    definition = changed('"RAM" = { from = "ram", type = "integer" }\n', "")
    comparison, _, _ = compared(definition=definition, knows=knows)
    assert [one.entity for one in comparison.gone] == [("Laptop", "RAM")]
    smaller = TEXT[: TEXT.index("[object_types.Person]")].replace('"Owner"', '#"Owner"')
    comparison, _, _ = compared(definition=load(smaller, origin="t"), knows=knows)
    assert [one.entity for one in comparison.gone] == [("Laptop", "Owner"), ("Person", None)]


def test_an_identity_of_other_attributes_is_noticed() -> None:
    """Objects that are there would not be recognised any more."""
    definition = changed('"name", label = true', '"name", label = true, identity = true')
    comparison, _, _ = compared(definition=definition)
    assert comparison.identities == ["Laptop"]
    assert comparison.changed == {("Laptop", "Hostname"): ("identity",)}


def test_a_demand_that_is_not_taken_back_lingers() -> None:
    """The document is silent on what is neither required nor unique: Assets keeps its demand."""

    def alter(stored: dict[str, Any]) -> None:
        attribute(stored, "RAM").update(minimumCardinality=1, unique=True)

    comparison, _, _ = compared(alter)
    assert comparison.lingering == [
        (("Laptop", "RAM"), "required"),
        (("Laptop", "RAM"), "unique"),
    ]
    assert comparison.unchanged


@pytest.mark.parametrize(
    ("old", "new", "because"),
    [
        ('"Hostname"', '"Machine"', "both are the label"),
        ('"Serial Number"', '"Asset Tag"', "both are the identity"),
        ('"RAM"', '"RAM (GB)"', "their names are alike"),
        ('"RAM"', '"Memory"', None),
        ('"RAM" = { from = "ram", type = "integer" }', '"RAMs" = { from = "ram" }', None),
    ],
)
def test_a_likely_rename_has_a_reason(old: str, new: str, because: str | None) -> None:
    """Label, identity or a similar name of the same type; a mere coincidence is none."""
    assert [one.because for one in renames(changed(old, new))] == ([because] if because else [])


def test_what_was_read_last_time_is_the_best_evidence() -> None:
    """With the last run's definition, two names that read the same are one, however unlike."""
    definition = changed('"RAM"', '"Memory"')
    (found,) = renames(definition, before=DEFINITION)
    assert found.because == "both read ram"
    assert (found.new, found.gone.entity) == (("Laptop", "Memory"), ("Laptop", "RAM"))
    assert renames(changed('"RAM" = { from = "ram"', '"Memory" = { from = "x"'), DEFINITION) == []


def test_each_name_is_used_once() -> None:
    """Two new names that are like one old name: the closer one is the rename."""
    definition = changed('"RAM" = {', '"RAM GB" = { from = "a", type = "integer" }\n"RAM G" = {')
    (found,) = renames(definition)
    assert found.new == ("Laptop", "RAM G")


def test_a_type_that_kept_its_attributes_was_renamed() -> None:
    """Its attributes are not told as renames of their own."""
    definition = changed("object_types.Laptop", "object_types.Notebook")
    (found,) = renames(definition)
    assert (found.new, found.gone.entity) == (("Notebook", None), ("Laptop", None))
    assert found.because == "they share 5 attributes"


def test_a_pinned_id_has_another_cure() -> None:
    """Where the ledger remembers an id, writing external_id into the definition does nothing."""
    comparison, _, _ = compared(of_type(externalId="x"))

    def cure(pinned: frozenset[Any]) -> str | None:
        findings = push_findings(
            comparison, [], how="PATCH", missing_objects="ignore", pinned=pinned
        )
        return next(one.cure for one in findings if one.state == "failed")

    assert (cure(frozenset()) or "").startswith('Write external_id = "x" here')
    assert "ASSETFERRY_DATA_DIR" in (cure(frozenset({("Laptop", None)})) or "")


STRANGE: list[dict[str, Any]] = [
    {},
    {"schema": None},
    {"schema": {"objectSchema": []}},
    {"mapping": {"objectTypeMappings": 5}},
    {"schema": {"objectSchema": {"objectTypes": [5, {}, {"attributes": [{}]}]}}},
]


@pytest.mark.parametrize("document", STRANGE)
def test_a_document_of_another_shape_is_read_as_far_as_it_goes(document: dict[str, Any]) -> None:
    """What another version of Assets may leave out or add breaks nothing."""
    comparison = compare(
        entities(mapping_document(DEFINITION).document), entities(document), remembered={}
    )
    assert len(comparison.created) == 9

"""Section 12.1 to 12.4 of the wire contract: which entries become or change which objects."""

from collections.abc import Callable
from typing import Any

import pytest

from conformance import expect
from conformance_model import Model, counters, labels, one_value, shown
from conformance_site import Site

NewSite = Callable[..., Site]
pytestmark = pytest.mark.writes

LOCATED: list[tuple[str, dict[str, Any], list[list[str]]]] = [
    ("a", {"a": "x"}, [["x"]]),
    ("a.b", {"a": {"b": "x"}}, [["x"]]),
    ("a.b", {"a.b": "exact", "a": {"b": "path"}}, [["exact"]]),
    ("a", {"a": True}, [["true"]]),
    ("a", {"a": 5.0}, [["5"]]),
    ("a", {"a": 0.5}, [["0.5"]]),
    ("a", {}, [[]]),
]
EMPTIED: list[tuple[str, list[list[str]]]] = [("IGNORE", [["old"]]), ("CLEAR", [[]])]
ADDED: list[tuple[str, list[list[str]]]] = [("IGNORE", [[]]), ("ADD", [["Nonsense"]])]
MANY = {"minimumCardinality": 0, "maximumCardinality": -1}


def test_12_1_a_selector_walks_every_element(site: Site) -> None:
    """hosts.disks concatenates the disks of all hosts, over all chunks in order."""
    model = Model(site.tag).type("Disk", {"Name": {}})
    model.map("Disk", "hosts.disks", {"Name": "name"}, identity=("Name",))
    site.map(model.document())
    site.run(
        {"hosts": [{"disks": [{"name": "a"}, {"name": "b"}]}, {"disks": []}, {}]},
        {"hosts": [{"disks": [{"name": "c"}]}]},
    )
    expect(["a", "b", "c"], labels(site, model, "Disk"))


def test_12_1_a_chunk_without_the_path_holds_no_entries(mapped: Site) -> None:
    """Chunks are partial: nothing is missed, nothing is wrong."""
    result = mapped.run({"others": [1]}, {"hosts": [{"name": "a"}]})
    expect(("OK", 1), (result["result"], counters(result)["entriesInSource"]))


def test_12_1_an_object_is_one_entry_and_a_scalar_is_an_error(mapped: Site) -> None:
    """The run goes on behind either."""
    result = mapped.run({"hosts": {"name": "a"}}, {"hosts": "b"}, {"hosts": [{"name": "c"}]})
    expect((2, 1), (counters(result)["objectsCreated"], counters(result)["errorCount"]))


@pytest.mark.parametrize(
    ("locator", "entry", "stored"),
    LOCATED,
    ids=["key", "path", "dotted key first", "boolean", "whole float", "float", "absent"],
)
def test_12_2_locators(site: Site, locator: str, entry: Any, stored: Any) -> None:
    """A path from the entry; booleans and numbers in their shortest form."""
    model = Model(site.tag).type("Host", {"Name": {}, "Value": {}})
    model.map("Host", "hosts", {"Name": "name", "Value": locator}, identity=("Name",))
    site.map(model.document())
    site.run({"hosts": [{"name": "h", **entry}]})
    expect(stored, shown(site, model, "Value"))


@pytest.mark.parametrize("locator", ["mails", "people.mail", "people[*].mail"])
def test_12_2_lists_give_several_values(site: Site, locator: str) -> None:
    """A locator that meets a list yields all of it."""
    model = Model(site.tag).type("Host", {"Name": {}, "Value": {"type": "email", **MANY}})
    model.map("Host", "hosts", {"Name": "name", "Value": locator}, identity=("Name",))
    site.map(model.document())
    mails = ["a@x.org", "b@x.org"]
    people = [{"mail": mail} for mail in mails]
    site.run({"hosts": [{"name": "h", "mails": mails, "people": people}]})
    expect([mails], [sorted(values) for values in shown(site, model, "Value")])


def test_12_2_several_locators_are_joined(site: Site) -> None:
    """In order, with the concatenator; empty parts are skipped."""
    model = Model(site.tag).type("Host", {"Name": {}, "Value": {}})
    model.map("Host", "hosts", {"Name": "name", "Value": ["a", "b", "c"]}, identity=("Name",))
    site.map(model.document())
    site.run({"hosts": [{"name": "h", "a": "1", "b": "", "c": "3"}]})
    expect([["1,3"]], shown(site, model, "Value"))


def test_12_3_the_identity_decides_between_create_and_update(mapped: Site, model: Model) -> None:
    """New, identical, changed: each is counted as what it is."""
    first = counters(mapped.run({"hosts": [{"name": "a", "note": "1"}, {"name": "b"}]}))
    expect((2, 0, 0), _actions(first))
    second = counters(
        mapped.run({"hosts": [{"name": "a", "note": "2"}, {"name": "b"}, {"name": "c"}]})
    )
    expect((1, 1, 1), _actions(second))
    expect([["2"], [], []], shown(mapped, model, "Note"))


def _actions(counted: Any) -> tuple[int, int, int]:
    return (
        counted["objectsCreated"],
        counted["objectsUpdated"],
        counted["objectsIdentical"],
    )


def test_12_3_identities_are_trimmed_case_sensitive_tuples(site: Site) -> None:
    """Case tells two apart, blanks around do not, and parts are not simply put together."""
    model = Model(site.tag).type("Host", {"Label": {}, "A": {}, "B": {}})
    locators: dict[str, str | list[str]] = {"Label": "l", "A": "a", "B": "b"}
    model.map("Host", "hosts", locators, identity=("A", "B"))
    site.map(model.document())
    pairs = [("a", "x"), ("A", "x"), (" a ", "x"), ("a|b", "c"), ("a", "b|c")]
    entries = [{"l": str(place), "a": a, "b": b} for place, (a, b) in enumerate(pairs)]
    counted = counters(site.run({"hosts": entries}))
    expect((4, 1), (counted["objectsCreated"], counted["duplicateEnries"]))


def test_12_3_empty_identity_empty_label_and_repeats_are_counted(site: Site) -> None:
    """Each has a counter of its own, and the first of equal entries wins."""
    model = Model(site.tag).type("Host", {"Label": {}, "Id": {}})
    model.map("Host", "hosts", {"Label": "label", "Id": "id"}, identity=("Id",))
    site.map(model.document())
    entries = [
        {"id": "1", "label": "first"},
        {"id": "1", "label": "second"},
        {"id": "", "label": "x"},
        {"label": "x"},
        {"id": "2", "label": ""},
    ]
    counted = counters(site.run({"hosts": entries}))
    keys = ("duplicateEnries", "emptyExternalIdEntries", "emptyLabelEntries", "objectsCreated")
    expect((1, 2, 1, 1), tuple(counted[key] for key in keys))
    expect(["first"], labels(site, model))


def test_12_3_key_as_identity(site: Site) -> None:
    """An app may identify by Key, which is never written: a second run updates."""
    model = Model(site.tag).type("Host", {"Name": {}})
    document = model.map("Host", "hosts", {"Name": "name"}, identity=()).document()
    document["mapping"]["objectTypeMappings"][0]["attributesMapping"].append(
        {"attributeName": "Key", "attributeLocators": ["id"], "externalIdPart": True}
    )
    site.map(document)
    expect((1, 0, 0), _actions(counters(site.run({"hosts": [{"id": "1", "name": "a"}]}))))
    expect((0, 1, 0), _actions(counters(site.run({"hosts": [{"id": "1", "name": "b"}]}))))


def test_12_3_objects_absent_from_a_run_stay(mapped: Site, model: Model) -> None:
    """By default nothing is removed."""
    mapped.run({"hosts": [{"name": "a"}, {"name": "b"}]})
    counted = counters(mapped.run({"hosts": [{"name": "b"}]}))
    expect(0, counted["objectsMissingDeleted"])
    expect(["a", "b"], labels(mapped, model))


@pytest.mark.local
@pytest.mark.parametrize(("threshold", "left"), [(1.0, ["b"]), (0.1, ["a", "b"])])
def test_12_3_removal_is_an_option_with_a_threshold(
    new_site: NewSite, threshold: float, left: list[str]
) -> None:
    """Set to remove, what is absent goes, unless it were too large a share."""
    site = new_site(missingObjects="REMOVE", missingThreshold=threshold)
    model = Model(site.tag).type("Host", {"Name": {}})
    model.map("Host", "hosts", {"Name": "name"}, identity=("Name",))
    site.map(model.document())
    site.run({"hosts": [{"name": "a"}, {"name": "b"}]})
    site.run({"hosts": [{"name": "b"}]})
    expect(left, labels(site, model))


def test_12_4_an_absent_key_leaves_the_value(mapped: Site, model: Model) -> None:
    """What an entry does not mention is untouched."""
    mapped.run({"hosts": [{"name": "a", "note": "kept"}]})
    mapped.run({"hosts": [{"name": "a"}]})
    expect([["kept"]], shown(mapped, model, "Note"))


@pytest.mark.local
@pytest.mark.parametrize("empty", ["", None, []], ids=["text", "null", "list"])
@pytest.mark.parametrize(("handling", "left"), EMPTIED)
def test_12_4_an_empty_value(new_site: NewSite, handling: str, left: Any, empty: Any) -> None:
    """Ignored or cleared, as the source is set."""
    site = new_site(emptyValues=handling)
    model = Model(site.tag).type("Host", {"Name": {}, "Note": {}})
    model.map("Host", "hosts", {"Name": "name", "Note": "note"}, identity=("Name",))
    site.map(model.document())
    site.run({"hosts": [{"name": "a", "note": "old"}]})
    site.run({"hosts": [{"name": "a", "note": empty}]})
    expect(left, shown(site, model, "Note"))


@pytest.mark.local
@pytest.mark.parametrize(("handling", "stored"), ADDED)
def test_12_4_an_unknown_status(new_site: NewSite, handling: str, stored: Any) -> None:
    """Left out or added, as the source is set."""
    site = new_site(unknownValues=handling)
    expect(stored, one_value(site, {"type": "status"}, "Nonsense")[0])

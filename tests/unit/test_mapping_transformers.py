"""Records become entries, are left out, or are quarantined; each exactly once."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetferry.definition.attributes import ATTRIBUTE_TYPES
from assetferry.definition.load import load
from assetferry.mapping.outcome import Outcome
from assetferry.mapping.transformers import Transformer, compile_transformers

HEAD = """
name = "test"
assets = { base_url = "http://127.0.0.1:1", token = "env:TOKEN" }
egress = { allow = ["127.0.0.1"] }
sources.things = { type = "rest", url = "http://127.0.0.1:2/things" }
"""
DEVICE = """
[object_types.Device]
source = "things"
[object_types.Device.attributes]
"Serial Number" = { from = "serial", identity = true }
"Host (Name)" = { from = "name", label = true }
"""


def transformer(*parts: str) -> Transformer:
    return compile_transformers(load(HEAD + "".join(parts), origin="test"))["things"]


def outcome(record: Any, *parts: str) -> Outcome:
    (only,) = transformer(*parts).transform([record])
    return only


def bodies(found: Outcome) -> list[dict[str, Any]]:
    return [json.loads(entry.body) for entry in found.entries]


def codes(found: Outcome) -> list[tuple[str | None, str]]:
    return [(problem.attribute, problem.code) for problem in found.problems]


GOOD = {"serial": "S1", "name": "web-1"}


def test_entry_has_slugs_as_keys_and_selector() -> None:
    """Keys and selector hold neither dots nor spaces, which locators would read as paths."""
    found = outcome(GOOD, DEVICE)
    assert bodies(found) == [{"serial_number": "S1", "host_name": "web-1"}]
    assert found.entries[0].selector == "device"
    assert found.problems == ()


def test_outcomes_keep_the_records_order() -> None:
    """The n-th outcome belongs to the n-th record, also around records that fail."""
    found = transformer(DEVICE).transform([GOOD, 7, {**GOOD, "serial": "S2"}])
    assert [len(one.entries) for one in found] == [1, 0, 1]
    assert codes(found[1]) == [(None, "not_an_object")]


@pytest.mark.parametrize("record", [None, 1, "x", [GOOD], True])
def test_record_that_is_no_object_is_quarantined(record: Any) -> None:
    """Whatever a source lists, nothing raises and nothing is lost silently."""
    assert codes(outcome(record, DEVICE)) == [(None, "not_an_object")]


# where, where_record and each


def test_where_leaves_out_what_is_not_true() -> None:
    """A record left out is neither mapped nor quarantined, and costs no encoding."""
    parts = DEVICE.replace('source = "things"', 'source = "things"\nwhere = "kind == \'laptop\'"')
    assert outcome({**GOOD, "kind": "desk"}, parts) == Outcome()
    assert len(outcome({**GOOD, "kind": "laptop"}, parts).entries) == 1


@pytest.mark.parametrize(
    ("value", "kept"), [(0, True), ("x", True), ("", False), (None, False), ([], False)]
)
def test_where_takes_jmespaths_truth(value: Any, *, kept: bool) -> None:
    """Zero is true and empty text is not, as in every JMESPath filter."""
    parts = DEVICE.replace('source = "things"', 'source = "things"\nwhere = "flag"')
    assert bool(outcome({**GOOD, "flag": value}, parts).entries) is kept


OWNER = """
[object_types.Owner]
source = "things"
each = "owners"
where = "active"
where_record = "kind == 'laptop'"
[object_types.Owner.attributes]
Email = { from = "email", identity = true, label = true }
Device = { from_record = "serial" }
"""


def owned(*owners: Any, kind: str = "laptop") -> dict[str, Any]:
    return {"serial": "S1", "kind": kind, "owners": list(owners)}


def test_each_makes_an_entry_of_every_item_that_passes() -> None:
    """Here from and where read the item, from_record and where_record the enclosing record."""
    found = outcome(
        owned({"email": "a", "active": True}, {"email": "b"}, {"email": "c", "active": 1}), OWNER
    )
    assert bodies(found) == [{"email": "a", "device": "S1"}, {"email": "c", "device": "S1"}]
    assert outcome(owned({"email": "a", "active": True}, kind="desk"), OWNER) == Outcome()


@pytest.mark.parametrize("owners", [None, [], [None]])
def test_each_of_nothing_makes_nothing(owners: Any) -> None:
    """Null, an empty list and nulls in a list are no items."""
    assert outcome({"kind": "laptop", "owners": owners}, OWNER) == Outcome()


def test_nulls_in_a_list_are_no_items() -> None:
    """A hole in a list is not an object without a name."""
    parts = OWNER.replace('where = "active"\n', "")
    assert bodies(outcome(owned(None, {"email": "a"}), parts)) == [{"email": "a", "device": "S1"}]
    assert outcome(owned(None), parts) == Outcome()


def test_each_takes_a_single_item_too() -> None:
    """Services give one owner as an object and many as a list."""
    record = {"kind": "laptop", "serial": "S1", "owners": {"email": "a", "active": True}}
    assert bodies(outcome(record, OWNER)) == [{"email": "a", "device": "S1"}]


def test_items_may_be_plain_values() -> None:
    """A list of tags becomes objects by from = "@"."""
    parts = OWNER.replace('where = "active"\n', "").replace('from = "email"', 'from = "@"')
    assert bodies(outcome(owned("x", "y"), parts)) == [
        {"email": "x", "device": "S1"},
        {"email": "y", "device": "S1"},
    ]


def test_one_bad_item_does_not_lose_the_others() -> None:
    """A device is not lost because its owner's address is; the place of the bad item is told."""
    found = outcome(
        owned({"email": "", "active": True}, {"email": "b", "active": True}), OWNER, DEVICE
    )
    assert [entry.object_type for entry in found.entries] == ["Owner"]
    assert codes(found) == [("Email", "empty_identity"), ("Host (Name)", "empty_label")]
    assert "item 1 of each" in found.problems[0].reason


@pytest.mark.parametrize("key", ["where", "where_record", "each"])
def test_expression_that_fails_on_a_record_quarantines_it(key: str) -> None:
    """Neither true nor false is not false: leaving it out would lose it silently."""
    parts = DEVICE.replace('source = "things"', f'source = "things"\n{key} = "length(name) > `1`"')
    found = outcome({"serial": "S1", "name": 5}, parts)
    assert codes(found) == [(None, "bad_expression")]
    assert key in found.problems[0].reason


# values


def device(attribute: str, record: dict[str, Any]) -> Outcome:
    """Map one record by DEVICE with one more attribute, X."""
    return outcome({**GOOD, **record}, DEVICE, f"X = {{ {attribute} }}")


def x(attribute: str, record: dict[str, Any]) -> Any:
    """Give what X is sent as; KeyError where it is not sent."""
    (body,) = bodies(device(attribute, record))
    return body["x"]


@pytest.mark.parametrize("value", [None, "", " ", [], {}])
def test_empty_values_are_not_sent(value: Any) -> None:
    """A key that is absent leaves alone what Assets has; an empty one may delete it."""
    found = device('from = "v"', {"v": value})
    assert "x" not in bodies(found)[0]
    assert found.values_left_out == 0


def test_missing_value_is_empty() -> None:
    """A record without the key is as one whose value is null."""
    assert "x" not in bodies(device('from = "a.b"', {"a": 5}))[0]


def test_empty_values_clear_where_asked_to() -> None:
    """With empty = "clear" a value that vanished in the source vanishes in Assets too."""
    assert x('from = "v", empty = "clear"', {"v": None}) == ""
    assert x('from = "v", empty = "clear"', {"v": "a"}) == "a"


def test_default_takes_the_place_of_nothing() -> None:
    """A default fills missing and empty values, and is sent in its type's form."""
    assert x('from = "v", default = "d"', {}) == "d"
    assert x('from = "v", type = "integer", default = "5"', {"v": ""}) == 5
    assert x('from = "v", type = "date", format = "%d.%m.%Y", default = "2026-01-02"', {}) == (
        "2026-01-02"
    )


@pytest.mark.parametrize(
    ("flags", "code"),
    [
        ("identity = true", "empty_identity"),
        ("identity = true, required = true", "empty_identity"),
        ("required = true", "missing_required"),
    ],
)
def test_empty_value_of_what_must_be_there_quarantines(flags: str, code: str) -> None:
    """Assets would skip the entry; it is better to say so beforehand."""
    found = device(f'from = "v", {flags}', {"v": " "})
    assert codes(found) == [("X", code)]
    assert found.entries == ()


def test_optional_value_that_does_not_fit_is_left_out_and_counted() -> None:
    """One odd value does not cost the object, and does not vanish silently."""
    found = device('from = "v", type = "integer"', {"v": "many"})
    assert bodies(found) == [{"serial_number": "S1", "host_name": "web-1"}]
    assert found.values_left_out == 1


def test_counts_belong_to_their_record() -> None:
    """What one record left out is not counted again for those after it."""
    found = transformer(DEVICE, 'X = { from = "v", type = "integer" }').transform(
        [{**GOOD, "v": "many"}, GOOD, {**GOOD, "name": ""}, GOOD]
    )
    assert [(len(one.entries), len(one.problems), one.values_left_out) for one in found] == [
        (1, 0, 1), (1, 0, 0), (0, 1, 0), (1, 0, 0)
    ]  # fmt: skip


@pytest.mark.parametrize("flag", ["required", "identity"])
def test_value_that_must_be_there_and_does_not_fit_quarantines(flag: str) -> None:
    """The reason names the expression and the type, never the value."""
    found = device(f'from = "v", type = "integer", {flag} = true', {"v": "many"})
    assert codes(found) == [("X", "bad_value")]
    assert "v is a text that is no whole number" in found.problems[0].reason
    assert "many" not in found.problems[0].reason


def test_expression_that_fails_is_a_value_that_does_not_fit() -> None:
    """join() over a number is the record's problem, not the run's."""
    found = device("from = \"join(', ', v)\"", {"v": 5})
    assert (found.values_left_out, len(found.entries)) == (1, 1)


def test_all_problems_of_a_record_are_told() -> None:
    """Whoever mends a record mends it once."""
    found = outcome({"serial": "", "name": {}}, DEVICE)
    assert codes(found) == [("Serial Number", "empty_identity"), ("Host (Name)", "empty_label")]


MAP = 'from = "v", map = { up = "Running", true = "Yes", 1 = "One" }'


@pytest.mark.parametrize(
    ("value", "sent"), [("up", "Running"), (True, "Yes"), (1, "One"), (1.0, "One"), ("1", "One")]
)
def test_map_looks_values_up_as_text(value: Any, sent: str) -> None:
    """TOML keys are texts, so the source's true and 1 are looked up as they would be written."""
    assert x(MAP, {"v": value}) == sent


def test_value_missing_from_map_quarantines_even_where_optional() -> None:
    """An unknown state is a question to a person, not a gap."""
    found = device(MAP, {"v": "UP"})
    assert codes(found) == [("X", "unmapped_value")]
    assert found.entries == ()


def test_value_missing_from_map_takes_the_default_or_stays() -> None:
    """A default or keep_unmapped answers that question beforehand."""
    assert x(MAP + ', default = "Off"', {"v": "UP"}) == "Off"
    assert x(MAP + ", keep_unmapped = true", {"v": "UP"}) == "UP"
    assert x(MAP + ', keep_unmapped = true, default = "Off"', {"v": "UP"}) == "UP"
    assert "x" not in bodies(device(MAP, {"v": None}))[0]


def test_mapped_values_are_sent_in_their_types_form() -> None:
    """What map writes is converted as what a source writes."""
    assert x('from = "v", type = "boolean", map = { yes = "True", no = false }', {"v": "yes"})
    status = 'from = "v", type = "status", values = ["Closed"], map = { x = "closed" }'
    assert x(status, {"v": "x"}) == "Closed"


def test_list_does_not_fit_a_single_value() -> None:
    """Which of several values is meant is for the definition to say."""
    assert device('from = "v"', {"v": ["a"]}).values_left_out == 1


MANY = 'from = "v", type = "email", multiple = true'


def test_multiple_takes_one_or_many_and_each_once() -> None:
    """Lists keep their order; equal and empty ones are dropped."""
    assert x(MANY, {"v": "a@b"}) == ["a@b"]
    assert x(MANY, {"v": ["c@d", "", "a@b", None, "c@d"]}) == ["c@d", "a@b"]
    assert x(MANY + ', default = "d@e"', {"v": []}) == ["d@e"]


def test_multiple_leaves_out_only_what_does_not_fit() -> None:
    """The rest is sent; where nothing is left, nothing is."""
    found = device(MANY, {"v": ["a@b", "x", "y"]})
    assert (bodies(found)[0]["x"], found.values_left_out) == (["a@b"], 2)
    found = device(MANY + ', empty = "clear"', {"v": ["x"]})
    assert ("x" in bodies(found)[0], found.values_left_out) == (False, 1)


def test_multiple_that_is_required_is_all_or_nothing() -> None:
    """Where a value must be there, half of the values is not it."""
    assert codes(device(MANY + ", required = true", {"v": ["a@b", "x"]})) == [("X", "bad_value")]
    assert codes(device(MANY + ", required = true", {"v": [""]})) == [("X", "missing_required")]


def test_reference_is_sent_as_the_matched_attribute_stores_it() -> None:
    """Assets compares texts: 5.0 here would not find the 5 that was stored there."""
    site = """
[object_types.Site]
source = "things"
attributes.Number = { from = "site", type = "integer", identity = true, label = true }
"""
    link = 'X = { from = "site", type = "reference", to = "Site", match = "Number" }'
    found = outcome({**GOOD, "site": 5.0}, DEVICE, link, site)
    assert bodies(found)[0]["x"] == "5"
    assert bodies(found)[1]["number"] == 5
    broken = outcome({**GOOD, "site": "five"}, DEVICE, link, site)
    assert (broken.values_left_out, codes(broken)) == (1, [("Number", "bad_value")])


def test_text_that_json_cannot_carry_is_quarantined() -> None:
    """Half of a surrogate pair comes out of lenient parsers, and must not stop a run."""
    assert codes(outcome({"serial": "S1", "name": "\ud800"}, DEVICE)) == [(None, "bad_text")]


def test_streams_feed_their_own_object_types() -> None:
    """One transformer per source, each with its types in the definition's order."""
    more = 'sources.more = { type = "rest", url = "http://127.0.0.1:2/more" }\n'
    text = HEAD + more + DEVICE + OWNER + DEVICE.replace("Device", "Copy").replace("things", "more")
    found = compile_transformers(load(text, origin="test"))
    assert {name: one.object_types for name, one in found.items()} == {
        "things": ("Device", "Owner"),
        "more": ("Copy",),
    }
    assert found["things"].selectors == {"Device": "device", "Owner": "owner"}


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["v", "email"]), inner),
    max_leaves=5,
)
records = json_values | st.fixed_dictionaries(
    {"serial": json_values, "name": json_values, "v": json_values, "owners": json_values}
)


@given(st.lists(records, max_size=5))
def test_any_records_give_one_outcome_each(found: list[Any]) -> None:
    """Nothing a source sends raises or is lost, and what is sent is JSON of the known keys."""
    many = "".join(
        f'X{number} = {{ from = "v", type = "{kind}" }}\n'
        for number, kind in enumerate(ATTRIBUTE_TYPES)
        if kind != "reference"
    )
    outcomes = transformer(DEVICE, many, OWNER).transform(found)
    assert len(outcomes) == len(found)
    for one in outcomes:
        for body in bodies(one):
            assert body.keys() <= {
                "serial_number", "host_name", "email", "device", *(f"x{n}" for n in range(14))
            }  # fmt: skip

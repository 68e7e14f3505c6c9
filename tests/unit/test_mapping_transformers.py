"""Records become entries, are left out, or are quarantined; each exactly once."""

import json
from typing import Any

import pytest

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

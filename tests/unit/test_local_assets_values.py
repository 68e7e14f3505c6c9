"""Values, locators, selectors and identities: pure decisions of processing (section 12)."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetferry.local_assets.processing.conversion import converter
from assetferry.local_assets.processing.identity import LONGEST_KEY, identity_key
from assetferry.local_assets.processing.locators import ABSENT, compile_locator
from assetferry.local_assets.processing.quick import quick_for
from assetferry.local_assets.processing.selectors import compile_selector
from assetferry.local_assets.settings import SourceSettings
from assetferry.local_assets.store.catalogue import Kind

GERMAN = SourceSettings(date_format="dd.MM.yyyy", date_time_format="dd.MM.yyyy HH:mm")

FITS: list[tuple[Kind, Any, str]] = [
    ("text", "a b", "a b"),
    ("text", 5.0, "5"),
    ("text", 1.5, "1.5"),
    ("text", True, "true"),
    ("integer", 7, "7"),
    ("integer", 7.0, "7"),
    ("integer", " +08 ", "8"),
    ("integer", -3, "-3"),
    ("boolean", False, "false"),
    ("boolean", "TRUE", "true"),
    ("double", 2, "2"),
    ("double", "2.50", "2.5"),
    ("double", 0.1, "0.1"),
    ("date", "2021-02-16", "2021-02-16"),
    ("date", "20210216", "2021-02-16"),
    ("date", "16.02.2021", "2021-02-16"),
    ("time", "09:05", "09:05:00"),
    ("time", "09:05:07", "09:05:07"),
    ("date_time", "2021-02-16T20:04:41.527Z", "2021-02-16T20:04:41.527Z"),
    ("date_time", "2021-02-16T20:04:41+02:00", "2021-02-16T18:04:41.000Z"),
    ("date_time", "2021-02-16T20:04:41", "2021-02-16T20:04:41.000Z"),
    ("date_time", "16.02.2021 20:04", "2021-02-16T20:04:00.000Z"),
    ("url", "https://example.com/a?b", "https://example.com/a?b"),
    ("email", "a@example.com", "a@example.com"),
    ("textarea", "x\ny", "x\ny"),
    ("ipaddress", "010.0.0.1".replace("010", "10"), "10.0.0.1"),
    ("ipaddress", "2001:DB8:0:0::1", "2001:db8::1"),
]

MISFITS: list[tuple[Kind, Any]] = [
    ("text", {"a": 1}),
    ("text", float("inf")),
    ("integer", "7.5"),
    ("integer", 7.5),
    ("integer", True),
    ("integer", "٣٣x"),
    ("boolean", "yes"),
    ("boolean", 1),
    ("double", "nan"),
    ("double", "1e999"),
    ("double", "1_0"),
    ("double", True),
    ("date", "2021-02-30"),
    ("date", 20210216),
    ("time", "9:05"),
    ("time", "25:00"),
    ("date_time", "tomorrow"),
    ("date_time", "0001-01-01T00:00:00+14:00"),
    ("url", "example.com/path only"),
    ("url", "https://[half"),
    ("email", "a@b@c"),
    ("email", "a b@example.com"),
    ("email", "@example.com"),
    ("ipaddress", "1.2.3.400"),
]


@pytest.mark.parametrize(("kind", "value", "stored"), FITS)
def test_a_value_that_fits_is_stored_in_its_form(kind: Kind, value: Any, stored: str) -> None:
    """Each type stores one canonical text, whichever way the value went."""
    convert = converter(kind, GERMAN)
    assert convert(value) == stored
    assert quick_for(kind, convert, None)(value) in (stored, None)


@pytest.mark.parametrize(("kind", "value"), MISFITS)
def test_a_value_that_does_not_fit_is_told(kind: Kind, value: Any) -> None:
    """A wrong value is a ValueError, nothing else, and never passes the straight way."""
    convert = converter(kind, GERMAN)
    assert quick_for(kind, convert, None)(value) is None
    with pytest.raises(ValueError, match=r"."):
        convert(value)


@given(
    st.sampled_from(["text", "integer", "boolean", "double", "date", "email", "url", "time"]),
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.text()),
)
def test_the_straight_way_says_what_the_thorough_way_says(kind: Kind, value: Any) -> None:
    """Whatever the straight way accepts, the thorough way turns into the same text."""
    convert = converter(kind, SourceSettings())
    quick = quick_for(kind, convert, None)(value)
    if quick is not None:
        assert convert(value) == quick


ENTRY: dict[str, Any] = {
    "name": "n",
    "a.b": "exact",
    "a": {"b": "descended", "c": {"d": 1}},
    "list": [{"x": 1}, {"x": [2, 3]}, {"y": 4}],
    "none": None,
}


@pytest.mark.parametrize(
    ("locator", "value"),
    [
        ("name", "n"),
        ("a.b", "exact"),
        ("a.c.d", 1),
        ("list.x", [1, 2, 3]),
        ("list[*].x", [1, 2, 3]),
        ("none", None),
        ("missing", ABSENT),
        ("a.missing", ABSENT),
        ("name.below", ABSENT),
    ],
)
def test_a_locator_finds_scalars_and_lists(locator: str, value: Any) -> None:
    """Dotted paths descend, arrays are mapped over, an exact key wins, absence is told."""
    assert compile_locator(locator)(ENTRY) == value


SELECTED: list[tuple[str, tuple[list[dict[str, int]], int]]] = [
    ("hosts", ([{"n": 1}, {"n": 2}], 0)),
    ("nested.disks", ([{"d": 1}, {"d": 2}], 0)),
    ("one", ([{"n": 3}], 0)),
    ("scalars", ([], 2)),
    ("missing.below", ([], 0)),
    ("none", ([], 0)),
]


@pytest.mark.parametrize(("selector", "found"), SELECTED)
def test_a_selector_walks_arrays_and_counts_what_is_no_entry(
    selector: str, found: tuple[list[dict[str, int]], int]
) -> None:
    """Arrays are concatenated, an object is one entry, scalars are errors, absence is none."""
    data: dict[str, Any] = {
        "hosts": [{"n": 1}, {"n": 2}],
        "one": {"n": 3},
        "scalars": [1, "x"],
        "none": None,
        "nested": [{"disks": [{"d": 1}]}, {}, {"disks": [{"d": 2}]}],
    }
    assert compile_selector(selector)(data) == found


def test_identity_parts_never_run_together() -> None:
    """``a|bc`` and ``ab|c`` are two identities, and an empty part is none."""
    assert identity_key(["a", "bc"]) != identity_key(["ab", "c"])
    assert identity_key(["a", ""]) == ""
    assert identity_key(["x"]) == "x"


@given(st.lists(st.text(min_size=1), min_size=1, max_size=3))
def test_long_identities_become_short_and_stay_apart(parts: list[str]) -> None:
    """A key is at most one character longer than what is kept, and differs with its parts."""
    padded = [*parts[:-1], parts[-1] + "x" * LONGEST_KEY]
    other = [*parts[:-1], parts[-1] + "x" * LONGEST_KEY + "y"]
    assert len(identity_key(padded)) == LONGEST_KEY + 1
    assert identity_key(padded) != identity_key(other)


def test_locators_go_as_deep_as_entries_do() -> None:
    """Lists in lists, thousands deep, end in their one value: neither way of reading recurses."""
    nested: object = {"b": 1}
    for _ in range(5_000):
        nested = [nested]
    assert compile_locator("a.b")({"a": nested}) == [1]
    assert len(compile_locator("a")({"a": nested})) == 1

"""What is sent always fits its attribute type in Assets, and what cannot fit is told apart."""

import json
from datetime import UTC, datetime
from ipaddress import IPv4Address, IPv6Address
from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from assetferry.definition.attributes import ATTRIBUTE_TYPES, AttributeType
from assetferry.definition.conversions import converter
from assetferry.definition.scalars import Misfit, is_empty
from assetferry.local_assets.processing.conversion import converter as accepting
from assetferry.local_assets.settings import SourceSettings

FITS: list[tuple[AttributeType, Any, Any]] = [
    ("text", "a b", "a b"),
    ("text", 5, "5"),
    ("text", 5.0, "5"),
    ("text", 0.1, "0.1"),
    ("text", True, "true"),
    ("textarea", "a\nb", "a\nb"),
    ("integer", 5, 5),
    ("integer", -5, -5),
    ("integer", 5.0, 5),
    ("integer", " 05 ", 5),
    ("integer", "+5", 5),
    ("integer", "5.00", 5),
    ("double", 5, 5),
    ("double", 5.5, 5.5),
    ("double", "5.5", 5.5),
    ("double", "-1e3", -1000.0),
    ("double", ".5", 0.5),
    ("boolean", False, False),
    ("boolean", "TRUE", True),
    ("boolean", "false ", False),
    ("date", "2026-11-30", "2026-11-30"),
    ("date", "20261130", "2026-11-30"),
    ("date", "2026-W01-1", "2025-12-29"),
    ("date", "2026-11-30T23:30:00-11:00", "2026-11-30"),
    ("time", "09:30", "09:30:00"),
    ("time", "09:30:15.5", "09:30:15"),
    ("date_time", "2026-11-30T09:30:00Z", "2026-11-30T09:30:00.000Z"),
    ("date_time", "2026-11-30T09:30:00+02:00", "2026-11-30T07:30:00.000Z"),
    ("date_time", "2026-11-30T09:30:00.123456", "2026-11-30T09:30:00.123Z"),
    ("date_time", "2026-11-30", "2026-11-30T00:00:00.000Z"),
    ("url", "https://a.example/b?c=d#e", "https://a.example/b?c=d#e"),
    ("email", " a@b.example ", "a@b.example"),
    ("select", "Any", "Any"),
    ("status", "Any", "Any"),
    ("ipaddress", "192.0.2.1", "192.0.2.1"),
    ("ipaddress", "2001:DB8:0:0::1", "2001:db8::1"),
    ("reference", 5, "5"),
]

MISFITS: list[tuple[AttributeType, Any]] = [
    ("text", {"a": 1}),
    ("text", ["a"]),
    ("text", float("inf")),
    ("integer", True),
    ("integer", "5.5"),
    ("integer", 5.5),
    ("integer", "1,000"),
    ("integer", "1_000"),
    ("integer", "٣"),
    ("integer", 2**63),
    ("integer", "9" * 19),
    ("integer", float("nan")),
    ("double", True),
    ("double", "nan"),
    ("double", "1e999"),
    ("double", float("inf")),
    ("double", "0x10"),
    ("boolean", 1),
    ("boolean", "yes"),
    ("date", "30.11.2026"),
    ("date", "2026-02-30"),
    ("date", 20261130),
    ("time", "25:00"),
    ("time", "09:30+01:00"),
    ("date_time", "yesterday"),
    ("date_time", "0001-01-01T00:00:00+14:00"),
    ("url", "/elsewhere"),
    ("url", "https://a b"),
    ("url", "mailto:a@b.example"),
    ("email", "a@b@c"),
    ("email", "a b@c"),
    ("email", "@c"),
    ("ipaddress", "192.0.2.256"),
    ("ipaddress", "fe80::1%eth0"),
    ("ipaddress", 3221225985),
    ("reference", {"id": 5}),
]


@pytest.mark.parametrize(("kind", "value", "sent"), FITS)
def test_value_that_fits_is_sent_in_the_types_own_form(
    kind: AttributeType, value: Any, sent: Any
) -> None:
    """Sources write one thing in many ways; Assets gets one of them."""
    found = converter(kind)(value)
    assert (type(found), found) == (type(sent), sent)


@pytest.mark.parametrize(("kind", "value"), MISFITS)
def test_value_that_does_not_fit_is_told_apart_without_being_shown(
    kind: AttributeType, value: Any
) -> None:
    """Nothing is guessed into shape, and reasons may be logged because they hold no value."""
    with pytest.raises(Misfit) as caught:
        converter(kind)(value)
    assert repr(value) not in str(caught.value)


def test_number_too_long_to_be_written_is_a_misfit() -> None:
    """Python refuses to write integers of thousands of digits; that must not stop a run."""
    with pytest.raises(Misfit, match="thousands of digits"):
        converter("text")(10**5000)


def test_values_limit_select_exactly_and_status_in_any_case() -> None:
    """Assets compares options as they are, status names trimmed and in any case."""
    select = converter("select", values=["Blue", "Red"])
    status = converter("status", values=["In Service"])
    assert select("Blue") == "Blue"
    assert status(" in service ") == "In Service"
    for convert, value in ((select, "blue"), (status, "Closed")):
        with pytest.raises(Misfit, match="none of the attribute's values"):
            convert(value)


@pytest.mark.parametrize(
    ("kind", "pattern", "value", "sent"),
    [
        ("date", "%d.%m.%Y", "30.11.2026", "2026-11-30"),
        ("date", "%Y%m%d", 20261130, "2026-11-30"),
        ("time", "%I:%M %p", "09:30 PM", "21:30:00"),
        ("date_time", "%d/%m/%Y %H:%M", "30/11/2026 09:30", "2026-11-30T09:30:00.000Z"),
        ("date_time", "%d/%m/%Y %H:%M %z", "30/11/2026 09:30 +0200", "2026-11-30T07:30:00.000Z"),
    ],
)
def test_format_says_how_dates_are_written(
    kind: AttributeType, pattern: str, value: Any, sent: str
) -> None:
    """Sources that do not write ISO 8601 are read by their own pattern, and only by it."""
    convert = converter(kind, pattern=pattern)
    assert convert(value) == sent
    with pytest.raises(Misfit, match="format"):
        convert("2026-11-30x")


@pytest.mark.parametrize("value", [None, "", " \t\n", [], {}])
def test_what_says_nothing_is_empty(value: Any) -> None:
    """These never reach a converter."""
    assert is_empty(value)


@pytest.mark.parametrize("value", [0, 0.0, False, "0", [None], {"a": None}])
def test_zero_and_false_are_values(value: Any) -> None:
    """A count of nothing is a count."""
    assert not is_empty(value)


EARLIEST, LATEST = datetime(2, 1, 1), datetime(9998, 1, 1)  # noqa: DTZ001  # zones are drawn
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@given(st.sampled_from(ATTRIBUTE_TYPES), json_values)
def test_any_json_value_either_fits_or_is_a_misfit(kind: AttributeType, value: Any) -> None:
    """No value of a source makes a converter fail in any other way, or give what JSON cannot."""
    try:
        sent = converter(kind)(value)
    except Misfit:
        return
    if isinstance(sent, str):
        assert not any("\ud800" <= char <= "\udfff" for char in sent) or isinstance(value, str)
    else:
        assert json.loads(msgspec.json.encode(sent)) == sent


@given(st.integers(-(2**63) + 1, 2**63 - 1))
def test_integers_survive_as_number_and_as_text(value: int) -> None:
    """All of 64 bits, exactly."""
    assert converter("integer")(value) == value
    assert converter("integer")(str(value)) == value


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_doubles_survive_as_number_and_as_text(value: float) -> None:
    """Every finite number, exactly."""
    assert converter("double")(value) == value
    assert converter("double")(repr(value)) == value


@given(st.dates())
def test_dates_survive_in_every_iso_form(value: Any) -> None:
    """The fast path for the common form gives the same as the others."""
    for text in (value.isoformat(), value.strftime("%Y%m%d").zfill(8)):
        assert converter("date")(text) == value.isoformat()


@given(st.datetimes(EARLIEST, LATEST, timezones=st.timezones()))
def test_instants_are_the_same_in_utc(value: datetime) -> None:
    """A zone changes how a time is written, never when it is."""
    sent = converter("date_time")(value.isoformat())
    assert isinstance(sent, str)
    parsed = datetime.fromisoformat(sent)
    assert parsed.tzinfo is UTC
    assert abs((parsed - datetime.fromisoformat(value.isoformat())).total_seconds()) < 0.001


@given(st.ip_addresses())
def test_addresses_are_canonical(value: IPv4Address | IPv6Address) -> None:
    """Two spellings of one address become one."""
    spelt = value.exploded.upper()
    assert converter("ipaddress")(spelt) == str(value)


@given(st.sampled_from(ATTRIBUTE_TYPES), json_values)
@example("url", "http://[x/")
@example("integer", "-0")
@example("double", 1e300)
def test_what_is_sent_is_accepted_by_the_local_assets_server(
    kind: AttributeType, value: Any
) -> None:
    """The two sides read the contract apart; what one sends the other must take."""
    if kind == "reference":
        return  # found by its value, never stored
    try:
        sent = converter(kind)(value)
    except Misfit:
        return
    assert accepting(kind, SourceSettings())(sent) is not None

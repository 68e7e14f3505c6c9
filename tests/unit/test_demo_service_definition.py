"""The demo's definition and the example: both are definitions that load."""

import tomllib
from pathlib import Path

import pytest

from assetferry.definition.load import load
from assetferry.demo.definition import render

EXAMPLE = Path(__file__).parents[2] / "examples" / "hardware.toml"


def test_demo_service_definition_loads_with_addresses_filled_in() -> None:
    """Rendering leaves no bracket, and the result has no mistake."""
    text = render("http://127.0.0.1:8700/", "http://127.0.0.1:51234")
    assert "<" not in text.partition("name =")[2]
    definition = load(text, origin="demo")
    assert str(definition.assets.base_url) == "http://127.0.0.1:8700"
    assert definition.egress.allow == ("127.0.0.1:51234",)


@pytest.mark.parametrize("url", ["", "127.0.0.1:8700", "ftp://host", 'http://host/"\nx', "http://"])
def test_demo_service_definition_refuses_what_is_no_address(url: str) -> None:
    """Nothing can be smuggled into the definition by an address."""
    with pytest.raises(ValueError, match="address"):
        render(url, "http://127.0.0.1:1")


def test_demo_service_example_is_the_same_world() -> None:
    """The example loads, and has the object types of the demo, word for word."""
    text = EXAMPLE.read_text("utf-8")
    load(text, origin="examples/hardware.toml")
    demo = tomllib.loads(render("http://127.0.0.1:1", "http://127.0.0.1:2"))
    assert tomllib.loads(text)["object_types"] == demo["object_types"]


def test_demo_service_example_shows_the_defaults_it_claims() -> None:
    """Taking out what the example calls defaults changes nothing."""
    text = EXAMPLE.read_text("utf-8")
    shown = load(text, origin="example")
    short = load(text[: text.index("[limits]")], origin="example")
    assert (shown.limits, shown.safety) == (short.limits, short.safety)

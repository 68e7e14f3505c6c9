"""What quarantine keeps of a record: the fields that some expression reads, no others."""

import pytest

from assetferry.definition.load import load
from assetferry.mapping.used_fields import used_fields


def definition(attribute: str, **type_keys: str) -> str:
    """A definition with one more attribute, and further keys of the type."""
    keys = "\n".join(f'{name} = "{value}"' for name, value in type_keys.items())
    return f"""
name = "hardware"
[assets]
base_url = "http://127.0.0.1:8700"
token = "env:ASSETS_TOKEN"
[egress]
allow = ["inventory.example.com"]
[sources.devices]
type = "rest"
url = "https://inventory.example.com/api"
[object_types.Laptop]
source = "devices"
{keys}
[object_types.Laptop.attributes]
"Serial" = {{ from = "serial", identity = true, label = true }}
"Other" = {{ {attribute} }}
"""


@pytest.mark.parametrize(
    ("attribute", "keys", "expected"),
    [
        ('from = "ram"', {}, {"serial", "ram"}),
        ('from = "owner.email"', {}, {"serial", "owner"}),
        ('from = "software[].name"', {}, {"serial", "software"}),
        ("from = \"software[?kind=='x'].name\"", {}, {"serial", "software"}),
        ('from = "length(tags)"', {}, {"serial", "tags"}),
        ("from = \"join(' ', [first, last])\"", {}, {"serial", "first", "last"}),
        ('from = "a | b"', {}, {"serial", "a"}),
        ('from = "disks[0].size"', {}, {"serial", "disks"}),
        ('from = "sort_by(disks, &size)[0].name"', {}, {"serial", "disks"}),
        ('from = "ram"', {"where": "kind == 'laptop'"}, {"serial", "ram", "kind"}),
        ('from = "size"', {"each": "disks"}, {"disks"}),
        ('from_record = "site"', {"each": "disks"}, {"disks", "site"}),
        ('from = "keys(@)[0]"', {}, None),
    ],
)
def test_only_what_is_read_is_kept(
    attribute: str, keys: dict[str, str], expected: set[str] | None
) -> None:
    """Names are those that the expressions read of the record itself."""
    used = used_fields(load(definition(attribute, **keys), origin="test"), "devices")
    assert used.names == expected


def test_the_rest_of_a_record_is_left_out() -> None:
    """A field that nothing reads never reaches the ledger."""
    used = used_fields(load(definition('from = "ram"'), origin="test"), "devices")
    assert used.of({"serial": "1", "ram": 8, "salary": 1000}) == {"serial": "1", "ram": 8}
    assert used.of("not an object") == "not an object"


def test_what_is_kept_can_be_written_as_json() -> None:
    """R10: half of a character would stop the ledger, and every export; it becomes null."""
    used = used_fields(load(definition('from = "keys(@)[0]"'), origin="test"), "devices")
    record = {
        "serial": "caf\u00e9",
        "a\ud83d": 1,
        "tags": ["x", "\ud83d"],
        "ram": {"unit": "\udc00"},
    }
    assert used.of(record) == {"serial": "caf\u00e9", "tags": ["x", None], "ram": {"unit": None}}

"""The bytes of a chunk, whole and in halves."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetferry.engine.halving import halves
from assetferry.engine.payload import Item, counted, pack, unpack
from assetferry.ledger.chunk import ChunkKey, Send

KEY = ChunkKey("run", "devices", 7, "1")
SELECTORS = {"Laptop": "laptop", "Employee": "employee", "Größe": "größe"}
TYPES = {selector: name for name, selector in SELECTORS.items()}

_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


def item(selector: str, value: Any) -> Item:
    body = json.dumps({"value": value}, ensure_ascii=False, allow_nan=False)
    return selector, body.encode("utf-8", "replace")


_ITEMS = st.lists(st.builds(item, st.sampled_from(sorted(TYPES)), _JSON), max_size=20)


def by_type(items: list[Item]) -> dict[str, list[bytes]]:
    found: dict[str, list[bytes]] = {}
    for selector, body in items:
        found.setdefault(selector, []).append(body)
    return found


def send(items: list[Item]) -> Send:
    body = pack(items, execution_id="execution", key=KEY)
    return Send(key=KEY, token=1, body=body, entries=counted(items, TYPES), attempts=0, losses=0)


@given(_ITEMS)
def test_what_is_packed_is_unpacked(items: list[Item]) -> None:
    """Entries come back byte for byte, those of one type in their order."""
    body = pack(items, execution_id="execution", key=KEY)
    assert by_type(unpack(body)) == by_type(items)


@given(_ITEMS)
def test_a_body_is_what_assets_expects(items: list[Item]) -> None:
    """One JSON object of ``data`` and ``clientGeneratedId``, a list of entries per selector."""
    read = json.loads(pack(items, execution_id="execution", key=KEY))
    assert read["clientGeneratedId"] == "execution.devices.7.1"
    assert read["data"] == {
        selector: [json.loads(body) for body in bodies]
        for selector, bodies in by_type(items).items()
    }


@given(_ITEMS)
def test_the_same_entries_give_the_same_bytes(items: list[Item]) -> None:
    """A retry sends what was sent before."""
    assert pack(items, execution_id="e", key=KEY) == pack(items, execution_id="e", key=KEY)


def test_a_long_id_keeps_its_end() -> None:
    """No clientGeneratedId is above 255 characters, and the chunk's place is never cut off."""
    key = ChunkKey("run", "s" * 64, 123_456, ".".join("01" * 40))
    read = json.loads(pack([], execution_id="e" * 200, key=key))
    assert len(read["clientGeneratedId"]) == 255
    assert read["clientGeneratedId"].endswith(f".{key.stream}.123456.{key.part}")


@given(_ITEMS.filter(lambda items: len(items) > 1))
def test_halves_hold_what_the_whole_held(items: list[Item]) -> None:
    """Nothing is lost, doubled or moved; each half is smaller and named for its place."""
    whole = send(items)
    left, right = halves(whole, execution_id="execution", selectors=SELECTORS)
    assert unpack(left.body) + unpack(right.body) == unpack(whole.body)
    assert left.records + right.records == len(items)
    assert abs(left.records - right.records) <= 1
    assert left.records >= 1
    for index, half in enumerate((left, right)):
        read = json.loads(half.body)
        assert read["clientGeneratedId"] == f"execution.devices.7.1.{index}"
        assert sum(half.entries.values()) == half.records
    names = {name for part in (left, right) for name in part.entries}
    assert {
        name: left.entries.get(name, 0) + right.entries.get(name, 0) for name in names
    } == whole.entries


@given(_ITEMS.filter(bool))
def test_halving_ends_with_every_entry_alone(items: list[Item]) -> None:
    """Bisecting finds each single entry, and none twice."""
    single: list[Item] = []
    open_ = [send(items)]
    while open_:
        chunk = open_.pop(0)
        if sum(chunk.entries.values()) == 1:
            single += unpack(chunk.body)
            continue
        open_ += [
            Send(
                key=chunk.key.child(index),
                token=1,
                body=half.body,
                entries=dict(half.entries),
                attempts=0,
                losses=0,
            )
            for index, half in enumerate(
                halves(chunk, execution_id="execution", selectors=SELECTORS)
            )
        ]
    assert sorted(single) == sorted(items)


def test_an_unknown_selector_is_our_bug() -> None:
    """Entries are never counted under a wrong type."""
    with pytest.raises(KeyError):
        counted([("phone", b"{}")], TYPES)


@pytest.mark.parametrize(
    ("part", "child", "text"),
    [("", "0", "devices 3"), ("0", "0.0", "devices 3/0"), ("1.0", "1.0.0", "devices 3/1.0")],
)
def test_a_key_names_its_parts_and_followers(part: str, child: str, text: str) -> None:
    """A part's path grows, a follower starts anew, and people read the place without the run."""
    key = ChunkKey("run", "devices", 3, part)
    assert key.child(0) == ChunkKey("run", "devices", 3, child)
    assert key.after(2) == ChunkKey("run", "devices", 5, "")
    assert str(key) == text

"""The bytes of a chunk: what is sent, the same every time."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from assetferry.ledger.chunk import ChunkKey

__all__ = ["Item", "counted", "pack", "unpack", "write"]

Item = tuple[str, bytes]
"""A selector, and one entry as JSON."""

_ID_LIMIT = 255
"""Longest ``clientGeneratedId`` (assets-api: open, so we stay at what is known to work)."""


class _Body(msgspec.Struct):
    data: dict[str, list[msgspec.Raw]]


def pack(items: Iterable[Item], *, execution_id: str, key: ChunkKey) -> bytes:
    """Write the body of one ``POST data`` from entries in any order of object types."""
    data: dict[str, list[bytes]] = {}
    for selector, entry in items:
        data.setdefault(selector, []).append(entry)
    return write(data, execution_id=execution_id, key=key)


def write(data: Mapping[str, Iterable[bytes]], *, execution_id: str, key: ChunkKey) -> bytes:
    """Write the body of one ``POST data`` from the entries of each selector, in their order.

    Its ``clientGeneratedId`` is the chunk's place in its execution, so that a repeat is
    recognised where Assets looks at it.
    """
    lists = b",".join(
        b"%b:[%b]" % (msgspec.json.encode(selector), b",".join(entries))
        for selector, entries in data.items()
    )
    name = f"{execution_id}.{key.stream}.{key.number}.{key.part}"[-_ID_LIMIT:]
    return b'{"data":{%b},"clientGeneratedId":%b}' % (lists, msgspec.json.encode(name))


def unpack(body: bytes) -> list[Item]:
    """Read the entries back from bytes that ``pack`` has written."""
    data = msgspec.json.decode(body, type=_Body).data
    return [(selector, bytes(entry)) for selector, entries in data.items() for entry in entries]


def counted(items: Sequence[Item], object_types: Mapping[str, str]) -> dict[str, int]:
    """Count entries per object type; ``object_types`` is keyed by selector."""
    numbers: dict[str, int] = {}
    for selector, _ in items:
        name = object_types[selector]
        numbers[name] = numbers.get(name, 0) + 1
    return numbers

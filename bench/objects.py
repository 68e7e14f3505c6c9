"""The objects of P2, as entries of chunks and as rows of the bare table."""

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import msgspec

from bench.bare_insert import Row
from bench.load import PAGE, page, project

__all__ = ["Key", "batches", "chunks", "random_key", "sorted_key"]

Key: TypeAlias = Callable[[int], str]
"""The external key of an object's number."""

_SCATTER = 0x5DEECE66D
_RANGE = 1 << 48


def sorted_key(number: int) -> str:
    """Give keys in ascending order."""
    return f"SN{number:012X}"


def random_key(number: int) -> str:
    """Give keys in no order, none twice: neighbours lie far apart in an index."""
    mixed = number * _SCATTER % _RANGE
    return f"SN{(mixed ^ mixed >> 23) * _SCATTER % _RANGE:012X}"


def chunks(count: int, key: Key) -> Iterator[bytes]:
    """Give the bodies of chunks of a thousand entries."""
    for start, entries in _entries(count, key):
        name = f"bench.{start}"
        yield msgspec.json.encode({"data": {"device": entries}, "clientGeneratedId": name})


def batches(count: int, key: Key) -> Iterator[list[Row]]:
    """Give the rows of the bare table, a thousand at a time."""
    for start, entries in _entries(count, key):
        yield [
            (
                start + place,
                1,
                entry["serial_number"],
                entry["hostname"],
                msgspec.json.encode(entry).decode(),
            )
            for place, entry in enumerate(entries)
        ]


def _entries(count: int, key: Key) -> Iterator[tuple[int, list[dict[str, Any]]]]:
    models = project(msgspec.json.decode(page(0, pages=1))["devices"])
    for start in range(0, count, PAGE):
        yield (
            start,
            [
                model | {"serial_number": key(number), "hostname": f"host-{number:08}"}
                for number, model in enumerate(models[: count - start], start)
            ],
        )

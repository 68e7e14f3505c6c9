"""Runs in numbers, as the rules of safety are given them."""

from typing import Any

from assetferry.definition.document import Definition
from assetferry.definition.load import load
from assetferry.ledger.sums import ChunkSums, StreamSums, Sums, TypeSums
from definitions import EMPLOYEE, LAPTOP, definition, source

URL = "http://127.0.0.1:1"


def known(*, missing: str = "ignore", safety: str = "") -> Definition:
    text = definition(
        URL,
        source(URL),
        types=LAPTOP + EMPLOYEE,
        missing=missing,
        safety=safety,
        service_url=URL,
    )
    return load(text, origin="test.toml")


def stream(name: str = "devices", **numbers: Any) -> StreamSums:
    values: dict[str, Any] = {
        "total": None,
        "moved": None,
        "exhausted": True,
        "records_read": 100,
        "records_mapped": 100,
        "records_left_out": 0,
        "records_quarantined": 0,
        "values_left_out": 0,
        "chunks_staged": 10,
        "chunks_submitted": 10,
    }
    return StreamSums(stream=name, **(values | numbers))


def laptops(submitted: int = 100, *, of: str = "devices", **numbers: int) -> TypeSums:
    values = {"entries_mapped": submitted, "entries_repeated": 0}
    values |= {"entries_conflicting": 0, "entries_quarantined": 0}
    return TypeSums(
        stream=of, object_type="Laptop", entries_submitted=submitted, **(values | numbers)
    )


def told(*parts: StreamSums | TypeSums) -> Sums:
    return Sums(
        streams=tuple(one for one in parts if isinstance(one, StreamSums)),
        types=tuple(one for one in parts if isinstance(one, TypeSums)),
        chunks=ChunkSums(due=0, staged=0, failed=0, retried=0, last_error=None, next_due_at=None),
    )

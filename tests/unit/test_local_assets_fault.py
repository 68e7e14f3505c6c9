"""The parts of faults that decide: whose turn it is, what is answered, what stays listed."""

from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

from assetferry.local_assets.faults.delay import Delay
from assetferry.local_assets.faults.fault import Fault
from assetferry.local_assets.faults.refusing import Entry
from assetferry.local_assets.faults.register import KEPT, Register
from assetferry.local_assets.faults.route_names import RouteNames
from assetferry.local_assets.faults.status import Status

NOON = datetime(2026, 2, 28, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("skip", "times", "turns"),
    [
        (0, 1, [True, False, False, False]),
        (2, 1, [False, False, True, False]),
        (1, 2, [False, True, True, False]),
        (1, None, [False, True, True, True]),
    ],
)
def test_turns_are_skipped_and_then_taken(skip: int, times: int | None, turns: list[bool]) -> None:
    """Also where several calls have got so far before the first of them is counted."""
    fault = Fault(id="1", kind=Delay(seconds=1, skip=skip, times=times))
    assert [fault.take() for _ in turns] == turns
    assert fault.used == sum(turns)
    assert fault.left == (None if times is None else 0)


@pytest.mark.parametrize(
    ("milliseconds", "sent"),
    [
        (0, "Sat, 28 Feb 2026 12:00:30 GMT"),
        (1, "Sat, 28 Feb 2026 12:00:31 GMT"),
        (999, "Sat, 28 Feb 2026 12:00:31 GMT"),
    ],
)
def test_a_date_to_wait_for_is_never_too_early(milliseconds: int, sent: str) -> None:
    """Dates of HTTP have whole seconds, so a part of one is rounded up."""
    fault = Status(status=429, retry_after=30, retry_after_form="date")
    answer = fault.answer(NOON + timedelta(milliseconds=milliseconds))
    assert answer.headers["retry-after"] == sent


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"{}", b'{"data":[]}', b'{"data":{"hosts":1}}'])
def test_what_is_no_chunk_is_left_to_the_server(body: bytes) -> None:
    """The fault looks for an entry; everything else that may be wrong is not its business."""
    assert not Entry(selector="hosts", field="name", value="a").bites(body)


async def test_faults_that_are_used_up_stay_listed_up_to_a_bound() -> None:
    """A server that runs for months does not remember every fault of every test."""
    routes = RouteNames(known=frozenset(), of_sources=frozenset())
    register = Register(cast("Any", None), routes)
    lasting, _ = await register.add(Delay(seconds=1, times=None))
    for _ in range(KEPT + 5):
        fault, _ = await register.add(Delay(seconds=1))
        fault.take()
    last, _ = await register.add(Delay(seconds=1))
    listed = register.listed()
    assert len(listed) == KEPT + 2
    assert (listed[0], listed[-1]) == (lasting, last)
    assert list(register.active) == [lasting, last]

"""A read: whole pages from one cursor, until the chunk is full, time runs short or the end."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

import pytest

from assetferry.definition.load import load
from assetferry.engine.payload import unpack
from assetferry.engine.ports import Equipment, Target
from assetferry.engine.reading import TooManyChunks, take
from assetferry.errors import RetryLater
from assetferry.ledger.chunk import ChunkKey, Read
from assetferry.ledger.identities import Met
from assetferry.ledger.landmarks import CursorRepeated, PageRepeated
from assetferry.ledger.staged import Staged
from assetferry.mapping.transformers import compile_transformers
from assetferry.sources.page import Cursor, Page
from definitions import definition, source
from third_party import laptop

KEY = ChunkKey("run", "devices", 0, "")


class Memory:
    """A source of laptops ``0 … total`` in memory; cursors are ``{"at": n}``, maybe ``until``."""

    def __init__(self, total: int, *, size: int = 10, planned: bool = False) -> None:
        self.records: list[Any] = [laptop(n) for n in range(total)]
        self.size, self.planned = size, planned
        self.asked: list[Cursor | None] = []

    async def read(self, cursor: Cursor | None) -> Page:
        self.asked.append(cursor)
        start: int = (cursor or {}).get("at", 0)
        until: int | None = (cursor or {}).get("until")
        end = start + self.size if until is None else min(start + self.size, until)
        records = self.records[start:end]
        following = start + len(records)
        ended = following >= len(self.records) or following == until
        place: Cursor = {"at": following} | ({} if until is None else {"until": until})
        return Page(records=records, next=None if ended else place, total=len(self.records))

    def ahead(self, page: Page, *, records: int) -> Sequence[Cursor]:
        if not self.planned or page.next is None:
            return ()
        starts = list(range(page.next["at"], len(self.records), records))
        return [{"at": at, "until": at + records} for at in starts[:-1]] + [{"at": starts[-1]}]


class Circle(Memory):
    """A source whose every page says that it is followed by itself."""

    async def read(self, cursor: Cursor | None) -> Page:
        page = await super().read(cursor)
        return Page(records=page.records, next=cursor or {"at": 0})


def row(
    cursor: Cursor | None = None,
    *,
    number: int = 0,
    part: str = "",
    tail: bool = True,
    pages: int | None = None,
) -> Read:
    key = ChunkKey("run", "devices", number, part)
    return Read(key=key, token=1, cursor=cursor, tail=tail, pages=pages, attempts=0, losses=0)


async def going_on() -> None:
    """Let a read take one more page."""


async def taken(
    memory: Memory,
    read: Read,
    *,
    chunk_records: int = 10,
    chunk_bytes: str = "1 MiB",
    more: str = "",
    time_left: Callable[[], float] = lambda: 1.0,
    before_more: Callable[[], Awaitable[None]] = going_on,
    limit: float | None = None,
) -> Staged:
    limits = f'chunk_records = {chunk_records}\nchunk_bytes = "{chunk_bytes}"\n{more}'
    url = "http://127.0.0.1:1"
    text = definition(url, source(url), limits=limits, service_url=url)
    known = load(text, origin="test.toml")
    equipment = Equipment(
        definition=known,
        target=cast("Target", None),  # a read does not speak to Assets
        sources={"devices": memory},
        transformers=compile_transformers(known),
    )
    return await take(
        read,
        equipment,
        execution_id="execution",
        time_left=time_left,
        before_more=before_more,
        limit=limit,
        met_before=nobody,
    )


async def nobody(asked: Sequence[bytes]) -> Mapping[bytes, Met]:
    """No object type of these finds duplicates, so nobody asks who was met before."""
    raise AssertionError(asked)


class Failing(Memory):
    """A source that fails at one of its pages, as often as it is asked."""

    def __init__(self, total: int, *, at: int, error: RetryLater) -> None:
        super().__init__(total)
        self.at, self.error = at, error

    async def read(self, cursor: Cursor | None) -> Page:
        if (cursor or {}).get("at", 0) == self.at:
            raise self.error
        return await super().read(cursor)


@pytest.mark.parametrize("until", [None, 1_000_000.0])
async def test_what_was_read_before_a_failure_is_kept(until: float | None) -> None:
    """The third page fails: the chunk ends with two, the next row begins at the third."""
    memory = Failing(100, at=20, error=RetryLater("not now", until=until))
    staged = await taken(memory, row(), chunk_records=50)
    assert (staged.records_read, staged.next, staged.rest) == (20, ({"at": 20},), None)


async def test_what_was_read_of_a_range_before_a_failure_is_kept() -> None:
    """A planned range that fails in the middle leaves the rest of it to a row of its own."""
    memory = Failing(100, at=20, error=RetryLater("not now"))
    staged = await taken(memory, row({"at": 0, "until": 50}, number=1, tail=False))
    assert (staged.records_read, staged.next) == (20, ())
    assert staged.rest == {"at": 20, "until": 50}


class Hanging(Memory):
    """A source that never gives one of its pages."""

    async def read(self, cursor: Cursor | None) -> Page:
        if (cursor or {}).get("at", 0) == 20:
            await asyncio.Event().wait()
        return await super().read(cursor)


async def test_a_page_that_hangs_does_not_cost_those_before_it() -> None:
    """Time for sending is left: two pages are a chunk, and the next rows take two as well."""
    staged = await taken(Hanging(100), row(), chunk_records=50, limit=0.2)
    assert (staged.records_read, staged.next, staged.pages) == (20, ({"at": 20},), 2)


async def test_a_page_budget_bounds_a_read_and_grows_again() -> None:
    """A row that may take two pages takes two, and lets the next one dare three."""
    memory = Memory(100)
    staged = await taken(memory, row(pages=2), chunk_records=50)
    assert (len(memory.asked), staged.pages) == (2, 3)


class TooSlow(RetryLater):
    """What a client says of an answer that did not come in time."""

    took_too_long = True


async def test_a_time_out_shrinks_what_the_next_rows_take() -> None:
    """A page that times out by itself counts as one that hangs."""
    staged = await taken(Failing(100, at=10, error=TooSlow("late")), row(), chunk_records=50)
    assert (staged.records_read, staged.pages) == (10, 1)


async def test_a_failure_at_the_first_page_is_told() -> None:
    """Nothing was read, so nothing can be kept: the row itself goes again."""
    with pytest.raises(RetryLater, match="not now"):
        await taken(Failing(100, at=0, error=RetryLater("not now")), row())


async def test_a_chain_names_the_one_place_that_follows() -> None:
    """A full chunk ends the read; the next row reads on where it stopped."""
    staged = await taken(Memory(100), row())
    assert (staged.records_read, staged.next, staged.rest) == (10, ({"at": 10},), None)
    assert [part.records for part in staged.parts] == [10]
    assert staged.total == 100


async def test_whole_pages_until_the_chunk_is_full() -> None:
    """Three pages of 10 for 25 records: never a part of a page, the rest goes into part 1."""
    memory = Memory(100)
    staged = await taken(memory, row(), chunk_records=25)
    assert memory.asked == [None, {"at": 10}, {"at": 20}]
    assert [part.records for part in staged.parts] == [25, 5]
    assert staged.next == ({"at": 30},)


async def test_a_chunk_may_be_full_by_bytes() -> None:
    """Pages are read until either bound is reached."""
    memory = Memory(100)
    staged = await taken(memory, row(), chunk_records=1000, chunk_bytes="1 KiB")
    assert 1 < len(memory.asked) < 10
    assert all(len(part.body) <= 1024 for part in staged.parts)


async def test_the_end_of_a_stream_has_no_next_row() -> None:
    """Where the source says its end, the tail names nothing to follow."""
    staged = await taken(Memory(95), row({"at": 90}, number=9))
    assert (staged.records_read, staged.next, staged.rest) == (5, (), None)


class Restless(Memory):
    """A source that says another total, or that it has moved, on its second page alone."""

    def __init__(self, *, total: int = 100, moved: str | None = None) -> None:
        super().__init__(100)
        self.said, self.moved = total, moved

    async def read(self, cursor: Cursor | None) -> Page:
        page = await super().read(cursor)
        return replace(page, total=self.said, moved=self.moved) if len(self.asked) == 2 else page


async def test_what_changes_within_one_read_is_told() -> None:
    """The first total counts; that a later page had another, or has moved, is not forgotten."""
    staged = await taken(Restless(total=101), row(), chunk_records=1000)
    assert (staged.records_read, staged.total) == (100, 100)
    assert staged.moved == "the source had 100 records at first and 101 later"
    assert (await taken(Restless(moved="so"), row(), chunk_records=1000)).moved == "so"
    assert (await taken(Restless(), row(), chunk_records=1000)).moved is None


async def test_an_empty_source_gives_nothing_to_send() -> None:
    """No records, no chunk, no next row."""
    staged = await taken(Memory(0), row())
    assert (staged.records_read, staged.parts, staged.next) == (0, [], ())


async def test_a_planned_source_names_all_its_places_at_the_start() -> None:
    """The first read names every row that follows; the last goes on without an end."""
    staged = await taken(Memory(45, planned=True), row())
    assert staged.next == (
        {"at": 10, "until": 20},
        {"at": 20, "until": 30},
        {"at": 30, "until": 40},
        {"at": 40},
    )


async def test_only_the_first_row_plans() -> None:
    """The last place goes on as a chain: its successors are not planned a second time."""
    staged = await taken(Memory(100, planned=True), row({"at": 40}, number=4))
    assert staged.next == ({"at": 50},)


async def test_a_planned_range_is_read_to_its_end() -> None:
    """A range is not cut short by a full chunk: its successors are in the ledger already."""
    memory = Memory(100, size=5, planned=True)
    staged = await taken(memory, row({"at": 10, "until": 40}, number=1, tail=False))
    assert staged.records_read == 30
    assert [part.records for part in staged.parts] == [10, 10, 10]
    assert (staged.next, staged.rest) == ((), None)


class Spending:
    """Time that goes by with every look."""

    def __init__(self, *shares: float) -> None:
        self._shares = iter(shares)

    def __call__(self) -> float:
        return next(self._shares)


async def test_a_range_that_takes_too_long_leaves_its_rest() -> None:
    """At half the time budget what was read is kept, and the rest becomes a row of its own."""
    memory = Memory(100, size=5, planned=True)
    work = row({"at": 10, "until": 40}, number=1, tail=False)
    staged = await taken(memory, work, time_left=Spending(0.9, 0.5, 0.49))
    assert len(memory.asked) == 3
    assert staged.rest == {"at": 25, "until": 40}
    assert staged.next == ()
    rest = await taken(memory, row({"at": 25, "until": 40}, number=1, part="2", tail=False))
    assert staged.records_read + rest.records_read == 30


async def test_a_single_chunk_before_a_rest_is_named_as_a_part() -> None:
    """Its id must not be that of the row, which the rest is a part of too."""
    work = row({"at": 10, "until": 30}, number=1, tail=False)
    staged = await taken(Memory(100, planned=True), work, time_left=lambda: 0.0)
    (only,) = staged.parts
    assert b'"execution.devices.1.0"' in only.body
    assert staged.rest == {"at": 20, "until": 30}


async def test_a_chain_that_takes_too_long_goes_on_in_the_next_row() -> None:
    """A tail has no rest: its next row reads on, although the chunk is not full."""
    staged = await taken(Memory(100), row(), chunk_records=50, time_left=Spending(0.9, 0.4))
    assert (staged.records_read, staged.next, staged.rest) == (20, ({"at": 20},), None)


@pytest.mark.parametrize("tail", [True, False])
async def test_a_cursor_that_repeats_is_an_error(tail: bool) -> None:  # noqa: FBT001 # a parameter
    """A source that leads to where it was read would be read for ever."""
    with pytest.raises(CursorRepeated, match="pagination") as raised:
        await taken(Circle(100), row({"at": 30}, tail=tail), chunk_records=10)
    assert raised.value.code == "cursor_repeated"


class Deaf(Memory):
    """A source that gives its first page wherever it is asked."""

    async def read(self, cursor: Cursor | None) -> Page:
        page = await super().read(cursor)
        return replace(page, records=self.records[: self.size])


async def test_a_page_that_repeats_is_an_error() -> None:
    """Another place and the same page: the source does not look at the place."""
    with pytest.raises(PageRepeated, match="parameters under pagination"):
        await taken(Deaf(100), row(), chunk_records=100)
    assert (await taken(Deaf(100, size=1), row(), chunk_records=100)).records_read == 100


@pytest.mark.parametrize(("number", "planned"), [(6, False), (0, True)])
async def test_a_stream_has_only_so_many_chunks(number: int, *, planned: bool) -> None:
    """One more is refused before it exists, with the key to raise."""
    memory, limits = Memory(100, planned=planned), "max_chunks = 7"
    with pytest.raises(TooManyChunks, match="max_chunks"):
        await taken(memory, row({"at": 10} if number else None, number=number), more=limits)
    if number:
        earlier = await taken(memory, row({"at": 10}, number=number - 1), more=limits)
        assert len(earlier.next) == 1


async def test_records_that_do_not_fit_are_set_aside_with_their_place() -> None:
    """Cursor and index lead back to the record; of it is kept what the definition reads."""
    memory = Memory(30)
    memory.records[13] = laptop(13) | {"serial": ""}
    memory.records[25] = None
    staged = await taken(memory, row(), chunk_records=30)
    assert (staged.records_read, staged.records_mapped, staged.records_quarantined) == (30, 28, 2)
    empty, null = staged.rejected
    assert empty.place == {"cursor": {"at": 10}, "index": 3}
    read = {"name": "laptop-13", "ram_gb": laptop(13)["ram_gb"]}
    assert empty.record == read | {"serial": ""}
    assert (empty.object_type, empty.attribute) == ("Laptop", "Serial Number")
    assert null.place == {"cursor": {"at": 20}, "index": 5}
    assert (null.record, null.code) == (None, "not_an_object")
    assert staged.tallies["Laptop"].entries_quarantined == 2
    assert sum(len(unpack(part.body)) for part in staged.parts) == 28


async def test_reading_again_gives_the_same_bytes() -> None:
    """A row that was read, lost and read again stages what the first reading would have."""
    first = await taken(Memory(100), row({"at": 20}, number=2))
    assert await taken(Memory(100), row({"at": 20}, number=2)) == first

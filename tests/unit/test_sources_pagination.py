import json
from collections.abc import Callable, Sequence
from itertools import pairwise
from math import inf
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetferry.definition.pagination import (
    CursorPagination,
    LinkPagination,
    OffsetPagination,
    PagePagination,
)
from assetferry.sources.errors import SourceCursorForeign, SourceMisread
from assetferry.sources.page import Cursor, Page
from assetferry.sources.pagination.cursor import BodyCursor
from assetferry.sources.pagination.link import NextLink
from assetferry.sources.pagination.offset import Offset
from assetferry.sources.pagination.page_number import PageNumber
from assetferry.sources.pagination.ranges import MOST, ranges
from assetferry.sources.pagination.single import Single
from assetferry.sources.pagination.strategy import Answer, Pagination

URL = "https://inventory.example.com/api/devices"
Serve = Callable[[dict[str, str]], Answer]


def answer(records: Sequence[Any], link: str | None = None, **document: Any) -> Answer:
    return Answer(document=document, records=records, url=URL, link=link)


def stored(cursor: Cursor | None) -> Cursor | None:
    """Send a cursor through the ledger."""
    return json.loads(json.dumps(cursor))


def chain(pagination: Pagination, serve: Serve, cursor: Cursor | None = None) -> list[Any]:
    """Read on from a place until the source says its end."""
    records: list[Any] = []
    for _ in range(10_000):
        asked = pagination.ask(cursor)
        params = dict(parse_qsl(urlsplit(asked.url).query)) if asked.url else asked.params
        page = pagination.page(serve(params), cursor)
        records.extend(page.records)
        cursor = stored(page.next)
        if cursor is None:
            return records
    raise AssertionError("the stream never ended")


def shrinking(pagination: Offset, serve: Serve) -> list[Any]:
    """Read to the end, asking for less before every page."""
    records: list[Any] = []
    cursor: Cursor | None = None
    for _ in range(10_000):
        cursor = stored(pagination.smaller(cursor) or cursor)
        page = pagination.page(serve(pagination.ask(cursor).params), cursor)
        records.extend(page.records)
        cursor = stored(page.next)
        if cursor is None:
            return records
    raise AssertionError("the stream never ended")


def planned(pagination: Pagination, serve: Serve, wanted: int) -> list[Any]:
    """Read the first page, then every range it lets us name."""
    first = pagination.page(serve(pagination.ask(None).params), None)
    records = list(first.records)
    if first.next is None:
        return records
    for cursor in pagination.ahead(first, wanted) or [first.next]:
        records.extend(chain(pagination, serve, stored(cursor)))
    return records


COUNT = st.integers(0, 60)
SIZE = st.integers(1, 12)


@given(count=COUNT, size=SIZE, cap=SIZE, wanted=st.integers(1, 40), total=st.booleans())
def test_offsets_read_every_record_once(
    count: int, size: int, cap: int, wanted: int, *, total: bool
) -> None:
    """Chained or planned, with a source that caps the limit: all records, in order, once."""
    data = list(range(count))

    def serve(params: dict[str, str]) -> Answer:
        start, limit = int(params["offset"]), min(cap, int(params["limit"]))
        return answer(data[start : start + limit], total=count)

    offset = Offset(
        OffsetPagination(type="offset", page_size=size, total="total" if total else None)
    )
    assert chain(offset, serve) == data
    assert planned(offset, serve, wanted) == data
    assert shrinking(offset, serve) == data


def test_a_smaller_page_is_asked_for_at_the_same_place() -> None:
    """Half as many each time, within a range and at the start, down to one and no further."""
    offset = Offset(OffsetPagination(type="offset", page_size=5, start=1))
    first = offset.smaller(None)
    assert first == {"offset": 1, "size": 2}
    assert offset.ask(first).params == {"offset": "1", "limit": "2"}
    assert offset.smaller(first) == {"offset": 1, "size": 1}
    assert offset.smaller(offset.smaller(first)) is None
    assert offset.smaller({"offset": 7, "until": 9}) == {"offset": 7, "until": 9, "size": 2}


def test_a_plan_made_after_a_shrink_keeps_the_smaller_pages() -> None:
    """A source that was too slow for the first page is too slow for the others."""
    offset = Offset(OffsetPagination(type="offset", page_size=10, total="total"))
    cursor = offset.smaller(None)
    page = offset.page(answer(list(range(5)), total=40), cursor)
    planned_places = offset.ahead(page, 10)
    assert [one["size"] for one in planned_places] == [5] * len(planned_places)
    assert len(planned_places) > 1


@given(count=COUNT, size=SIZE, wanted=st.integers(1, 40))
def test_offsets_do_not_overlap_where_a_whole_page_is_given_for_its_rest(
    count: int, size: int, wanted: int
) -> None:
    """A source that gives whole pages doubles nothing: a planned range cuts what is not its."""
    data = list(range(count))

    def serve(params: dict[str, str]) -> Answer:
        start = int(params["offset"])
        return answer(data[start : start + size], total=count)

    offset = Offset(OffsetPagination(type="offset", page_size=size, total="total"))
    assert chain(offset, serve) == data
    assert planned(offset, serve, wanted) == data


@given(
    count=st.integers(1, 60), size=SIZE, start=st.sampled_from([0, 1]), wanted=st.integers(1, 40)
)
@pytest.mark.parametrize("stated", ["total", "pages", "both"])
def test_page_numbers_read_every_record_once(
    count: int, size: int, start: int, wanted: int, stated: str
) -> None:
    """Chained or planned, counted from 0 or 1: all records, in order, once."""
    data = list(range(count))

    def serve(params: dict[str, str]) -> Answer:
        at = (int(params["page"]) - start) * size
        return answer(data[at : at + size], total=count, pages=-(-count // size))

    pages = PageNumber(
        PagePagination(
            type="page",
            size_param="size",
            page_size=size,
            start=start,
            total="total" if stated != "pages" else None,
            total_pages="pages" if stated != "total" else None,
        )
    )
    assert chain(pages, serve) == data
    assert planned(pages, serve, wanted) == data


@given(count=COUNT, size=SIZE, asked=SIZE, wanted=st.integers(1, 40))
def test_a_capped_page_size_loses_nothing(count: int, size: int, asked: int, wanted: int) -> None:
    """A total is compared with the records seen, not divided by the size we asked for."""
    data = list(range(count))

    def serve(params: dict[str, str]) -> Answer:
        at = (int(params["page"]) - 1) * size
        return answer(data[at : at + size], total=count)

    pages = PageNumber(PagePagination(type="page", page_size=asked, total="total"))
    assert chain(pages, serve) == data
    assert planned(pages, serve, wanted) == data


@given(count=COUNT, size=SIZE)
@pytest.mark.parametrize("more", ["more", None])
def test_page_numbers_end_with_more_or_with_an_empty_page(
    count: int, size: int, more: str | None
) -> None:
    """Without any count the source's own "more" ends the stream, else an empty page."""
    data = list(range(count))

    def serve(params: dict[str, str]) -> Answer:
        at = (int(params["page"]) - 1) * size
        return answer(data[at : at + size], more=at + size < count)

    assert chain(PageNumber(PagePagination(type="page", more=more)), serve) == data


@given(count=COUNT, size=SIZE)
@pytest.mark.parametrize("more", ["more", None])
@pytest.mark.parametrize("end", [None, "", False])
def test_cursors_read_every_record_once(
    count: int, size: int, more: str | None, *, end: str | bool | None
) -> None:
    """The chain ends where the answer has no cursor or says that no more follows."""
    data = list(range(count))

    def serve(params: dict[str, str]) -> Answer:
        at = int(params.get("after", "0"))
        following = at + size if at + size < count else end
        return answer(data[at : at + size], meta={"next": following}, more=at + size < count)

    cursor = BodyCursor(
        CursorPagination(type="cursor", cursor_param="after", cursor="meta.next", more=more)
    )
    assert chain(cursor, serve) == data


@given(count=COUNT, size=SIZE)
def test_links_read_every_record_once(count: int, size: int) -> None:
    """The chain ends where no next link is given."""
    data = list(range(count))

    def serve(params: dict[str, str]) -> Answer:
        at = int(params.get("at", "0"))
        following = f', <?at={at + size}&x=%2F>; rel="next"' if at + size < count else ""
        return answer(data[at : at + size], f"<{URL}>; rel=first{following}")

    assert chain(NextLink(LinkPagination(type="link"), URL), serve) == data


def test_an_unpaged_source_is_one_page() -> None:
    """Everything at once, nothing follows, nothing to plan."""
    page = Single().page(answer([1, 2]), None)
    assert page == Page(records=[1, 2], next=None, total=2)
    assert Single().ahead(page, 1) == ()


OFFSET = Offset(OffsetPagination(type="offset", page_size=10, total="total"))
PAGES = PageNumber(PagePagination(type="page", page_size=10, total="total"))
COUNTED = PageNumber(PagePagination(type="page", page_size=10, total_pages="pages"))
MORE = PageNumber(PagePagination(type="page", page_size=10, more="more"))
BODY = BodyCursor(CursorPagination(type="cursor", cursor_param="after", cursor="next"))
BODY_MORE = BodyCursor(
    CursorPagination(type="cursor", cursor_param="after", cursor="next", more="more")
)
LINKS = NextLink(LinkPagination(type="link"), URL)


@pytest.mark.parametrize(
    ("pagination", "cursor", "doubtful", "said"),
    [
        (OFFSET, None, answer([], total=5), "offset 0"),
        (OFFSET, {"offset": 90}, answer([], total=100), "offset 90"),
        (OFFSET, {"offset": 90, "until": 95}, answer([], total=100), "offset 90"),
        (OFFSET, None, answer([1]), "nothing"),
        (OFFSET, None, answer([1], total="5"), "to_number"),
        (OFFSET, None, answer([1], total=True), "bool"),
        (OFFSET, None, answer([1], total=5.0), "float"),
        (OFFSET, None, answer([1], total=-1), "int"),
        (PAGES, {"page": 3, "seen": 20}, answer([], total=100), "page 3"),
        (PAGES, {"page": 3, "seen": 20, "until": 5}, answer([1], total=100), "page_size"),
        (PAGES, None, answer([1], total=None), "nothing"),
        (COUNTED, {"page": 3, "seen": 20}, answer([], pages=5), "5 pages"),
        (COUNTED, None, answer([1], pages="5"), "to_number"),
        (MORE, None, answer([1]), "more"),
        (MORE, None, answer([1], more="yes"), "str"),
        (MORE, None, answer([1], more=1), "int"),
        (BODY, {"cursor": "a"}, answer([1], next="a"), "same cursor"),
        (BODY, {"cursor": "7"}, answer([1], next=7), "same cursor"),
        (BODY, None, answer([1], next={"a": 1}), "dict"),
        (BODY, None, answer([1], next=True), "bool"),
        (BODY, None, answer([1], next="a\ud83d"), "half of a character"),
        (BODY, None, answer([1], next=inf), "beyond all bounds"),
        (BODY_MORE, None, answer([1], next="a"), "more"),
        (BODY_MORE, None, answer([1], next=None, more=True), "no cursor"),
        (LINKS, None, answer([1], f"<{URL}>; rel=next"), "for ever"),
        (LINKS, {"next": "/x?p=2"}, answer([1], "</x?p=2>; rel=next"), "for ever"),
        (LINKS, None, answer([1], "<http://inventory.example.com/2>; rel=next"), "https"),
        (LINKS, None, answer([1], "<ftp://inventory.example.com/2>; rel=next"), "malformed"),
        (LINKS, None, answer([1], "<https://[/2>; rel=next"), "malformed"),
    ],
)
def test_a_doubtful_answer_is_never_the_end(
    pagination: Pagination, cursor: Cursor | None, doubtful: Answer, said: str
) -> None:
    """R6: an empty page before the total, a count that is none, a repeated cursor or link."""
    with pytest.raises(SourceMisread, match=said):
        pagination.page(doubtful, cursor)


@pytest.mark.parametrize("pagination", [OFFSET, PAGES, BODY, LINKS])
def test_a_cursor_of_another_pagination_is_told(pagination: Pagination) -> None:
    """A definition that was changed between two steps of a run does not crash or restart it."""
    with pytest.raises(SourceCursorForeign, match="--new"):
        pagination.ask({"strange": 1})


def test_a_plan_covers_all_that_follows_and_leaves_the_end_open() -> None:
    """Ranges begin at page.next, meet without gap, keep to whole pages; the last has no end."""
    page = OFFSET.page(answer(range(10), total=65), None)
    assert OFFSET.ahead(page, 20) == [
        {"offset": 10, "until": 30},
        {"offset": 30, "until": 50},
        {"offset": 50},
    ]
    assert OFFSET.ask({"offset": 25, "until": 30}).params == {"offset": "25", "limit": "5"}
    assert OFFSET.page(answer(range(5), total=65), {"offset": 25, "until": 30}).next is None


def test_the_open_range_follows_a_list_that_grew() -> None:
    """What was added while the plan was read off is read by its last range."""
    page = OFFSET.page(answer(range(10), total=70), {"offset": 50})
    assert page.next == {"offset": 60}
    assert page.total == 70


@pytest.mark.parametrize("later", [6, 8])
@pytest.mark.parametrize("wanted", [10, 20, 1000], ids=["a plan", "wider ranges", "a chain"])
def test_a_number_of_pages_that_changes_is_told(later: int, wanted: int) -> None:
    """Every place carries how many there were at first; more and fewer are told alike."""
    counts = iter([7, 7])

    def serve(params: dict[str, str]) -> Answer:
        pages = next(counts, later)
        number = int(params["page"])
        return answer(range(10) if number <= pages else (), pages=pages)

    cursor, told = None, list[str | None]()
    first = COUNTED.page(serve(COUNTED.ask(None).params), None)
    for start in COUNTED.ahead(first, wanted) or [first.next]:
        cursor = stored(start)
        while cursor is not None:
            page = COUNTED.page(serve(COUNTED.ask(cursor).params), cursor)
            told.append(page.moved)
            cursor = stored(page.next)
    assert len(told) >= later - 1
    assert told[0] is None
    assert set(told[1:]) == {f"the source had 7 pages at first and {later} later"}


@pytest.mark.parametrize(
    ("pagination", "page"),
    [
        (OFFSET, Page(records=[1], next=None, total=100)),
        (OFFSET, Page(records=[1], next={"offset": 1}, total=None)),
        (OFFSET, Page(records=[1], next={"offset": 1, "until": 50}, total=100)),
        (OFFSET, Page(records=[1], next={"offset": 95}, total=100)),
        (PAGES, Page(records=[1], next={"page": 2, "seen": 1}, total=100)),
        (MORE, Page(records=range(10), next={"page": 2, "seen": 10}, total=100)),
        (BODY, Page(records=[1], next={"cursor": "a"}, total=100)),
        (LINKS, Page(records=[1], next={"next": "/2"}, total=100)),
    ],
)
def test_what_cannot_be_foreseen_is_not_planned(pagination: Pagination, page: Page) -> None:
    """No total, a single range left, a range already, pages shorter than asked, any chain."""
    assert list(pagination.ahead(page, 20)) == []


@given(
    start=st.integers(0, 100),
    length=st.integers(-5, 10**15),
    step=st.integers(1, 1000),
    wanted=st.integers(1, 5000),
)
def test_ranges_meet_and_are_bounded(start: int, length: int, step: int, wanted: int) -> None:
    """However large the total a source claims, a plan has no gap, no overlap and a bounded size."""
    cut = ranges(start, start + length, step=step, wanted=wanted)
    assert len(cut) <= MOST
    if cut:
        assert cut[0][0] == start
        assert all(before[1] == after[0] for before, after in pairwise(cut))
        assert all((place - start) % step == 0 for place, _ in cut)
        assert cut[-1][0] < start + length
        assert cut[-1][1] is None


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("</b?x=1>; rel=next", "/b?x=1"),
        ("<?x=1#frag>; rel=next", "/api/devices?x=1"),
        ("<https://inventory.example.com/c>; rel=next", "/c"),
        ("<https://inventory.example.com?x=1>; rel=next", "/?x=1"),
        ("<https://inventory.example.com//c>; rel=next", "https://inventory.example.com//c"),
        ("<https://other.example.com/c>; rel=next", "https://other.example.com/c"),
    ],
)
def test_a_stored_link_holds_what_is_needed(link: str, expected: str) -> None:
    """Below the source's own origin the origin is left out, and asked for again as it was."""
    page = LINKS.page(answer([1], link), None)
    assert page.next == {"next": expected}
    asked = LINKS.ask(page.next).url
    assert asked is not None
    assert asked.startswith("https://")
    assert asked.endswith(expected)

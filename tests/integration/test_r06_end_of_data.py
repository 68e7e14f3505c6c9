"""R6: data ends where a valid answer says so; whatever else comes is an error, over real HTTP."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from starlette.responses import HTMLResponse, Response

from assetferry.equipment import equip
from assetferry.ledger.states import RunState
from assetferry.ledger.transition import Ledger
from assetferry.sources.errors import SourceMisread
from assetferry.sources.page import Cursor
from definitions import CURSOR, LINK, OFFSET, PAGE, UNTOLD, definition, source
from imports import Site, run_import
from third_party import ThirdParty

KINDS: dict[str, tuple[str, str, int | None]] = {
    "offset with total": ("offset", OFFSET, 10),
    "offset": ("untold", UNTOLD, 10),
    "page number": ("page", PAGE, 10),
    "body cursor": ("cursor", CURSOR, None),
    "Link header": ("link", LINK, None),
}
ANYWHERE: dict[str, Callable[[], Response]] = {
    "HTML": lambda: HTMLResponse("<html>Please log in</html>"),
    "nothing": lambda: Response(b"", media_type="application/json"),
    "204": lambda: Response(status_code=204),
    "cut off": lambda: Response(b'{"devices": [{"serial": "SN-0', media_type="application/json"),
    "an empty object": lambda: said({}),
    "another shape": lambda: said({"devices": {"0": {}}, "total": 100, "pages": 10}),
    "null": lambda: said({"devices": None, "total": 100, "pages": 10}),
    "an error with 200": lambda: said({"error": "session expired"}),
}
BY_KIND: list[tuple[str, dict[str, Any]]] = [
    ("offset with total", {"devices": [], "total": 100}),
    ("offset with total", {"devices": [{}] * 10}),
    ("offset with total", {"devices": [{}] * 10, "total": "100"}),
    ("offset with total", {"devices": [{}] * 10, "total": None}),
    ("offset with total", {"devices": [{}] * 11, "total": 100}),
    ("offset", {"devices": [{}] * 11}),
    ("page number", {"devices": [], "pages": 10}),
    ("page number", {"devices": [{}] * 10}),
    ("page number", {"devices": [{}] * 10, "pages": "10"}),
    ("page number", {"devices": [{}] * 11, "pages": 10}),
    ("body cursor", {"devices": [{}] * 10, "meta": {"next": ["20"]}}),
    ("body cursor", {"devices": [{}] * 10, "meta": {"next": 20}}),
    ("body cursor", {"devices": [{}] * 10, "meta": {"next": "10"}}),
]


def said(body: Any) -> Response:
    return Response(json.dumps(body), media_type="application/json")


async def second_page(site: Site, url: str, kind: str) -> None:
    """Read a source's first page, which is good, and then its second."""
    path, pages, size = KINDS[kind]
    one = source(url, path=path, pages=pages, page_size=size)
    async with equip(definition(site.url, one, service_url=url), "test.toml") as equipment:
        first = await equipment.sources["devices"].read(None)
        cursor: Cursor | None = first.next
        assert len(first.records) == 10
        assert cursor is not None
        await equipment.sources["devices"].read(cursor)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("bad", ANYWHERE)
async def test_r06_an_answer_that_is_none_is_never_the_end(
    site: Site, third_party: ThirdParty, third_party_url: str, kind: str, bad: str
) -> None:
    """In mid-stream, for each pagination: an error that shows where, and how the answer begins."""
    third_party.answers.extend([None, ANYWHERE[bad]()])
    with pytest.raises(SourceMisread, match=third_party_url):
        await second_page(site, third_party_url, kind)


@pytest.mark.parametrize(("kind", "body"), BY_KIND)
async def test_r06_an_answer_that_contradicts_itself_is_never_the_end(
    site: Site, third_party: ThirdParty, third_party_url: str, kind: str, body: dict[str, Any]
) -> None:
    """No records though more are said to be, a total that vanished, a cursor of another type."""
    third_party.answers.extend([None, said(body)])
    with pytest.raises(SourceMisread, match=r"pagination|cursor"):
        await second_page(site, third_party_url, kind)


@pytest.mark.parametrize("kind", KINDS)
async def test_r06_a_source_that_turns_into_a_login_page_completes_nothing(
    ledger: Ledger, site: Site, third_party: ThirdParty, third_party_url: str, kind: str
) -> None:
    """For good: the run is held with the reason, and Assets is told of no completion."""
    path, pages, size = KINDS[kind]
    one = source(third_party_url, path=path, pages=pages, page_size=size)
    third_party.answers.extend([None, *[HTMLResponse("<html>Please log in</html>")] * 50])
    limits = "chunk_records = 10\nmax_attempts = 1"
    text = definition(site.url, one, limits=limits, service_url=third_party_url)
    run = await run_import(ledger, text)
    assert run.held
    assert run.state is RunState.INGESTING
    assert "not JSON" in (run.held_reason or "")
    assert site.states() == ["INGESTING"]

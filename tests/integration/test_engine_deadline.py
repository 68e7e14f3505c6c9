"""Imports from a source that is too slow for what it is asked, on both databases."""

import threading
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest

from assetferry.ledger.states import RunState
from assetferry.ledger.transition import Ledger
from definitions import CURSOR, definition, source
from imports import Site, run_import
from third_party import ThirdParty


@pytest.fixture
def released() -> Iterator[threading.Event]:
    """Set at the end: what the service has let hang until then gets its answer."""
    event = threading.Event()
    yield event
    event.set()


def limits_asked(service: ThirdParty) -> list[int]:
    """How many records each request asked for."""
    return [int(parse_qs(urlsplit(one).query)["limit"][0]) for one in service.asked]


async def test_pages_shrink_until_the_source_is_quick_enough(
    ledger: Ledger,
    site: Site,
    third_party: ThirdParty,
    third_party_url: str,
    released: threading.Event,
) -> None:
    """A service that hangs at more than 30 records is asked for 100, 50, 25, and 25 ever after."""

    def hang() -> None:
        if limits_asked(third_party)[-1] > 30:
            released.wait(60)

    third_party.before = hang
    run = await run_import(
        ledger,
        definition(
            site.url,
            source(third_party_url, page_size=100),
            limits='time_limit = "1 s"\nmax_attempts = 100\nchunk_records = 100\nreads = 1',
            service_url=third_party_url,
        ),
    )
    released.set()
    assert run.state is RunState.DONE, run.held_reason
    asked = limits_asked(third_party)
    too_large = [number for number in asked if number > 30]
    assert too_large == asked[: len(too_large)]
    assert too_large == sorted({*too_large}, reverse=True)
    assert asked[-1] <= 25
    assert site.objects("objectType = Laptop") == 100


async def test_what_came_before_a_page_that_hangs_is_kept(
    ledger: Ledger,
    site: Site,
    third_party: ThirdParty,
    third_party_url: str,
    released: threading.Event,
) -> None:
    """The fourth page never comes the first time: three pages arrive, then the rest."""

    def hang() -> None:
        if len(third_party.asked) == 4:
            released.wait(60)

    third_party.before = hang
    run = await run_import(
        ledger,
        definition(
            site.url,
            source(third_party_url, path="cursor", pages=CURSOR, page_size=None),
            limits='time_limit = "4 s"\nmax_attempts = 5\nchunk_records = 100',
            service_url=third_party_url,
        ),
    )
    released.set()
    assert run.state is RunState.DONE, run.held_reason
    assert third_party.asked.count(third_party.asked[0]) == 1
    assert site.objects("objectType = Laptop") == 100

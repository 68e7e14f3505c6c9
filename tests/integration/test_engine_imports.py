"""Whole imports: real HTTP to a third-party service and to the local Assets server."""

import pytest
from sqlalchemy import Connection, select

from assetferry.ledger.run import Run
from assetferry.ledger.states import ChunkState, RunState
from assetferry.ledger.sums import sums
from assetferry.ledger.tables import chunks, payloads
from assetferry.ledger.transition import Ledger
from definitions import CURSOR, EMPLOYEE, LAPTOP, LINK, OFFSET, PAGE, UNTOLD, definition, source
from imports import Site, run_import
from third_party import ThirdParty, laptop, serving


def sent_chunks(connection: Connection, run: str) -> list[tuple[int, str, int]]:
    """Number, part and records of every chunk that was sent."""
    rows = connection.execute(
        select(chunks.c.number, chunks.c.part, chunks.c.records, chunks.c.entries)
        .where(chunks.c.run == run, chunks.c.state == ChunkState.SUBMITTED)
        .order_by(chunks.c.number, chunks.c.part)
    )
    return [(number, part, records) for number, part, records, entries in rows if entries]


def bytes_left(connection: Connection, run: str) -> int:
    """How many payloads of a run are still stored."""
    return len(connection.execute(select(payloads.c.part).where(payloads.c.run == run)).all())


async def done(ledger: Ledger, run: Run) -> None:
    """A run that ended well has told everything and keeps no bytes."""
    assert run.state is RunState.DONE, run.reason
    assert await ledger.run(bytes_left, run.id) == 0


async def test_the_tutorials_example(ledger: Ledger, site: Site, third_party_url: str) -> None:
    """100 objects in pages of 10 make 10 chunks, one completion and 100 objects."""
    text = definition(site.url, source(third_party_url), service_url=third_party_url)
    run = await run_import(ledger, text)
    await done(ledger, run)
    assert len(await ledger.run(sent_chunks, run.id)) == 10
    assert site.states() == ["DONE"]
    assert site.objects("objectType = Laptop") == 100


@pytest.mark.parametrize(
    ("path", "pages", "page_size"),
    [
        ("offset", OFFSET, 10),
        ("untold", UNTOLD, 10),
        ("page", PAGE, 10),
        ("cursor", CURSOR, None),
        ("link", LINK, None),
    ],
    ids=["offset with total", "offset", "page number", "body cursor", "Link header"],
)
async def test_every_pagination_brings_the_same_objects(
    ledger: Ledger,
    site: Site,
    third_party: ThirdParty,
    third_party_url: str,
    path: str,
    pages: str,
    page_size: int | None,
) -> None:
    """A planned stream and a chain of any kind give the same rows, and all records."""
    one = source(third_party_url, path=path, pages=pages, page_size=page_size)
    run = await run_import(ledger, definition(site.url, one, service_url=third_party_url))
    await done(ledger, run)
    sent = await ledger.run(sent_chunks, run.id)
    assert sent == [(number, "", 10) for number in range(10)]
    assert site.objects("objectType = Laptop") == 100
    assert all(headers["authorization"] == "Bearer let-me-in" for headers in third_party.headers)


async def test_pages_larger_than_a_chunk(ledger: Ledger, site: Site, third_party_url: str) -> None:
    """A page of 50 with 10 records a chunk gives five parts, all of one read."""
    one = source(third_party_url, page_size=50)
    run = await run_import(ledger, definition(site.url, one, service_url=third_party_url))
    await done(ledger, run)
    sent = await ledger.run(sent_chunks, run.id)
    assert sent == [(number, str(part), 10) for number in (0, 1) for part in range(5)]
    assert site.objects("objectType = Laptop") == 100


async def test_chunks_larger_than_a_page(
    ledger: Ledger, site: Site, third_party: ThirdParty, third_party_url: str
) -> None:
    """A read takes whole pages until the chunk is full: three of 10 for 25 records."""
    one = source(third_party_url, path="untold", pages=UNTOLD)
    text = definition(site.url, one, limits="chunk_records = 25", service_url=third_party_url)
    run = await run_import(ledger, text)
    await done(ledger, run)
    numbers = [(number, records) for number, _, records in await ledger.run(sent_chunks, run.id)]
    assert {number for number, _ in numbers} == {0, 1, 2, 3}
    assert sum(records for _, records in numbers) == 100
    assert len(third_party.asked) == 11


async def test_a_page_larger_than_chunk_bytes(
    ledger: Ledger, site: Site, third_party: ThirdParty, third_party_url: str
) -> None:
    """Bytes bound a chunk as records do: no body that is sent is larger."""
    for record in third_party.records:
        record["name"] = record["name"].ljust(150, "x")
    one = source(third_party_url, page_size=100)
    limits = 'chunk_records = 100\nchunk_bytes = "4 KiB"'
    text = definition(site.url, one, limits=limits, service_url=third_party_url)
    run = await run_import(ledger, text)
    await done(ledger, run)
    assert len(await ledger.run(sent_chunks, run.id)) >= 5
    assert site.objects("objectType = Laptop") == 100


async def test_one_entry_larger_than_chunk_bytes(
    ledger: Ledger, site: Site, third_party: ThirdParty, third_party_url: str
) -> None:
    """An entry that no chunk can hold goes alone; Assets decides whether it takes it."""
    third_party.records = [laptop(number) for number in range(3)]
    third_party.records[1]["name"] = "x" * 5000
    limits = 'chunk_records = 100\nchunk_bytes = "1 KiB"'
    text = definition(site.url, source(third_party_url), limits=limits, service_url=third_party_url)
    run = await run_import(ledger, text)
    await done(ledger, run)
    assert [part for _, part, _ in await ledger.run(sent_chunks, run.id)] == ["0", "1", "2"]
    assert site.objects("objectType = Laptop") == 3


async def test_several_sources_and_types_in_one_definition(
    ledger: Ledger, site: Site, third_party_url: str
) -> None:
    """Each source is a stream of its own; nested items become objects of another type."""
    other = ThirdParty(records=[laptop(number) for number in range(1000, 1030)])
    with serving(other) as server:
        types = LAPTOP + EMPLOYEE + LAPTOP.replace("Laptop", "Tablet").replace("devices", "tablets")
        text = definition(
            site.url,
            source(third_party_url),
            source(server.url, path="cursor", pages=CURSOR, page_size=None, name="tablets"),
            types=types,
            service_url=third_party_url,
        ).replace('allow = ["', f'allow = ["{server.url.removeprefix("http://")}", "')
        run = await run_import(ledger, text)
    await done(ledger, run)
    assert site.objects("objectType = Laptop") == 100
    assert site.objects("objectType = Tablet") == 30
    assert site.objects("objectType = Employee") == 34
    told = {(one.stream, one.object_type): one for one in (await ledger.run(sums, run.id)).types}
    assert told["devices", "Employee"].entries_mapped == 100
    assert told["devices", "Employee"].entries_repeated > 0


async def test_a_second_run_changes_nothing(
    ledger: Ledger, site: Site, third_party_url: str
) -> None:
    """The same records again update the same objects, and the mapping is not pushed anew."""
    text = definition(site.url, source(third_party_url), service_url=third_party_url)
    await done(ledger, await run_import(ledger, text))
    again = await run_import(ledger, text)
    await done(ledger, again)
    assert again.result is not None
    (laptops,) = again.result["objectTypeResultMap"].values()
    assert (laptops["objectsCreated"], laptops["objectsIdentical"]) == (0, 100)
    assert site.states() == ["DONE", "DONE"]


async def test_records_that_do_not_fit_are_set_aside(
    ledger: Ledger, site: Site, third_party: ThirdParty, third_party_url: str
) -> None:
    """A record without its required value is quarantined; the run ends PARTIAL and says so."""
    third_party.records[7]["ram_gb"] = "plenty"
    text = definition(
        site.url,
        source(third_party_url),
        safety='max_quarantined = "5%"',
        service_url=third_party_url,
    )
    run = await run_import(ledger, text)
    assert run.state is RunState.PARTIAL
    assert "1 records of 'devices' are in quarantine" in (run.reason or "")
    assert site.objects("objectType = Laptop") == 99


async def test_too_many_bad_records_hold_the_run(
    ledger: Ledger, site: Site, third_party: ThirdParty, third_party_url: str
) -> None:
    """Above max_quarantined nothing is completed: the run waits for a person."""
    for record in third_party.records[:10]:
        record["ram_gb"] = None
    text = definition(site.url, source(third_party_url), service_url=third_party_url)
    run = await run_import(ledger, text)
    assert run.held
    assert "10 of 100 records" in (run.held_reason or "")
    assert site.states() == ["INGESTING"]


async def test_a_source_that_changes_while_it_is_read_is_noticed(
    ledger: Ledger, site: Site, third_party: ThirdParty, third_party_url: str
) -> None:
    """A total that grows marks the stream moved: held, as missing objects may be removed."""

    def grow() -> None:
        if len(third_party.asked) == 5:
            third_party.records.insert(0, laptop(999))

    third_party.before = grow
    text = definition(
        site.url, source(third_party_url), missing="remove", service_url=third_party_url
    )
    run = await run_import(ledger, text)
    assert run.held
    assert "changed while it was read" in (run.held_reason or "")
    assert site.states() == ["INGESTING"]

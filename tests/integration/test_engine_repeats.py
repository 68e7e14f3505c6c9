"""Identities that come again in a run: which content wins, whatever is late, killed or shared."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Sequence
from dataclasses import replace

import pytest
from starlette.responses import PlainTextResponse

from assetferry.engine.attendance import Attendance
from assetferry.engine.importer import Importer
from assetferry.engine.keeper import Keeper
from assetferry.engine.ports import Equipment
from assetferry.equipment import equip
from assetferry.ledger.conflicts import conflicts_of
from assetferry.ledger.creation import unfinished_run
from assetferry.ledger.run import Run, load_run
from assetferry.ledger.states import RunState
from assetferry.ledger.sums import TypeSums, sums
from assetferry.ledger.transition import Ledger
from assetferry.sources.page import Cursor, Page, Source
from definitions import EMPLOYEE, LAPTOP, definition, source
from dying import Died, DyingLedger, bury_all
from imports import Equip, Site, finished, new_run, run_import
from ledgers import another
from third_party import ThirdParty


@pytest.fixture
def text(site: Site, third_party: ThirdParty, third_party_url: str) -> str:
    """Laptops and their owners; user 4's first place is on page 1, others say otherwise."""
    for number, name in ((13, "Second"), (50, "Late"), (90, "Last")):
        third_party.records[number]["owner"] = {"email": "user4@example.com", "name": name}
    third_party.records[95]["owner"] = {"email": "user0@example.com", "name": "User 0"}
    return definition(
        site.url, source(third_party_url), types=LAPTOP + EMPLOYEE, service_url=third_party_url
    )


def right(site: Site) -> None:
    """What an undisturbed import, read place after place, leaves in Assets."""
    assert site.objects("objectType = Laptop") == 100
    assert site.objects("objectType = Employee") == 34
    assert site.objects('objectType = Employee AND Name = "User 4"') == 1
    for other in ("Second", "Late", "Last"):
        assert site.objects(f'objectType = Employee AND Name = "{other}"') == 0


async def employees(ledger: Ledger, run: Run) -> TypeSums:
    (found,) = [
        one for one in (await ledger.run(sums, run.id)).types if one.object_type != "Laptop"
    ]
    return found


class Late(Source):
    """A source whose page at offset 10 comes only when so many later pages have come."""

    def __init__(self, source: Source, later: int) -> None:
        self._source, self._later = source, later
        self._enough = asyncio.Event()
        self.came: list[int] = []

    async def read(self, cursor: Cursor | None) -> Page:
        offset = 0 if cursor is None else cursor["offset"]
        if offset == 10:
            await self._enough.wait()
        page = await self._source.read(cursor)
        self.came.append(offset)
        if len([one for one in self.came if one > 10]) >= self._later:
            self._enough.set()
        return page

    def ahead(self, page: Page, *, records: int) -> Sequence[Cursor]:
        return self._source.ahead(page, records=records)


def lately(later: int, made: list[Late]) -> Equip:
    """Equipment whose source is late."""

    @contextlib.asynccontextmanager
    async def equipped(text: str, origin: str) -> AsyncGenerator[Equipment]:
        async with equip(text, origin) as equipment:
            made.append(Late(equipment.sources["devices"], later))
            yield replace(equipment, sources={"devices": made[-1]})

    return equipped


async def test_each_identity_is_sent_once(ledger: Ledger, site: Site, text: str) -> None:
    """Repeats are counted, conflicts told with both places; records add up, the run is DONE."""
    run = await run_import(ledger, text)
    assert run.state is RunState.DONE, run.reason
    right(site)
    told = await employees(ledger, run)
    assert (told.entries_mapped, told.entries_submitted) == (100, 34)
    assert (told.entries_repeated, told.entries_conflicting) == (63, 3)
    assert "3 entries were not sent" in (run.reason or "")
    assert run.result is not None
    counted = {one["objectTypeName"]: one for one in run.result["objectTypeResultMap"].values()}
    assert counted["Employee"]["entriesInSource"] == 34
    kept = await ledger.run(conflicts_of, run.id, limit=None)
    assert [(one.identity, one.cursor, one.position) for one in kept] == [
        (["user4@example.com"], {"offset": 10, "until": 20}, 3),
        (["user4@example.com"], {"offset": 50, "until": 60}, 0),
        (["user4@example.com"], {"offset": 90}, 0),
    ]
    assert {(str(one.sent_cursor), one.sent_position) for one in kept} == {
        ("{'offset': 10, 'until': 20}", 2)
    }


async def test_the_first_place_wins_though_it_is_read_last(
    ledger: Ledger, site: Site, text: str
) -> None:
    """Pages come in any order; what they hold is sent as if they had come in theirs."""
    made: list[Late] = []
    run = await run_import(ledger, text, equip=lately(7, made))
    assert run.state is RunState.DONE, run.reason
    assert made[0].came.index(10) > made[0].came.index(50)
    right(site)
    assert (await employees(ledger, run)).entries_conflicting == 3


async def test_a_place_that_fails_is_waited_for(
    ledger: Ledger, site: Site, text: str, third_party: ThirdParty
) -> None:
    """Later pages are not read twice while an earlier one is tried again."""
    third_party.answers.extend([None, PlainTextResponse("oops", 500)])
    run = await run_import(ledger, text)
    assert run.state is RunState.DONE, run.reason
    assert len(third_party.asked) == 11
    right(site)


async def test_types_without_each_find_duplicates_where_asked(
    ledger: Ledger, site: Site, text: str, third_party: ThirdParty
) -> None:
    """A laptop that comes again is sent again by default, and once with find_duplicates."""
    third_party.records[60] = third_party.records[6] | {"name": "renamed"}
    run = await run_import(ledger, text)
    assert (await ledger.run(sums, run.id)).entries_submitted == 100 + 34
    text = text.replace(
        "[object_types.Laptop]\n", "[object_types.Laptop]\nfind_duplicates = true\n"
    )
    run = await run_import(ledger, text)
    assert run.state is RunState.DONE, run.reason
    assert (await ledger.run(sums, run.id)).entries_submitted == 99 + 34
    assert site.objects("objectType = Laptop AND Hostname = laptop-6") == 1


@pytest.mark.parametrize("committed", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("steps", [5, 13])
async def test_r05_killed_again_and_again_the_same_content_wins(
    ledger: Ledger, site: Site, text: str, steps: int, *, committed: bool
) -> None:
    """Every process dies after so many transitions, before or after the last one's commit."""
    started, deaths = False, 0
    while not started or await ledger.run(unfinished_run, "hardware") is not None:
        # Each lives a little longer, so that all of them together come to the end.
        dying = DyingLedger(ledger, after=steps * (1 + deaths), committed=committed)
        with contextlib.suppress(Died):
            async with Importer(dying, lately(3, []), locks=None) as importer:
                run = await ledger.run(unfinished_run, "hardware")
                if run is None:
                    run = await importer.begin(new_run(text))
                else:
                    await importer.go_on(run.id)
                assert run is not None
                started = True
                await finished(ledger, importer, run.id)
        deaths += dying.dead
        await dying.settled()
        await bury_all(ledger)
    ended = await ledger.run(load_run, "latest")
    assert ended.state is RunState.DONE, ended.reason
    assert deaths > 1
    right(site)
    told = await employees(ledger, ended)
    assert (told.entries_submitted, told.entries_repeated, told.entries_conflicting) == (34, 63, 3)


async def test_two_processes_share_a_run_and_the_first_place_wins(
    ledger: Ledger, site: Site, text: str, database: dict[str, str]
) -> None:
    """Each stages what it has read when the other has staged what comes before."""
    async with another(database) as second, Importer(ledger, equip, locks=None) as importer:
        run = await importer.begin(new_run(text.replace("[limits]", "[limits]\nreads = 2")))
        assert run is not None
        keeper = Keeper(second)
        helping = Attendance(second, keeper, equip, "helper")
        await asyncio.gather(finished(ledger, importer, run.id), helping.attend(run.id))
        ended = await ledger.run(load_run, run.id)
    assert ended.state is RunState.DONE, ended.reason
    right(site)
    assert (await employees(ledger, ended)).entries_conflicting == 3

"""R3, R8 and R12 on whole imports: what is incomplete is never completed, so nothing is removed.

The local Assets server is set to remove what a run does not bring, without a threshold.
"""

from collections.abc import Callable, Sequence

import pytest
from starlette.responses import PlainTextResponse

from assetferry.assets.answers import Accepted, Refused, Trouble, Unavailable
from assetferry.engine.importer import Importer
from assetferry.equipment import equip
from assetferry.ledger.run import load_run
from assetferry.ledger.states import RunState
from assetferry.ledger.timeline import timeline
from assetferry.ledger.transition import Ledger
from assetferry.local_assets.server import LocalAssets
from assetferry.local_assets.settings.source import SourceSettings
from assetferry.mapping.outcome import Outcome
from assetferry.mapping.transformers import Transformer
from assetferry.sources.page import Record
from definitions import OFFSET, PAGE, definition, source
from imports import Site, finished, new_run, run_import
from spoiling import Spoils, spoilt
from third_party import ThirdParty

LAPTOPS = "objectType = Laptop"


@pytest.fixture
def removing(assets_server: LocalAssets, monkeypatch: pytest.MonkeyPatch) -> Site:
    """An import source that removes every object that a run does not bring."""
    settings = SourceSettings(missing_objects="REMOVE", missing_threshold=1.0)
    made = assets_server.new_source("Removing", settings=settings)
    monkeypatch.setenv("ASSETS_TOKEN", made.token)
    monkeypatch.setenv("INVENTORY_TOKEN", "let-me-in")
    return Site(assets_server, made)


@pytest.fixture
def text(removing: Site, third_party_url: str) -> str:
    """A definition that says so."""
    return definition(
        removing.url,
        source(third_party_url),
        missing="remove",
        limits="chunk_records = 10\nmax_attempts = 1",
        service_url=third_party_url,
    )


@pytest.fixture
async def before(ledger: Ledger, removing: Site, text: str) -> Site:
    """A good run has brought a hundred laptops."""
    run = await run_import(ledger, text)
    assert run.state is RunState.DONE, run.reason
    assert removing.objects(LAPTOPS) == 100
    return removing


async def test_what_a_good_run_no_longer_brings_is_removed(
    ledger: Ledger, before: Site, text: str, third_party: ThirdParty
) -> None:
    """The server does remove: so the other tests of this page can fail."""
    third_party.records = third_party.records[:90]
    run = await run_import(ledger, text)
    assert run.state is RunState.DONE, run.reason
    assert before.objects(LAPTOPS) == 90


async def test_r08_a_poison_page_deletes_nothing(
    ledger: Ledger, before: Site, text: str, third_party: ThirdParty
) -> None:
    """One page that cannot be read: nothing is completed, held or closed, all objects stay."""
    third_party.answers.extend([None, None, *[PlainTextResponse("oops", 500)] * 50])
    held = await run_import(ledger, text)
    assert held.held
    assert before.objects(LAPTOPS) == 100
    async with Importer(ledger, equip, locks=None) as importer:
        assert await importer.cancel(held.id)
        await finished(ledger, importer, held.id)
    assert before.states() == ["DONE", "CANCELLED"]
    assert before.objects(LAPTOPS) == 100


async def test_r08_one_bad_record_deletes_nothing(
    ledger: Ledger, before: Site, text: str, third_party: ThirdParty
) -> None:
    """A record in quarantine is an object that would be removed: not one is tolerated."""
    third_party.records[7]["ram_gb"] = "plenty"
    run = await run_import(ledger, text)
    assert run.held
    assert "1 of 100 records" in (run.held_reason or "")
    assert before.objects(LAPTOPS) == 100


async def test_r08_one_entry_that_assets_refuses_deletes_nothing(
    ledger: Ledger, before: Site, text: str
) -> None:
    """The same for what only Assets finds wrong."""

    async def refuse(_execution: str, body: bytes) -> Accepted | Trouble | None:
        return Refused(reason="bad entry") if b'"SN-000042"' in body else None

    run = await run_import(ledger, text, equip=spoilt(Spoils(submit=refuse)))
    assert run.held
    assert before.objects(LAPTOPS) == 100


async def test_r08_a_scheduled_run_is_abandoned_and_deletes_nothing(
    ledger: Ledger, before: Site, text: str, third_party: ThirdParty
) -> None:
    """Nobody is there to be asked: it ends FAILED and its execution is cancelled."""
    third_party.records = third_party.records[:40]
    run = await run_import(ledger, text, scheduled=True)
    assert (run.state, run.reason_code) == (RunState.FAILED, "shrunk")
    assert before.states() == ["DONE", "CANCELLED"]
    assert before.objects(LAPTOPS) == 100


async def test_r08_a_person_may_set_a_limit_aside_and_it_is_recorded(
    ledger: Ledger, before: Site, text: str, third_party: ThirdParty
) -> None:
    """For a held run, with a reason; for one that is not held it is refused and leaves no trace."""
    third_party.records = third_party.records[:40]
    async with Importer(ledger, equip, locks=None) as importer:
        run = await importer.begin(new_run(text))
        assert run is not None
        held = await finished(ledger, importer, run.id)
        assert held.held
        assert "--override max_shrink" in (held.held_cure or "")
        assert await importer.resume(run.id, overrides={"max_shrink": "Sold (ann@desk)"})
        ended = await finished(ledger, importer, run.id)
        assert ended.state is RunState.DONE, ended.reason
        assert not await importer.resume(run.id, overrides={"moved": "Why not"})
    assert before.objects(LAPTOPS) == 40
    told = await ledger.run(load_run, run.id)
    assert told.overrides == {"max_shrink": "Sold (ann@desk)"}
    noted = [one.text for one in await ledger.run(timeline, run.id) if one.kind == "override"]
    assert noted == ["max_shrink set aside: Sold (ann@desk)"]


async def test_r03_a_chunk_that_is_withheld_keeps_the_run_from_completing(
    ledger: Ledger, before: Site, text: str
) -> None:
    """All the others are in: the run is held, and Assets hears of no completion."""

    async def withhold(_execution: str, body: bytes) -> Accepted | Trouble | None:
        return Unavailable(reason="no answer") if b'"SN-000042"' in body else None

    run = await run_import(ledger, text, equip=spoilt(Spoils(submit=withhold)))
    assert run.held
    assert run.state is RunState.INGESTING
    assert before.states() == ["DONE", "INGESTING"]
    assert before.objects(LAPTOPS) == 100


async def test_r12_records_that_went_nowhere_fail_the_run_before_completion(
    ledger: Ledger, before: Site, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bug of ours that loses one record a page is found by adding up."""
    whole = Transformer.transform

    def losing(self: Transformer, records: Sequence[Record]) -> list[Outcome]:
        return whole(self, records)[:-1]

    monkeypatch.setattr(Transformer, "transform", losing)
    run = await run_import(ledger, text)
    assert (run.state, run.reason_code) == (RunState.FAILED, "miscounted")
    assert before.states() == ["DONE", "CANCELLED"]
    assert before.objects(LAPTOPS) == 100


def by_page(text: str) -> str:
    """Read the same records by page number, with the number of pages as all that is said."""
    return text.replace("/offset", "/page").replace(OFFSET, PAGE)


def in_one_read(text: str) -> str:
    """Read all pages for one chunk, so that no two reads can be compared."""
    return text.replace("chunk_records = 10", "chunk_records = 1000")


@pytest.mark.parametrize("change", ["grows", "shrinks"])
@pytest.mark.parametrize("missing", ["remove", "ignore"])
@pytest.mark.parametrize(
    "pages",
    [(), (by_page,), (in_one_read,), (by_page, in_one_read)],
    ids=["a plan by offset", "a plan by page", "offsets in one read", "pages in one read"],
)
async def test_a_source_that_moves_is_held_or_partial(
    ledger: Ledger,
    before: Site,
    text: str,
    third_party: ThirdParty,
    change: str,
    missing: str,
    pages: Sequence[Callable[[str], str]],
) -> None:
    """Held where objects would be removed; else PARTIAL; each time with the cure."""
    third_party.asked.clear()

    def move() -> None:
        if len(third_party.asked) == 5:
            if change == "grows":
                first = third_party.records[0]
                third_party.records[:0] = [first | {"serial": f"SN-{one}"} for one in range(5)]
            else:
                del third_party.records[:10]

    third_party.before = move
    for change_to in pages:
        text = change_to(text)
    run = await run_import(ledger, text.replace('"remove"', f'"{missing}"'))
    if missing == "remove":
        assert run.held
        assert "stable sort order" in (run.held_cure or "")
        assert before.objects(LAPTOPS) == 100
    else:
        assert run.state is RunState.PARTIAL, run.reason
        assert "stable sort order" in (run.reason or "")

"""A source that goes in circles is found out by landmarks, on both databases."""

from itertools import count

import pytest

from assetferry.ledger.landmarks import CursorRepeated, PageRepeated
from assetferry.ledger.run import Run
from assetferry.ledger.staging import stage
from assetferry.ledger.submitting import submitted
from assetferry.ledger.transition import Ledger
from ledgers import gave, ingesting, reading, rows, sending


async def read_on(ledger: Ledger, run: Run, following: int, *marks: bytes) -> None:
    """One step of a chain: read, told where to go on, sent."""
    work = await reading(ledger, run)
    staged = gave(b"x", next_=[{"cursor": f"c{following}"}], page_marks=marks)
    await ledger.run(stage, work, staged, send_on=False)
    await ledger.run(submitted, await sending(ledger, run))


@pytest.mark.parametrize(("before", "circle"), [(0, 2), (1, 1), (3, 5), (6, 9)])
async def test_r06_a_chain_that_leads_back_anywhere_ends(
    ledger: Ledger, before: int, circle: int
) -> None:
    """However long the way into the circle and around it, at most three times that is read."""
    run = await ingesting(ledger)
    steps: list[int] = []

    async def go_on() -> None:
        for place in count(1):
            at = place if place <= before else before + 1 + (place - before - 1) % circle
            await read_on(ledger, run, at)
            steps.append(at)
            assert len(steps) <= 3 * (before + circle) + 2

    with pytest.raises(CursorRepeated, match="pagination"):
        await go_on()
    assert (await reading_again(ledger, run)) == len(steps)


async def reading_again(ledger: Ledger, run: Run) -> int:
    """The place that was refused is still to be read: nothing of it was stored."""
    due = [row for row in await ledger.run(rows, run.id) if row.state == "DUE"]
    return due[0].number


async def test_r06_a_long_chain_without_a_circle_is_read(ledger: Ledger) -> None:
    """No place and no page comes twice: no landmark is met."""
    run = await ingesting(ledger)
    for place in range(1, 20):
        await read_on(ledger, run, place, b"%d" % place)


async def test_r06_a_page_that_is_the_first_again_is_refused(ledger: Ledger) -> None:
    """Also at a planned place, which does not lead on."""
    run = await ingesting(ledger)
    first = gave(b"x", next_=[{"offset": 10, "until": 20}, {"offset": 20}], page_marks=[b"one"])
    await ledger.run(stage, await reading(ledger, run), first, send_on=True)
    with pytest.raises(PageRepeated, match="does not seem to look at the place"):
        await ledger.run(
            stage, await reading(ledger, run), gave(b"y", page_marks=[b"one"]), send_on=True
        )


async def test_r06_pages_that_go_in_circles_are_refused(ledger: Ledger) -> None:
    """The cursors are new each time, the pages are not."""
    run = await ingesting(ledger)
    pages = [b"a", b"b", b"c", b"d"]

    async def go_on() -> None:
        for place in range(1, 20):
            await read_on(ledger, run, place, pages[min(place, 2 + place % 2) - 1])

    with pytest.raises(PageRepeated):
        await go_on()

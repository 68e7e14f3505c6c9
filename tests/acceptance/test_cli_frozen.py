"""R5: processes that are frozen in the middle of a request, overtaken, and thaw again."""

import asyncio
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from assetferry.ledger.timeline import timeline
from assetferry.local_assets.server import LocalAssets
from assetferry.local_assets.settings import Settings
from commands import Ferry, ended, says, until
from definitions import EMPLOYEE, LAPTOP, definition, source
from freezing import frozen
from imports import Site
from ledgers import another
from moved_clock import MovedClock
from third_party import ThirdParty, laptop, serving
from upheaval import contents

SILENT_S = 100.0
"""Longer than a process may be silent, and than a lease lasts."""
TAKEN = "This process had not been heard of for a while and was taken for dead"
TOKENS = {"INVENTORY_TOKEN": "let-me-in"}


@contextmanager
def assets(folder: Path) -> Generator[Site]:
    """An Assets server that takes every repeated chunk for a new one."""
    with LocalAssets(Settings(port=0, data=folder, dedupe="none")) as server:
        yield Site(server, server.new_source("Hardware"))


def written(folder: Path, site: Site, service_url: str) -> Path:
    """A definition's file: a hundred laptops in ten chunks, and their owners."""
    text = definition(
        site.url,
        source(service_url),
        types=LAPTOP + EMPLOYEE,
        limits="chunk_records = 10\nreads = 2\nsends = 2",
        service_url=service_url,
    )
    file = folder / "hardware.toml"
    file.write_text(text)
    return file


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, str, str]]:
    """All objects that a run makes which nobody disturbs."""
    folder = tmp_path_factory.mktemp("calm")
    service = ThirdParty(records=[laptop(number) for number in range(100)])
    with assets(folder / "assets") as site, serving(service) as serves:
        ferry = Ferry(folder / "data", TOKENS | {"ASSETS_TOKEN": site.made.token})
        assert ferry.run("run", str(written(folder, site, serves.url))).code == 0
    return contents(folder / "assets" / "assets.sqlite3")


@dataclass
class Scene:
    """One import, the clocks of its processes, and what it is measured by."""

    folder: Path
    database: dict[str, str]
    clock: MovedClock
    site: Site
    service: ThirdParty
    file: Path
    undisturbed: list[tuple[str, str, str]]

    def __post_init__(self) -> None:
        tokens = TOKENS | {"ASSETS_TOKEN": self.site.made.token}
        data = self.folder / "data"
        self.ferry = Ferry(data, self.clock.environ | tokens, self.clock.program)
        self.command = ("run", str(self.file), "--json", "--progress", "plain")

    def is_whole(self, story: dict[str, Any]) -> None:
        """One execution, completed once, that made exactly what an undisturbed run makes."""
        assert story["state"] == "DONE", story
        assert story["reason"].startswith("Everything arrived."), story
        assert story["streams"][0]["records_read"] == 100
        kinds = asyncio.run(self._happened(story["run"]))
        for once in ("completing", "processing", "ended"):
            assert kinds.count(once) == 1, kinds
        assert [one for one in self.site.states() if one != "CANCELLED"] == ["DONE"]
        assert contents(self.folder / "assets" / "assets.sqlite3") == self.undisturbed
        assert not list(self.folder.glob("*/workers/*")), "a lock was left behind"

    async def _happened(self, run: str) -> list[str]:
        async with another(self.database) as ledger:
            return [event.kind for event in await ledger.run(timeline, run)]


@pytest.fixture
def scene(
    tmp_path: Path,
    database: dict[str, str],
    third_party: ThirdParty,
    third_party_url: str,
    undisturbed: list[tuple[str, str, str]],
) -> Iterator[Scene]:
    """A definition of which nothing has been imported yet."""
    with assets(tmp_path / "assets") as site:
        yield Scene(
            tmp_path,
            database,
            MovedClock(tmp_path, database),
            site,
            third_party,
            written(tmp_path, site, third_party_url),
            undisturbed,
        )


@dataclass(frozen=True)
class Parked:
    """A request that waits for its answer until it is let go."""

    met: Callable[[], bool]
    let_go: Callable[[], None]


class Page:
    """The fifth page of the source, parked each time it is asked for."""

    def __init__(self, scene: Scene) -> None:
        self.asks = 0
        self._go = [threading.Event(), threading.Event()]
        scene.service.at = self._asked

    def parked(self, ask: int = 0) -> Parked:
        """What the first process to ask for it waits for, or the second."""
        return Parked(lambda: self.asks > ask, self._go[ask].set)

    def _asked(self, path: str) -> None:
        if "skip=40" in path and self.asks < len(self._go):
            go = self._go[self.asks]
            self.asks += 1
            assert go.wait(60)


def page(scene: Scene) -> Parked:
    """The fifth page of the source, for who asks first."""
    page = Page(scene)
    page.parked(1).let_go()
    return page.parked()


def call(route: str, skip: int = 0) -> Callable[[Scene], Parked]:
    """A call of Assets, which is carried out once it is let go."""

    def parked(scene: Scene) -> Parked:
        fault = scene.site.fault("delay", route=route, seconds=600, skip=skip)

        def met() -> bool:
            return scene.site.faults()[0]["used"] > 0

        return Parked(met, lambda: scene.site.mend(fault))

    return parked


MOMENTS = {
    "page": page,
    "start": call("POST executions"),
    "submit": call("POST data", 3),
    "complete": call("POST data", 10),
    "watch": call("GET status", 1),
}


# Under SIGSTOP the monotonic clock goes on, so that what waits for an answer gives up; while a
# machine sleeps it stands still, and the late answer is read.
@pytest.mark.parametrize(
    ("moment", "awake"),
    [("page", 0.0), ("submit", SILENT_S), ("complete", 0.0), ("watch", SILENT_S)],
)
def test_r05_what_a_thawed_process_brings_is_refused_once_another_one_has_gone_on(
    scene: Scene, moment: str, awake: float
) -> None:
    """Frozen with a request under way, overtaken to the end: nothing lost, nothing doubled."""
    parked = MOMENTS[moment](scene)
    first = scene.ferry.start(*scene.command)
    until(parked.met, moment)
    with frozen(first, scene.database):
        scene.clock.move(SILENT_S, awake=awake)
        second = scene.ferry.run(*scene.command)
        parked.let_go()
    late = ended(first)
    assert second.code == 0, second.err
    assert late.code == 0, late.err
    assert late.err.count(TAKEN) == 1, late.err
    scene.is_whole(second.json)


def test_r02_a_start_that_was_answered_to_a_frozen_process_is_closed_by_who_takes_over(
    scene: Scene,
) -> None:
    """Nobody has read which execution it made: it is cancelled, empty, and another one is made."""
    parked = MOMENTS["start"](scene)
    first = scene.ferry.start(*scene.command)
    until(parked.met, "the start")
    with frozen(first, scene.database):
        parked.let_go()
        until(lambda: scene.site.states() == ["INGESTING"], "the execution")
        scene.clock.move(SILENT_S, awake=SILENT_S)
        second = scene.ferry.run(*scene.command)
    late = ended(first)
    assert (second.code, late.code) == (0, 0), (second, late)
    assert scene.site.states() == ["CANCELLED", "DONE"]
    scene.is_whole(second.json)


def test_r02_a_start_that_arrives_when_its_run_has_ended_is_closed_by_who_asked_for_it(
    scene: Scene,
) -> None:
    """It knows by then that its run is another one's, and waits for the answer all the same."""
    parked = MOMENTS["start"](scene)
    first = scene.ferry.start(*scene.command)
    until(parked.met, "the start")
    with frozen(first, scene.database):
        # Leases are to be renewed when it thaws, but no request has taken too long.
        scene.clock.move(SILENT_S, awake=15.0)
        second = scene.ferry.run(*scene.command)
    says(first, TAKEN)
    parked.let_go()
    late = ended(first)
    assert (second.code, late.code) == (0, 0), (second, late)
    assert scene.site.states() == ["DONE", "CANCELLED"]
    scene.is_whole(second.json)


def test_r05_who_thaws_while_the_other_is_at_its_row_works_on_beside_it(scene: Scene) -> None:
    """A watcher has taken over and reads the same page: one of the two brings it, once."""
    page = Page(scene)
    first = scene.ferry.start(*scene.command)
    until(page.parked().met, "the page")
    second = scene.ferry.start(*scene.command)
    assert second.stderr is not None
    assert "at work already" in second.stderr.readline()
    with frozen(first, scene.database):
        scene.clock.move(SILENT_S, awake=0.0)
        until(page.parked(1).met, "the same page, asked for by the other")
    page.parked(0).let_go()
    page.parked(1).let_go()
    ends = [ended(first), ended(second)]
    assert [end.code for end in ends] == [0, 0], ends
    assert TAKEN in ends[0].err
    assert "going on with it here" in ends[1].err
    scene.is_whole(ends[0].json)

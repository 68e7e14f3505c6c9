"""What an example plays in: the records, how they are read, and what is out of order."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from assetferry.definition.document import Definition
from assetferry.definition.load import load
from assetferry.mapping.transformers import Transformer, compile_transformers
from assetferry.sources.page import Cursor, Page
from definitions import definition, source

__all__ = ["World", "equipped"]


@dataclass(frozen=True, kw_only=True)
class World:
    """The circumstances of one run."""

    records: int = 7
    page: int = 2
    planned: bool = False
    bad: frozenset[int] = frozenset()
    """Places of records without a serial number."""
    repeated: frozenset[int] = frozenset()
    """Places of records that are followed by their equal."""
    poison: frozenset[int] = frozenset()
    """Places of records that Assets refuses."""
    largest: int | None = None
    chunk_records: int = 2
    reads: int = 2
    sends: int = 2
    max_attempts: int = 3
    scheduled: bool = False
    dedupes: bool = True

    def serial(self, place: int) -> str:
        return f"SN-{place:03}"

    @property
    def good(self) -> set[str]:
        """The serial numbers of all records that can become entries."""
        return {self.serial(place) for place in range(self.records) if place not in self.bad}

    @property
    def spoilt(self) -> bool:
        """Tell whether some record cannot become an entry."""
        return any(place < self.records for place in self.bad)

    def listed(self) -> list[dict[str, Any]]:
        """All records in the source's order."""
        found: list[dict[str, Any]] = []
        for place in range(self.records):
            record = {"serial": self.serial(place), "name": f"laptop-{place}", "ram_gb": 8}
            if place in self.bad:
                del record["serial"]
            found += [record] * (2 if place in self.repeated else 1)
        return found

    def read(self, cursor: Cursor | None) -> Page:
        """Give a page, as a source with or without ranges would."""
        records = self.listed()
        start = 0 if cursor is None else int(cursor["at"])
        end = len(records) if cursor is None else int(cursor.get("end", len(records)))
        stop = min(start + self.page, end)
        following = None if stop >= end else {**(cursor or {}), "at": stop}
        return Page(records=records[start:stop], next=following, total=len(records))

    def ahead(self, page: Page, records: int) -> Sequence[Cursor]:
        """Name the places after a page, where this source can."""
        if not self.planned or page.next is None:
            return ()
        places = range(int(page.next["at"]), len(self.listed()), records)
        ranges: list[Cursor] = [{"at": at, "end": at + records} for at in places]
        return [*ranges[:-1], {"at": places[-1]}]


@lru_cache(maxsize=256)
def equipped(world: World) -> tuple[Definition, str, dict[str, Transformer]]:
    """The definition of a world, its text, and its transformers."""
    text = definition(
        "http://127.0.0.1:1",
        source("http://127.0.0.1:1"),
        limits=(
            f"chunk_records = {world.chunk_records}\nreads = {world.reads}\n"
            f"sends = {world.sends}\nmax_attempts = {world.max_attempts}"
        ),
        safety='min_records = 0\nmax_quarantined = "100%"',
        service_url="http://127.0.0.1:1",
    )
    made = load(text, origin="played.toml")
    return made, text, compile_transformers(made)

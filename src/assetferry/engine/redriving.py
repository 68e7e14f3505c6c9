"""The records of a quarantine as a source, and what becomes of them at the retry's end.

A retry is a run like any other, whose streams come out of the ledger. What was kept of a record
goes through the mapping of today; an entry that Assets refused has no record any more, and goes
again as it was.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any, cast

import msgspec

from assetferry.definition.document import Definition
from assetferry.definition.names import slug
from assetferry.engine.ports import Equipment
from assetferry.ledger.quarantining import Quarantined
from assetferry.ledger.redriving import (
    Place,
    StillBad,
    refused_entries,
    settle_retry,
    streams_set_aside,
    waiting,
)
from assetferry.ledger.run import Run
from assetferry.ledger.transition import Ledger
from assetferry.mapping.outcome import Entry, Outcome, Problem
from assetferry.mapping.transformers import Transformer
from assetferry.sources.page import Cursor, Page

__all__ = ["KeptEntry", "KeptRecords", "for_retry", "settle"]

_ROWS = 500
"""Rows of the quarantine that are read, or settled, in one transaction."""


class KeptEntry(msgspec.Struct, frozen=True):
    """An entry that Assets refused: all that is left of its record."""

    object_type: str
    entry: dict[str, Any]


class KeptRecords:
    """What a run has in quarantine of one stream; a ``Source``."""

    def __init__(self, ledger: Ledger, run: str, stream: str) -> None:
        """Read nothing yet."""
        self._ledger, self._run, self._stream = ledger, run, stream

    async def read(self, cursor: Cursor | None) -> Page:
        """Read one page; each record once, however many reasons it has."""
        cursor = cursor or {}
        after = cursor.get("after")
        rows = await self._ledger.run(
            waiting, self._run, self._stream, after=after and cast("Place", (*after,)), limit=_ROWS
        )
        # The first rows may belong to the last record of the page before.
        fresh = [rows for rows in grouped(rows) if _place(rows[0]) != cursor.get("place")]
        following = None
        if len(rows) == _ROWS:
            last = rows[-1]
            following = {"after": [last.number, last.part, last.id], "place": _place(last)}
        return Page(
            records=[kept(rows[0]) for rows in fresh],
            next=following,
            places=[rows[0].place for rows in fresh],
        )

    def ahead(self, page: Page, *, records: int) -> Sequence[Cursor]:
        """Give nothing: a quarantine is short, and read in order."""
        _ = page, records
        return ()


class _KeptTransformer(Transformer):
    """Passes kept entries on as they were, and makes entries of records."""

    def __init__(self, inner: Transformer, definition: Definition) -> None:
        self.stream, self.used, self.selectors = inner.stream, inner.used, inner.selectors
        self.finds_duplicates = inner.finds_duplicates
        self._inner = inner
        self._locators = {
            name: {slug(attribute) for attribute in definition.object_types[name].attributes}
            for name in inner.selectors
        }

    def transform(self, records: Sequence[Any]) -> list[Outcome]:
        return [
            self._again(record)
            if isinstance(record, KeptEntry)
            else self._inner.transform([record])[0]
            for record in records
        ]

    def _again(self, kept: KeptEntry) -> Outcome:
        if not self._locators.get(kept.object_type, set()).issuperset(kept.entry):
            reason = (
                "it was refused as an entry of attributes that the definition no longer has, and "
                "its record is not kept; run the whole import again"
            )
            return Outcome(problems=(Problem(kept.object_type, None, "outdated_entry", reason),))
        body = msgspec.json.encode(kept.entry)
        return Outcome((Entry(kept.object_type, self.selectors[kept.object_type], body),))


async def for_retry(equipment: Equipment, ledger: Ledger, retry_of: str) -> Equipment:
    """Let the streams of a retry come out of a quarantine instead of their sources."""
    streams = await ledger.run(streams_set_aside, retry_of, left=False)
    return replace(
        equipment,
        sources={
            name: KeptRecords(ledger, retry_of, name)
            for name in streams
            if name in equipment.sources
        },
        transformers={
            name: _KeptTransformer(one, equipment.definition)
            for name, one in equipment.transformers.items()
        },
    )


async def settle(ledger: Ledger, equipment: Equipment, run: Run) -> None:
    """Mark what a retry has brought in, and give the rest its new reason.

    Pure but for the ledger: the mapping gives the same outcomes as it gave the run, and what
    Assets refused again is known by its bytes. So it may be repeated after a crash.
    """
    retry_of = run.retry_of or ""
    refused = {
        (object_type or "", msgspec.json.encode(entry)): reason
        for object_type, entry, reason in await ledger.run(refused_entries, run.id)
    }
    for stream in equipment.sources:
        after: Place | None = None
        transformer = equipment.transformers[stream]
        while rows := await ledger.run(waiting, retry_of, stream, after=after, limit=_ROWS):
            brought_in: list[int] = []
            again: list[StillBad] = []
            groups = grouped(rows)
            if len(rows) == _ROWS and len(groups) > 1:
                groups.pop()  # the page may have cut it in two
            for group in groups:
                (outcome,) = transformer.transform([kept(group[0])])
                bad = _judged(group, [*outcome.problems, *_refusals(outcome, refused)])
                again += bad
                brought_in += [row.id for row in group[len(bad) :]]
            await ledger.run(settle_retry, run.id, brought_in=brought_in, again=again)
            last = groups[-1][-1]
            after = (last.number, last.part, last.id)


def grouped(rows: Sequence[Quarantined]) -> list[list[Quarantined]]:
    """Put the rows of one record together; they are neighbours."""
    return [list(group) for _, group in groupby(rows, key=_place)]


def kept(row: Quarantined) -> Any:
    """Give what goes through the mapping again."""
    return KeptEntry(row.object_type or "", row.record) if row.is_entry else row.record


def _place(row: Quarantined) -> Any:
    return [row.number, row.part, row.place]


def _refusals(outcome: Outcome, refused: Mapping[tuple[str, bytes], str]) -> Iterator[Problem]:
    for entry in outcome.entries:
        reason = refused.get((entry.object_type, entry.body))
        if reason is not None:
            yield Problem(entry.object_type, None, "refused_by_assets", reason)


def _judged(rows: Sequence[Quarantined], problems: Sequence[Problem]) -> list[StillBad]:
    """Give each problem of a record a row; what has no row of its own joins the last one."""
    found = [
        StillBad(
            id=row.id,
            object_type=problem.object_type,
            attribute=problem.attribute,
            code=problem.code,
            reason=problem.reason,
        )
        for row, problem in zip(rows, problems, strict=False)
    ]
    if len(problems) > len(rows):
        more = "; ".join(problem.reason for problem in problems[len(rows) :])
        found[-1] = replace(found[-1], reason=f"{found[-1].reason}; {more}")
    return found

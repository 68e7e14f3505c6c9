"""The objects that the values of one reference attribute stand for.

Many entries refer to few objects, so answers are remembered, up to a bound; what is not is
looked up for a whole batch at once where the query is a plain comparison.
"""

import sqlite3
from collections import OrderedDict
from collections.abc import Iterable, Sequence

from assetferry.local_assets import aql
from assetferry.local_assets.processing.plan import ReferenceRun

__all__ = ["Targets"]

REMEMBERED = 100_000
"""Answers kept per reference attribute."""
UNLIMITED = 10_000
"""Objects looked at where the cardinality has no maximum."""


class Targets:
    """Finds the objects for one reference attribute."""

    def __init__(self, reader: sqlite3.Connection, workspace_id: str, run: ReferenceRun) -> None:
        self.run = run
        self._reader = reader
        self._workspace_id = workspace_id
        self._names = aql.load_names(reader, workspace_id)
        self._lookup = run.template.lookup
        self._known: OrderedDict[tuple[str, ...], tuple[int, ...]] = OrderedDict()
        maximum = run.attribute.maximum_cardinality
        self._limit = UNLIMITED if maximum < 0 else maximum + 1
        self._batch: dict[str, tuple[int, ...]] = {}

    def prepare(self, wanted: Iterable[list[list[str]] | None]) -> None:
        """Collect at once what a batch of entries asks for; ask the store only for the rest."""
        self._batch = {}
        if self._lookup is None:
            return
        values = {value for lists in wanted if lists for value in self._asked(lists)}
        for value in values:
            known = self._recall((value,))
            if known is not None:
                self._batch[value] = known
        unknown = values - self._batch.keys()
        if not unknown:
            return
        found = aql.find(
            self._reader,
            self._workspace_id,
            self._lookup,
            unknown,
            object_type_ids=self.run.type_ids,
            limit=self._limit,
            names=self._names,
        )
        for value in unknown:
            self._batch[value] = tuple(found.get(value, ()))
            self._remember((value,), self._batch[value])

    def find(self, values: Sequence[Sequence[str]]) -> list[int]:
        """Give the objects that an entry's values refer to; the batch was prepared.

        Raises AqlError where the values make no query, which is that entry's error.
        """
        if self._lookup is None:
            return list(self._by_query(values))
        return [one for value in self._asked(values) for one in self._batch[value]]

    def _asked(self, values: Sequence[Sequence[str]]) -> Sequence[str]:
        every = self._lookup is not None and self._lookup.every
        return values[0] if every else values[0][:1]

    def _by_query(self, values: Sequence[Sequence[str]]) -> tuple[int, ...]:
        """Ask the query itself; raises AqlError where the values make it too long."""
        text = self.run.template.bind(dict(zip(self.run.locators, values, strict=True)))
        if text is None:
            return ()
        found = self._recall((text,))
        if found is None:
            found = tuple(
                aql.matching(
                    self._reader,
                    self._workspace_id,
                    aql.parse(text),
                    object_type_ids=self.run.type_ids,
                    limit=self._limit,
                    names=self._names,
                )
            )
            self._remember((text,), found)
        return found

    def _recall(self, key: tuple[str, ...]) -> tuple[int, ...] | None:
        found = self._known.get(key)
        if found is not None:
            self._known.move_to_end(key)
        return found

    def _remember(self, key: tuple[str, ...], found: tuple[int, ...]) -> None:
        self._known[key] = found
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)

"""How the entries of one read are cut into chunks."""

from assetferry.engine.payload import Item, pack
from assetferry.ledger.chunk import ChunkKey
from assetferry.ledger.staged import Part, TypeTally
from assetferry.mapping.outcome import Outcome

__all__ = ["Chunking"]

_ENVELOPE = 290
"""Bytes kept free for the braces and the longest id around the lists of entries."""
_LIST = len(b'"":[],')
"""Bytes around each selector and its list."""


class _Open:
    """The chunk that is being filled."""

    def __init__(self) -> None:
        self.items: list[Item] = []
        self.seen: set[Item] = set()
        self.bytes = _ENVELOPE
        self.records = 0
        self.entries: dict[str, int] = {}


class Chunking:
    """Fills chunks with the entries of records, in order.

    A chunk holds the entries of at most ``records`` records and at most ``size`` bytes. A
    record's entries may be cut in two by the bytes. An entry that alone is larger than ``size``
    goes alone: what to do about it is for Assets to say. Equal entries go once per chunk.
    """

    def __init__(self, *, records: int, size: int) -> None:
        """Start empty."""
        self.records_read = self.records_mapped = 0
        self.records_left_out = self.records_quarantined = 0
        self.values_left_out = 0
        self.tallies: dict[str, TypeTally] = {}
        self.bytes = 0
        self._records, self._size = records, size
        self._chunks = [_Open()]

    @property
    def full(self) -> bool:
        """Tell whether what has been read is enough for one chunk."""
        return self.records_read >= self._records or self.bytes >= self._size

    def add(self, outcome: Outcome) -> None:
        """Take in what one record became."""
        self.records_read += 1
        self.values_left_out += outcome.values_left_out
        if outcome.problems:
            self.records_quarantined += 1
            for problem in outcome.problems:
                self._tally(problem.object_type).entries_quarantined += 1
        elif outcome.entries:
            self.records_mapped += 1
        else:
            self.records_left_out += 1
        chunk = self._chunks[-1]
        if chunk.records >= self._records:
            chunk = self._new()
        for entry in outcome.entries:
            chunk = self._put(chunk, entry.object_type, (entry.selector, entry.body))
        chunk.records += 1

    def parts(self, execution_id: str, key: ChunkKey, *, several: bool) -> list[Part]:
        """Write the bytes of all chunks; ``several`` names even a single one as a part."""
        filled = [chunk for chunk in self._chunks if chunk.items]
        several = several or len(filled) > 1
        return [
            Part(
                pack(
                    chunk.items,
                    execution_id=execution_id,
                    key=key.child(index) if several else key,
                ),
                chunk.records,
                chunk.entries,
            )
            for index, chunk in enumerate(filled)
        ]

    def _put(self, chunk: _Open, object_type: str, item: Item) -> _Open:
        tally = self._tally(object_type)
        tally.entries_mapped += 1
        size = len(item[1]) + 1
        heading = 0 if object_type in chunk.entries else len(item[0]) + _LIST
        if chunk.items and item not in chunk.seen and chunk.bytes + heading + size > self._size:
            chunk = self._new()
            heading = len(item[0]) + _LIST
        if item in chunk.seen:
            tally.entries_repeated += 1
            return chunk
        chunk.seen.add(item)
        chunk.items.append(item)
        chunk.bytes += heading + size
        self.bytes += size
        chunk.entries[object_type] = chunk.entries.get(object_type, 0) + 1
        return chunk

    def _new(self) -> _Open:
        self._chunks.append(_Open())
        return self._chunks[-1]

    def _tally(self, object_type: str) -> TypeTally:
        tally = self.tallies.get(object_type)
        if tally is None:
            tally = self.tallies[object_type] = TypeTally()
        return tally

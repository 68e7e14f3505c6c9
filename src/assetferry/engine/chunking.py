"""How the entries of one read are cut into chunks."""

from collections.abc import Sequence

from assetferry.engine.payload import write
from assetferry.ledger.chunk import ChunkKey
from assetferry.ledger.staged import Part, TypeTally
from assetferry.mapping.outcome import Entry, Outcome

__all__ = ["Chunking"]

_ENVELOPE = 290
"""Bytes kept free for the braces and the longest id around the lists of entries."""
_LIST = len(b'"":[],')
"""Bytes around each selector and its list."""


class _Open:
    """The chunk that is being filled."""

    def __init__(self) -> None:
        self.data: dict[str, dict[bytes, None]] = {}
        """Selector to entries in order. A mapping, so that an equal entry is found at once, and
        of bytes, which the garbage collector need not look at."""
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

    def add(
        self,
        outcome: Outcome,
        kept: Sequence[Entry] | None = None,
        *,
        repeated: Sequence[Entry] = (),
        conflicting: Sequence[Entry] = (),
    ) -> None:
        """Take in what one record became; of its entries only those ``kept``, if that is given.

        The others are counted as what they are.
        """
        self.records_read += 1
        self.values_left_out += outcome.values_left_out
        if outcome.problems:
            self.records_quarantined += 1
            for object_type, _ in {(one.object_type, one.item) for one in outcome.problems}:
                self._tally(object_type).entries_quarantined += 1
        elif outcome.entries:
            self.records_mapped += 1
        else:
            self.records_left_out += 1
        chunk = self._chunks[-1]
        if chunk.records >= self._records:
            chunk = self._new()
        for entry in outcome.entries if kept is None else kept:
            chunk = self._put(chunk, entry)
        for entry in repeated:
            tally = self._tally(entry.object_type)
            tally.entries_mapped += 1
            tally.entries_repeated += 1
        for entry in conflicting:
            tally = self._tally(entry.object_type)
            tally.entries_mapped += 1
            tally.entries_conflicting += 1
        chunk.records += 1

    def parts(self, execution_id: str, key: ChunkKey, *, several: bool) -> list[Part]:
        """Write the bytes of all chunks; ``several`` names even a single one as a part."""
        filled = [chunk for chunk in self._chunks if chunk.data]
        several = several or len(filled) > 1
        return [
            Part(
                write(
                    chunk.data,
                    execution_id=execution_id,
                    key=key.child(index) if several else key,
                ),
                chunk.records,
                chunk.entries,
            )
            for index, chunk in enumerate(filled)
        ]

    def _put(self, chunk: _Open, entry: Entry) -> _Open:
        object_type, body = entry.object_type, entry.body
        tally = self._tally(object_type)
        tally.entries_mapped += 1
        known = chunk.data.get(entry.selector)
        if known is not None and body in known:
            tally.entries_repeated += 1
            return chunk
        size = len(body) + 1
        heading = len(entry.selector) + _LIST
        if chunk.data and chunk.bytes + size + (heading if known is None else 0) > self._size:
            chunk, known = self._new(), None
        if known is None:
            known = chunk.data[entry.selector] = {}
            chunk.bytes += heading
        known[body] = None
        chunk.bytes += size
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

"""Entries whose identity comes again in the run, told apart by content and place (pure)."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from assetferry.engine.chunking import Chunking
from assetferry.ledger.chunk import ChunkKey
from assetferry.ledger.identities import Met
from assetferry.ledger.staged import Conflict, Identity, Place
from assetferry.mapping.outcome import Entry, Outcome

__all__ = ["Gathering", "Sifted"]

_HASH = 16
"""Bytes: of a hundred million identities two meet by chance with a probability of 10⁻²³."""


@dataclass(slots=True)
class Sifted:
    """What one read is the first to send, and what it does not send."""

    chunking: Chunking
    identities: list[Identity] = field(default_factory=list[Identity])
    conflicts: list[Conflict] = field(default_factory=list[Conflict])


class Gathering:
    """The outcomes of one read, held back until it is known what earlier places have sent.

    Of each identity the entry of the first place is sent. Equal ones are repeats; others are
    conflicts, also those within one record.
    """

    def __init__(self, *, records: int, size: int) -> None:
        """Start empty; ``records`` and ``size`` bound a chunk."""
        self._records, self._size = records, size
        self._outcomes: list[Outcome] = []
        self._firsts: dict[bytes, Identity] = {}
        self._bytes = 0

    @property
    def full(self) -> bool:
        """Tell whether what has been read is enough for one chunk."""
        return len(self._outcomes) >= self._records or self._bytes >= self._size

    @property
    def identities(self) -> Sequence[bytes]:
        """The identities to look for at earlier places."""
        return list(self._firsts)

    def add(self, outcome: Outcome) -> None:
        """Take in what one record became."""
        position = len(self._outcomes)
        self._outcomes.append(outcome)
        for entry in outcome.entries:
            if entry.identity:
                key = _identity(entry)
                if key in self._firsts:
                    continue
                self._firsts[key] = Identity(key, _hash(entry.body), position)
            self._bytes += len(entry.body)

    def sifted(self, key: ChunkKey, met: Mapping[bytes, Met]) -> Sifted:
        """Cut what is to be sent into chunks, knowing what earlier places have sent."""
        found = Sifted(Chunking(records=self._records, size=self._size))
        found.identities = [one for one in self._firsts.values() if one.identity not in met]
        sent = {
            one.identity: Met(one.content, Place(key.number, key.part, one.position))
            for one in found.identities
        } | dict(met)
        waiting = set(sent) - set(met)
        for position, outcome in enumerate(self._outcomes):
            kept: list[Entry] = []
            repeated: list[Entry] = []
            conflicting: list[Entry] = []
            for entry in outcome.entries:
                if not entry.identity:
                    kept.append(entry)
                    continue
                identity = _identity(entry)
                if identity in waiting:
                    waiting.remove(identity)
                    kept.append(entry)
                elif _hash(entry.body) == sent[identity].content:
                    repeated.append(entry)
                else:
                    conflicting.append(entry)
                    found.conflicts.append(
                        Conflict(
                            object_type=entry.object_type,
                            identity=entry.identity,
                            position=position,
                            sent=sent[identity].place,
                        )
                    )
            found.chunking.add(outcome, kept, repeated=repeated, conflicting=conflicting)
        return found


def _identity(entry: Entry) -> bytes:
    return _hash(msgspec.json.encode((entry.object_type, *entry.identity)))


def _hash(what: bytes) -> bytes:
    return hashlib.blake2b(what, digest_size=_HASH).digest()

"""Decide what each entry of a batch means for the store (12.3, 12.4, 12.7)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import msgspec

from assetferry.local_assets.processing.batch import Batch
from assetferry.local_assets.processing.entries import Mapped
from assetferry.local_assets.processing.met import MetObjects
from assetferry.local_assets.processing.plan import Plan, TypeRun

__all__ = ["Known", "Stored", "decide"]


class Stored(msgspec.Struct, frozen=True):
    """An object as it is before this batch."""

    id: int
    label: str
    attributes: str


@dataclass(kw_only=True, slots=True)
class Known:
    """What the store holds of the identities and unique values of one type's entries."""

    objects: Mapping[str, Stored]
    owners: dict[tuple[str, str], int] = field(default_factory=dict[tuple[str, str], int])
    """Attribute id and value of unique attributes, to the object that has it."""


def decide(
    plan: Plan,
    run: TypeRun,
    entries: Iterable[Mapped],
    known: Known,
    met: MetObjects,
    batch: Batch,
    message_limit: int,
) -> None:
    """Put one type's entries into the batch and count them.

    The first entry of an identity wins, over the whole run. An object that an entry names
    counts as met even if that entry is refused, so that a bad value never deletes it.
    """
    decision = _Decision(plan, run, known, met, batch, message_limit)
    tally = run.tally
    added: set[str] = set()
    for mapped in entries:
        tally.entries += 1
        for message in mapped.problems:
            tally.problem(message, message_limit)
        identity = mapped.identity
        stored = known.objects.get(identity)
        if mapped.refused:
            if stored is not None:
                met.add(stored.id)
        elif not identity:
            tally.empty_identities += 1
        elif stored is not None:
            if met.add(stored.id):
                decision.change(stored, mapped)
            else:
                tally.duplicates += 1
        elif identity in added:
            tally.duplicates += 1
        elif decision.create(mapped):
            added.add(identity)


class _Decision:
    """The two things that can happen to an entry that is neither refused nor a repeat."""

    def __init__(
        self,
        plan: Plan,
        run: TypeRun,
        known: Known,
        met: MetObjects,
        batch: Batch,
        message_limit: int,
    ) -> None:
        self._execution = plan.execution.number
        self._source = plan.source.number
        self._place = (plan.source.workspace_id, plan.schema.id, run.object_type.id)
        self._key = plan.schema.object_schema_key
        self._run = run
        self._known = known
        self._met = met
        self._batch = batch
        self._limit = message_limit

    def create(self, mapped: Mapped) -> bool:
        """Make a new object; tell whether the entry was good for one."""
        if not mapped.label:
            self._run.tally.empty_labels += 1
            return False
        if not self._complete(mapped.attributes):
            return False
        batch = self._batch
        object_id = batch.next_id
        if self._run.unique and not self._claim(object_id, {}, mapped.attributes):
            return False
        batch.next_id += 1
        batch.inserts.append(
            (
                object_id,
                *self._place,
                mapped.label,
                f"{self._key}-{object_id}",
                batch.now,
                batch.now,
                msgspec.json.encode(mapped.attributes).decode(),
            )
        )
        batch.identities.append((self._source, self._place[2], mapped.identity, object_id))
        self._met.add(object_id)
        self._run.tally.created += 1
        self._refer(object_id, mapped)
        return True

    def change(self, stored: Stored, mapped: Mapped) -> None:
        """Bring an object up to date; one that says the same already is not written."""
        label = stored.label if mapped.label is None else mapped.label
        text = msgspec.json.encode(mapped.attributes).decode()
        if text != stored.attributes or mapped.cleared:
            old = msgspec.json.decode(stored.attributes, type=dict[str, list[str]])
            new = old | mapped.attributes
            for key in mapped.cleared:
                new.pop(key, None)
            if not self._complete(new):
                return
            if self._run.unique and not self._claim(stored.id, old, new):
                return
            text = stored.attributes if new == old else msgspec.json.encode(new).decode()
        if text == stored.attributes and label == stored.label:
            self._run.tally.identical += 1
        else:
            self._batch.updates.append((label, text, self._batch.now, stored.id))
            self._run.tally.updated += 1
        self._refer(stored.id, mapped)

    def _refer(self, object_id: int, mapped: Mapped) -> None:
        if mapped.wanted is not None:
            self._batch.references.append(
                (
                    self._execution,
                    self._place[2],
                    object_id,
                    msgspec.json.encode(mapped.wanted).decode(),
                )
            )

    def _complete(self, attributes: Mapping[str, list[str]]) -> bool:
        for key, name in self._run.required:
            if key not in attributes:
                self._run.tally.problem(f"{name}: a value is needed", self._limit)
                return False
        return True

    def _claim(
        self, object_id: int, old: Mapping[str, list[str]], new: Mapping[str, list[str]]
    ) -> bool:
        """Take the values of unique attributes for an object, unless another one has them."""
        claims = [(key, value.strip()) for key, _ in self._run.unique for value in new.get(key, ())]
        for key, value in claims:
            if self._known.owners.get((key, value), object_id) != object_id:
                name = dict(self._run.unique)[key]
                self._run.tally.problem(f"{name}: another object has {value!r}", self._limit)
                return False
        for key, _ in self._run.unique:
            for value in old.get(key, ()):
                self._known.owners.pop((key, value.strip()), None)
                self._batch.unique_gone.append((int(key), value.strip(), object_id))
        for key, value in claims:
            self._known.owners[key, value] = object_id
            self._batch.unique_new.append((int(key), value, object_id))
        return True

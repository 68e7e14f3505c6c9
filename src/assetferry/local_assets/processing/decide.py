"""Decide what each entry of a batch means for the store (12.3, 12.4, 12.7)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import msgspec

from assetferry.local_assets.processing.batch import Batch
from assetferry.local_assets.processing.entries import Mapped
from assetferry.local_assets.processing.met import MetObjects
from assetferry.local_assets.processing.plan import Plan, TypeRun

__all__ = ["Deciding", "Known", "Stored"]

Values = dict[str, list[str]]

_decode = msgspec.json.Decoder(Values).decode


class Stored(msgspec.Struct, frozen=True, gc=False):
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


class Deciding:
    """Puts one type's entries into a batch and counts them."""

    def __init__(
        self, plan: Plan, run: TypeRun, met: MetObjects, batch: Batch, *, message_limit: int
    ) -> None:
        self._execution = plan.execution.number
        self._source = plan.source.number
        self._place = (plan.source.workspace_id, plan.schema.id, run.object_type.id)
        self._key = plan.schema.object_schema_key
        self._run = run
        self._tally = run.tally
        self._met = met
        self._batch = batch
        self._limit = message_limit
        self._owners: dict[tuple[str, str], int] = {}

    def decide(self, entries: Iterable[Mapped], known: Known) -> None:
        """Go through the entries in order of arrival.

        The first entry of an identity wins, over the whole run. An object that an entry
        names counts as met even if that entry is refused, so a bad value never deletes it.
        """
        self._owners = known.owners
        tally = self._tally
        stored_objects = known.objects
        added: set[str] = set()
        first_id = self._batch.next_id
        for mapped in entries:
            tally.entries += 1
            for message in mapped.problems:
                tally.problem(message, self._limit)
            identity = mapped.identity
            stored = stored_objects.get(identity)
            if mapped.refused:
                if stored is not None:
                    self._met.add(stored.id)
            elif not identity:
                tally.empty_identities += 1
            elif stored is not None:
                if self._met.add(stored.id):
                    self._change(stored, mapped)
                else:
                    tally.duplicates += 1
            elif identity in added:
                tally.duplicates += 1
            elif self._create(mapped):
                added.add(identity)
        self._met.add_range(first_id, self._batch.next_id)

    def _create(self, mapped: Mapped) -> bool:
        """Make a new object; tell whether the entry was good for one."""
        if not mapped.label:
            self._tally.empty_labels += 1
            return False
        batch = self._batch
        object_id = batch.next_id
        run = self._run
        if run.required or run.unique:
            values = _decode(mapped.attributes)
            if not self._complete(values) or not self._claim(object_id, {}, values):
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
                mapped.attributes,
            )
        )
        batch.identities.append((self._source, self._place[2], mapped.identity, object_id))
        self._tally.created += 1
        if mapped.wanted is not None:
            self._refer(object_id, mapped.wanted)
        return True

    def _change(self, stored: Stored, mapped: Mapped) -> None:
        """Bring an object up to date; one that says the same already is not written."""
        label = stored.label if mapped.label is None else mapped.label
        text = mapped.attributes
        if text != stored.attributes or mapped.cleared:
            old = _decode(stored.attributes)
            new = old | _decode(text)
            for key in mapped.cleared:
                new.pop(key, None)
            if self._run.label_key in mapped.cleared:
                self._tally.empty_labels += 1
                return
            if not self._complete(new) or not self._claim(stored.id, old, new):
                return
            text = stored.attributes if new == old else msgspec.json.encode(new).decode()
        if text == stored.attributes and label == stored.label:
            self._tally.identical += 1
        else:
            self._batch.updates.append((label, text, self._batch.now, stored.id))
            self._tally.updated += 1
        if mapped.wanted is not None:
            self._refer(stored.id, mapped.wanted)

    def _refer(self, object_id: int, wanted: str) -> None:
        self._batch.references.append((self._execution, self._place[2], object_id, wanted))

    def _complete(self, values: Values) -> bool:
        for key, name in self._run.required:
            if key not in values:
                self._tally.problem(f"{name}: a value is needed", self._limit)
                return False
        return True

    def _claim(self, object_id: int, old: Values, new: Values) -> bool:
        """Take the values of unique attributes for an object, unless another one has them."""
        names = dict(self._run.unique)
        claims = [(key, value.strip()) for key in names for value in new.get(key, ())]
        for key, value in claims:
            if self._owners.get((key, value), object_id) != object_id:
                self._tally.problem(f"{names[key]}: another object has {value!r}", self._limit)
                return False
        for key in names:
            for value in old.get(key, ()):
                self._owners.pop((key, value.strip()), None)
                self._batch.unique_gone.append((int(key), value.strip(), object_id))
        for key, value in claims:
            self._owners[key, value] = object_id
            self._batch.unique_new.append((int(key), value, object_id))
        return True

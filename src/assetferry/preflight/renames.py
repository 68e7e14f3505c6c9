"""A name that has gone and one that is new, where they are likely to be the same thing (pure).

To Assets they are two things: it would keep the old one, with its values, and fill only the new
one. Whoever renamed something in the definition did not mean that.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

from assetferry.definition.document import Definition
from assetferry.preflight.comparison import Comparison, Gone
from assetferry.preflight.entities import AttributeEntity, Entities, Entity, TypeEntity

__all__ = ["Rename", "likely_renames"]

_ALIKE = 0.6
"""How much of two names must agree, as difflib counts."""
_SHARED = 0.5
"""Which part of the attributes two object types must share to be one that was renamed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Rename:
    """Two names that are probably one thing."""

    new: Entity
    """As the definition has it now."""
    gone: Gone
    because: str


def likely_renames(
    comparison: Comparison,
    ours: Entities,
    theirs: Entities,
    *,
    definition: Definition,
    before: Definition | None,
) -> list[Rename]:
    """Pair what is new with what has gone; each is used once, the strongest evidence first.

    ``before`` is the definition of the last run, if the ledger knows it: a value that is still
    read from the same place is the best evidence there is.
    """
    pairs = [
        (strength, new, gone, because)
        for new in comparison.created
        for gone in comparison.gone
        for strength, because in _evidence(
            new, gone, ours, theirs, definition=definition, before=before
        )
    ]
    found: list[Rename] = []
    for _, new, gone, because in sorted(pairs, key=lambda pair: -pair[0]):
        if all(one.new != new and one.gone != gone for one in found):
            found.append(Rename(new=new, gone=gone, because=because))
    return found


def _evidence(
    new: Entity,
    gone: Gone,
    ours: Entities,
    theirs: Entities,
    *,
    definition: Definition,
    before: Definition | None,
) -> Iterator[tuple[float, str]]:
    (type_name, name), (old_type, old_name) = new, gone.entity
    if name is None and old_name is None:
        yield from _same_type(ours.types[type_name], theirs.types[old_type])
    elif name is not None and old_name is not None:
        own = ours.types[type_name]
        stored = theirs.types[old_type]
        if own.external_id != stored.external_id:
            return
        fresh, old = own.attributes[name], stored.attributes[old_name]
        if _compatible(fresh, old):
            yield from _same_place(new, gone.entity, definition, before)
            yield from _same_attribute(fresh, old)


def _compatible(fresh: AttributeEntity, old: AttributeEntity) -> bool:
    """Tell whether one could stand for the other at all."""
    targets = (fresh.target_external_id, old.target_external_id)
    return fresh.type == old.type and (None in targets or targets[0] == targets[1])


def _same_type(own: TypeEntity, stored: TypeEntity) -> Iterator[tuple[float, str]]:
    names, old_names = set(own.attributes), set(stored.attributes)
    shared = len(names & old_names) / max(1, len(names | old_names))
    if shared >= _SHARED:
        yield 1 + shared, f"they share {len(names & old_names)} attributes"


def _same_place(
    new: Entity, old: Entity, definition: Definition, before: Definition | None
) -> Iterator[tuple[float, str]]:
    reads, read = _reads(definition, new), None if before is None else _reads(before, old)
    if read is not None and reads == read:
        yield 3, f"both read {read}"


def _reads(definition: Definition, entity: Entity) -> str | None:
    object_type = definition.object_types.get(entity[0])
    attribute = object_type.attributes.get(entity[1] or "") if object_type else None
    return None if attribute is None else attribute.from_ or attribute.from_record


def _same_attribute(fresh: AttributeEntity, old: AttributeEntity) -> Iterator[tuple[float, str]]:
    if fresh.locators and fresh.locators == old.locators:
        yield 2.5, "both have the same locator"
    if fresh.label and old.label:
        yield 2, "both are the label"
    if fresh.identity and old.identity:
        yield 2, "both are the identity"
    alike = _alike(fresh.name.casefold(), old.name.casefold())
    if alike >= _ALIKE:
        yield 1 + alike / 2, "their names are alike"


def _alike(one: str, other: str) -> float:
    ratio = SequenceMatcher(None, one, other).ratio()
    begins = one.startswith(other) or other.startswith(one)
    return max(ratio, _ALIKE) if begins else ratio

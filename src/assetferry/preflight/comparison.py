"""What a push of the definition's document would do in Assets (pure).

Entities are matched as Assets does, by external id. PATCH may add and redescribe; it renames,
retypes and re-points nothing, and deletes nothing (contract §7.5). So a push that would be
refused is known before it is tried.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from assetferry.preflight.entities import AttributeEntity, Entities, Entity, TypeEntity

__all__ = ["Comparison", "Gone", "Impossible", "compare"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Impossible:
    """A difference for which Assets refuses the whole document."""

    entity: Entity
    code: str
    """``renamed``, ``retyped``, ``repointed``, ``other_external_id``, ``external_id_taken``."""
    key: str | None
    """The key of the entity that shows it; None for the entity itself."""
    has: str
    """What Assets has in its place: a name, a type, an external id."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Gone:
    """What this import has brought to Assets and the definition does not name any more."""

    entity: Entity
    """By its names in Assets."""
    external_id: str | None
    required: bool = False
    """Whether Assets still asks every object of the type for a value."""


@dataclass(kw_only=True, slots=True)
class Comparison:
    """All differences, entity by entity, in the definition's order."""

    created: list[Entity] = field(default_factory=list[Entity])
    changed: dict[Entity, tuple[str, ...]] = field(default_factory=dict[Entity, tuple[str, ...]])
    left: list[Entity] = field(default_factory=list[Entity])
    impossible: list[Impossible] = field(default_factory=list[Impossible])
    gone: list[Gone] = field(default_factory=list[Gone])
    statuses: list[str] = field(default_factory=list[str])
    """Statuses that would be created."""
    lingering: list[tuple[Entity, str]] = field(default_factory=list[tuple[Entity, str]])
    """What Assets demands of an attribute, ``required`` or ``unique``, and the document does not
    mention: a push leaves it as it is."""
    identities: list[str] = field(default_factory=list[str])
    """Object types whose identity would consist of other attributes than now."""

    @property
    def unchanged(self) -> bool:
        """Tell whether a push would change nothing."""
        return not (self.created or self.changed or self.impossible or self.statuses)


def compare(ours: Entities, theirs: Entities, *, remembered: Mapping[Entity, str]) -> Comparison:
    """Compare our document with the one Assets gives.

    ``remembered`` are the external ids of earlier pushes: together with the mapping they tell
    what of ``theirs`` this import has brought, and what somebody else made.
    """
    found = Comparison()
    taken = set(_external_ids(theirs))
    own_ids = set(remembered.values())
    claimed: set[str] = set()
    for own in ours.types.values():
        stored = _same(own, theirs.types)
        if stored is None:
            namesake = theirs.types.get(own.name)
            claimed.add(own.name)
            _new_type(found, own, namesake, taken)
            continue
        claimed.add(stored.name)
        _type(found, own, stored)
        _attributes(found, own, stored, taken, own_ids)
    for stored in theirs.types.values():
        ours_once = stored.selector is not None or stored.external_id in own_ids
        if ours_once and stored.name not in claimed:
            found.gone.append(Gone(entity=(stored.name, None), external_id=stored.external_id))
    known = {name.strip().casefold() for name in theirs.statuses}
    found.statuses = sorted(one for one in ours.statuses if one.strip().casefold() not in known)
    return found


def _same(own: TypeEntity | AttributeEntity, stored: Mapping[str, TypeEntity]) -> TypeEntity | None:
    return next((one for one in stored.values() if one.external_id == own.external_id), None)


def _external_ids(entities: Entities) -> Iterator[str]:
    for one in entities.types.values():
        for external_id in (one.external_id, *(a.external_id for a in one.attributes.values())):
            if external_id is not None:
                yield external_id


def _new_type(
    found: Comparison, own: TypeEntity, namesake: TypeEntity | None, taken: set[str]
) -> None:
    entity: Entity = (own.name, None)
    if namesake is not None:
        has = namesake.external_id or "none"
        found.impossible.append(
            Impossible(entity=entity, code="other_external_id", key="external_id", has=has)
        )
        return
    if own.external_id in taken:
        found.impossible.append(_taken(entity, own.external_id))
        return
    found.created.append(entity)
    found.created += [(own.name, name) for name in own.attributes]


def _taken(entity: Entity, external_id: str | None) -> Impossible:
    return Impossible(
        entity=entity, code="external_id_taken", key="external_id", has=external_id or ""
    )


def _type(found: Comparison, own: TypeEntity, stored: TypeEntity) -> None:
    entity: Entity = (own.name, None)
    if own.name != stored.name:
        found.impossible.append(
            Impossible(entity=entity, code="renamed", key=None, has=stored.name)
        )
        return
    changed = [
        what
        for what, before, after in (
            ("description", stored.description, own.description),
            ("selector", stored.selector, own.selector),
        )
        if before != after
    ]
    _note(found, entity, changed)
    before = {one.external_id for one in stored.attributes.values() if one.identity}
    after = {one.external_id for one in own.attributes.values() if one.identity}
    if before and before != after:
        found.identities.append(own.name)


def _attributes(
    found: Comparison, own: TypeEntity, stored: TypeEntity, taken: set[str], own_ids: set[str]
) -> None:
    by_id = {one.external_id: one for one in stored.attributes.values()}
    claimed: set[str] = set()
    for attribute in own.attributes.values():
        old = by_id.get(attribute.external_id)
        entity: Entity = (own.name, attribute.name)
        claimed.add(attribute.name if old is None else old.name)
        if old is not None:
            _attribute(found, entity, attribute, old)
        elif (namesake := stored.attributes.get(attribute.name)) is not None:
            has = namesake.external_id or "none"
            found.impossible.append(
                Impossible(entity=entity, code="other_external_id", key="external_id", has=has)
            )
        elif attribute.external_id in taken:
            found.impossible.append(_taken(entity, attribute.external_id))
        else:
            found.created.append(entity)
    for old in stored.attributes.values():
        if old.name not in claimed and (old.mapped or old.external_id in own_ids):
            found.gone.append(
                Gone(
                    entity=(stored.name, old.name),
                    external_id=old.external_id,
                    required=bool(old.minimum),
                )
            )


def _attribute(
    found: Comparison, entity: Entity, own: AttributeEntity, stored: AttributeEntity
) -> None:
    code, key, has = _forbidden(own, stored)
    if code is not None:
        found.impossible.append(Impossible(entity=entity, code=code, key=key, has=has))
        return
    changed = [
        what
        for what, before, after in (
            ("description", stored.description, own.description),
            ("label", stored.label, own.label),
            ("required", stored.minimum, _said(own.minimum, stored.minimum)),
            ("multiple", stored.maximum, _said(own.maximum, stored.maximum)),
            ("unique", stored.unique, _said(own.unique, stored.unique)),
            ("values", set(stored.values), set(own.values)),
            ("identity", stored.identity, own.identity),
            ("mapping", _mapping(stored), _mapping(own)),
        )
        if before != after
    ]
    _note(found, entity, changed)
    if own.minimum is None and stored.minimum:
        found.lingering.append((entity, "required"))
    if own.unique is None and stored.unique:
        found.lingering.append((entity, "unique"))


def _said(own: int | None, stored: int | None) -> int | None:
    return stored if own is None else own


def _forbidden(own: AttributeEntity, stored: AttributeEntity) -> tuple[str | None, str | None, str]:
    if own.name != stored.name:
        return "renamed", None, stored.name
    if own.type != stored.type:
        return "retyped", "type", stored.type
    if own.type == "referenced_object" and not _same_target(own, stored):
        return "repointed", "to", stored.target or stored.target_external_id or "nothing"
    return None, None, ""


def _same_target(own: AttributeEntity, stored: AttributeEntity) -> bool:
    if stored.target_external_id is not None:
        return own.target_external_id == stored.target_external_id
    return stored.target is None or own.target == stored.target


def _mapping(attribute: AttributeEntity) -> tuple[bool, tuple[str, ...], str | None]:
    return attribute.mapped, attribute.locators, attribute.query


def _note(found: Comparison, entity: Entity, changed: list[str]) -> None:
    if changed:
        found.changed[entity] = tuple(changed)
    else:
        found.left.append(entity)

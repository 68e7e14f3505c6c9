"""What a push would do, in sentences with cures (pure)."""

from collections.abc import Iterator, Sequence
from typing import Any, Literal

from assetferry.definition.positions import Path
from assetferry.preflight.comparison import Comparison, Gone
from assetferry.preflight.entities import Entity
from assetferry.preflight.finding import Finding
from assetferry.preflight.obstacles import obstacle, way_around
from assetferry.preflight.renames import Rename

__all__ = ["as_json", "path_of", "push_findings"]

Missing = Literal["ignore", "remove", "unknown"]


def path_of(entity: Entity) -> Path:
    """Say where the definition has an entity."""
    name, attribute = entity
    path: Path = ("object_types", name)
    return path if attribute is None else (*path, "attributes", attribute)


def push_findings(
    comparison: Comparison,
    renames: Sequence[Rename],
    *,
    how: Literal["PUT", "PATCH"],
    missing_objects: Missing,
    pinned: frozenset[Entity],
) -> Iterator[Finding]:
    """Say what would be created, changed, left; what cannot be; what stays behind.

    ``pinned`` are the entities whose external id the ledger remembers: there an ``external_id``
    of the definition has no say.
    """
    yield _outlook(comparison, how)
    for one in comparison.impossible:
        path = path_of(one.entity)
        yield Finding(
            state="failed",
            message=f"{_named(one.entity)}: {obstacle(one)}",
            cure=way_around(one, pinned=one.entity in pinned),
            path=path if one.key is None else (*path, one.key),
        )
    for rename in renames:
        yield _rename(rename, missing_objects)
    renamed = [rename.gone for rename in renames]
    for gone in comparison.gone:
        if gone not in renamed:
            yield _gone(gone, missing_objects)
    for entity, demand in comparison.lingering:
        yield _lingering(entity, demand)
    for name in comparison.identities:
        yield Finding(
            state="warning",
            message=f"{name}: its identity would consist of other attributes than now, so that "
            "objects which are there already may be created once more",
            cure="Keep the identity; or change it and remove the old objects in Jira afterwards.",
            path=(*path_of((name, None)), "attributes"),
        )


def _lingering(entity: Entity, demand: str) -> Finding:
    if demand == "unique":
        meaning, setting = "that no two objects have the same value", "unique"
    else:
        meaning, setting = "a value of every object", "its minimum cardinality"
    return Finding(
        state="warning",
        message=f"{_named(entity)}: Assets demands {meaning}, the definition does not, and a push "
        "does not take it back: objects that break it are refused",
        cure=f"Write {demand} = true here again, or change {setting} in Jira.",
        path=path_of(entity),
    )


def _outlook(comparison: Comparison, how: str) -> Finding:
    if comparison.unchanged:
        return Finding(
            state="ok",
            message=f"Assets has it as the definition says: {_count(comparison.left)}",
        )
    parts = [
        f"{verb} {_count(entities)}"
        for verb, entities in (
            ("create", comparison.created),
            ("change", list(comparison.changed)),
            ("leave", comparison.left),
        )
        if entities
    ]
    if comparison.statuses:
        parts.append(f"add the status {', '.join(comparison.statuses)}")
    if comparison.impossible:
        otherwise = f"; else it would {', '.join(parts)}" if parts else ""
        return Finding(
            state="note",
            message=f"{how} would be refused as a whole, for what follows{otherwise}",
        )
    return Finding(state="ok", message=f"{how} would {', '.join(parts)}")


def _count(entities: Sequence[Entity]) -> str:
    types = sum(attribute is None for _, attribute in entities)
    attributes = len(entities) - types
    parts = [
        f"{number} {noun}{'' if number == 1 else 's'}"
        for number, noun in ((types, "object type"), (attributes, "attribute"))
        if number
    ]
    return " and ".join(parts)


def _named(entity: Entity) -> str:
    name, attribute = entity
    return name if attribute is None else f"{name}.{attribute}"


def _rename(rename: Rename, missing_objects: Missing) -> Finding:
    gone, is_type = rename.gone, rename.new[1] is None
    old, new = gone.entity[1] or gone.entity[0], rename.new[1] or rename.new[0]
    what = "object type" if is_type else "attribute"
    stays = "stays with what it holds and is filled no more"
    if gone.required:
        stays += ", though Assets asks every object for a value there"
    if is_type and missing_objects != "ignore":
        stays += ", and all its objects may be removed as missing"
    theirs = ", and to its attributes theirs, which the next check names" if is_type else ""
    return Finding(
        state="warning",
        message=f'{_named(rename.new)}: looks like a rename of "{old}" ({rename.because}), but a '
        f'push makes a new {what}; "{old}" {stays}',
        cure=f'To rename it: rename "{old}" to "{new}" in Jira first (PATCH cannot), then keep its '
        f'external id by writing external_id = "{gone.external_id}" here{theirs}. If it is '
        "something new, push.",
        path=path_of(rename.new),
    )


def _gone(gone: Gone, missing_objects: Missing) -> Finding:
    name = _named(gone.entity)
    if gone.required:
        return Finding(
            state="warning",
            message=f"{name}: is in Assets and not in the definition any more, and Assets asks "
            "every object for a value there, which no run brings",
            cure="Bring it back here; or set its minimum cardinality to 0 in Jira, or delete it.",
            path=path_of(gone.entity)[:-1],
        )
    if gone.entity[1] is None and missing_objects != "ignore":
        return Finding(
            state="warning",
            message=f"{name}: is in Assets and not in the definition any more; its mapping stays, "
            "a run brings no objects of it, and so all it has may be removed as missing",
            cure="Delete the object type in Jira if it is not needed, or set what is missing to be "
            'ignored there and write missing_objects = "ignore".',
            path=("assets", "missing_objects"),
        )
    return Finding(
        state="note",
        message=f"{name}: is in Assets and not in the definition any more; a push deletes nothing",
        cure="Delete it in Jira if it is not needed.",
    )


def as_json(comparison: Comparison, renames: Sequence[Rename]) -> dict[str, Any]:
    """Give all of it to programs."""
    return {
        "create": [_entity(one) for one in comparison.created],
        "change": [_entity(one) | {"what": what} for one, what in comparison.changed.items()],
        "leave": [_entity(one) for one in comparison.left],
        "impossible": [
            _entity(one.entity) | {"code": one.code, "assets_has": one.has}
            for one in comparison.impossible
        ],
        "renames": [
            _entity(one.new)
            | {
                "from": one.gone.entity[1] or one.gone.entity[0],
                "external_id": one.gone.external_id,
            }
            for one in renames
        ],
        "gone": [_entity(one.entity) | {"external_id": one.external_id} for one in comparison.gone],
        "statuses": comparison.statuses,
    }


def _entity(entity: Entity) -> dict[str, Any]:
    return {"object_type": entity[0], "attribute": entity[1]}

"""External ids: made from the names once, then remembered, so that names are free to change."""

from collections.abc import Iterator, Mapping
from itertools import count
from typing import ClassVar, TypeAlias

from assetferry.definition.document import Definition
from assetferry.definition.names import slug
from assetferry.errors import Fatal

__all__ = ["ExternalIdTaken", "ExternalIds", "Key", "external_ids"]

Key: TypeAlias = tuple[str, str | None]
"""An object type's name, and an attribute's, or None for the object type itself."""

ExternalIds: TypeAlias = Mapping[Key, str]


class ExternalIdTaken(Fatal):
    """Two entities of a definition would have one external id."""

    code: ClassVar[str] = "external_id_taken"


def external_ids(definition: Definition, remembered: ExternalIds) -> dict[Key, str]:
    """Give each object type and attribute its external id.

    A remembered one first, then the definition's own, else one made from the names. What is made
    avoids every id that was ever remembered: Assets deletes nothing, so that an id whose name
    has left the definition still belongs to its old entity. Naming such an id with
    ``external_id`` is how a renamed entity keeps it. Raises ExternalIdTaken.
    """
    given = dict(_given(definition))
    chosen = {key: remembered.get(key) or own for key, own in given.items()}
    taken = set(remembered.values()) | {found for found in chosen.values() if found}
    ids: dict[Key, str] = {}
    owners: dict[str, Key] = {}
    for key, found in chosen.items():
        external_id = found or _made(definition.name, key, taken)
        taken.add(external_id)
        other = owners.setdefault(external_id, key)
        if other != key:
            raise ExternalIdTaken(
                f"{_shown(other)} and {_shown(key)} would both have the external id "
                f"{external_id!r}. Give one of them another external_id in the definition."
            )
        ids[key] = external_id
    return ids


def _given(definition: Definition) -> Iterator[tuple[Key, str | None]]:
    for type_name, object_type in definition.object_types.items():
        yield (type_name, None), object_type.external_id
        for name, attribute in object_type.attributes.items():
            yield (type_name, name), attribute.external_id


def _made(definition: str, key: Key, taken: set[str]) -> str:
    base = "/".join([definition, *(slug(part) for part in key if part is not None)])
    return next(
        made
        for number in count(1)
        if (made := base if number == 1 else f"{base}-{number}") not in taken
    )


def _shown(key: Key) -> str:
    return key[0] if key[1] is None else f"{key[0]}.{key[1]}"

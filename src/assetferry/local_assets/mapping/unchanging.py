"""A document whose forbidden changes are ignored (7.5).

Whether Assets refuses or ignores a new name, type or icon key of something that exists is not
known; this is the second reading.
"""

from dataclasses import replace

from assetferry.local_assets.mapping.document import Document, GivenAttribute, GivenType
from assetferry.local_assets.mapping.known import Known

__all__ = ["as_stored"]


def as_stored(document: Document, known: Known) -> Document:
    """Give existing types and attributes the names, types, parents and icon keys they have."""
    done: dict[str, GivenType] = {}
    for given in document.types:
        parent = None if given.parent is None else done[given.parent.path]
        done[given.path] = _type(replace(given, parent=parent), known)
    return replace(document, types=tuple(done.values()))


def _type(given: GivenType, known: Known) -> GivenType:
    stored = known.match_type(given)
    if stored is None:
        return given

    def settled(attribute: GivenAttribute) -> GivenAttribute:
        old = known.match_attribute(stored, attribute)
        if old is None or attribute.is_system:
            return attribute
        return replace(attribute, name=old.name, type=old.type)

    return replace(
        given,
        name=stored.name,
        icon_key=stored.icon_key or given.icon_key,
        attributes=tuple(map(settled, given.attributes)),
    )

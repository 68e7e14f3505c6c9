"""A few objects as they would arrive in Assets (pure)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from assetferry.definition.attributes import Attribute
from assetferry.definition.document import Definition
from assetferry.definition.names import slug
from assetferry.definition.scalars import as_text
from assetferry.mapping.outcome import Entry
from assetferry.preflight.probing import Probe, body_of

__all__ = ["COUNT", "Sample", "samples"]

COUNT = 10
"""Objects to show of a definition, shared by its object types."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sample:
    """One object: label and attributes, in the words of Assets."""

    object_type: str
    source: str
    record: int
    """Its record's number on the first page."""
    label: str
    attributes: Mapping[str, Any]
    """By name: a text, a list of texts, or for a reference what it will look for."""


def samples(definition: Definition, probes: Mapping[str, Probe]) -> list[Sample]:
    """Choose different objects of every object type in turn; at least one of each.

    ``probes`` are those of the sources that could be read.
    """
    chosen: list[list[Sample]] = []
    for name, object_type in definition.object_types.items():
        found = _different(probes.get(object_type.source), name)
        source = object_type.source
        chosen.append([_sample(definition, source, record, entry) for record, entry in found])
    left = COUNT
    shares = [0] * len(chosen)
    for depth in range(COUNT):
        for index, found in enumerate(chosen):
            if len(found) > depth and (left > 0 or depth == 0):
                shares[index] += 1
                left -= 1
    return [one for found, share in zip(chosen, shares, strict=True) for one in found[:share]]


def _different(probe: Probe | None, name: str) -> list[tuple[int, Entry]]:
    """Give the first entries of an object type, each content once."""
    met: dict[bytes, tuple[int, Entry]] = {}
    for record, entry in probe.entries.get(name, []) if probe else []:
        met.setdefault(entry.body, (record, entry))
        if len(met) == COUNT:
            break
    return list(met.values())


def _sample(definition: Definition, source: str, record: int, entry: Entry) -> Sample:
    body = body_of(entry)
    given = definition.object_types[entry.object_type].attributes
    label = next(slug(name) for name, attribute in given.items() if attribute.label)
    return Sample(
        object_type=entry.object_type,
        source=source,
        record=record,
        label=as_text(body[label]),
        attributes={
            name: _shown(attribute, body[slug(name)])
            for name, attribute in given.items()
            if slug(name) in body
        },
    )


def _shown(attribute: Attribute, value: Any) -> Any:
    """Write a value as Assets stores it: always text; a reference as the look-up it is."""
    texts = (
        [as_text(one) for one in cast("list[Any]", value)]
        if isinstance(value, list)
        else as_text(value)
    )
    if attribute.type != "reference":
        return texts
    return {"object_type": attribute.to, "attribute": attribute.match, "equals": texts}

"""How a definition takes the records of one page, attribute by attribute (pure).

A run counts what it leaves out and cannot say why: it has no time to. Here the same records go
through altered copies of the definition: one without attributes counts the items that reach each
object type, one in which every attribute must have a value tells where none is found.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from assetferry.definition.attributes import Attribute
from assetferry.definition.document import Definition
from assetferry.definition.object_types import ObjectType
from assetferry.mapping.outcome import Entry, Problem
from assetferry.mapping.transformers import compile_transformers
from assetferry.sources.page import Record

__all__ = ["Misfits", "Probe", "body_of", "probe"]

_UNFIT = "bad_value"
_UNMAPPED = "unmapped_value"


@dataclass(kw_only=True, slots=True)
class Misfits:
    """Values of one attribute that do not fit its type."""

    count: int
    record: int
    """The first record that has one."""
    reason: str


@dataclass(kw_only=True, slots=True)
class Probe:
    """What the records of one stream's page come to."""

    records: int
    entries: dict[str, list[tuple[int, Entry]]] = field(
        default_factory=dict[str, list[tuple[int, Entry]]]
    )
    """Per object type, each with its record's number."""
    problems: list[tuple[int, Problem]] = field(default_factory=list[tuple[int, Problem]])
    items: dict[str, int] = field(default_factory=dict[str, int])
    """Per object type, how many items reach it."""
    reached: dict[str, str] = field(default_factory=dict[str, str])
    """Per object type that nothing reaches, the key that keeps everything away."""
    empty: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    """Per attribute, items in which no value is found."""
    unmapped: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    """Per attribute, items whose value ``map`` does not name."""
    misfits: dict[tuple[str, str], Misfits] = field(default_factory=dict[tuple[str, str], Misfits])

    @property
    def quarantined(self) -> int:
        """How many of the records would be quarantined."""
        return len({record for record, _ in self.problems})


def probe(definition: Definition, stream: str, records: Sequence[Record]) -> Probe:
    """Put a page's records through a definition and through altered copies of it."""
    found = Probe(records=len(records))
    for record, outcome in enumerate(_outcomes(definition, stream, records), start=1):
        for entry in outcome.entries:
            found.entries.setdefault(entry.object_type, []).append((record, entry))
        found.problems += [(record, problem) for problem in outcome.problems]
    found.items = _items(definition, stream, records)
    for name in found.items:
        if not found.items[name] and records:
            found.reached[name] = _keeps_away(definition, stream, name, records)
    _strictly(definition, stream, records, found)
    return found


def body_of(entry: Entry) -> dict[str, Any]:
    """Read an entry back, by locator."""
    return msgspec.json.decode(entry.body, type=dict[str, Any])


def _outcomes(definition: Definition, stream: str, records: Sequence[Record]) -> Sequence[Any]:
    return compile_transformers(definition)[stream].transform(records)


def _items(definition: Definition, stream: str, records: Sequence[Record]) -> dict[str, int]:
    bare = _altered(definition, lambda one: one.model_copy(update={"attributes": {}}))
    counted = {name: 0 for name, one in definition.object_types.items() if one.source == stream}
    for outcome in _outcomes(bare, stream, records):
        for entry in outcome.entries:
            counted[entry.object_type] += 1
    return counted


def _keeps_away(definition: Definition, stream: str, name: str, records: Sequence[Record]) -> str:
    """Find the key without which something would arrive."""
    given = definition.object_types[name]
    for key in ("where", "where_record"):
        if getattr(given, key) is None:
            continue
        without = _altered(definition, lambda one, key=key: one.model_copy(update={key: None}))
        if _items(without, stream, records)[name]:
            return key
    return "each" if given.each is not None else "source"


def _strictly(definition: Definition, stream: str, records: Sequence[Record], found: Probe) -> None:
    strict = _altered(definition, _demanding)
    for record, outcome in enumerate(_outcomes(strict, stream, records), start=1):
        for problem in outcome.problems:
            if problem.attribute is None:
                continue
            key = (problem.object_type, problem.attribute)
            if problem.code == _UNFIT:
                first = Misfits(count=0, record=record, reason=problem.reason)
                found.misfits.setdefault(key, first).count += 1
            elif problem.code == _UNMAPPED:
                found.unmapped[key] += 1
            else:
                found.empty[key] += 1


def _demanding(object_type: ObjectType) -> ObjectType:
    attributes: dict[str, Attribute] = {
        name: one.model_copy(update={"required": True, "default": None, "empty": "keep"})
        for name, one in object_type.attributes.items()
    }
    return object_type.model_copy(update={"attributes": attributes})


def _altered(definition: Definition, alter: Callable[[ObjectType], ObjectType]) -> Definition:
    types = {name: alter(one) for name, one in definition.object_types.items()}
    return definition.model_copy(update={"object_types": types})

"""What is wrong with the objects a page becomes, in sentences with cures (pure)."""

from collections.abc import Iterator

from assetferry.definition.attributes import Attribute
from assetferry.definition.document import Definition
from assetferry.definition.positions import Path
from assetferry.mapping.outcome import Problem
from assetferry.preflight.finding import Finding
from assetferry.preflight.options import option_findings
from assetferry.preflight.probing import Probe
from assetferry.preflight.repeats import repeat_findings

__all__ = ["arrival_findings"]

_SHOWN = 5
"""Records that are named one by one."""
_DEFAULTS = 5
"""Objects from which on it is odd that all of them take a default."""


def arrival_findings(stream: str, probe: Probe, definition: Definition) -> Iterator[Finding]:
    """Judge what the records of a stream's first page become."""
    if not probe.records:
        return
    yield _sum(stream, probe)
    yield from _quarantined(stream, probe, definition)
    for name in probe.items:
        if not probe.items[name]:
            yield _unreached(stream, name, probe, definition)
            continue
        for attribute_name, attribute in definition.object_types[name].attributes.items():
            yield from _attribute(name, attribute_name, attribute, probe)
            yield from option_findings(name, attribute_name, probe, definition)
        yield from repeat_findings(name, probe, definition)


def _sum(stream: str, probe: Probe) -> Finding:
    made = {name: len(entries) for name, entries in probe.entries.items()}
    if not made and probe.problems:
        return Finding(
            state="failed",
            message=f"{stream}: none of the {probe.records} records of the first page becomes an "
            "object",
            cure="Correct what the following lines name.",
            path=("sources", stream),
        )
    told = ", ".join(f"{count} {name}" for name, count in made.items()) or "nothing"
    return Finding(
        state="ok" if made else "warning",
        message=f"{stream}: the first page becomes {told}",
        path=("sources", stream),
    )


def _quarantined(stream: str, probe: Probe, definition: Definition) -> Iterator[Finding]:
    groups: dict[tuple[str, str | None, str], list[tuple[int, Problem]]] = {}
    for record, problem in probe.problems:
        key = (problem.object_type, problem.attribute, problem.code)
        groups.setdefault(key, []).append((record, problem))
    for (name, attribute, _), found in groups.items():
        records = sorted({record for record, _ in found})
        path: Path = ("object_types", name)
        yield Finding(
            state="warning",
            message=f"{stream}: {_times(len(records), 'record')} would be quarantined "
            f"({_named(records)}): {name}{f'.{attribute}' if attribute else ''}: "
            f"{found[0][1].reason}",
            path=path if attribute is None else (*path, "attributes", attribute),
        )
    share = probe.quarantined / probe.records
    if share > definition.max_quarantined:
        yield Finding(
            state="warning",
            message=f"{stream}: {share:.0%} of the first page would be quarantined, and "
            f"{definition.max_quarantined:.0%} is the most that a run may: it would be held",
            cure="Mend the mapping or the data; or raise max_quarantined, which counts only with "
            'missing_objects = "ignore".',
            path=("safety", "max_quarantined"),
        )


def _times(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _named(records: list[int]) -> str:
    shown = ", ".join(str(record) for record in records[:_SHOWN])
    return f"number {shown}{' …' if len(records) > _SHOWN else ''}"


_KEPT_AWAY = {
    "where": "is true for none of the items",
    "where_record": "is true for none of the records",
    "each": "leads to nothing",
    "source": "gives no items",
}


def _unreached(stream: str, name: str, probe: Probe, definition: Definition) -> Finding:
    key = probe.reached.get(name, "source")
    written = getattr(definition.object_types[name], key)
    return Finding(
        state="warning",
        message=f'{name}: {key} = "{written}" {_KEPT_AWAY[key]} on the first page of {stream}, so '
        f"no {name} comes of it",
        cure="Compare it with a record of the source: keys and values are case-sensitive. If "
        "such records come later, all is well.",
        path=("object_types", name, key),
    )


def _attribute(name: str, key: str, attribute: Attribute, probe: Probe) -> Iterator[Finding]:
    items, place = probe.items[name], (name, key)
    path: Path = ("object_types", name, "attributes", key)
    reads = attribute.from_ or attribute.from_record
    empty, unmapped = probe.empty[place], probe.unmapped[place]
    if attribute.default is not None and empty + unmapped == items >= _DEFAULTS:
        yield Finding(
            state="warning",
            message=f"{name}.{key}: all {items} objects of the first page take the default",
            cure=f"See that {reads} is where the source has it, and that map names its values.",
            path=path,
        )
    elif attribute.default is None and empty == items and not attribute.critical:
        yield Finding(
            state="warning",
            message=f"{name}.{key}: {reads} is absent or empty in every record of the first page",
            cure="Compare it with a record of the source; keys are case-sensitive.",
            path=path,
        )
    misfits = probe.misfits.get(place)
    if misfits is not None and not attribute.critical:
        yield Finding(
            state="warning",
            message=f"{name}.{key}: {_times(misfits.count, 'value')} would be left out (the first "
            f"in record {misfits.record}): {misfits.reason}",
            cure="Choose a type that fits, or convert it: map, format, or JMESPath in from.",
            path=path,
        )

"""One identity with two contents: Assets would take whichever comes first (pure)."""

from collections.abc import Iterator
from typing import Any

from assetferry.definition.document import Definition
from assetferry.definition.names import slug
from assetferry.preflight.finding import Finding
from assetferry.preflight.probing import Probe, body_of

__all__ = ["repeat_findings"]

_SHOWN = 5
"""Attributes that are named one by one."""


def repeat_findings(name: str, probe: Probe, definition: Definition) -> Iterator[Finding]:
    """Compare the objects of one type that have the same identity."""
    attributes = definition.object_types[name].attributes
    locators = {slug(key): key for key in attributes}
    parts = [slug(key) for key, one in attributes.items() if one.identity]
    met: dict[tuple[str, ...], tuple[int, bytes, dict[str, Any]]] = {}
    count, example = 0, ""
    for record, entry in probe.entries.get(name, []):
        body = body_of(entry)
        identity = tuple(str(body.get(part, "")).strip() for part in parts)
        first, raw, other = met.setdefault(identity, (record, entry.body, body))
        if raw == entry.body:
            continue
        count += 1
        if not example:
            differing = [
                shown for part, shown in locators.items() if body.get(part) != other.get(part)
            ]
            example = f"records {first} and {record} differ in {', '.join(differing[:_SHOWN])}"
    if count:
        yield Finding(
            state="warning",
            message=f"{name}: on the first page an identity comes again with other content "
            f"{count} time{'' if count == 1 else 's'}: {example}; Assets keeps only one of them",
            cure="Make the identity narrower, or map only what is the same wherever it appears.",
            path=("object_types", name, "attributes"),
        )

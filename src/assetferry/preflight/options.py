"""Values of selects and statuses that Assets may not know (pure)."""

from collections.abc import Iterator
from typing import Any, cast

from assetferry.definition.document import Definition
from assetferry.definition.names import slug
from assetferry.definition.positions import Path
from assetferry.definition.statuses import GLOBAL_STATUSES, canonical
from assetferry.preflight.finding import Finding
from assetferry.preflight.probing import Probe, body_of

__all__ = ["option_findings"]

_SHOWN = 5
"""Values that are named one by one."""


def option_findings(name: str, key: str, probe: Probe, definition: Definition) -> Iterator[Finding]:
    """Name what one attribute would send; nothing for other types."""
    attribute = definition.object_types[name].attributes[key]
    if attribute.type not in ("select", "status"):
        return
    sent = _values(probe, name, slug(key))
    path: Path = ("object_types", name, "attributes", key)
    if attribute.type == "select" and sent:
        yield Finding(
            state="warning",
            message=f"{name}.{key}: a mapping cannot declare the options of a select; the first "
            f"page has {_quoted(sent)}, and what Assets does with one it does not know is set on "
            "the import source",
            cure="Add the options in Jira, or let the import source add unknown values.",
            path=path,
        )
        return
    known = {canonical(one) for one in (*GLOBAL_STATUSES, *definition.statuses)}
    unknown = [value for value in sent if canonical(value) not in known]
    if attribute.type == "status" and unknown:
        yield Finding(
            state="warning",
            message=f"{name}.{key}: Assets does not know the status {_quoted(unknown)}",
            cure=f'Declare it: [statuses."{unknown[0]}"] category = "active", "inactive" or '
            '"pending"; or map it to one of those that exist.',
            path=path,
        )


def _values(probe: Probe, name: str, locator: str) -> list[str]:
    found: dict[str, None] = {}
    for _, entry in probe.entries.get(name, []):
        value = body_of(entry).get(locator, [])
        for one in cast("list[Any]", value) if isinstance(value, list) else [value]:
            if one != "":
                found[str(one)] = None
    return list(found)


def _quoted(values: list[str]) -> str:
    shown = ", ".join(f'"{value}"' for value in values[:_SHOWN])
    return shown + (f" and {len(values) - _SHOWN} more" if len(values) > _SHOWN else "")

"""The steps of a check that ask a source: its first page, and what becomes of it."""

from assetferry.definition.positions import Path
from assetferry.errors import FerryError
from assetferry.preflight.arrivals import arrival_findings
from assetferry.preflight.first_page import page_findings, read
from assetferry.preflight.ground import Ground, skipped
from assetferry.preflight.probing import Probe, probe
from assetferry.preflight.report import Report
from assetferry.preflight.troubles import source_error
from assetferry.sources.opening import open_source

__all__ = ["ask_source"]


async def ask_source(name: str, ground: Ground, report: Report) -> Probe | None:
    """Read the first page of one source; None, with the reason reported, where that fails."""
    definition = ground.definition
    source = definition.sources[name]
    place: Path = ("sources", name)
    if (path := ground.lacks(place)) is not None:
        needs = "a usable address" if path == (*place, "url") else "its secret"
        report.add("first_page", skipped(needs, path, of=name))
        return None
    try:
        opened = open_source(source, outbound=ground.outbound, secrets=ground.secret)
        first = await read(name, opened, records=definition.limits.chunk_records)
    except FerryError as error:
        report.add("first_page", source_error(name, source, error))
        return None
    for finding in page_findings(first, definition):
        report.add("first_page", finding)
    found = probe(definition, name, first.page.records)
    for finding in arrival_findings(name, found, definition):
        report.add("objects", finding)
    return found

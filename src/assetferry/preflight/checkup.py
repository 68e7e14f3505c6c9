"""The check itself: everything a run needs is looked at, and nothing is changed.

Each step's failure stops only the steps that need it. What is asked is asked by ``asking_assets``
and ``asking_sources``; what the answers mean is decided by the pure modules of this room.
"""

from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack

from assetferry.definition.document import Definition
from assetferry.definition.load import load
from assetferry.definition.positions import Path
from assetferry.definition.problems import DefinitionError
from assetferry.definition.secrets import SecretMissing
from assetferry.equipment import way_out
from assetferry.errors import FerryError
from assetferry.outbound.client import Outbound
from assetferry.outbound.errors import CaFileUnusable
from assetferry.outbound.limits import Timeouts
from assetferry.preflight.asking_assets import ask_assets
from assetferry.preflight.asking_sources import ask_source
from assetferry.preflight.choices import choice_findings
from assetferry.preflight.finding import Finding, Places, Step
from assetferry.preflight.ground import Ground, skipped
from assetferry.preflight.notifying import hindered, told
from assetferry.preflight.probing import Probe
from assetferry.preflight.reach import denied, egress_findings
from assetferry.preflight.report import Report, misdefined
from assetferry.preflight.samples import samples
from assetferry.preflight.secrets import missing, references, secret_findings

__all__ = ["check"]

_PATIENCE = Timeouts(connect=10.0, read=30.0, total=60.0)
"""Seconds: a person waits for a check, where a run would wait longer."""


async def check(
    text: str,
    *,
    origin: str,
    environ: Mapping[str, str],
    tell: Callable[[Step], None] = lambda _: None,
    notify: bool = False,
) -> Report:
    """Look at a definition and at everything it refers to; ``notify`` also sends a test notice.

    ``tell`` hears of each step as it is taken. Whatever is wrong is in the report, nothing of
    it is raised.
    """
    try:
        definition = load(text, origin=origin)
    except DefinitionError as error:
        return misdefined(error, tell)
    report = Report(places=Places(text), tell=tell)
    for finding in choice_findings(definition):
        report.add("definition", finding)
    lacking = missing(definition, environ)
    for finding in secret_findings(references(definition), lacking):
        report.add("secrets", finding)
    async with AsyncExitStack() as stack:
        outbound = await _way_out(report, definition, environ, stack)
        if outbound is None:
            _ask_nobody(definition, report)
            return report
        refused = await denied(definition)
        for finding in egress_findings(definition, refused):
            report.add("egress", finding)
        await _tell(definition, environ, report, really=notify)
        await _ask(
            Ground(
                definition=definition,
                environ=environ,
                outbound=outbound,
                unusable=frozenset({*lacking, *refused}),
            ),
            report,
        )
    return report


async def _tell(
    definition: Definition, environ: Mapping[str, str], report: Report, *, really: bool
) -> None:
    """Send a test notice if asked to, else only look whether one could be sent."""
    found = await told(definition, environ) if really else hindered(definition, environ)
    if found is not None:
        report.add("notify", found)


async def _ask(ground: Ground, report: Report) -> None:
    await ask_assets(ground, report)
    probes: dict[str, Probe] = {}
    for name in ground.definition.sources:
        found = await ask_source(name, ground, report)
        if found is not None:
            probes[name] = found
    report.samples = samples(ground.definition, probes)


async def _way_out(
    report: Report, definition: Definition, environ: Mapping[str, str], stack: AsyncExitStack
) -> Outbound | None:
    """Open the client; None, with the reason reported, where it cannot be."""
    try:
        return await stack.enter_async_context(way_out(definition, environ, timeouts=_PATIENCE))
    except SecretMissing:
        report.add("egress", skipped("the proxy's secret", ("egress", "proxy")))
    except FerryError as error:
        named = isinstance(error, CaFileUnusable)
        path: Path = ("egress", "ca_file") if named else ("egress",)
        cure = "Name a PEM file that this user may read." if named else None
        report.add("egress", Finding(state="failed", message=str(error), cure=cure, path=path))
    return None


def _ask_nobody(definition: Definition, report: Report) -> None:
    for step in ("credentials", "import_source", "mapping"):
        report.add(step, skipped("a way out"))
    for name in definition.sources:
        report.add("first_page", skipped("a way out", ("sources", name), of=name))

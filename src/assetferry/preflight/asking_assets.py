"""The steps of a check that ask Assets: credentials, import source, mapping."""

import asyncio

from assetferry.assets.answers import ConfigStatus, ExecutionStatus, Identified
from assetferry.assets.client import AssetsClient
from assetferry.errors import FerryError
from assetferry.mapping.document import mapping_document
from assetferry.preflight.comparison import compare
from assetferry.preflight.entities import entities
from assetferry.preflight.finding import Finding
from assetferry.preflight.ground import Ground, skipped
from assetferry.preflight.memory import recall
from assetferry.preflight.pushing import as_json, push_findings
from assetferry.preflight.reach import BASE_URL
from assetferry.preflight.renames import likely_renames
from assetferry.preflight.report import Report
from assetferry.preflight.standing import standing
from assetferry.preflight.troubles import assets_error, assets_trouble

__all__ = ["ask_assets"]


async def ask_assets(ground: Ground, report: Report) -> None:
    """Take the three steps, each as far as those before lead. Only GET is asked."""
    client = await _credentials(ground, report)
    if client is None:
        for step in ("import_source", "mapping"):
            report.add(step, skipped("the credentials"))
        return
    status = await _import_source(client, ground, report)
    await _mapping(client, status, ground, report)


async def _credentials(ground: Ground, report: Report) -> AssetsClient | None:
    assets = ground.definition.assets
    for place, needs in ((("assets", "token"), "the token"), (BASE_URL, "a usable address")):
        if (path := ground.lacks(place)) is not None:
            report.add("credentials", skipped(needs, path))
            return None
    client = AssetsClient(ground.outbound, assets.base_url, ground.secret(assets.token))
    try:
        found = await client.identify()
    except FerryError as error:
        report.add("credentials", assets_error(error))
        return None
    if not isinstance(found, Identified):
        report.add("credentials", assets_trouble(found, ground.definition))
        return None
    message = (
        f"the token belongs to import source {found.import_source_id} of workspace "
        f"{found.workspace_id}"
    )
    report.add("credentials", Finding(state="ok", message=message))
    return client


async def _import_source(
    client: AssetsClient, ground: Ground, report: Report
) -> ConfigStatus | None:
    try:
        status = await client.config_status()
        newest = await client.newest() if status == "RUNNING" else None
    except FerryError as error:
        report.add("import_source", assets_error(error))
        return None
    if not isinstance(status, str):
        report.add("import_source", assets_trouble(status, ground.definition))
        return None
    known = newest if isinstance(newest, ExecutionStatus) else None
    report.add("import_source", standing(status, known))
    return status


async def _mapping(
    client: AssetsClient, status: ConfigStatus | None, ground: Ground, report: Report
) -> None:
    """Compare our document with Assets', in the light of what the ledger remembers."""
    definition = ground.definition
    try:
        memory = await asyncio.to_thread(recall, definition.name, ground.environ)
        made = mapping_document(definition, remembered=memory.external_ids)
    except FerryError as error:
        report.add("mapping", Finding(state="failed", message=str(error), path=("object_types",)))
        return
    try:
        stored = await client.schema_and_mapping()
    except FerryError as error:
        report.add("mapping", assets_error(error))
        return
    if not isinstance(stored, dict):
        report.add("mapping", assets_trouble(stored, definition))
        return
    ours, theirs = entities(made.document), entities(stored)
    comparison = compare(ours, theirs, remembered=memory.external_ids)
    renames = likely_renames(comparison, ours, theirs, definition=definition, before=memory.before)
    for finding in push_findings(
        comparison,
        renames,
        how="PUT" if status == "MISSING_MAPPING" else "PATCH",
        missing_objects=definition.assets.missing_objects,
        pinned=frozenset(memory.external_ids),
    ):
        report.add("mapping", finding)
    report.mapping = as_json(comparison, renames)

"""Judge each ``objectMappingIQL`` when it is submitted, long before there is data (12.6)."""

import sqlite3
from collections.abc import Iterator

from assetferry.local_assets import aql
from assetferry.local_assets.errors import Problem
from assetferry.local_assets.mapping.document import Document
from assetferry.local_assets.store.sources import ImportSource

__all__ = ["check", "problem"]


def problem(iql: str, locators: frozenset[str]) -> str | None:
    """Say what is wrong with it; None if it parses and its placeholders are locators."""
    try:
        template = aql.placeholders(iql)
        template.check()
    except aql.AqlError as error:
        return str(error)
    for locator in sorted(template.locators - locators):
        return f"${{{locator}}} is no locator of this object type's mapping"
    return None


def check(
    connection: sqlite3.Connection, source: ImportSource, document: Document
) -> Iterator[Problem]:
    """Find queries that name what the workspace does not have, once it has what is new."""
    names = aql.load_names(connection, source.workspace_id)
    for mapping in document.mappings:
        for given in mapping.attributes:
            if given.iql is None:
                continue
            template = aql.placeholders(given.iql)
            text = template.bind({locator: ["0"] for locator in template.locators})
            try:
                aql.matching(
                    connection,
                    source.workspace_id,
                    aql.parse(text or ""),
                    object_type_ids=names.all_types(),
                    limit=1,
                    names=names,
                )
            except aql.AqlError as error:
                yield Problem(
                    code="INVALID_OBJECT_MAPPING_IQL",
                    path=f"{given.path}/objectMappingIQL",
                    message=str(error),
                )

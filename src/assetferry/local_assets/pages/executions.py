"""One execution: what came in, and what became of it."""

import sqlite3

from assetferry.local_assets.errors import not_found
from assetferry.local_assets.pages.rendering import View
from assetferry.local_assets.store.chunks import sizes
from assetferry.local_assets.store.executions import execution
from assetferry.local_assets.store.history import history_of
from assetferry.local_assets.store.sources import import_source

__all__ = ["one_execution"]


def one_execution(reader: sqlite3.Connection, source_id: str, execution_id: str) -> View:
    """Show an execution of an import source, its failures and its result by object type."""
    source = import_source(reader, source_id)
    if source is None:
        raise not_found("Import source", source_id)
    found = execution(reader, source, execution_id)
    entry = next(one for one in history_of(reader, source) if one["executionId"] == found.id)
    done, size = sizes(reader, found.number)
    return {
        "source": {"id": source.id, "name": source.name},
        **entry,
        "chunkBytesLeft": size - done,
        "objectTypes": list((found.result or {}).get("objectTypeResultMap", {}).values()),
    }

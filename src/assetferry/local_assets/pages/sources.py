"""What there is: workspaces, object schemas, import sources, and how each source stands."""

import sqlite3
from typing import Any

from assetferry.local_assets.errors import not_found
from assetferry.local_assets.pages.rendering import View
from assetferry.local_assets.scheduling.record import slots_of
from assetferry.local_assets.scheduling.schedules import schedule_of
from assetferry.local_assets.store.catalogue import attributes_of, object_schemas, object_types
from assetferry.local_assets.store.executions import active_execution, newest_execution
from assetferry.local_assets.store.history import history_of
from assetferry.local_assets.store.mappings import mappings_of
from assetferry.local_assets.store.objects import count_by_type
from assetferry.local_assets.store.sources import (
    ImportSource,
    import_source,
    sources_of_schema,
    workspaces,
)

__all__ = ["overview", "source"]

SHOWN = 50
"""Entries of a history on one page."""


def overview(reader: sqlite3.Connection) -> View:
    """Show everything from the workspaces down to the import sources."""
    return {"workspaces": [_workspace(reader, *one) for one in workspaces(reader)]}


def source(reader: sqlite3.Connection, source_id: str) -> View:
    """Show an import source: how it stands, what is mapped, what ran, when it runs next."""
    found = import_source(reader, source_id)
    if found is None:
        raise not_found("Import source", source_id)
    history = history_of(reader, found)
    return {
        **_source(reader, found),
        "workspaceId": found.workspace_id,
        "moduleKey": found.settings.module_key,
        "mappings": _mappings(reader, found),
        "history": history[:SHOWN],
        "entries": len(history),
        "slots": slots_of(reader, found)[:SHOWN],
    }


def _workspace(reader: sqlite3.Connection, workspace_id: str, name: str) -> View:
    schemas: list[View] = []
    for schema in object_schemas(reader, workspace_id):
        types = object_types(reader, workspace_id, schema.id)
        counts = count_by_type(reader, (one.id for one in types))
        sources = sources_of_schema(reader, workspace_id, schema.id)
        schemas.append(
            {
                "id": str(schema.id),
                "name": schema.name,
                "objectSchemaKey": schema.object_schema_key,
                "objectTypes": [
                    {"id": str(one.id), "name": one.name, "objectCount": counts[one.id]}
                    for one in types
                ],
                "importSources": [_source(reader, one) for one in sources],
            }
        )
    return {"id": workspace_id, "name": name, "objectSchemas": schemas}


def _source(reader: sqlite3.Connection, found: ImportSource) -> View:
    newest, schedule = newest_execution(reader, found), schedule_of(reader, found)
    return {
        "id": found.id,
        "name": found.name,
        "status": _status(reader, found),
        "newest": None if newest is None else {"state": newest.state, "created": newest.created},
        "schedule": None
        if schedule is None
        else {
            "runFrequency": schedule.frequency,
            "timezone": schedule.timezone,
            "nextScheduledTime": schedule.due,
        },
    }


def _status(reader: sqlite3.Connection, found: ImportSource) -> str:
    if active_execution(reader, found) is not None:
        return "RUNNING"
    if not found.settings.enabled:
        return "DISABLED"
    return "IDLE" if found.mapped else "MISSING_MAPPING"


def _mappings(reader: sqlite3.Connection, found: ImportSource) -> list[View]:
    types = {one.id: one for one in object_types(reader, found.workspace_id)}
    mappings = mappings_of(reader, found.number)
    attributes = attributes_of(reader, (one.object_type_id for one in mappings))
    names = {one.id: one for many in attributes.values() for one in many}

    def mapped(one: Any) -> View:
        attribute = names[one.attribute_id]
        return {
            "name": attribute.name,
            "type": attribute.type,
            "locators": list(one.locators),
            "externalIdPart": one.external_id_part,
            "label": attribute.is_label,
        }

    return [
        {
            "objectType": types[one.object_type_id].name,
            "selector": one.selector,
            "attributes": list(map(mapped, one.attributes)),
        }
        for one in mappings
    ]

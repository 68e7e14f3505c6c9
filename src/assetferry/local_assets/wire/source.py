"""An import source as Assets shows it (section 9)."""

import uuid
from typing import Any

import msgspec

from assetferry.local_assets.scheduling.schedules import Schedule
from assetferry.local_assets.store.sources import ImportSource

__all__ = ["collection_id", "source_body"]


def source_body(source: ImportSource, schedule: Schedule | None) -> dict[str, Any]:
    """Write all fields of the contract; what does not apply is null."""
    chosen = source.settings
    return {
        "id": source.id,
        "collectionId": collection_id(source),
        "name": source.name,
        "description": None,
        "created": source.created,
        "updated": source.updated,
        "objectSchemaId": str(source.object_schema_id),
        "importSourceModuleKey": chosen.module_key,
        "defaultConcatenator": chosen.concatenator,
        "defaultHandleEmptyValues": chosen.empty_values,
        "defaultHandleUnknownValues": chosen.unknown_values,
        "dateFormat": chosen.date_format,
        "dateTimeFormat": chosen.date_time_format,
        "importStatus": {
            "configurationStatusType": "ENABLED" if chosen.enabled else "DISABLED",
            "validationStatusType": "VALID" if source.mapped else "INVALID_CONFIGURATION",
        },
        "importSpecificConfiguration": msgspec.json.encode({}).decode(),
        "importSourceOTEntries": None,
        "url": None,
        "isImportSourceSchedulingEnabled": schedule is not None and schedule.due is not None,
        "importExecutionType": "MANUAL" if schedule is None else "SCHEDULED",
        "scheduledImportDetails": None if schedule is None else _details(schedule),
    }


def collection_id(source: ImportSource) -> str:
    """Derive it: collections group sources in the web page, ours stand alone."""
    return str(uuid.uuid5(uuid.UUID(source.id), "collection"))


def _details(schedule: Schedule) -> dict[str, Any]:
    return {
        "importScheduleId": schedule.id,
        "startTime": schedule.start,
        "runFrequency": schedule.frequency,
        "nextScheduledTime": schedule.due,
        "createdAt": schedule.created,
    }

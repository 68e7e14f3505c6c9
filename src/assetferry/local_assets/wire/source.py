"""An import source as Assets shows it (section 9)."""

import uuid
from typing import Any

import msgspec

from assetferry.local_assets.store.sources import ImportSource

__all__ = ["source_body"]


def source_body(source: ImportSource) -> dict[str, Any]:
    """Write all fields of the contract; what does not apply is null."""
    chosen = source.settings
    return {
        "id": source.id,
        # Collections group sources in the web page; ours stand alone, so the id is derived.
        "collectionId": str(uuid.uuid5(uuid.UUID(source.id), "collection")),
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
        "isImportSourceSchedulingEnabled": False,
        "importExecutionType": "MANUAL",
        "scheduledImportDetails": None,
    }

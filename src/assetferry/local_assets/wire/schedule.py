"""A schedule as Assets shows it: the union of both dialects (10.2)."""

from typing import Any

from assetferry.local_assets.scheduling.schedules import Schedule
from assetferry.local_assets.store.sources import ImportSource
from assetferry.local_assets.wire.source import collection_id

__all__ = ["schedule_body"]


def schedule_body(source: ImportSource, schedule: Schedule) -> dict[str, Any]:
    """Write every field that either source of the contract has; the callback is in neither."""
    return {
        "id": schedule.id,
        "importSourceId": source.id,
        "collectionId": collection_id(source),
        "runFrequency": schedule.frequency,
        "runInterval": schedule.frequency,
        "startTime": schedule.start,
        "timezone": schedule.timezone,
        "isActive": schedule.due is not None,
        "createdAt": schedule.created,
        "created": schedule.created,
        "updatedAt": schedule.updated,
        "updated": schedule.updated,
    }

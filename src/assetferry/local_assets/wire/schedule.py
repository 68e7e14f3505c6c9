"""A schedule as Assets shows it, in the dialect that is chosen (10.2)."""

from typing import Any

from assetferry.local_assets.scheduling.schedules import Schedule
from assetferry.local_assets.settings import ScheduleAnswer
from assetferry.local_assets.store.sources import ImportSource
from assetferry.local_assets.wire.source import collection_id

__all__ = ["schedule_body"]


def schedule_body(source: ImportSource, schedule: Schedule, form: ScheduleAnswer) -> dict[str, Any]:
    """Write the fields of the guide, of the OpenAPI document, or both; no callback in either."""
    common = {"id": schedule.id, "importSourceId": source.id, "startTime": schedule.start}
    guide = {
        "runFrequency": schedule.frequency,
        "timezone": schedule.timezone,
        "isActive": schedule.due is not None,
        "createdAt": schedule.created,
        "updatedAt": schedule.updated,
    }
    openapi = {
        "runInterval": schedule.frequency,
        "created": schedule.created,
        "updated": schedule.updated,
        "collectionId": collection_id(source),
    }
    match form:
        case "guide":
            return {**common, **guide}
        case "openapi":
            return {**common, **openapi}
        case "union":
            return {**common, **guide, **openapi}

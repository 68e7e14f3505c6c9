"""Schedules of an import source, in both dialects (section 10)."""

from assetferry.local_assets.openapi.parts import (
    EXTERNAL_SOURCE,
    Schema,
    below,
    nullable,
    operation,
    record,
    ref,
    text,
)

__all__ = ["PATHS", "SCHEMAS"]

_LINK = text(format="uri")
_MOMENT = text(format="date-time")
_FREQUENCY = text(enum=["ONCE", "DAILY", "WEEKLY", "MONTHLY"])

SCHEMAS: dict[str, Schema] = {
    "ScheduleLinks": record(
        {"links": record({"createSchedule": _LINK}, {"schedule": _LINK}), "result": text()},
    ),
    "ScheduleRequest": {
        "description": "One of runFrequency and runInterval, or both with the same value.",
        "type": "object",
        "required": ["startTime"],
        "properties": {
            "startTime": {**_MOMENT, "description": "In the future."},
            "runFrequency": _FREQUENCY,
            "runInterval": _FREQUENCY,
            "timezone": text(description="IANA name; UTC where it is left out."),
            "callbackUrl": {
                "description": "Called when the schedule is due; external imports need it.",
                **nullable(text(format="uri", pattern="^https?://")),
            },
        },
        "anyOf": [{"required": ["runFrequency"]}, {"required": ["runInterval"]}],
    },
    "Schedule": record(
        {
            "id": text(format="uuid"),
            "importSourceId": text(format="uuid"),
            "collectionId": text(format="uuid"),
            "runFrequency": _FREQUENCY,
            "runInterval": _FREQUENCY,
            "startTime": _MOMENT,
            "timezone": text(),
            "isActive": {"type": "boolean"},
            "createdAt": _MOMENT,
            "created": _MOMENT,
            "updatedAt": _MOMENT,
            "updated": _MOMENT,
        }
    ),
    "ScheduledImportDetails": record(
        {
            "importScheduleId": text(format="uuid"),
            "startTime": _MOMENT,
            "runFrequency": _FREQUENCY,
            "nextScheduledTime": nullable(_MOMENT),
            "createdAt": _MOMENT,
        }
    ),
}

_SOURCE = "/workspace/{workspaceId}/v1/importsource/{importSourceId}"

PATHS: dict[str, Schema] = {
    f"{_SOURCE}/schedule": {
        "parameters": below("workspaceId", "importSourceId"),
        "get": operation(
            "getScheduleLinks",
            "Say where a schedule is made, and where the one there is lies.",
            scope=EXTERNAL_SOURCE,
            container_token=True,
            ok={200: ref("ScheduleLinks")},
        ),
    },
    f"{_SOURCE}/importschedule": {
        "parameters": below("workspaceId", "importSourceId"),
        "post": operation(
            "createSchedule",
            "Make the schedule of an import source; there is one at most.",
            scope=EXTERNAL_SOURCE,
            container_token=True,
            ok={200: ref("Schedule")},
            body=ref("ScheduleRequest"),
            refused=(403,),
        ),
    },
    f"{_SOURCE}/importschedule/{{importScheduleId}}": {
        "parameters": below("workspaceId", "importSourceId", "importScheduleId"),
        "get": operation(
            "getSchedule",
            "Give a schedule.",
            scope=EXTERNAL_SOURCE,
            container_token=True,
            ok={200: ref("Schedule")},
        ),
        "put": operation(
            "replaceSchedule",
            "Replace a schedule; its id stays.",
            scope=EXTERNAL_SOURCE,
            container_token=True,
            ok={200: ref("Schedule")},
            body=ref("ScheduleRequest"),
        ),
        "delete": operation(
            "deleteSchedule",
            "Delete a schedule; the import source remains.",
            scope=EXTERNAL_SOURCE,
            container_token=True,
            ok={200: None},
        ),
    },
}

"""Executions: start, feed, watch, cancel (section 8)."""

from assetferry.local_assets.openapi.parts import (
    EXTERNAL_SOURCE,
    Schema,
    array,
    below,
    integer,
    nullable,
    operation,
    record,
    ref,
    text,
)

__all__ = ["PATHS", "SCHEMAS"]

_LINK = text(format="uri")
_COUNT = integer(minimum=0)
_COUNTERS = (
    "objectsUpdated",
    "objectsCreated",
    "objectsIdentical",
    "objectsMissingUpdated",
    "objectsMissingDeleted",
    "entriesInSource",
    "duplicateEnries",
    "emptyLabelEntries",
    "emptyExternalIdEntries",
    "objectsFilteredWithQlQuery",
    "readExternalDataTimeInMs",
    "mapExternalDataTimeInMs",
    "qlQueryFilteringTimeInMs",
    "decidingActionsTimeInMs",
    "writeInsightDataTimeInMs",
    "postFunctionTimeInMs",
    "executionTimeInMs",
    "objectsWithUpdatedReferences",
)
"""As on the wire; one is misspelt there."""

SCHEMAS: dict[str, Schema] = {
    "StartRequest": record(
        {},
        {"scheduled": {"type": "boolean", "description": "True where a schedule started it."}},
    ),
    "Started": record(
        {
            "result": {"const": "success"},
            "links": record(
                {
                    "submitProgress": _LINK,
                    "submitResults": _LINK,
                    "getExecutionStatus": _LINK,
                    "cancel": _LINK,
                }
            ),
        }
    ),
    "Chunk": {
        "description": "A chunk, the completion, or both.",
        "type": "object",
        "properties": {
            "data": {"type": "object", "description": "Lists of entries, where selectors look."},
            "clientGeneratedId": {
                "description": "Makes a repeat of the call harmless.",
                **nullable(text(maxLength=255)),
            },
            "completed": {"type": "boolean"},
        },
        "additionalProperties": False,
        "anyOf": [
            {"required": ["data"]},
            {"required": ["completed"], "properties": {"completed": {"const": True}}},
        ],
    },
    "AppProgress": record(
        {},
        {
            "steps": record({}, {"total": _COUNT, "current": _COUNT, "description": text()}),
            "objects": record({}, {"total": _COUNT, "processed": _COUNT}),
        },
    ),
    "FailureReport": record({"failureReason": text(minLength=1, maxLength=1024)}),
    "ExecutionStatus": record(
        {
            "status": text(enum=["INGESTING", "PROCESSING", "DONE", "CANCELLED"]),
            "executionId": text(format="uuid"),
        },
        {"progressResult": ref("ProgressResult")},
    ),
    "ProgressResult": record(
        {
            "type": {"const": "IMPORT"},
            "id": integer(),
            "started": text(format="date-time"),
            "ended": text(format="date-time"),
            "result": text(enum=["OK", "ERROR"]),
            "status": {"const": "FINISHED"},
            "infoMessage": text(),
            "jobId": text(format="uuid"),
            "populatedObjectTypes": array(text()),
            "onlyExecutedForObjectTypes": array({}),
            "objectTypeResultMap": {
                "type": "object",
                "propertyNames": {"pattern": "^[0-9]+$"},
                "additionalProperties": ref("ObjectTypeResult"),
            },
            "errorMessages": nullable(array(text())),
            "errorCount": _COUNT,
            "totalNumberEntriesInImport": _COUNT,
        },
        {"objectSchemaId": integer(), "importSourceId": text(format="uuid")},
    ),
    "ObjectTypeResult": record(
        {
            "id": {"type": "null"},
            "objectTypeName": text(),
            "objectTypeId": integer(),
            "errorMessages": nullable(array(text())),
            "errorCount": _COUNT,
            **dict.fromkeys(_COUNTERS, _COUNT),
        }
    ),
}

_EXECUTIONS = "/workspace/{workspaceId}/v1/importsource/{importSourceId}/executions"
_EXECUTION = f"{_EXECUTIONS}/{{executionId}}"
_HERE = below("workspaceId", "importSourceId", "executionId")

PATHS: dict[str, Schema] = {
    _EXECUTIONS: {
        "parameters": below("workspaceId", "importSourceId"),
        "post": operation(
            "startExecution",
            "Begin an execution and say where its parts are.",
            scope=EXTERNAL_SOURCE,
            container_token=True,
            ok={200: ref("Started")},
            body=ref("StartRequest"),
            body_required=False,
            refused=(409,),
        ),
    },
    f"{_EXECUTIONS}/status": {
        "parameters": below("workspaceId", "importSourceId"),
        "get": operation(
            "getNewestExecutionStatus",
            "Tell how the newest execution stands; 404 before the first one.",
            scope=EXTERNAL_SOURCE,
            container_token=True,
            ok={200: ref("ExecutionStatus")},
            refused=(400,),
        ),
    },
    _EXECUTION: {
        "parameters": _HERE,
        "delete": operation(
            "cancelExecution",
            "End an execution before its completion; again is harmless.",
            scope=EXTERNAL_SOURCE,
            container_token=True,
            ok={200: None},
            refused=(400,),
        ),
    },
    f"{_EXECUTION}/data": {
        "parameters": _HERE,
        "post": operation(
            "submitData",
            "Submit a chunk, complete the execution, or both.",
            scope=EXTERNAL_SOURCE,
            container_token=True,
            ok={200: None},
            body=ref("Chunk"),
        ),
    },
    f"{_EXECUTION}/progress": {
        "parameters": _HERE,
        "put": operation(
            "reportProgress",
            "Say how far gathering the data got; cosmetic.",
            scope=EXTERNAL_SOURCE,
            container_token=True,
            ok={200: None},
            body=ref("AppProgress"),
            body_required=False,
        ),
    },
    f"{_EXECUTION}/status": {
        "parameters": _HERE,
        "get": operation(
            "getExecutionStatus",
            "Tell how an execution stands, and what it came to.",
            scope=EXTERNAL_SOURCE,
            container_token=True,
            ok={200: ref("ExecutionStatus")},
            refused=(400,),
        ),
    },
    f"{_EXECUTION}/history/failed": {
        "parameters": _HERE,
        "post": operation(
            "recordFailure",
            "Write a failure into the import history; the execution goes on.",
            scope=EXTERNAL_SOURCE,
            container_token=True,
            ok={204: None},
            body=ref("FailureReport"),
        ),
    },
}

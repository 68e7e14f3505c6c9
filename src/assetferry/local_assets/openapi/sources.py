"""Import sources: what they are, how they stand, their token (sections 5, 6, 9, 11)."""

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
_MOMENT = text(format="date-time")

SCHEMAS: dict[str, Schema] = {
    "ImportLinks": record(
        {"links": record({"getStatus": _LINK, "start": _LINK, "mapping": _LINK})},
    ),
    "ConfigStatus": record(
        {"status": text(enum=["IDLE", "RUNNING", "DISABLED", "MISSING_MAPPING"])},
        {"links": record({"getExecutionStatus": _LINK, "cancel": _LINK})},
    ),
    "ImportSource": record(
        {
            "id": text(format="uuid"),
            "collectionId": text(format="uuid"),
            "name": text(),
            "created": _MOMENT,
            "updated": _MOMENT,
            "objectSchemaId": text(pattern="^[0-9]+$"),
            "importSourceModuleKey": text(),
            "defaultConcatenator": text(),
            "defaultHandleEmptyValues": text(),
            "defaultHandleUnknownValues": text(),
            "dateFormat": text(),
            "dateTimeFormat": text(),
            "importSpecificConfiguration": text(contentMediaType="application/json"),
        },
        {
            "description": nullable(text()),
            "importStatus": nullable(
                record(
                    {
                        "configurationStatusType": text(enum=["DISABLED", "ENABLED"]),
                        "validationStatusType": text(
                            enum=["VALID", "INVALID_CONFIGURATION", "MODULE_UNINSTALLED"]
                        ),
                    }
                )
            ),
            "importSourceOTEntries": nullable(array({})),
            "url": nullable(text()),
            "isImportSourceSchedulingEnabled": nullable({"type": "boolean"}),
            "importExecutionType": nullable(text(enum=["MANUAL", "SCHEDULED"])),
            "scheduledImportDetails": nullable(ref("ScheduledImportDetails")),
        },
    ),
    "Token": record({"token": text(pattern="^ATCTT3x")}),
    "Progress": record(
        {
            "progressInPercent": integer(minimum=0, maximum=100),
            "resourceId": text(format="uuid"),
            "category": {"const": "imports"},
            "status": text(enum=["IN_PROGRESS", "FINISHED"]),
            "stepDescription": text(),
            "currentStep": integer(minimum=1, maximum=6),
            "numberOfSteps": {"const": 6},
            "currentWorkUnits": integer(minimum=0),
            "currentWorkDescription": text(),
            "currentStepTotalWorkUnits": integer(minimum=0),
            "totalWorkUnits": integer(minimum=0),
            "result": nullable(text(enum=["OK", "ERROR"])),
            "resultData": nullable(ref("ProgressResultData")),
            "resultMessage": nullable(text()),
            "actor": text(),
            "startDate": _MOMENT,
            "finishedDate": nullable(_MOMENT),
            "estimatedFinishDate": nullable(_MOMENT),
            "executionUUID": text(format="uuid"),
        }
    ),
    "ProgressResultData": record(
        {
            "id": text(),
            "objectSchemaId": text(),
            "importSourceId": text(format="uuid"),
            "executedType": text(enum=["MANUAL", "SCHEDULED"]),
            "executedAsUser": nullable(text()),
            "numberOfWorkers": integer(minimum=1),
            "moduleKey": text(),
            "errorCount": integer(minimum=0),
            "updateReferencesTimeInMs": integer(minimum=0),
            "objectTypeResultMap": {
                "type": "object",
                "additionalProperties": record(
                    {"objectTypeId": text(), "objectsCreatedQlQuery": text()}
                ),
            },
        }
    ),
}

_SOURCE = "/workspace/{workspaceId}/v1/importsource/{importSourceId}"

PATHS: dict[str, Schema] = {
    "/v1/imports/info": {
        "get": {
            "operationId": "getImportsInfo",
            "summary": "Tell which import source a container token belongs to.",
            "x-known": "documented",
            "security": [{"containerToken": []}],
            "responses": {
                "200": {
                    "description": "Where to go on.",
                    "content": {"application/json": {"schema": ref("ImportLinks")}},
                },
                "401": {
                    "description": "No valid container token.",
                    "content": {"application/json": {"schema": ref("Unauthorized")}},
                },
                "500": {
                    "description": "Something went wrong on the server.",
                    "content": {"application/json": {"schema": ref("Error")}},
                },
            },
        }
    },
    _SOURCE: {
        "parameters": below("workspaceId", "importSourceId"),
        "get": operation(
            "getImportSource",
            "Describe an import source, with its schedule.",
            scope=EXTERNAL_SOURCE,
            container_token=True,
            ok={200: ref("ImportSource")},
            refused=(403,),
        ),
    },
    "/workspace/{workspaceId}/v1/importsource/objectschema/{objectSchemaId}": {
        "parameters": below("workspaceId", "objectSchemaId"),
        "get": operation(
            "listImportSources",
            "List the import sources of an object schema, as the web page does.",
            scope=EXTERNAL_SOURCE,
            ok={200: array(ref("ImportSource"))},
            refused=(403,),
            known="observed",
        ),
    },
    f"{_SOURCE}/configstatus": {
        "parameters": below("workspaceId", "importSourceId"),
        "get": operation(
            "getConfigStatus",
            "Tell whether an import may start; while one runs, also where to watch it.",
            scope=EXTERNAL_SOURCE,
            container_token=True,
            ok={200: ref("ConfigStatus")},
        ),
    },
    f"{_SOURCE}/token": {
        "parameters": below("workspaceId", "importSourceId"),
        "post": operation(
            "makeToken",
            "Make a new container token; the old one is refused from now on.",
            scope=EXTERNAL_SOURCE,
            ok={200: ref("Token")},
        ),
    },
    "/workspace/{workspaceId}/v1/import/start/{importSourceId}": {
        "parameters": below("workspaceId", "importSourceId"),
        "post": operation(
            "startConfiguredImport",
            "Start a CSV or JSON import.",
            scope=EXTERNAL_SOURCE,
            ok={200: ref("Progress")},
            refused=(400, 409),
            description="An external import source is refused: it starts by POST executions.",
        ),
    },
    "/workspace/{workspaceId}/v1/progress/category/imports/{importSourceId}": {
        "parameters": below("workspaceId", "importSourceId"),
        "get": operation(
            "getImportProgress",
            "Tell how the newest import of a source stands.",
            scope=EXTERNAL_SOURCE,
            ok={200: ref("Progress")},
            refused=(400,),
            description="An id that is none of an import source is a 400; 404 before any import.",
        ),
    },
}

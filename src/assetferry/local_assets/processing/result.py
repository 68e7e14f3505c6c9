"""``progressResult``: what an execution came to (8.5, 8.6)."""

from typing import Any

from assetferry.local_assets import instant
from assetferry.local_assets.processing.plan import Plan, TypeRun
from assetferry.local_assets.store.executions import Execution

__all__ = ["broken_result", "progress_result"]


def progress_result(plan: Plan, *, started: str, ended: str, bad: str) -> dict[str, Any]:
    """Write the result; its misspelt and misleading fields are as on the real wire.

    ``bad`` is the ``result`` where entries failed.
    """
    return {
        **_frame(plan.execution, started=started, ended=ended),
        "objectSchemaId": plan.schema.id,
        "importSourceId": plan.source.id,
        "result": bad if any(run.tally.errors for run in plan.types) else "OK",
        "populatedObjectTypes": [run.object_type.name for run in plan.types if run.tally.entries],
        "objectTypeResultMap": {str(run.object_type.id): _of_type(run) for run in plan.types},
        "errorMessages": [one for run in plan.types for one in run.tally.messages] or None,
        "errorCount": sum(run.tally.errors for run in plan.types),
        "updateReferencesTimeInMs": round(sum(run.tally.references_ms for run in plan.types)),
        "totalNumberEntriesInImport": sum(run.tally.entries for run in plan.types),
    }


def broken_result(execution: Execution, *, ended: str) -> dict[str, Any]:
    """Write the result of an execution that could not be processed to its end."""
    return {
        **_frame(execution, started=execution.started or ended, ended=ended),
        "result": "ERROR",
        "populatedObjectTypes": [],
        "objectTypeResultMap": {},
        "errorMessages": ["Something went wrong"],
        "errorCount": 1,
        "totalNumberEntriesInImport": 0,
    }


def _frame(execution: Execution, *, started: str, ended: str) -> dict[str, Any]:
    return {
        "type": "IMPORT",
        "id": execution.number,
        "started": instant.offset_form(started),
        "ended": instant.offset_form(ended),
        "status": "FINISHED",
        "infoMessage": "No data to import",
        "jobId": execution.id,
        "onlyExecutedForObjectTypes": [],
    }


def _of_type(run: TypeRun) -> dict[str, Any]:
    tally = run.tally
    times = (tally.read_ms, tally.map_ms, tally.decide_ms, tally.write_ms)
    return {
        "id": None,
        "objectTypeName": run.object_type.name,
        "objectTypeId": run.object_type.id,
        "objectsUpdated": tally.updated,
        "objectsCreated": tally.created,
        "objectsIdentical": tally.identical,
        "objectsMissingUpdated": 0,
        "objectsMissingDeleted": tally.missing_deleted,
        "entriesInSource": tally.entries,
        "duplicateEnries": tally.duplicates,
        "emptyLabelEntries": tally.empty_labels,
        "emptyExternalIdEntries": tally.empty_identities,
        "objectsFilteredWithQlQuery": 0,
        "errorMessages": tally.messages or None,
        "errorCount": tally.errors,
        "readExternalDataTimeInMs": round(tally.read_ms),
        "mapExternalDataTimeInMs": round(tally.map_ms),
        "qlQueryFilteringTimeInMs": 0,
        "decidingActionsTimeInMs": round(tally.decide_ms),
        "writeInsightDataTimeInMs": round(tally.write_ms),
        "postFunctionTimeInMs": 0,
        "executionTimeInMs": round(sum(times)),
        "objectsWithUpdatedReferences": tally.updated_references,
    }

"""The ``Progress`` of an import source: its newest import, step by step (section 11)."""

from dataclasses import dataclass
from typing import Any

from assetferry.local_assets import instant
from assetferry.local_assets.store.executions import Execution
from assetferry.local_assets.store.sources import ImportSource

__all__ = ["Step", "progress_body", "step_of"]

STEPS = 6
PER_STEP = 100 // STEPS


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """Where an import stands."""

    number: int
    """1 to 6; only that the last one updates references is known, so the others are ours."""
    description: str
    done: int
    total: int
    unit: str
    """What ``done`` and ``total`` count; empty where nothing is counted."""


def step_of(execution: Execution, processed: int, size: int) -> Step:
    """Tell the step; ``processed`` of ``size`` bytes of its data are objects by now."""
    if execution.state == "INGESTING":
        return _as_told(execution.progress or {})
    if execution.state == "PROCESSING" and execution.started is None:
        return Step(number=2, description="Waiting to be processed", done=0, total=0, unit="")
    if execution.state == "PROCESSING" and execution.phase == "objects":
        return Step(
            number=5,
            description="Writing objects",
            done=processed,
            total=size,
            unit="Bytes of data processed",
        )
    return Step(number=STEPS, description="Updating references", done=0, total=0, unit="")


def _as_told(said: dict[str, Any]) -> Step:
    """Repeat what the app says of itself; either half of it may be absent (8.4)."""
    steps: dict[str, Any] = said.get("steps", {})
    objects: dict[str, Any] = said.get("objects", {})
    return Step(
        number=1,
        description=str(steps.get("description") or "Receiving data"),
        done=objects.get("processed", 0),
        total=objects.get("total", 0),
        unit="Objects gathered",
    )


def progress_body(source: ImportSource, execution: Execution, step: Step) -> dict[str, Any]:
    """Write what is known while an import runs, and its result once it has ended."""
    ended = execution.state in ("DONE", "CANCELLED")
    share = step.done / step.total if step.total else 0
    result, message = _outcome(execution)
    return {
        "progressInPercent": 100 if ended else round((step.number - 1 + share) * PER_STEP),
        "resourceId": source.id,
        "category": "imports",
        "status": "FINISHED" if ended else "IN_PROGRESS",
        "stepDescription": step.description,
        "currentStep": step.number,
        "numberOfSteps": STEPS,
        "currentWorkUnits": step.done,
        "currentWorkDescription": step.unit,
        "currentStepTotalWorkUnits": step.total,
        "totalWorkUnits": step.total,
        "result": result,
        "resultData": _result_data(source, execution),
        "resultMessage": message,
        "actor": execution.actor,
        "startDate": execution.created,
        "finishedDate": execution.ended,
        "estimatedFinishDate": execution.ended,
        "executionUUID": execution.id,
    }


def _outcome(execution: Execution) -> tuple[str | None, str | None]:
    if execution.state == "CANCELLED":
        return "ERROR", "Import cancelled."
    if execution.result is None:
        return None, None
    if execution.result["result"] == "OK":
        return "OK", "Import finished ok."
    return "ERROR", "Import finished with errors."


def _result_data(source: ImportSource, execution: Execution) -> dict[str, Any] | None:
    """Write the result as in the status, but with its numeric ids as strings."""
    if execution.result is None:
        return None
    types: dict[str, dict[str, Any]] = execution.result["objectTypeResultMap"]
    return {
        **execution.result,
        "id": str(execution.number),
        "objectSchemaId": str(source.object_schema_id),
        "importSourceId": source.id,
        "moduleKey": source.settings.module_key,
        "executedType": "SCHEDULED" if execution.scheduled else "MANUAL",
        "executedAsUser": execution.actor if execution.acting_as == "user" else None,
        "numberOfWorkers": 1,
        "started": _plain(execution.started),
        "ended": _plain(execution.ended),
        "objectTypeResultMap": {
            key: {**one, "objectTypeId": key, "objectsCreatedQlQuery": _created(key, execution)}
            for key, one in types.items()
        },
    }


def _plain(stored: str | None) -> str | None:
    return None if stored is None else instant.offset_form(stored)


def _created(type_id: str, execution: Execution) -> str:
    """Give a query for what the import created: objects made while it was processed."""
    return (
        f'objectTypeId = {type_id} AND Created >= "{execution.started}"'
        f' AND Created <= "{execution.ended}"'
    )

"""The document as the settings of a server make it.

The topics describe what the server does by default; here is what each setting changes of that.
"""

from collections.abc import Iterator

from assetferry.local_assets.openapi.parts import Schema, nullable, record, refusal, text
from assetferry.local_assets.settings import Settings

__all__ = ["follow"]

_LATE = ("submitData", "reportProgress")
_OF_EXECUTION = ("cancelExecution", "submitData", "reportProgress", "getExecutionStatus")
_DIALECTS = {
    "guide": ("collectionId", "runInterval", "created", "updated"),
    "openapi": ("runFrequency", "timezone", "isActive", "createdAt", "updatedAt"),
}
"""What answers in one dialect have not."""


def follow(document: Schema, settings: Settings) -> None:
    """Change a document that was just made."""
    schemas: dict[str, Schema] = document["components"]["schemas"]
    operations = dict(_operations(document))
    _errors(schemas, settings)
    _statuses(operations, settings)
    _executions(schemas, operations, settings)
    _schedules(schemas, settings)
    _reading(schemas, settings)


def _operations(document: Schema) -> Iterator[tuple[str, Schema]]:
    for path in document["paths"].values():
        for method, one in path.items():
            if method != "parameters":
                yield one["operationId"], one


def _errors(schemas: dict[str, Schema], settings: Settings) -> None:
    if settings.error_body == "code":
        schemas["Error"] = record({"code": {"type": "integer"}, "message": text(minLength=1)})


def _statuses(operations: dict[str, Schema], settings: Settings) -> None:
    for name, one in operations.items():
        answers = one["responses"]
        if "403" in (settings.out_of_reach, settings.missing_scope):
            _may(answers, 403)
        if settings.oversize_status == "400" and "413" in answers:
            del answers["413"]
        if name in _LATE and settings.late_status == "409":
            _may(answers, 409, "Error")
        if name in _OF_EXECUTION and settings.unknown_execution == "400":
            _may(answers, 400)
        if "429" in answers:
            _throttled(answers["429"], settings)
    if settings.dedupe == "refuse":
        _may(operations["submitData"]["responses"], 409, "Error")


def _may(answers: Schema, status: int, shape: str | None = None) -> None:
    """Add a refusal; answers stay in the order of their codes."""
    answers.setdefault(str(status), refusal(status, shape))
    ordered = sorted(answers.items())
    answers.clear()
    answers.update(ordered)


def _throttled(answer: Schema, settings: Settings) -> None:
    header = answer.pop("headers")["Retry-After"]
    if settings.limit_header == "Retry-After":
        answer["headers"] = {"Retry-After": header}
    elif settings.limit_header == "X-RateLimit-Reset":
        moment = {"required": True, "schema": text(format="date-time")}
        answer["headers"] = {"X-RateLimit-Reset": {"description": "A moment.", **moment}}


def _executions(
    schemas: dict[str, Schema], operations: dict[str, Schema], settings: Settings
) -> None:
    chunk = schemas["Chunk"]
    chunk["additionalProperties"] = settings.unknown_data_keys == "ignore"
    chunk["properties"]["clientGeneratedId"] = {
        "description": "Makes a repeat of the call harmless."
        if settings.dedupe != "none"
        else "Taken, and without effect.",
        **nullable(text(maxLength=settings.max_client_id)),
    }
    reason = text(minLength=1, maxLength=settings.max_failure_reason)
    schemas["FailureReport"]["properties"]["failureReason"] = reason
    if settings.data_answer == "object":
        content = {"application/json": {"schema": {"type": "object"}}}
        operations["submitData"]["responses"]["200"]["content"] = content
    if settings.pending_result == "null":
        status = schemas["ExecutionStatus"]["properties"]
        status["progressResult"] = nullable(status["progressResult"])


def _schedules(schemas: dict[str, Schema], settings: Settings) -> None:
    asked = schemas["ScheduleRequest"]
    if settings.frequency_key != "either":
        del asked["anyOf"]
        asked["description"] = f"How often is said by {settings.frequency_key}."
        asked["required"].append(settings.frequency_key)
        for other in {"runFrequency", "runInterval"} - {settings.frequency_key}:
            del asked["properties"][other]
    if settings.unknown_schedule_keys == "refuse":
        asked["additionalProperties"] = False
    if settings.timezone_required:
        asked["required"].append("timezone")
    for name in _DIALECTS.get(settings.schedule_answer, ()):
        shown = schemas["Schedule"]
        shown["required"].remove(name)
        del shown["properties"][name]


def _reading(schemas: dict[str, Schema], settings: Settings) -> None:
    found = schemas["SearchResult"]
    if settings.is_last == "text":
        found["properties"]["isLast"] = text(enum=["true", "false"])
    if not settings.key_external_id:
        attribute = schemas["CurrentObjectType"]["properties"]["attributes"]["items"]
        attribute["required"].remove("externalId")
    if not settings.result_total:
        found["required"].remove("total")

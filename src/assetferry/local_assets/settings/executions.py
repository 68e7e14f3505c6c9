"""Executions: chunks, repeats, completion, what comes late (section 8)."""

from dataclasses import dataclass
from typing import Annotated, Literal, TypeAlias

from .choice import Choice

__all__ = ["Dedupe", "DedupeScope", "ExecutionSettings", "RepeatedCompletion"]

Dedupe: TypeAlias = Literal["first", "last", "refuse", "none"]
DedupeScope: TypeAlias = Literal["execution", "source"]
RepeatedCompletion: TypeAlias = Literal["by-id", "accept", "refuse"]


@dataclass(frozen=True, kw_only=True)
class ExecutionSettings:
    """Settings of ``executions`` and of their processing."""

    second_start: Annotated[
        Literal["conflict", "replace"],
        Choice(
            "A start while an execution waits for data: answered with 409, or it cancels that one. "
            "One that is processed is never replaced.",
            "409 IN_PROGRESS is documented and was seen; operators of a production import saw "
            "stuck ones go away.",
            "8.2",
        ),
    ] = "conflict"
    dedupe: Annotated[
        Dedupe,
        Choice(
            "A repeated clientGeneratedId: the first payload wins, the last one wins, another "
            "payload is refused with 409, or each is processed.",
            "The field is documented, its effect is not.",
            "8.3",
        ),
    ] = "first"
    dedupe_scope: Annotated[
        DedupeScope,
        Choice(
            "Where a clientGeneratedId counts as repeated: in its execution, or in all of its "
            "import source.",
            "Not documented. An app that counts its chunks from 0 in each run loses data under "
            "the second reading.",
            "8.3",
        ),
    ] = "execution"
    empty_client_id: Annotated[
        Literal["absent", "id"],
        Choice(
            "An empty clientGeneratedId counts as none, or as an id like any other.",
            "A working client sends an empty one with its chunk.",
            "8.3",
        ),
    ] = "absent"
    max_client_id: Annotated[
        int, Choice("Characters of a clientGeneratedId.", "No limit is published.", "8.3", 1)
    ] = 255
    max_chunk_entries: Annotated[
        int,
        Choice(
            "A chunk with more entries in the lists at its top is refused as too large; 0 sets "
            "no limit.",
            "No limit is published; chunks of 1, 30 and 250 objects were seen.",
            "8.3",
        ),
    ] = 0
    unknown_data_keys: Annotated[
        Literal["refuse", "ignore"],
        Choice(
            "Keys beside data, completed and clientGeneratedId.",
            "That keys are case-sensitive is documented, what an unknown one does is not.",
            "8.3",
        ),
    ] = "refuse"
    data_answer: Annotated[
        Literal["empty", "object"],
        Choice(
            "Body of the answer to a chunk: none, or an empty JSON object.",
            "None is declared.",
            "8.3",
        ),
    ] = "empty"
    empty_completion: Annotated[
        Literal["accept", "refuse"],
        Choice(
            "Completion of an execution that was sent no chunk: ends with zero counts, or 400.",
            "Not documented.",
            "8.3",
        ),
    ] = "accept"
    repeated_completion: Annotated[
        RepeatedCompletion,
        Choice(
            "Completion once more: 200 if its clientGeneratedId is the one that completed, "
            "always 200, or always 400.",
            "Not documented.",
            "8.3",
        ),
    ] = "by-id"
    late_status: Annotated[
        Literal["400", "409"],
        Choice(
            "Status for data and progress when the execution is not INGESTING.",
            "400 is the only one declared for mistakes; what late calls get was not seen.",
            "8.1",
        ),
    ] = "400"
    unknown_execution: Annotated[
        Literal["404", "400"],
        Choice(
            "Status for an execution that the import source does not have.",
            "404 is declared for history/failed; the other calls declare only 400.",
            "19",
        ),
    ] = "404"
    never_run: Annotated[
        Literal["404", "400"],
        Choice(
            "Status for the newest execution where there was none yet.",
            "Unsettled: 400 is declared, 404 was seen.",
            "8.6",
        ),
    ] = "404"
    cancel_again: Annotated[
        Literal["accept", "refuse"],
        Choice(
            "DELETE of an execution that is cancelled already: 200, or 400.",
            "Not documented.",
            "8.1",
        ),
    ] = "accept"
    pending_result: Annotated[
        Literal["absent", "null"],
        Choice(
            "progressResult before processing has ended: left out, or null.",
            "Not documented.",
            "8.5",
        ),
    ] = "absent"
    result_with_errors: Annotated[
        Literal["ERROR", "OK"],
        Choice(
            "result where entries failed; errorCount and errorMessages tell of them either way.",
            "Only OK is documented.",
            "8.6",
        ),
    ] = "ERROR"
    max_failure_reason: Annotated[
        int, Choice("Characters of a failureReason.", "Documented.", "8.8", 1)
    ] = 1024
    failure_ends: Annotated[
        bool,
        Choice(
            "A failure recorded by the app ends the execution, too.",
            "Unsettled: whether it does is not documented.",
            "8.8",
        ),
    ] = False
    abandoned_after: Annotated[
        float,
        Choice(
            "Seconds after which an execution that still waits for data is cancelled when another "
            "one is started; 0 lets it block for ever.",
            "Operators saw stuck imports resolved in the end; when is not known.",
            "18",
        ),
    ] = 0.0
    batch_entries: Annotated[
        int, Choice("About how many entries processing writes in one transaction.", lowest=1)
    ] = 16_384
    max_error_messages: Annotated[
        int, Choice("Entry errors spelt out per object type; the others are only counted.")
    ] = 100

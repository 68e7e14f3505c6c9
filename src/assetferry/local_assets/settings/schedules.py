"""Schedules: which dialect, when exactly, and how an app is called (section 10)."""

from dataclasses import dataclass
from typing import Annotated, Literal, TypeAlias

from .choice import Choice

__all__ = ["CatchUp", "FrequencyKey", "MonthEnd", "ScheduleAnswer", "ScheduleSettings"]

CatchUp: TypeAlias = Literal["once", "skip"]
FrequencyKey: TypeAlias = Literal["either", "runFrequency", "runInterval"]
MonthEnd: TypeAlias = Literal["clamp", "skip"]
ScheduleAnswer: TypeAlias = Literal["union", "guide", "openapi"]


@dataclass(frozen=True, kw_only=True)
class ScheduleSettings:
    """Settings of ``importschedule`` and of the dispatcher."""

    frequency_key: Annotated[
        FrequencyKey,
        Choice(
            "The key that says how often: either of two, or only the one.",
            "Unsettled: the guide and the tutorial say runFrequency, the OpenAPI document says "
            "runInterval.",
            "10.2",
        ),
    ] = "either"
    unknown_schedule_keys: Annotated[
        Literal["ignore", "refuse"],
        Choice(
            "Keys of a schedule that the server does not know; with --frequency-key the other "
            "dialect's is one of them.",
            "Not documented; the schema does not forbid them.",
            "10.2",
        ),
    ] = "ignore"
    timezone_required: Annotated[
        bool,
        Choice(
            "A schedule without timezone is refused; otherwise it is in UTC.",
            "Required by the guide, absent from the OpenAPI document.",
            "10.2",
        ),
    ] = False
    schedule_answer: Annotated[
        ScheduleAnswer,
        Choice(
            "Fields of a schedule in answers: of both documents, the guide's, or the OpenAPI "
            "document's.",
            "The two documents differ.",
            "10.2",
        ),
    ] = "union"
    month_end: Annotated[
        MonthEnd,
        Choice(
            "A MONTHLY schedule in a month without its day: on the last day, or not at all.",
            "Documented is the same day each month.",
            "10.2",
        ),
    ] = "clamp"
    schedule_time: Annotated[
        Literal["wall", "utc"],
        Choice(
            "What a schedule keeps when clocks are changed: its wall-clock time, or its time in "
            "UTC.",
            "That times are kept in UTC is documented; a timezone would then mean nothing.",
            "10.2",
        ),
    ] = "wall"
    catch_up: Annotated[
        CatchUp,
        Choice(
            "Schedules that were due while the server was down: called once, or not any more.",
            "Not documented for Assets.",
            "10.2",
        ),
    ] = "once"
    gone_deletes: Annotated[
        bool,
        Choice(
            "A callback that answers 404 or 410 loses its schedule.",
            "Schedules of uninstalled apps are deleted at their next time; how Assets knows is "
            "not documented.",
            "10.2",
        ),
    ] = True
    callback_body: Annotated[
        Literal["object", "string"],
        Choice(
            "Body of the call: a JSON object, or a JSON text that holds it.",
            "The tutorial takes an object apart; a working app declares a text.",
            "10.3",
        ),
    ] = "object"
    callback_timeout: Annotated[
        float,
        Choice(
            "Seconds an app has to answer the call of its schedule.",
            "Neither a limit nor a retry is documented.",
            "10.3",
            0.1,
        ),
    ] = 30.0
    callback_attempts: Annotated[
        int,
        Choice(
            "Calls for one slot until one is answered with success; more than one may start an "
            "import twice.",
            "Neither a limit nor a retry is documented.",
            "10.3",
            1,
        ),
    ] = 1

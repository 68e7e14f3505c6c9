"""When an import runs by itself."""

from datetime import datetime
from typing import Annotated, Any, Literal, TypeAlias
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from assetferry.definition.model import Model, mistake
from assetferry.definition.quantities import Seconds

__all__ = ["Schedule", "Weekday"]

Weekday: TypeAlias = Literal["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]


def _wall_clock(value: Any) -> datetime:
    cure = 'Write the wall-clock time in the schedule\'s zone: start = "2026-12-01T09:00".'
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            raise mistake("is not a date and time", cure) from None
    if not isinstance(value, datetime):
        raise mistake("is not a date and time", cure)
    if value.tzinfo is not None:
        raise mistake("carries an offset of its own", cure)
    return value


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (OSError, ValueError):  # ZoneInfoNotFoundError is a KeyError on some inputs
        known = False
    except KeyError:
        known = False
    else:
        known = True
    if not known:
        raise mistake("is not a time zone", 'Use an IANA name: "Europe/Berlin", "UTC".')
    return value


class Schedule(Model):
    """Recurrence in wall-clock time; it keeps that time across daylight saving."""

    frequency: Literal["ONCE", "DAILY", "WEEKLY", "MONTHLY"] | None = Field(
        default=None, description="How often; every may take its place with our own clock."
    )
    start: Annotated[
        datetime,
        BeforeValidator(_wall_clock),
        WithJsonSchema({"type": "string", "examples": ["2026-12-01T09:00"]}),
    ] = Field(description="First time, as wall-clock time in the zone.")
    timezone: Annotated[str, AfterValidator(_zone)] = Field(
        default="UTC", description="IANA name of the zone."
    )
    by: Literal["assets", "assetferry"] = Field(
        default="assets",
        description="Whose clock: Assets calls our web trigger, or assetferry serve keeps time.",
    )
    window: Seconds = Field(
        default=7200.0,
        ge=60,
        le=43200,
        description="How far from its due time a call of Assets still counts for it.",
    )
    every: Seconds | None = Field(
        default=None, ge=60, description="A fixed interval instead of frequency; our own clock."
    )
    days: tuple[Weekday, ...] = Field(
        default=(), strict=False, description="Weekdays of a WEEKLY schedule; our own clock."
    )

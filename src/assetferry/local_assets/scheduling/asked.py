"""What the body of POST and PUT ``importschedule`` asks for, in either dialect (10.2)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import MAXYEAR, UTC, datetime
from functools import cache
from typing import Any, TypeAlias, get_args
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from assetferry.local_assets.errors import General, bad_request
from assetferry.local_assets.settings import ScheduleSettings
from assetferry.recurrence import Frequency

__all__ = ["Asked", "read"]

Body: TypeAlias = Mapping[str, Any]

FREQUENCY_KEYS = ("runFrequency", "runInterval")
OTHER_KEYS = ("startTime", "timezone", "callbackUrl")
NO_PLACES = frozenset({"localtime", "Factory"})
"""Names in the time zone database that mean this machine, or nothing at all."""
LONGEST_URL = 2048


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """A schedule as somebody wants it."""

    frequency: Frequency
    start: datetime
    """An instant in UTC."""
    timezone: str
    callback_url: str | None


def read(body: Body, *, now: datetime, external: bool, settings: ScheduleSettings) -> Asked:
    """Read a body; refuse with 400 what has no meaning (section 19).

    An external import source cannot do without a callback, for it is what starts the import.
    What unknown keys do is not known, so it is a setting.
    """
    keys = FREQUENCY_KEYS if settings.frequency_key == "either" else (settings.frequency_key,)
    if settings.unknown_schedule_keys == "refuse":
        for key in body.keys() - {*OTHER_KEYS, *keys}:
            raise bad_request(f"Unknown key {key!r}")
    if settings.timezone_required and "timezone" not in body:
        raise bad_request("timezone is required")
    return Asked(
        frequency=_frequency(body, keys),
        start=_start(body, now),
        timezone=_timezone(body),
        callback_url=_callback_url(body, required=external),
    )


def _frequency(body: Body, keys: Sequence[str]) -> Frequency:
    given = [body[key] for key in keys if key in body]
    for frequency in get_args(Frequency):
        if given and all(one == frequency for one in given):
            return frequency
    raise bad_request(f"{keys[0]} must be ONCE, DAILY, WEEKLY or MONTHLY")


def _start(body: Body, now: datetime) -> datetime:
    """Read the start; it needs an offset, for without one it is no instant."""
    refusal = bad_request("startTime must be a future ISO 8601 instant")
    given = body.get("startTime")
    if not isinstance(given, str) or "T" not in given.upper():
        raise refusal
    try:
        start = datetime.fromisoformat(given.upper())
        if start.tzinfo is None:
            raise refusal
        start = start.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise refusal from error
    # In the last year of the calendar some zone would be beyond it.
    if start <= now or start.year == MAXYEAR:
        raise refusal
    # Times are stored and shown in milliseconds.
    return start.replace(microsecond=start.microsecond // 1000 * 1000)


def _timezone(body: Body) -> str:
    given = body.get("timezone", "UTC")
    if not isinstance(given, str) or given not in _known_zones():
        raise bad_request("timezone must be an IANA name such as Europe/Berlin")
    return given


@cache
def _known_zones() -> frozenset[str]:
    """List the zones once: it takes a tenth of a second."""
    return frozenset(available_timezones() - NO_PLACES)


def _callback_url(body: Body, *, required: bool) -> str | None:
    given = body.get("callbackUrl")
    if given is None and not required:
        return None
    if not isinstance(given, str) or len(given) > LONGEST_URL:
        raise _no_url()
    # Control characters and spaces would end the request's first line early.
    if not all("!" <= character <= "~" for character in given):
        raise _no_url()
    try:
        parts = urlsplit(given)
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError as error:
        raise _no_url() from error
    if not usable or parts.username is not None:
        raise _no_url()
    return given


def _no_url() -> General:
    return bad_request(
        f"callbackUrl must be an http or https address of at most {LONGEST_URL} characters,"
        " without credentials"
    )

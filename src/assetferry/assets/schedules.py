"""The schedule of an import source: at most one, at which Assets calls an address of ours."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from assetferry.assets.answers import Accepted, Trouble, Unexpected
from assetferry.assets.calls import Calls
from assetferry.assets.links import SourceAddress, is_uuid, strings
from assetferry.assets.wire import LinksBody, ScheduleBody

__all__ = ["Kept", "Schedules", "Wanted"]

_LINK = re.compile(r".*/importschedule/([^/?#]+)/?")


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """A schedule as Assets is asked to keep it."""

    frequency: str
    start: datetime
    """The first time, an instant."""
    timezone: str
    callback_url: str

    def body(self) -> dict[str, Any]:
        """Write it in both dialects at once: either document may be the right one."""
        start = self.start.astimezone(UTC).isoformat(timespec="milliseconds")
        return {
            "runFrequency": self.frequency,
            "runInterval": self.frequency,
            "startTime": start.replace("+00:00", "Z"),
            "timezone": self.timezone,
            "callbackUrl": self.callback_url,
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """A schedule as Assets has it; None where it does not say."""

    schedule_id: str
    frequency: str | None
    start: str | None
    timezone: str | None
    active: bool | None


class Schedules:
    """The calls of one credential about one import source's schedule."""

    def __init__(self, calls: Calls, address: SourceAddress) -> None:
        """``AssetsClient.schedules`` makes it."""
        self._calls = calls
        self._address = address

    async def current(self) -> str | Trouble | None:
        """Ask for the id of the schedule there is; None if there is none."""
        found = await self._calls.fetch("GET", self._address.url("schedule"), LinksBody)
        if not isinstance(found, LinksBody):
            return found
        link = strings(found.links).get("schedule")
        if link is None:
            return None
        match = _LINK.fullmatch(link)
        return match[1] if match and is_uuid(match[1]) else _strange()

    async def show(self, schedule_id: str) -> Kept | Trouble:
        """Ask what a schedule says."""
        return await self._kept("GET", self._url(schedule_id), None)

    async def create(self, wanted: Wanted) -> Kept | Trouble:
        """Make it. Refused where there is one, which an earlier lost call may have made."""
        return await self._kept("POST", self._address.url("importschedule"), wanted.body())

    async def replace(self, schedule_id: str, wanted: Wanted) -> Kept | Trouble:
        """Put it in the place of the one there is, whose id stays."""
        return await self._kept("PUT", self._url(schedule_id), wanted.body())

    async def delete(self, schedule_id: str) -> Accepted | Trouble:
        """Take it away."""
        return await self._calls.tell("DELETE", self._url(schedule_id)) or Accepted()

    async def _kept(
        self, method: str, url: str, document: Mapping[str, Any] | None
    ) -> Kept | Trouble:
        found = await self._calls.fetch(method, url, ScheduleBody, document=document)
        if not isinstance(found, ScheduleBody):
            return found
        if not is_uuid(found.id):
            return _strange()
        return Kept(
            schedule_id=found.id,
            frequency=found.run_frequency or found.run_interval,
            start=found.start_time,
            timezone=found.timezone,
            active=found.is_active,
        )

    def _url(self, schedule_id: str) -> str:
        return self._address.url(f"importschedule/{schedule_id}")


def _strange() -> Unexpected:
    return Unexpected(
        status=200,
        reason="Assets answered 200, but names no schedule by a UUID. Check that base_url leads "
        "to Assets.",
    )

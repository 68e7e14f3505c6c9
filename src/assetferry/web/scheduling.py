"""The schedule by which Assets calls our web trigger: one per import source, set and taken away."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import cast
from zoneinfo import ZoneInfo

from assetferry.assets.answers import (
    Accepted,
    Identified,
    Missing,
    Refused,
    Trouble,
    Unavailable,
)
from assetferry.assets.client import AssetsClient
from assetferry.assets.credential import ApiToken
from assetferry.assets.schedules import Kept as Theirs
from assetferry.assets.schedules import Schedules, Wanted
from assetferry.definition.assets import ApiTokenUser, OAuthUser
from assetferry.definition.document import Definition
from assetferry.definition.secrets import resolve
from assetferry.equipment import way_out
from assetferry.errors import Fatal
from assetferry.ledger.clock import instant
from assetferry.ledger.transition import Ledger
from assetferry.ledger.triggers import (
    Opened,
    add_scheduled,
    drop_scheduled,
    keep_scheduled,
)
from assetferry.recurrence import Recurrence, next_due
from assetferry.web.address import address_of, new_key
from assetferry.web.slot import Kept

__all__ = ["NO_CLOCK", "Scheduler", "Unschedulable", "scheduling"]

NO_CLOCK = (
    'assetferry has no clock of its own yet. Set by = "assets", or let cron or a timer call '
    "`assetferry run`."
)
_TRIES = 3
_SOON = timedelta(seconds=5)
"""What is due sooner would be in the past when Assets reads it."""


class Unschedulable(Fatal):
    """The definition's schedule cannot be set, for a reason that is in the definition."""

    code = "unschedulable"


@dataclass(frozen=True, kw_only=True, slots=True)
class Scheduler:
    """A definition's import source, known, and the calls about its schedule."""

    definition: Definition
    ledger: Ledger
    found: Identified
    calls: Schedules
    mapped: bool

    async def set(self) -> Kept | Trouble:
        """Make the schedule of the definition the import source's only one.

        The key is in the ledger before Assets has its address, and older ones go only when it
        has. So whatever is lost on the way, what Assets calls opens; a key that it did not take
        is known to nobody, and goes with the next that it does.
        """
        kept = wanted(self.definition, datetime.fromtimestamp(await self._now(), UTC))
        if not self.mapped:
            raise Unschedulable(
                "Assets schedules no import source without a mapping. Push it first: "
                "assetferry mapping push FILE"
            )
        key = new_key()
        opened = Opened(
            definition=self.definition.name,
            workspace_id=self.found.workspace_id,
            import_source_id=self.found.import_source_id,
        )
        await self.ledger.run(add_scheduled, key, opened, kept.stored())
        theirs = await self._put(
            Wanted(
                frequency=kept.frequency,
                start=datetime.fromisoformat(kept.start),
                timezone=kept.timezone,
                callback_url=address_of(self.definition, key),
            )
        )
        if isinstance(theirs, Theirs):
            kept = replace(kept, schedule_id=theirs.schedule_id)
            await self.ledger.run(keep_scheduled, key, self.definition.name, kept.stored())
            return kept
        return theirs

    async def delete(self) -> bool | Trouble:
        """Take the schedule away; tell whether there was one. What called by it opens no more."""
        current = await self.calls.current()
        if isinstance(current, Trouble):
            return current
        if current is not None:
            answer = await self.calls.delete(current)
            if not isinstance(answer, Accepted | Missing):
                return answer
        await self.ledger.run(drop_scheduled, self.definition.name)
        return current is not None

    async def show(self) -> Theirs | Trouble | None:
        """Ask Assets what schedule it keeps."""
        current = await self.calls.current()
        return await self.calls.show(current) if isinstance(current, str) else current

    async def _put(self, asked: Wanted) -> Theirs | Trouble:
        """Create or replace: whichever fits, also where an answer was lost or somebody else did."""
        outcome: Theirs | Trouble = Unavailable(reason="Assets was not asked.")
        for _ in range(_TRIES):
            current = await self.calls.current()
            if isinstance(current, Trouble):
                outcome = current
            elif current is None:
                outcome = await self.calls.create(asked)
            else:
                outcome = await self.calls.replace(current, asked)
            if not isinstance(outcome, Unavailable | Missing | Refused):
                return outcome
        return outcome

    async def _now(self) -> float:
        return await self.ledger.run(instant)


@asynccontextmanager
async def scheduling(
    definition: Definition, ledger: Ledger, environ: Mapping[str, str]
) -> AsyncGenerator[Scheduler | Trouble]:
    """Find out which import source the definition's token is for, and speak about its schedule.

    As the user of the definition, where it has one. Raises SecretMissing, Unschedulable.
    """
    assets = definition.assets
    async with way_out(definition, environ) as outbound:
        client = AssetsClient(outbound, assets.base_url, resolve(assets.token, environ))
        found = await client.identify()
        status = await client.config_status() if isinstance(found, Identified) else found
        if not isinstance(found, Identified) or not isinstance(status, str):
            yield cast("Trouble", status)
            return
        match assets.user:
            case None:
                speaking = client
            case ApiTokenUser(email=email, api_token=token):
                speaking = AssetsClient(
                    outbound, assets.base_url, ApiToken(email, resolve(token, environ))
                ).at(found.workspace_id, found.import_source_id)
            case OAuthUser():
                raise Unschedulable(
                    "OAuth users are not supported yet. Give [assets.user] an email and an "
                    "api_token, or leave it out: the container token may keep schedules too."
                )
        yield Scheduler(
            definition=definition,
            ledger=ledger,
            found=found,
            calls=speaking.schedules,
            mapped=status != "MISSING_MAPPING",
        )


def wanted(definition: Definition, now: datetime) -> Kept:
    """Read the schedule of a definition, from its next due time on. Pure. Raises Unschedulable."""
    schedule = definition.schedule
    if schedule is None:
        raise Unschedulable("The definition has no [schedule]. Add one.")
    if schedule.by == "assetferry" or schedule.frequency is None:
        raise Unschedulable(NO_CLOCK)
    if definition.trigger is None or definition.trigger.public_url is None:
        raise Unschedulable(
            "Assets needs an address to call. Say where callers reach `assetferry serve`: "
            '[trigger] public_url = "https://…".'
        )
    zone = ZoneInfo(schedule.timezone)
    recurrence = Recurrence(start=schedule.start, zone=zone, frequency=schedule.frequency)
    due = next_due(recurrence, now + _SOON)
    # The first time is what Assets counts from: the 28th would never become the 31st again.
    while due is not None and recurrence.frequency == "MONTHLY" and _cut(due, recurrence):
        due = next_due(recurrence, due)
    if due is None:
        raise Unschedulable(f"{schedule.start} in {schedule.timezone} is over. Set a later start.")
    return Kept(
        frequency=schedule.frequency,
        start=due.isoformat(),
        timezone=schedule.timezone,
        window=schedule.window,
    )


def _cut(due: datetime, recurrence: Recurrence) -> bool:
    """Tell whether a month has not the day of the recurrence."""
    return due.astimezone(recurrence.zone).day != recurrence.start.day

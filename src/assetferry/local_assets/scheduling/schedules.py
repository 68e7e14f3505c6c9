"""The schedules of import sources: at most one each (10.2)."""

import sqlite3
import uuid
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from assetferry.local_assets import instant
from assetferry.local_assets.errors import bad_request, not_found
from assetferry.local_assets.scheduling.asked import Asked
from assetferry.local_assets.settings import ScheduleSettings
from assetferry.local_assets.store.sources import ImportSource
from assetferry.recurrence import Frequency, Recurrence, next_due

__all__ = [
    "EXTERNAL",
    "Schedule",
    "create",
    "delete",
    "every_schedule",
    "replace",
    "schedule",
    "schedule_of",
    "schedule_with",
]

EXTERNAL = "rlabs-import-type-external"
DISCOVERY = "insight-discovery-import"


@dataclass(frozen=True, kw_only=True, slots=True)
class Schedule:
    """Times are text as stored: UTC, in milliseconds."""

    id: str
    source_number: int
    frequency: Frequency
    start: str
    timezone: str
    callback_url: str | None
    due: str | None
    """The next time to call; None when no more is left."""
    created: str
    updated: str

    def following(self, slot: datetime, settings: ScheduleSettings) -> datetime | None:
        """Give the slot after one; it keeps the time that the start has in its zone, or in UTC."""
        zone = ZoneInfo(self.timezone if settings.schedule_time == "wall" else "UTC")
        start = datetime.fromisoformat(self.start).astimezone(zone).replace(tzinfo=None)
        recurrence = Recurrence(start=start, zone=zone, frequency=self.frequency)
        after = next_due(recurrence, slot)
        if self.frequency == "MONTHLY" and settings.month_end == "skip":
            # A month without the day; two in a row all have it, so this ends soon.
            while after is not None and after.astimezone(zone).day != start.day:
                after = next_due(recurrence, after)
        return after


_COLUMNS = "id, source_number, frequency, start, timezone, callback_url, due, created, updated"


def create(
    connection: sqlite3.Connection, source: ImportSource, asked: Asked, now: datetime
) -> Schedule:
    """Make the schedule of a source that has a mapping and none yet."""
    if source.settings.module_key == DISCOVERY:
        raise bad_request("Import type cannot be scheduled")
    if not source.mapped:
        raise bad_request("Import source has no valid mapping")
    schedule_id = str(uuid.uuid4())
    at, start = instant.text(now), instant.text(asked.start)
    try:
        connection.execute(
            f"INSERT INTO import_schedules ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
            (
                schedule_id,
                source.number,
                asked.frequency,
                start,
                asked.timezone,
                asked.callback_url,
                start,
                at,
                at,
            ),
        )
    except sqlite3.IntegrityError as error:
        raise bad_request("A schedule already exists") from error
    return schedule(connection, source, schedule_id)


def replace(
    connection: sqlite3.Connection,
    source: ImportSource,
    schedule_id: str,
    asked: Asked,
    now: datetime,
) -> Schedule:
    """Put another schedule in the place of one; it is active again if it was over."""
    found = schedule(connection, source, schedule_id)
    start = instant.text(asked.start)
    connection.execute(
        "UPDATE import_schedules SET frequency = ?, start = ?, timezone = ?, callback_url = ?,"
        " due = ?, updated = ? WHERE id = ?",
        (
            asked.frequency,
            start,
            asked.timezone,
            asked.callback_url,
            start,
            instant.text(now),
            found.id,
        ),
    )
    return schedule(connection, source, schedule_id)


def delete(connection: sqlite3.Connection, source: ImportSource, schedule_id: str) -> None:
    """Take the schedule away; the source and what was called stay."""
    found = schedule(connection, source, schedule_id)
    connection.execute("DELETE FROM import_schedules WHERE id = ?", (found.id,))


def schedule(connection: sqlite3.Connection, source: ImportSource, schedule_id: str) -> Schedule:
    """Give a schedule of this source; one of another source does not exist here."""
    found = _first(connection, "id = ? AND source_number = ?", (schedule_id, source.number))
    if found is None:
        raise not_found("Schedule", schedule_id)
    return found


def schedule_of(connection: sqlite3.Connection, source: ImportSource) -> Schedule | None:
    return _first(connection, "source_number = ?", (source.number,))


def every_schedule(connection: sqlite3.Connection) -> list[Schedule]:
    """Give all schedules, the next one due first, those that are over last."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM import_schedules ORDER BY due IS NULL, due, source_number"  # noqa: S608
    )
    return [_schedule(row) for row in rows]


def schedule_with(connection: sqlite3.Connection, schedule_id: str) -> Schedule | None:
    return _first(connection, "id = ?", (schedule_id,))


def _first(
    connection: sqlite3.Connection, where: str, values: tuple[object, ...]
) -> Schedule | None:
    row = connection.execute(
        f"SELECT {_COLUMNS} FROM import_schedules WHERE {where}",  # noqa: S608
        values,
    ).fetchone()
    return row and _schedule(row)


def _schedule(row: tuple[object, ...]) -> Schedule:
    return msgspec.convert(dict(zip(_COLUMNS.split(", "), row, strict=True)), Schedule)

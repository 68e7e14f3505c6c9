"""What a server finds when it starts: calls that were broken off, slots that went by."""

import sqlite3
from datetime import datetime

from assetferry.local_assets import instant
from assetferry.local_assets.scheduling.schedules import schedule_with
from assetferry.local_assets.scheduling.slots import due, end, report, stand, take
from assetferry.local_assets.settings import ScheduleSettings

__all__ = ["give_up", "skip_missed"]


def give_up(connection: sqlite3.Connection, now: datetime) -> None:
    """Report the calls that a server had in hand when it stopped or died.

    The app may have been called or not. Calling it again could start a second import, so
    people are told instead.
    """
    rows = connection.execute(
        "SELECT number, source_number, slot FROM slots WHERE outcome IS NULL ORDER BY number"
    ).fetchall()
    for number, source_number, slot in rows:
        end(connection, number, "interrupted", now)
        said = f"The scheduled import of {slot} may not have been started: the server stopped"
        report(connection, source_number, now, f"{said} during the call. It was not repeated.")


def skip_missed(connection: sqlite3.Connection, now: datetime, settings: ScheduleSettings) -> None:
    """Let go of every slot earlier than now, and say so in the import history."""
    for schedule_id in due(connection, now):
        schedule = schedule_with(connection, schedule_id)
        stands = None if schedule is None else stand(schedule, now, settings)
        if schedule is None or stands is None or schedule.due == instant.text(now):
            continue
        number = take(connection, schedule, stands, now)
        if number is None:
            continue
        end(connection, number, "missed", now)
        more = f", nor were {stands.passed} before it" if stands.passed else ""
        said = f"The scheduled import of {instant.text(stands.slot)} was not started{more}"
        report(connection, schedule.source_number, now, f"{said}: the server was not running then.")

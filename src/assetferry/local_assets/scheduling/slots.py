"""Slots: the times at which schedules were due, one row each, written once.

    due ──claim──▶ in hand ──conclude──▶ answered · failed · gone
     ├─────claim──▶ busy · started · failed   (no call to make)
     ├──skip_missed▶ missed                   (its time went by, and that is not made up for)
                  in hand ──give_up────▶ interrupted   (the server stopped during the call)

Taking a slot moves its schedule on in the same transaction. So a slot is called at most once,
whatever is killed when.
"""

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from assetferry.local_assets import instant
from assetferry.local_assets.scheduling.schedules import Schedule
from assetferry.local_assets.scheduling.verdict import Outcome
from assetferry.local_assets.settings import ScheduleSettings

__all__ = ["ACTOR", "Stand", "due", "earliest", "end", "report", "stand", "take"]

ACTOR = "Assets"
"""Who starts what needs no call, and reports failures of schedules in the import history."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Stand:
    """Where a schedule stands that is due."""

    slot: datetime
    """The last slot that has come."""
    passed: int
    """How many came before it and were not worked off."""
    following: datetime | None


def due(connection: sqlite3.Connection, now: datetime) -> list[str]:
    """Give the ids of the schedules whose slot has come, the oldest slot first."""
    rows = connection.execute(
        "SELECT id FROM import_schedules WHERE due <= ? ORDER BY due, source_number",
        (instant.text(now),),
    )
    return [schedule_id for (schedule_id,) in rows]


def earliest(connection: sqlite3.Connection, after: datetime | None = None) -> datetime | None:
    """Give the next slot of any schedule, or the next one that is still to come."""
    found: str | None = connection.execute(
        "SELECT min(due) FROM import_schedules WHERE due > ?",
        ("" if after is None else instant.text(after),),
    ).fetchone()[0]
    return None if found is None else datetime.fromisoformat(found)


def stand(schedule: Schedule, now: datetime, settings: ScheduleSettings) -> Stand | None:
    """Tell where a schedule stands; None where no slot has come."""
    if schedule.due is None or schedule.due > instant.text(now):
        return None
    slot, passed = datetime.fromisoformat(schedule.due), 0
    while (following := schedule.following(slot, settings)) is not None and following <= now:
        slot, passed = following, passed + 1
    return Stand(slot=slot, passed=passed, following=following)


def take(
    connection: sqlite3.Connection, schedule: Schedule, stands: Stand, now: datetime
) -> int | None:
    """Move the schedule on and write the slot's row; None where there is one already."""
    following = None if stands.following is None else instant.text(stands.following)
    connection.execute("UPDATE import_schedules SET due = ? WHERE id = ?", (following, schedule.id))
    # A schedule that was set back, by a new start or by a test clock, meets slots it has had.
    made = connection.execute(
        "INSERT INTO slots (source_number, schedule_id, slot, passed, claimed)"
        " VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING number",
        (
            schedule.source_number,
            schedule.id,
            instant.text(stands.slot),
            stands.passed,
            instant.text(now),
        ),
    ).fetchone()
    return None if made is None else made[0]


def end(
    connection: sqlite3.Connection,
    number: int,
    outcome: Outcome,
    now: datetime,
    status: int | None = None,
) -> None:
    """Write down what a slot came to."""
    connection.execute(
        "UPDATE slots SET ended = ?, outcome = ?, status = ? WHERE number = ?",
        (instant.text(now), outcome, status, number),
    )


def report(connection: sqlite3.Connection, source_number: int, now: datetime, said: str) -> None:
    """Write a failed entry of no execution into the import history."""
    connection.execute(
        "INSERT INTO failures (source_number, at, actor, reason) VALUES (?, ?, ?, ?)",
        (source_number, instant.text(now), ACTOR, said),
    )

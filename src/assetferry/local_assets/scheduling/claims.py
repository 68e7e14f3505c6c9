"""Claims: a slot in the hands of the dispatcher, from before its call until after it (10.3)."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from assetferry.local_assets.errors import Busy, Refusal
from assetferry.local_assets.scheduling.schedules import EXTERNAL, schedule_with
from assetferry.local_assets.scheduling.slots import ACTOR, end, report, stand, take
from assetferry.local_assets.scheduling.verdict import Verdict
from assetferry.local_assets.settings import ScheduleSettings
from assetferry.local_assets.store.executions import active_execution, start_configured
from assetferry.local_assets.store.sources import ImportSource, source_by_number

__all__ = ["Claim", "claim", "conclude"]

NOT_STARTED = "The scheduled import was not started"


@dataclass(frozen=True, kw_only=True, slots=True)
class Claim:
    """A slot in hand, with what the call needs."""

    number: int
    schedule_id: str
    source_number: int
    workspace_id: str
    source_id: str
    callback_url: str


def claim(
    connection: sqlite3.Connection, schedule_id: str, now: datetime, settings: ScheduleSettings
) -> Claim | None:
    """Claim the slot that has come; None where there is no call to make, or not any more.

    Of several that have come, because the server was not running, one call stands for all.
    """
    schedule = schedule_with(connection, schedule_id)
    stands = None if schedule is None else stand(schedule, now, settings)
    if schedule is None or stands is None:
        return None
    number = take(connection, schedule, stands, now)
    if number is None:
        return None
    source = source_by_number(connection, schedule.source_number)
    if active_execution(connection, source) is not None:
        end(connection, number, "busy", now)
        report(connection, source.number, now, f"{NOT_STARTED}: another import was running.")
        return None
    if schedule.callback_url is None or source.settings.module_key != EXTERNAL:
        # Assets has what such an import needs; only an external one is started by its app.
        _start(connection, source, number, now)
        return None
    return Claim(
        number=number,
        schedule_id=schedule.id,
        source_number=source.number,
        workspace_id=source.workspace_id,
        source_id=source.id,
        callback_url=schedule.callback_url,
    )


def conclude(
    connection: sqlite3.Connection, claimed: Claim, verdict: Verdict, now: datetime
) -> None:
    """Write down what became of a call; the schedule of an app that is gone goes too."""
    end(connection, claimed.number, verdict.outcome, now, verdict.status)
    if verdict.failure is not None:
        report(connection, claimed.source_number, now, verdict.failure)
    if verdict.outcome == "gone":
        # Replaced during the call, it may name an app that is there.
        connection.execute(
            "DELETE FROM import_schedules WHERE id = ? AND callback_url = ?",
            (claimed.schedule_id, claimed.callback_url),
        )


def _start(
    connection: sqlite3.Connection, source: ImportSource, number: int, now: datetime
) -> None:
    """Start a CSV or JSON import, which brings its own data and has nobody to call."""
    try:
        start_configured(connection, source, scheduled=True, actor=ACTOR, acting_as="app")
    except Refusal as refusal:
        why = refusal.body["errorCode"] if isinstance(refusal, Busy) else "it has no callback"
        end(connection, number, "failed", now)
        report(connection, source.number, now, f"{NOT_STARTED}: {why}.")
    else:
        end(connection, number, "started", now)

"""What became of slots: the record that shows that none was missed and none called twice."""

import sqlite3
from typing import Any

from assetferry.local_assets.store.sources import ImportSource

__all__ = ["slots_of"]

LONGEST = 10_000


def slots_of(connection: sqlite3.Connection, source: ImportSource) -> list[dict[str, Any]]:
    """Give the newest slots of a source, newest first; without an outcome: being called."""
    rows = connection.execute(
        "SELECT schedule_id, slot, passed, claimed, ended, outcome, status FROM slots"
        " WHERE source_number = ? ORDER BY number DESC LIMIT ?",
        (source.number, LONGEST),
    )
    return [
        {
            "importScheduleId": schedule_id,
            "slot": slot,
            "passedBefore": passed,
            "claimed": claimed,
            "ended": ended,
            "outcome": outcome,
            "status": status,
        }
        for schedule_id, slot, passed, claimed, ended, outcome, status in rows
    ]

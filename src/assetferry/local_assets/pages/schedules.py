"""All schedules of the server, by the time at which they are due."""

import sqlite3

from assetferry.local_assets.pages.rendering import View
from assetferry.local_assets.scheduling.record import slots_of
from assetferry.local_assets.scheduling.schedules import every_schedule
from assetferry.local_assets.store.sources import source_by_number

__all__ = ["schedules"]


def schedules(reader: sqlite3.Connection, clock: str, now: str) -> View:
    """Show each schedule with its last slot; never the callback, which may be secret."""
    listed: list[View] = []
    for one in every_schedule(reader):
        source = source_by_number(reader, one.source_number)
        last = next(iter(slots_of(reader, source)), None)
        listed.append(
            {
                "source": {"id": source.id, "name": source.name},
                "runFrequency": one.frequency,
                "startTime": one.start,
                "timezone": one.timezone,
                "nextScheduledTime": one.due,
                "lastSlot": last,
            }
        )
    return {"clock": clock, "now": now, "schedules": listed}

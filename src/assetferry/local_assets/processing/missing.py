"""Objects of this source that a run did not bring: kept, or removed up to a threshold (12.3)."""

import sqlite3
from array import array
from collections.abc import Callable

from assetferry.local_assets.processing.met import MetObjects
from assetferry.local_assets.processing.plan import Plan, TypeRun
from assetferry.local_assets.processing.tallies import put_tallies
from assetferry.local_assets.settings import Settings
from assetferry.local_assets.store.database import Database
from assetferry.local_assets.store.objects import delete_objects

__all__ = ["remove_missing"]

AT_ONCE = 5_000


def remove_missing(
    database: Database,
    plan: Plan,
    met: MetObjects,
    settings: Settings,
    stopping: Callable[[], bool],
) -> bool:
    """Delete what did not come, if the source is set so; False if told to stop.

    A type that would lose more than the threshold keeps everything, and says so. A run that
    was interrupted here has fewer missing objects than before, so its answer stays the same.
    """
    chosen = plan.source.settings
    if chosen.missing_objects == "IGNORE":
        return True
    for run in plan.types:
        total, missing = _missing(database.reader(), plan, run, met)
        if len(missing) > total * chosen.missing_threshold:
            run.tally.problem(
                f"{len(missing)} of {total} objects are missing, more than the threshold of "
                f"{chosen.missing_threshold:.0%} allows to remove; nothing was removed",
                settings.max_error_messages,
            )
            continue
        for start in range(0, len(missing), AT_ONCE):
            if stopping():
                return False
            database.writer.call(_delete, plan, run, missing[start : start + AT_ONCE].tolist())
    return True


def _delete(connection: sqlite3.Connection, plan: Plan, run: TypeRun, ids: list[int]) -> None:
    run.tally.missing_deleted += len(ids)
    delete_objects(connection, ids)
    put_tallies(connection, plan.execution.number, [(run.object_type.id, run.tally)])


def _missing(
    reader: sqlite3.Connection, plan: Plan, run: TypeRun, met: MetObjects
) -> "tuple[int, array[int]]":
    """Count the objects that this source brought at any time, and list those not met now."""
    total = 0
    missing = array("q")
    for (object_id,) in reader.execute(
        "SELECT o.id FROM identities AS i CROSS JOIN objects AS o ON o.id = i.object_id"
        " WHERE i.source_number = ? AND i.object_type_id = ?",
        (plan.source.number, run.object_type.id),
    ):
        total += 1
        if object_id not in met:
            missing.append(object_id)
    return total, missing

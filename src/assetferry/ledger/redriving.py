"""The quarantine of an ended run, as another run drives it again.

Nothing is marked before Assets has processed that other run: until then every page of it reads
the same, whoever reads it and however often.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select, tuple_, update

from assetferry.ledger.clearing import KNOWN
from assetferry.ledger.quarantining import Quarantined
from assetferry.ledger.run import COLUMNS, Run
from assetferry.ledger.states import RunState
from assetferry.ledger.tables import quarantine, runs

__all__ = [
    "Place",
    "StillBad",
    "later_full_run",
    "refused_entries",
    "settle_retry",
    "streams_set_aside",
    "waiting",
]

Place = tuple[int, str, int]
"""Number and part of the chunk, and the row's id: rows of one record are neighbours."""


@dataclass(frozen=True, kw_only=True, slots=True)
class StillBad:
    """A row of a quarantine that a retry did not bring in, with what was wrong this time."""

    id: int
    object_type: str | None
    attribute: str | None
    code: str
    reason: str


def streams_set_aside(connection: Connection, run: str, *, left: bool) -> list[str]:
    """Name the streams that have rows in quarantine; with ``left``, rows not brought in yet."""
    chosen = select(quarantine.c.stream).where(quarantine.c.run == run).distinct()
    if left:
        chosen = chosen.where(quarantine.c.retried_by.is_(None))
    return sorted(connection.execute(chosen).scalars())


def waiting(
    connection: Connection, run: str, stream: str, *, after: Place | None, limit: int
) -> list[Quarantined]:
    """Read a page of what has not been brought in, rows of one record side by side."""
    columns = [column for column in quarantine.c if column.name != "run"]
    place = (quarantine.c.number, quarantine.c.part, quarantine.c.id)
    chosen = select(*columns).where(
        quarantine.c.run == run,
        quarantine.c.stream == stream,
        quarantine.c.retried_by.is_(None),
    )
    if after is not None:
        chosen = chosen.where(tuple_(*place) > tuple_(*after))
    rows = connection.execute(chosen.order_by(*place).limit(limit))
    return [Quarantined(**row) for row in rows.mappings()]


def refused_entries(connection: Connection, run: str) -> list[tuple[str | None, Any, str]]:
    """Give the entries that Assets refused in a run: object type, entry, reason.

    They are few: the budget for finding them bounds their number.
    """
    columns = (quarantine.c.object_type, quarantine.c.record, quarantine.c.reason)
    chosen = select(*columns).where(
        quarantine.c.run == run, quarantine.c.code == "refused_by_assets"
    )
    return [(row[0], row[1], row[2]) for row in connection.execute(chosen)]


def settle_retry(
    connection: Connection, by: str, *, brought_in: Sequence[int], again: Sequence[StillBad]
) -> None:
    """Mark rows as brought in by a run, and give the others the reason of this time.

    Harmless to repeat: the run may die between two pages of it.
    """
    if brought_in:
        connection.execute(
            update(quarantine).where(quarantine.c.id.in_(brought_in)).values(retried_by=by)
        )
    for one in again:
        connection.execute(
            update(quarantine)
            .where(quarantine.c.id == one.id)
            .values(
                object_type=one.object_type,
                attribute=one.attribute,
                code=one.code,
                reason=one.reason,
            )
        )


def later_full_run(connection: Connection, run: Run) -> Run | None:
    """Find a full run of the same definition that began after this one and was imported."""
    rows = connection.execute(
        select(*COLUMNS)
        .where(runs.c.definition == run.definition, runs.c.retry_of.is_(None), KNOWN)
        .where(runs.c.created_at > run.created_at, runs.c.id != run.id)
        .where(runs.c.state.in_([RunState.DONE, RunState.PARTIAL]))
        .order_by(runs.c.created_at.desc())
        .limit(1)
    ).mappings()
    found = rows.one_or_none()
    return None if found is None else Run.of(found)

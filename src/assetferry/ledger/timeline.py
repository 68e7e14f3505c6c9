"""The timeline of a run: what happened to it, for people."""

from dataclasses import dataclass

from sqlalchemy import Connection, insert, select

from assetferry.ledger.announcing import announce
from assetferry.ledger.clock import instant
from assetferry.ledger.tables import events

__all__ = ["Event", "note", "timeline"]


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to a run."""

    at: float
    kind: str
    """Stable, snake_case."""
    text: str


def note(connection: Connection, run: str, kind: str, text: str) -> None:
    """Write one event, in the transaction of what it tells of; others may be told of it too."""
    connection.execute(
        insert(events), {"run": run, "at": instant(connection), "kind": kind, "text": text}
    )
    announce(connection, run, kind)


def timeline(connection: Connection, run: str) -> list[Event]:
    """Read a run's events in order."""
    rows = connection.execute(
        select(events.c.at, events.c.kind, events.c.text)
        .where(events.c.run == run)
        .order_by(events.c.id)
    )
    return [Event(*row) for row in rows]

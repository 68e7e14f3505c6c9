"""What ended runs leave behind is deleted in pieces: no transaction keeps others waiting for long.

A run that has ended no longer needs the identities that it met; one that is forgotten goes as a
whole, and is not known any more from the moment that it is marked. Whoever comes by deletes the
next piece, so that a process which dies over it leaves nothing for ever.
"""

from collections.abc import Generator
from contextlib import contextmanager
from enum import StrEnum

from sqlalchemy import Connection, Table, delete, select, tuple_, update

from assetferry.ledger.tables import chunks, events, identities, quarantine, runs

__all__ = ["KNOWN", "Clearing", "clear_piece", "delete_rows", "overwriting", "piece"]

_PIECE = 10_000
"""Rows of one transaction on SQLite, where others wait meanwhile: some hundredths of a second."""
_WITHOUT_WAITING = 1_000_000
"""The same on PostgreSQL, where nobody waits, and many pieces step over what is deleted already."""


class Clearing(StrEnum):
    """What is being deleted of a run."""

    IDENTITIES = "identities"
    RUN = "run"


KNOWN = runs.c.clearing.is_distinct_from(Clearing.RUN)
"""Says in SQL that a run has not been forgotten."""
_LARGE = {
    Clearing.IDENTITIES: (identities,),
    Clearing.RUN: (identities, quarantine, events, chunks),
}
"""The tables that may have many rows of a run; those of the others go with the run's own."""


def clear_piece(connection: Connection) -> bool:
    """Delete the next piece of what is to be deleted; False if there is nothing left.

    Two that do so at once share the work; none waits for the other.
    """
    found = connection.execute(
        select(runs.c.id, runs.c.clearing)
        .where(runs.c.clearing.is_not(None))
        .limit(1)
        .with_for_update(skip_locked=True)
    ).one_or_none()
    if found is None:
        return False
    run, clearing = found.id, Clearing(found.clearing)
    with overwriting(connection):
        room = piece(connection)
        for table in _LARGE[clearing]:
            room -= delete_rows(connection, table, run, most=room)
            if room <= 0:
                return True
        if clearing is Clearing.RUN:
            connection.execute(delete(runs).where(runs.c.id == run))
        else:
            connection.execute(update(runs).where(runs.c.id == run).values(clearing=None))
    return True


def piece(connection: Connection) -> int:
    """Tell how many rows are deleted in one transaction."""
    return _PIECE if connection.dialect.name == "sqlite" else _WITHOUT_WAITING


def delete_rows(connection: Connection, table: Table, run: str, *, most: int) -> int:
    """Delete at most so many rows of a run from a table; tell how many."""
    key = [column for column in table.primary_key if column.name != "run"]
    some = select(*key).where(table.c.run == run).order_by(*key).limit(most)
    chosen = delete(table).where(table.c.run == run, tuple_(*key).in_(some))
    return connection.execute(chosen).rowcount


@contextmanager
def overwriting(connection: Connection) -> Generator[None]:
    """Let SQLite write zeros over what is deleted: otherwise it stays readable in the file."""
    if connection.dialect.name != "sqlite":
        yield
        return
    connection.exec_driver_sql("PRAGMA secure_delete = ON")
    try:
        yield
    finally:
        connection.exec_driver_sql("PRAGMA secure_delete = OFF")

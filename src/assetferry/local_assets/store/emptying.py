"""Emptying the store: everything goes, and no id that was given out is given out again."""

import sqlite3

__all__ = ["empty", "forget_schedules"]

_KEPT = {"sequences", "statuses", "test_clock"}
"""The first keeps ids from coming twice; the second has the global statuses."""


def forget_schedules(connection: sqlite3.Connection) -> None:
    """Delete all schedules, so that no app is called any more."""
    connection.execute("DELETE FROM import_schedules")


def empty(connection: sqlite3.Connection) -> None:
    """Delete every row of every table but what a new store has, too."""
    tables = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
    for (name,) in tables:
        if name not in _KEPT and not name.startswith("sqlite_"):
            connection.execute(f"DELETE FROM {name}")  # noqa: S608 - our own table names
    connection.execute("DELETE FROM statuses WHERE schema_id IS NOT NULL")

"""The SQL functions that compiled queries and their indexes use."""

import sqlite3

__all__ = ["fold", "prepare"]


def fold(text: str | None) -> str | None:
    """Make texts equal that AQL does not tell apart: case and outer space do not count."""
    return None if text is None else str(text).strip().casefold()


def prepare(connection: sqlite3.Connection) -> None:
    """Register the functions.

    Every connection to the store needs them, also for writing: expression indexes are kept
    up to date by calling them.
    """
    connection.create_function("fold", 1, fold, deterministic=True)

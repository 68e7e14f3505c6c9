"""Statuses: seven global ones and those of each object schema; matched by name (12.8)."""

import sqlite3
from dataclasses import dataclass

__all__ = ["CATEGORIES", "Status", "put_status", "statuses_of_schema"]

CATEGORIES = {"inactive": 0, "active": 1, "pending": 2}


@dataclass(frozen=True, kw_only=True, slots=True)
class Status:
    id: int
    schema_id: int | None
    """None for a global status."""
    name: str
    description: str
    category: str


def statuses_of_schema(connection: sqlite3.Connection, schema_id: int | None) -> list[Status]:
    """Give the schema's own statuses, then the global ones; with None only the latter."""
    rows = connection.execute(
        "SELECT id, schema_id, name, description, category FROM statuses"
        " WHERE schema_id IS NULL OR schema_id = ? ORDER BY schema_id IS NULL, id",
        (schema_id,),
    )
    return [
        Status(id=row[0], schema_id=row[1], name=row[2], description=row[3], category=row[4])
        for row in rows
    ]


def put_status(
    connection: sqlite3.Connection, schema_id: int, name: str, description: str, category: str
) -> None:
    """Add a status to a schema, or change its description and category."""
    connection.execute(
        "INSERT INTO statuses (schema_id, name, description, category) VALUES (?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET description = excluded.description,"
        " category = excluded.category",
        (schema_id, name, description, category),
    )

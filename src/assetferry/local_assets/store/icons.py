"""Icons of object types, as an import app hands them in."""

import base64
import sqlite3

__all__ = ["put_icon", "read_icon"]


def put_icon(
    connection: sqlite3.Connection, schema_id: int, *, key: str, name: str, png48: str
) -> None:
    """Add an icon, or overwrite the name and image of the one with this key (7.5)."""
    connection.execute(
        "INSERT INTO icons (schema_id, key, name, png48) VALUES (?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET name = excluded.name, png48 = excluded.png48",
        (schema_id, key, name, png48),
    )


def read_icon(connection: sqlite3.Connection, icon_id: int) -> bytes | None:
    """Give an icon's image."""
    row = connection.execute("SELECT png48 FROM icons WHERE id = ?", (icon_id,)).fetchone()
    return None if row is None else base64.b64decode(row[0])

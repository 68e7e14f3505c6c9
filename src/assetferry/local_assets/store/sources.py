"""Workspaces, import sources and how their mapping stands."""

import sqlite3
import uuid
from dataclasses import dataclass

import msgspec

from assetferry.local_assets import instant
from assetferry.local_assets.errors import General
from assetferry.local_assets.settings import SourceSettings

__all__ = [
    "ImportSource",
    "add_object_schema",
    "add_source",
    "add_workspace",
    "change_settings",
    "import_source",
    "source_by_number",
    "sources_of_schema",
    "workspace_exists",
    "workspaces",
]


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportSource:
    number: int
    """Ours; keeps the keys of identities short."""
    id: str
    workspace_id: str
    object_schema_id: int
    name: str
    settings: SourceSettings
    mapped: bool
    """A mapping was submitted: the source may start."""
    created: str
    updated: str


_COLUMNS = "number, id, workspace_id, object_schema_id, name, settings, mapped, created, updated"


def add_workspace(connection: sqlite3.Connection, name: str) -> str:
    workspace_id = str(uuid.uuid4())
    connection.execute(
        "INSERT INTO workspaces (id, name, created) VALUES (?, ?, ?)",
        (workspace_id, name, instant.now()),
    )
    return workspace_id


def workspaces(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    """Give the id and name of each workspace, the oldest first."""
    return connection.execute("SELECT id, name FROM workspaces ORDER BY created, rowid").fetchall()


def workspace_exists(connection: sqlite3.Connection, workspace_id: str) -> bool:
    found = connection.execute("SELECT 1 FROM workspaces WHERE id = ?", (workspace_id,))
    return found.fetchone() is not None


def add_object_schema(
    connection: sqlite3.Connection, workspace_id: str, name: str, key: str, description: str
) -> int:
    """Make an empty object schema; 409 where its name or key is taken."""
    now = instant.now()
    try:
        made = connection.execute(
            "INSERT INTO object_schemas (workspace_id, name, object_schema_key, description,"
            " created, updated) VALUES (?, ?, ?, ?, ?, ?) RETURNING id",
            (workspace_id, name, key, description, now, now),
        )
        return int(made.fetchone()[0])
    except sqlite3.IntegrityError as error:
        raise General(
            409, f"An object schema named {name!r} or with the key {key!r} exists already"
        ) from error


def add_source(
    connection: sqlite3.Connection,
    workspace_id: str,
    object_schema_id: int,
    name: str,
    settings: SourceSettings,
) -> ImportSource:
    now = instant.now()
    source_id = str(uuid.uuid4())
    connection.execute(
        "INSERT INTO import_sources (id, workspace_id, object_schema_id, name, settings, created,"
        " updated) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (source_id, workspace_id, object_schema_id, name, _encode(settings), now, now),
    )
    made = import_source(connection, source_id)
    assert made is not None  # noqa: S101 - inserted two lines above
    return made


def change_settings(connection: sqlite3.Connection, number: int, settings: SourceSettings) -> None:
    connection.execute(
        "UPDATE import_sources SET settings = ?, updated = ? WHERE number = ?",
        (_encode(settings), instant.now(), number),
    )


def import_source(connection: sqlite3.Connection, source_id: str) -> ImportSource | None:
    row = connection.execute(
        f"SELECT {_COLUMNS} FROM import_sources WHERE id = ?",  # noqa: S608
        (source_id,),
    ).fetchone()
    return row and _source(row)


def source_by_number(connection: sqlite3.Connection, number: int) -> ImportSource:
    row = connection.execute(
        f"SELECT {_COLUMNS} FROM import_sources WHERE number = ?",  # noqa: S608
        (number,),
    ).fetchone()
    return _source(row)


def sources_of_schema(
    connection: sqlite3.Connection, workspace_id: str, schema_id: int
) -> list[ImportSource]:
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM import_sources"  # noqa: S608
        " WHERE workspace_id = ? AND object_schema_id = ? ORDER BY number",
        (workspace_id, schema_id),
    )
    return [_source(row) for row in rows]


def _source(row: tuple[object, ...]) -> ImportSource:
    fields = dict(zip((name.strip() for name in _COLUMNS.split(",")), row, strict=True))
    fields["mapped"] = bool(fields["mapped"])
    fields["settings"] = msgspec.json.decode(str(fields["settings"]))
    return msgspec.convert(fields, ImportSource)


def _encode(settings: SourceSettings) -> str:
    return msgspec.json.encode(settings).decode()

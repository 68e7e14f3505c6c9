"""Workspaces, schemas, sources, tokens and users, made as a person would in Jira."""

import sqlite3
from dataclasses import asdict, fields
from typing import Any

import msgspec

from assetferry.local_assets.errors import not_found
from assetferry.local_assets.settings import SourceSettings
from assetferry.local_assets.store import credentials, sources
from assetferry.local_assets.store.catalogue import object_schema

__all__ = [
    "SETTING_NAMES",
    "USER_EMAIL",
    "NewSource",
    "NewUser",
    "Provisioned",
    "everything_if_empty",
    "key_from",
    "new_everything",
    "new_schema",
    "new_source",
    "new_user",
    "new_workspace",
    "settings_from",
]

USER_EMAIL = "admin@example.com"
LONGEST_KEY = 10


class NewSource(msgspec.Struct, frozen=True, rename="camel"):
    """An import source and the one sight of its container token."""

    import_source_id: str
    token: str


class NewUser(msgspec.Struct, frozen=True, rename="camel"):
    """A user and the one sight of the API token."""

    email: str
    api_token: str


class Provisioned(msgspec.Struct, frozen=True, rename="camel"):
    """Everything an import app needs to begin."""

    workspace_id: str
    object_schema_id: str
    import_source_id: str
    token: str
    email: str
    api_token: str


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.title() for part in rest)


SETTING_NAMES = {_camel(one.name): one.name for one in fields(SourceSettings)}
"""The settings of a source, by the name they have in JSON."""


def new_workspace(connection: sqlite3.Connection, name: str) -> str:
    return sources.add_workspace(connection, name)


def new_schema(connection: sqlite3.Connection, workspace_id: str, name: str, key: str) -> int:
    if not sources.workspace_exists(connection, workspace_id):
        raise not_found("Workspace", workspace_id)
    return sources.add_object_schema(connection, workspace_id, name, key, "")


def new_source(
    connection: sqlite3.Connection,
    workspace_id: str,
    schema_id: int,
    name: str,
    settings: SourceSettings,
) -> NewSource:
    if object_schema(connection, workspace_id, schema_id) is None:
        raise not_found("Object schema", schema_id)
    made = sources.add_source(connection, workspace_id, schema_id, name, settings)
    token = credentials.new_container_token(connection, made.number)
    return NewSource(import_source_id=made.id, token=token)


def new_user(connection: sqlite3.Connection, email: str) -> NewUser:
    return NewUser(email=email, api_token=credentials.add_user(connection, email))


def new_everything(
    connection: sqlite3.Connection, name: str, key: str, settings: SourceSettings
) -> Provisioned:
    """Make a workspace of its own with one schema, one source and a user to look at it."""
    workspace_id = new_workspace(connection, name)
    schema_id = new_schema(connection, workspace_id, name, key)
    source = new_source(connection, workspace_id, schema_id, name, settings)
    user = new_user(connection, USER_EMAIL)
    return Provisioned(
        workspace_id=workspace_id,
        object_schema_id=str(schema_id),
        import_source_id=source.import_source_id,
        token=source.token,
        email=user.email,
        api_token=user.api_token,
    )


def everything_if_empty(
    connection: sqlite3.Connection, name: str, settings: SourceSettings
) -> Provisioned | None:
    """Make everything on a server that has no import source yet; None where it has one."""
    if connection.execute("SELECT 1 FROM import_sources LIMIT 1").fetchone() is not None:
        return None
    return new_everything(connection, name, key_from(name), settings)


def key_from(name: str) -> str:
    """Make a schema key of a name: its letters and digits in upper case."""
    return "".join(filter(str.isalnum, name.upper()))[:LONGEST_KEY] or "ASSETS"


def settings_from(given: dict[str, Any], base: SourceSettings) -> SourceSettings:
    """Change settings by their JSON names; raises msgspec.ValidationError where one misfits."""
    changed = {SETTING_NAMES[key]: value for key, value in given.items()}
    return msgspec.convert({**asdict(base), **changed}, SourceSettings)

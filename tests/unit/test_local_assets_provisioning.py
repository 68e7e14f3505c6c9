"""What an empty server is given, so that one can begin."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from assetferry.local_assets.settings import SourceSettings
from assetferry.local_assets.store import credentials
from assetferry.local_assets.store.database import Database
from assetferry.local_assets.store.provisioning import everything_if_empty, key_from
from assetferry.local_assets.store.sources import import_source, workspace_exists

SETTINGS = SourceSettings(concatenator=";")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(tmp_path / "assets.sqlite3")
    yield opened
    opened.close()


def test_an_empty_server_is_given_everything_once(database: Database) -> None:
    """The first start makes a source whose token and user work; the next one makes nothing."""
    made = database.writer.call(everything_if_empty, "Hard ware 2", SETTINGS)
    assert made is not None
    reader = database.reader()
    source = import_source(reader, made.import_source_id)
    assert source is not None
    assert workspace_exists(reader, made.workspace_id)
    assert (source.workspace_id, str(source.object_schema_id), source.name) == (
        made.workspace_id,
        made.object_schema_id,
        "Hard ware 2",
    )
    assert source.settings == SETTINGS
    app = credentials.find(reader, "container", made.token)
    assert app is not None
    assert app.source_number == source.number
    assert credentials.find(reader, "user", f"{made.email}:{made.api_token}") is not None
    assert database.writer.call(everything_if_empty, "Hard ware 2", SETTINGS) is None
    (count,) = reader.execute("SELECT count(*) FROM import_sources").fetchone()
    assert count == 1


def test_secrets_are_kept_as_hashes_only(database: Database) -> None:
    """A copy of the file gives nobody access."""
    made = database.writer.call(everything_if_empty, "Hardware", SETTINGS)
    assert made is not None
    stored = "".join(database.reader().iterdump())
    assert made.import_source_id in stored
    assert made.token not in stored
    assert made.api_token not in stored


@pytest.mark.parametrize(
    ("name", "key"),
    [("Hard ware 2", "HARDWARE2"), ("a-very-long-name", "AVERYLONGN"), ("--", "ASSETS")],
)
def test_a_schema_key_is_made_of_the_name(name: str, key: str) -> None:
    """Letters and digits in upper case, ten at most, and never nothing."""
    assert key_from(name) == key

"""Searching stays out of the way of those who send data, and looks at objects once."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from assetferry.local_assets.routes import objects
from assetferry.local_assets.server import LocalAssets
from assetferry.local_assets.settings import Settings
from local_documents import HOSTS

COUNT = 1_200
"""More than a store has that is walked rather than indexed."""


def indexes(folder: Path) -> set[str]:
    with closing(sqlite3.connect(folder / "assets.sqlite3")) as connection:
        rows = connection.execute("SELECT name FROM sqlite_schema WHERE name LIKE 'aql%'")
        return {name for (name,) in rows}


def test_no_index_is_made_while_chunks_come_in(
    api: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The query is answered all the same; the index comes with the first one after that."""
    monkeypatch.setattr(objects, "MANY_OBJECTS", 1_000)
    with LocalAssets(Settings(port=0, data=tmp_path)) as server:
        api.url = server.url
        api.new_source()
        api.put_mapping(HOSTS)
        api.run({"hosts": [{"name": f"h{number}"} for number in range(COUNT)]})
        api.send(api.start(), {"hosts": [{"name": "more"}]})
        (chunks,) = (tmp_path / "chunks").iterdir()
        # As if a chunk came at every moment, however slow this machine is.
        os.utime(chunks, (2**33, 2**33))
        assert [one["label"] for one in api.search("Name = h77")] == ["h77"]
        assert api.count("Name = h77") == 1
        assert indexes(tmp_path) == set()
        os.utime(chunks, (0, 0))
        assert [one["label"] for one in api.search("Name = h77")] == ["h77"]
        assert indexes(tmp_path) != set()


def test_few_objects_are_indexed_at_once(api: Any, tmp_path: Path) -> None:
    """Nobody feels that, so nobody waits for it."""
    with LocalAssets(Settings(port=0, data=tmp_path)) as server:
        api.url = server.url
        api.new_source()
        api.put_mapping(HOSTS)
        api.run({"hosts": [{"name": f"h{number}"} for number in range(COUNT)]})
        api.send(api.start(), {"hosts": [{"name": "more"}]})
        assert api.count("Name = h77") == 1
        assert indexes(tmp_path) != set()

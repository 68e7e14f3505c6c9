"""Killed servers, held folders, stopped processing, many clients at once."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from assetferry.local_assets.errors import FolderInUse, NotOurDatabase
from assetferry.local_assets.server import LocalAssets
from assetferry.local_assets.settings import Settings

PROGRAM = """
import asyncio, sys
from pathlib import Path
from assetferry.local_assets.server import serve
from assetferry.local_assets.settings import Settings

async def main():
    settings = Settings(port=0, data=Path(sys.argv[1]), batch_entries=int(sys.argv[2]))
    async with serve(settings) as running:
        print(running.url, flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""

TEXT = {"description": "d", "type": "text"}
DOCUMENT: dict[str, Any] = {
    "schema": {
        "objectSchema": {
            "name": "S",
            "description": "d",
            "objectTypes": [
                {
                    "externalId": "t",
                    "name": "Host",
                    "description": "d",
                    "attributes": [
                        {"externalId": "a/name", "name": "Name", "label": True, **TEXT},
                        {
                            "externalId": "a/next",
                            "name": "Next",
                            "description": "d",
                            "type": "referenced_object",
                            "referenceObjectTypeExternalId": "t",
                        },
                    ],
                }
            ],
        }
    },
    "mapping": {
        "objectTypeMappings": [
            {
                "objectTypeExternalId": "t",
                "objectTypeName": "Host",
                "selector": "hosts",
                "description": "d",
                "attributesMapping": [
                    {
                        "attributeExternalId": "a/name",
                        "attributeName": "Name",
                        "attributeLocators": ["name"],
                        "externalIdPart": True,
                    },
                    {
                        "attributeExternalId": "a/next",
                        "attributeName": "Next",
                        "attributeLocators": ["next"],
                        "objectMappingIQL": "Name = ${next}",
                    },
                ],
            }
        ]
    },
}


def chunk(start: int, size: int) -> dict[str, Any]:
    """Give hosts that each refer to the next one."""
    return {"hosts": [{"name": f"h{n}", "next": f"h{n + 1}"} for n in range(start, start + size)]}


@contextmanager
def process(data: Path, batch: int = 500) -> Generator[tuple["subprocess.Popen[str]", str]]:
    """Run a server in a process of its own, which a test may kill."""
    running = subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-c", PROGRAM, str(data), str(batch)], stdout=subprocess.PIPE, text=True
    )
    assert running.stdout is not None
    try:
        yield running, running.stdout.readline().strip()
    finally:
        running.kill()
        running.wait()
        running.stdout.close()


def written(data: Path, table: str = "objects") -> int:
    """Count rows from outside, through the file."""
    with sqlite3.connect(f"{(data / 'assets.sqlite3').as_uri()}?mode=ro", uri=True) as connection:
        count: int = connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608
    connection.close()
    return count


def wait_for(condition: Any) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.001)


def test_processing_goes_on_after_kill_9(api: Any, tmp_path: Path) -> None:
    """Killed again and again in the middle, processing ends with exact objects and counts."""
    size, chunks = 1_000, 20
    with process(tmp_path) as (running, url):
        api.url = url
        api.new_source()
        api.put_mapping(DOCUMENT)
        execution = api.start()
        for number in range(chunks):
            api.send(execution, chunk(number * size, size), clientGeneratedId=str(number))
        api.call("POST", f"{execution}/data", {"completed": True})
        wait_for(lambda: written(tmp_path) > 0)
        os.kill(running.pid, signal.SIGKILL)
    for part in (0.3, 0.6, 0.9):
        with process(tmp_path) as (running, _):
            wait_for(lambda part=part: written(tmp_path) > part * size * chunks)
            os.kill(running.pid, signal.SIGKILL)
    with process(tmp_path) as (running, _):
        wait_for(lambda: written(tmp_path, "object_references") > 0)
        os.kill(running.pid, signal.SIGKILL)
    with process(tmp_path) as (_, url):
        api.url = url
        result = api.result(execution)
        (host,) = result["objectTypeResultMap"].values()
        assert result["result"] == "OK"
        assert host["objectsCreated"] == host["entriesInSource"] == size * chunks
        assert host["duplicateEnries"] == 0
        assert host["objectsWithUpdatedReferences"] == size * chunks - 1
        assert api.count("objectType = Host") == size * chunks
        assert api.search("Next = h777")[0]["label"] == "h776"


def test_accepted_chunks_outlive_a_kill(api: Any, tmp_path: Path) -> None:
    """A chunk that was answered with 200 is there after a kill, and the execution goes on."""
    with process(tmp_path) as (running, url):
        api.url = url
        api.new_source()
        api.put_mapping(DOCUMENT)
        execution = api.start()
        api.send(execution, chunk(0, 10), clientGeneratedId="0")
        os.kill(running.pid, signal.SIGKILL)
    with process(tmp_path) as (_, url):
        api.url = url
        assert api.call("GET", f"{execution}/status").body["status"] == "INGESTING"
        api.send(execution, chunk(0, 10), clientGeneratedId="0")
        api.send(execution, chunk(10, 10), clientGeneratedId="1", completed=True)
        assert api.result(execution)["totalNumberEntriesInImport"] == 20


def test_a_stopped_server_leaves_processing_to_the_next(api: Any, tmp_path: Path) -> None:
    """A graceful stop ends after the batch in hand; the next server finishes the rest."""
    settings = Settings(port=0, data=tmp_path, batch_entries=200)
    with LocalAssets(settings) as first:
        api.url = first.url
        api.new_source()
        api.put_mapping(DOCUMENT)
        execution = api.start()
        for number in range(10):
            api.send(execution, chunk(number * 200, 200))
        api.call("POST", f"{execution}/data", {"completed": True})
    with LocalAssets(settings) as second:
        api.url = second.url
        assert api.result(execution)["totalNumberEntriesInImport"] == 2_000
        assert not list((tmp_path / "chunks").iterdir())


def test_a_folder_is_held_by_one_server(tmp_path: Path) -> None:
    """A second server on the same folder is refused with what to do, and the first goes on."""
    settings = Settings(port=0, data=tmp_path)
    with LocalAssets(settings), pytest.raises(FolderInUse, match="--data"):
        LocalAssets(settings).start()
    with LocalAssets(settings) as again:
        assert again.url


def test_another_version_or_program_is_refused(tmp_path: Path) -> None:
    """A database of another kind or version is left alone."""
    settings = Settings(port=0, data=tmp_path)
    with LocalAssets(settings):
        pass
    path = tmp_path / "assets.sqlite3"
    for pragma, reason in (("user_version = 99", "version"), ("application_id = 7", "program")):
        connection = sqlite3.connect(path)
        connection.execute(f"PRAGMA {pragma}")
        connection.close()
        with pytest.raises(NotOurDatabase, match=reason):
            LocalAssets(settings).start()
    path.write_bytes(b"no database at all" * 100)
    with pytest.raises(NotOurDatabase, match="not a database"):
        LocalAssets(settings).start()


def test_many_clients_at_once_lose_nothing(api: Any) -> None:
    """Chunks sent by many connections at the same time are all there in the end."""
    api.put_mapping(DOCUMENT)
    execution = api.start()
    with ThreadPoolExecutor(50) as pool:
        sent = [
            pool.submit(api.send, execution, chunk(n * 10, 10), clientGeneratedId=str(n))
            for n in range(200)
        ]
        for one in sent:
            one.result()
    api.call("POST", f"{execution}/data", {"completed": True})
    (host,) = api.result(execution)["objectTypeResultMap"].values()
    assert host["objectsCreated"] == 2_000


def test_only_one_of_many_starts_wins(api: Any) -> None:
    """Starts at the same moment give one execution and IN_PROGRESS for all others."""
    api.put_mapping(DOCUMENT)
    with ThreadPoolExecutor(20) as pool:
        calls = [pool.submit(api.call, "POST", f"{api.here}/executions") for _ in range(20)]
    statuses = sorted(one.result().status for one in calls)
    assert statuses == [200] + [409] * 19

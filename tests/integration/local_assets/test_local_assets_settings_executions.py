"""Each setting of executions, each of its values, over real HTTP."""

import contextlib
import os
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from assetferry.local_assets.server import LocalAssets
from assetferry.local_assets.settings import Settings
from local_documents import HOSTS

NOWHERE = "00000000-0000-4000-8000-000000000000"


def begin(server: LocalAssets, api: Any, **source: Any) -> None:
    """Let the client speak to this server, with an import source that is mapped."""
    api.url = server.url
    api.new_source(**source)
    api.put_mapping(HOSTS)


def names(api: Any) -> list[str]:
    return [one["label"] for one in api.search("objectType = Host")]


def complete(api: Any, execution: str, **more: Any) -> int:
    return api.call("POST", f"{execution}/data", {"completed": True, **more}).status


@pytest.mark.parametrize(
    ("dedupe", "status", "found"),
    [
        ("first", 200, ["a"]),
        ("last", 200, ["b"]),
        ("refuse", 409, ["a"]),
        ("none", 200, ["a", "b"]),
    ],
)
def test_a_repeated_id_with_another_payload(
    api: Any, dedupe: Any, status: int, found: list[str]
) -> None:
    """The first wins, the last wins, it is refused, or both are processed."""
    with LocalAssets(Settings(port=0, dedupe=dedupe)) as server:
        begin(server, api)
        execution = api.start()
        for name, expected in (("a", 200), ("b", status)):
            body = {"data": {"hosts": [{"name": name}]}, "clientGeneratedId": "x"}
            assert api.call("POST", f"{execution}/data", body).status == expected
        same = {"data": {"hosts": [{"name": found[-1]}]}, "clientGeneratedId": "x"}
        assert api.call("POST", f"{execution}/data", same).status == 200
        assert complete(api, execution) == 200
        api.result(execution)
        assert names(api) == found


def test_the_last_of_equal_ids_takes_the_place_of_the_first(api: Any) -> None:
    """With dedupe=last the replaced chunk is processed where the first one was."""
    with LocalAssets(Settings(port=0, dedupe="last")) as server:
        begin(server, api)
        execution = api.start()
        api.send(execution, {"hosts": [{"name": "a"}]}, clientGeneratedId="x")
        api.send(execution, {"hosts": [{"name": "b"}]}, clientGeneratedId="y")
        api.send(execution, {"hosts": [{"name": "c"}, {"name": "b"}]}, clientGeneratedId="x")
        assert complete(api, execution) == 200
        (host,) = api.result(execution)["objectTypeResultMap"].values()
        assert (host["entriesInSource"], host["objectsCreated"]) == (3, 2)


@pytest.mark.parametrize(
    ("scope", "dedupe", "found"),
    [
        ("execution", "first", ["a", "b"]),
        ("source", "first", ["a"]),
        ("source", "last", ["a", "b"]),
        ("source", "refuse", ["a"]),
    ],
)
def test_an_id_of_an_earlier_run_comes_again(
    api: Any, scope: Any, dedupe: Any, found: list[str]
) -> None:
    """In the scope of the source an app that counts from 0 in each run loses its data."""
    with LocalAssets(Settings(port=0, dedupe_scope=scope, dedupe=dedupe)) as server:
        begin(server, api)
        for name in "ab":
            execution = api.start()
            api.send(execution, {"hosts": [{"name": name}]}, clientGeneratedId="batch-0")
            assert complete(api, execution) == 200
            api.result(execution)
        assert names(api) == found


def test_ids_of_a_cancelled_run_are_forgotten(api: Any) -> None:
    """Its data is dropped, so the same ids bring it in the next run, whatever the scope."""
    with LocalAssets(Settings(port=0, dedupe_scope="source")) as server:
        begin(server, api)
        for cancelled in (True, False):
            execution = api.start()
            api.send(execution, {"hosts": [{"name": "a"}]}, clientGeneratedId="x")
            if cancelled:
                assert api.call("DELETE", execution).status == 200
        assert complete(api, execution) == 200
        api.result(execution)
        assert names(api) == ["a"]


@pytest.mark.parametrize(("empty", "found"), [("absent", ["a", "b"]), ("id", ["a"])])
def test_empty_ids_are_none_or_ids(api: Any, empty: Any, found: list[str]) -> None:
    """Where the empty text is an id, the second chunk is a repeat."""
    with LocalAssets(Settings(port=0, empty_client_id=empty)) as server:
        begin(server, api)
        execution = api.start()
        for name in "ab":
            api.send(execution, {"hosts": [{"name": name}]}, clientGeneratedId="")
        assert complete(api, execution) == 200
        api.result(execution)
        assert names(api) == found


@pytest.mark.parametrize(
    ("repeated", "same_id", "bare"),
    [("by-id", 200, 400), ("accept", 200, 200), ("refuse", 400, 400)],
)
def test_completion_once_more(api: Any, repeated: Any, same_id: int, bare: int) -> None:
    """Known by its id, always welcome, or never; a chunk that comes late is never welcome."""
    with LocalAssets(Settings(port=0, repeated_completion=repeated)) as server:
        begin(server, api)
        execution = api.start()
        assert complete(api, execution, clientGeneratedId="end") == 200
        assert complete(api, execution, clientGeneratedId="end") == same_id
        assert complete(api, execution) == bare
        assert api.call("POST", f"{execution}/data", {"data": {}}).status == 400
        api.result(execution)
        cancelled = api.start()
        assert api.call("DELETE", cancelled).status == 200
        assert complete(api, cancelled) == 400


@pytest.mark.parametrize(("choice", "status"), [("accept", 200), ("refuse", 400)])
def test_completion_of_nothing(api: Any, choice: Any, status: int) -> None:
    """An execution without a chunk ends with zero counts, or is refused and goes on."""
    with LocalAssets(Settings(port=0, empty_completion=choice)) as server:
        begin(server, api)
        execution = api.start()
        assert complete(api, execution) == status
        if status == 400:
            api.send(execution, {"hosts": [{"name": "a"}]})
            assert complete(api, execution) == 200
        assert api.result(execution)["result"] == "OK"


@pytest.mark.parametrize(("choice", "status"), [("refuse", 400), ("ignore", 200)])
def test_unknown_keys_beside_the_data(api: Any, choice: Any, status: int) -> None:
    """They are a mistake, or nothing; Data in place of data is a mistake either way."""
    with LocalAssets(Settings(port=0, unknown_data_keys=choice)) as server:
        begin(server, api)
        execution = api.start()
        reply = api.call("POST", f"{execution}/data", {"data": {}, "batch": 1})
        assert reply.status == status
        assert api.call("POST", f"{execution}/data", {"Data": {}}).status == 400


@pytest.mark.parametrize(("choice", "body"), [("empty", None), ("object", {})])
def test_the_answer_to_a_chunk(api: Any, choice: Any, body: Any) -> None:
    """It has no body, or one that says nothing."""
    with LocalAssets(Settings(port=0, data_answer=choice)) as server:
        begin(server, api)
        reply = api.call("POST", f"{api.start()}/data", {"data": {}})
        assert (reply.status, reply.body) == (200, body)


@pytest.mark.parametrize("status", ["400", "409"])
def test_late_calls(api: Any, status: Any) -> None:
    """Data and progress after the end get the chosen status; history/failed its declared 400."""
    with LocalAssets(Settings(port=0, late_status=status)) as server:
        begin(server, api)
        execution = api.start()
        assert api.call("DELETE", execution).status == 200
        assert api.call("POST", f"{execution}/data", {"data": {}}).status == int(status)
        assert api.call("PUT", f"{execution}/progress", {}).status == int(status)
        failed = api.call("POST", f"{execution}/history/failed", {"failureReason": "x"})
        assert failed.status == 400


@pytest.mark.parametrize("status", ["404", "400"])
def test_unknown_executions(api: Any, status: Any) -> None:
    """They get the chosen status; at history/failed the declared 404."""
    with LocalAssets(Settings(port=0, unknown_execution=status)) as server:
        begin(server, api)
        here = f"{api.here}/executions/{NOWHERE}"
        calls: list[tuple[str, str, Any]] = [
            ("GET", f"{here}/status", None),
            ("DELETE", here, None),
            ("POST", f"{here}/data", {"data": {}}),
            ("PUT", f"{here}/progress", {}),
        ]
        for method, path, body in calls:
            reply = api.call(method, path, body)
            assert reply.status == int(status), path
            assert reply.body["errorMessages"] == [f"Execution {NOWHERE} does not exist"]
        failed = api.call("POST", f"{here}/history/failed", {"failureReason": "x"})
        assert failed.status == 404


@pytest.mark.parametrize("status", ["404", "400"])
def test_the_newest_where_there_is_none(api: Any, status: Any) -> None:
    """It has the status that was seen, or the one that is declared."""
    with LocalAssets(Settings(port=0, never_run=status)) as server:
        begin(server, api)
        reply = api.call("GET", f"{api.here}/executions/status")
        assert reply.status == int(status)


@pytest.mark.parametrize(("choice", "status"), [("accept", 200), ("refuse", 400)])
def test_a_second_cancel(api: Any, choice: Any, status: int) -> None:
    """It is harmless, or refused."""
    with LocalAssets(Settings(port=0, cancel_again=choice)) as server:
        begin(server, api)
        execution = api.start()
        assert api.call("DELETE", execution).status == 200
        assert api.call("DELETE", execution).status == status


def test_the_result_before_there_is_one(api: Any) -> None:
    """It is left out by default, and null where set so."""
    api.put_mapping(HOSTS)
    assert "progressResult" not in api.call("GET", f"{api.start()}/status").body
    with LocalAssets(Settings(port=0, pending_result="null")) as server:
        begin(server, api)
        execution = api.start()
        body = api.call("GET", f"{execution}/status").body
        assert "progressResult" in body
        assert body["progressResult"] is None
        assert api.call("GET", f"{api.here}/executions/status").body == body


@pytest.mark.parametrize("result", ["ERROR", "OK"])
def test_the_result_of_a_run_with_errors(api: Any, result: Any) -> None:
    """It names them or keeps them to the counters, which are the same either way."""
    with LocalAssets(Settings(port=0, result_with_errors=result)) as server:
        begin(server, api)
        found = api.run({"hosts": [{"name": "a"}, 5]})
        assert (found["result"], found["errorCount"]) == (result, 1)
        assert api.run({"hosts": [{"name": "a"}]})["result"] == "OK"


@pytest.mark.parametrize("status", ["413", "400"])
def test_chunks_that_are_too_large(api: Any, status: Any) -> None:
    """By bytes or by entries, they get the chosen status, and what fits goes through."""
    settings = Settings(port=0, max_body_bytes=2_000, max_chunk_entries=2, oversize_status=status)
    with LocalAssets(settings) as server:
        begin(server, api)
        execution = api.start()
        many = {"data": {"hosts": [{"name": name} for name in "abc"]}}
        long = {"data": {"hosts": [{"name": "a" * 2_000}]}}
        for body in (many, long):
            assert api.call("POST", f"{execution}/data", body).status == int(status)
        api.send(execution, {"hosts": [{"name": name} for name in "ab"]})


def test_an_execution_that_is_fed_is_not_abandoned(api: Any, tmp_path: Path) -> None:
    """What counts is the last chunk, not the start."""
    with LocalAssets(Settings(port=0, data=tmp_path, abandoned_after=3_600)) as server:
        begin(server, api)
        execution = api.start()
        api.send(execution, {"hosts": [{"name": "a"}]})
        with contextlib.closing(sqlite3.connect(tmp_path / "assets.sqlite3")) as connection:
            connection.execute("UPDATE executions SET created = '2020-01-01T00:00:00.000Z'")
            connection.commit()
        assert api.call("POST", f"{api.here}/executions").status == 409
        (chunks,) = (tmp_path / "chunks").iterdir()
        os.utime(chunks, (0, 0))
        api.start()
        assert api.call("GET", f"{execution}/status").body["status"] == "CANCELLED"


@pytest.mark.parametrize(("choice", "status"), [("conflict", 409), ("replace", 200)])
def test_a_second_start(api: Any, choice: Any, status: int) -> None:
    """It is a conflict, or it cancels the one that waits for data, whose chunks are dropped."""
    with LocalAssets(Settings(port=0, second_start=choice)) as server:
        begin(server, api)
        first = api.start()
        api.send(first, {"hosts": [{"name": "a"}]})
        assert api.call("POST", f"{api.here}/executions").status == status
        state = api.call("GET", f"{first}/status").body["status"]
        assert state == ("CANCELLED" if status == 200 else "INGESTING")
        newest = api.call("GET", f"{api.here}/executions/status").body
        assert newest["status"] == "INGESTING"
        execution = f"{api.here}/executions/{newest['executionId']}"
        assert complete(api, execution) == 200
        api.result(execution)
        assert names(api) == ([] if status == 200 else ["a"])

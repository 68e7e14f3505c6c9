"""Readings of the contract that nobody has settled, switched on one by one."""

from typing import Any

from assetferry.local_assets.server import LocalAssets
from assetferry.local_assets.settings import Settings
from local_documents import HOSTS


def test_a_recorded_failure_can_end_the_execution(api: Any) -> None:
    """With failure_ends it is cancelled and stays in the history; a cancel then is harmless."""
    with LocalAssets(Settings(port=0, failure_ends=True)) as server:
        api.url = server.url
        api.new_source()
        api.put_mapping(HOSTS)
        execution = api.start()
        api.send(execution, {"hosts": [{"name": "a"}]})
        failed = {"failureReason": "no power"}
        assert api.call("POST", f"{execution}/history/failed", failed).status == 204
        assert api.call("GET", f"{execution}/status").body["status"] == "CANCELLED"
        assert api.call("DELETE", execution).status == 200
        place = f"/_local/workspaces/{api.source['workspaceId']}/importsources"
        history = api.call("GET", f"{place}/{api.source['importSourceId']}/history", token="")
        (entry,) = history.body["values"]
        assert [one["failureReason"] for one in entry["failures"]] == ["no power"]


def test_an_abandoned_execution_can_make_room(api: Any) -> None:
    """With abandoned_after the next start cancels it; one that is processed is left alone."""
    with LocalAssets(Settings(port=0, abandoned_after=0.001)) as server:
        api.url = server.url
        api.new_source()
        api.put_mapping(HOSTS)
        left = api.start()
        started = api.call("POST", f"{api.here}/executions")
        while started.status != 200:
            assert started.body["errorCode"] == "IN_PROGRESS"
            started = api.call("POST", f"{api.here}/executions")
        assert api.call("GET", f"{left}/status").body["status"] == "CANCELLED"
        newest = api.call("GET", f"{api.here}/executions/status").body
        assert newest["status"] == "INGESTING"


def test_by_default_it_blocks_for_ever(api: Any) -> None:
    """Nobody's import is ended behind their back."""
    api.put_mapping(HOSTS)
    left = api.start()
    assert api.call("POST", f"{api.here}/executions").status == 409
    assert api.call("GET", f"{left}/status").body["status"] == "INGESTING"

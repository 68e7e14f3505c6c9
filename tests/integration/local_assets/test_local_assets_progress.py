"""Progress by import source, and imports that bring their own data (section 11)."""

from typing import Any

from local_documents import HOSTS


def progress(api: Any, **more: Any) -> Any:
    path = f"{api.workspace}/progress/category/imports/{api.source['importSourceId']}"
    return api.call("GET", path, user=True, **more)


def start(api: Any) -> Any:
    path = f"{api.workspace}/import/start/{api.source['importSourceId']}"
    return api.call("POST", path, user=True)


def general(reply: Any) -> str:
    (sentence,) = reply.body["errorMessages"]
    return sentence


def test_the_progress_follows_an_import_from_start_to_result(api: Any) -> None:
    """While data comes it shows what the app says; at the end the result, with string ids."""
    api.put_mapping(HOSTS)
    execution = api.start()
    said = {"steps": {"description": "Reading hosts"}, "objects": {"total": 4, "processed": 2}}
    api.call("PUT", f"{execution}/progress", said)
    body = progress(api).body
    assert body["resourceId"] == api.source["importSourceId"]
    assert body["executionUUID"] == execution.rpartition("/")[2]
    assert (body["status"], body["currentStep"], body["numberOfSteps"]) == ("IN_PROGRESS", 1, 6)
    assert (body["currentWorkUnits"], body["totalWorkUnits"]) == (2, 4)
    assert body["stepDescription"] == "Reading hosts"
    assert body["result"] is body["resultData"] is body["finishedDate"] is None
    api.send(execution, {"hosts": [{"name": "a"}, {"name": "b"}]}, completed=True)
    result = api.result(execution)
    body = progress(api).body
    assert (body["status"], body["progressInPercent"]) == ("FINISHED", 100)
    assert (body["result"], body["resultMessage"]) == ("OK", "Import finished ok.")
    data = body["resultData"]
    ((key, counters),) = data["objectTypeResultMap"].items()
    assert (key, counters["objectTypeId"]) == (key, key)
    assert result["objectTypeResultMap"][key]["objectTypeId"] == int(key)
    assert (data["executedType"], data["executedAsUser"]) == ("MANUAL", None)
    assert counters["objectsCreated"] == 2
    assert api.count(counters["objectsCreatedQlQuery"]) == 2


def test_a_cancelled_import_is_finished_without_data(api: Any) -> None:
    """After a cancel the progress has ended, and says so."""
    api.put_mapping(HOSTS)
    api.call("DELETE", api.start())
    body = progress(api).body
    assert (body["status"], body["result"], body["resultData"]) == ("FINISHED", "ERROR", None)


def test_progress_wants_a_source_that_ran(api: Any) -> None:
    """An execution's id is a 400, a source that never ran a 404, a container token a 401."""
    api.put_mapping(HOSTS)
    assert progress(api).status == 404
    execution = api.start().rpartition("/")[2]
    path = f"{api.workspace}/progress/category/imports"
    reply = api.call("GET", f"{path}/{execution}", user=True)
    assert (reply.status, general(reply)) == (400, "Not an import source id")
    assert api.call("GET", f"{path}/{api.source['importSourceId']}").status == 401


def test_only_imports_with_data_of_their_own_are_started(api: Any) -> None:
    """An external source is a 400; a CSV one runs, and has nothing to import here."""
    api.put_mapping(HOSTS)
    reply = start(api)
    assert reply.status == 400
    assert "POST executions" in general(reply)
    api.new_source("Files", moduleKey="rlabs-import-type-csv")
    assert start(api).body == {"result": "error", "errorCode": "MISSING_MAPPING"}
    api.put_mapping(HOSTS)
    reply = start(api)
    assert (reply.status, reply.body["category"]) == (200, "imports")
    result = api.result(f"{api.here}/executions/{reply.body['executionUUID']}")
    assert (result["result"], result["totalNumberEntriesInImport"]) == ("OK", 0)
    assert api.call("POST", f"{api.here}/executions").status == 409
    unknown = f"{api.workspace}/import/start/00000000-0000-0000-0000-000000000000"
    assert api.call("POST", unknown, user=True).status == 404

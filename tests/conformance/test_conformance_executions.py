"""Section 8 of the wire contract: executions and their states."""

from typing import Any

import pytest

from conformance import expect
from conformance_model import Model
from conformance_site import Site

pytestmark = pytest.mark.writes


def chunk(*names: str) -> dict[str, Any]:
    return {"hosts": [{"name": name} for name in names]}


def counted(result: Any) -> dict[str, int]:
    """Give the counters of the one type that is mapped."""
    (one,) = [one for one in result["objectTypeResultMap"].values() if one["entriesInSource"]]
    return one


def state(site: Site, execution: str) -> str:
    return site.app("GET", f"{execution}/status").gives(200)["status"]


def test_8_1_from_ingesting_to_done(mapped: Site) -> None:
    """Completion leads to DONE, by way of PROCESSING or at once; the source is IDLE again."""
    execution = mapped.start()
    expect("INGESTING", state(mapped, execution))
    expect("RUNNING", mapped.app("GET", "configstatus").gives(200)["status"])
    mapped.send(execution, {"data": chunk("a"), "completed": True}).gives(200)
    mapped.finish(execution)
    expect("IDLE", mapped.app("GET", "configstatus").gives(200)["status"])


def test_8_1_nothing_is_written_before_completion(mapped: Site, model: Model) -> None:
    """Chunks wait; a cancel drops them."""
    execution = mapped.start()
    mapped.send(execution, {"data": chunk("a")}).gives(200)
    expect([], mapped.find(f'objectType = "{model.name("Host")}"') if mapped.ours else [])
    mapped.app("DELETE", execution).gives(200)
    expect("CANCELLED", state(mapped, execution))
    result = mapped.run(chunk("b"))
    expect(1, result["totalNumberEntriesInImport"])


def test_8_2_a_start_needs_no_body_and_takes_an_empty_one(mapped: Site) -> None:
    """All three ways that were seen are 200."""
    for body in (None, {}, {"scheduled": False}):
        links = mapped.app("POST", "executions", body).gives(200)["links"]
        mapped.app("DELETE", links["cancel"].removeprefix(mapped.url)).gives(200)


@pytest.mark.local
def test_8_2_the_history_tags_scheduled_starts(mapped: Site) -> None:
    """scheduled: true is what makes the tag."""
    mapped.app("POST", "executions", {"scheduled": True}).gives(200)
    path = f"/_local/workspaces/{mapped.workspace}/importsources/{mapped.source}/history"
    newest = mapped.call("GET", path).gives(200)["values"][0]
    expect((["Scheduled"], "SCHEDULED"), (newest["tags"], newest["executedType"]))


def test_8_3_data_then_completion_alone(mapped: Site) -> None:
    """The tutorial's two calls."""
    execution = mapped.start()
    mapped.send(execution, {"data": chunk("a")}).gives(200)
    mapped.send(execution, {"completed": True}).gives(200)
    expect(1, mapped.finish(execution)["totalNumberEntriesInImport"])


def test_8_3_data_and_completion_in_one_call(mapped: Site) -> None:
    """As working clients do."""
    execution = mapped.start()
    last = {"data": chunk("a"), "clientGeneratedId": "c1", "completed": True}
    mapped.send(execution, last).gives(200)
    expect(1, mapped.finish(execution)["totalNumberEntriesInImport"])


def test_8_3_completed_false_is_the_same_as_absent(mapped: Site) -> None:
    """The execution goes on."""
    execution = mapped.start()
    mapped.send(execution, {"data": chunk("a"), "completed": False}).gives(200)
    expect("INGESTING", state(mapped, execution))


def test_8_3_repeat_of_a_client_generated_id_is_harmless(mapped: Site) -> None:
    """200, and the first payload counts."""
    execution = mapped.start()
    mapped.send(execution, {"data": chunk("a"), "clientGeneratedId": "c1"}).gives(200)
    mapped.send(execution, {"data": chunk("a"), "clientGeneratedId": "c1"}).gives(200)
    mapped.send(execution, {"data": chunk("b", "c"), "clientGeneratedId": "c1"}).gives(200)
    mapped.send(execution, {"completed": True}).gives(200)
    expect(1, counted(mapped.finish(execution))["entriesInSource"])


@pytest.mark.parametrize("nothing", ["", None], ids=["empty", "null"])
def test_8_3_an_empty_client_generated_id_is_none(mapped: Site, nothing: Any) -> None:
    """Two chunks without an id are two chunks."""
    execution = mapped.start()
    for name in ("a", "b"):
        body = {"data": chunk(name), "clientGeneratedId": nothing}
        mapped.send(execution, body).gives(200)
    mapped.send(execution, {"completed": True}).gives(200)
    expect(2, counted(mapped.finish(execution))["entriesInSource"])


def test_8_3_the_id_is_free_text_of_255_characters_for_one_execution(mapped: Site) -> None:
    """Another execution may use it again."""
    for name in ("a", "b"):
        execution = mapped.start()
        body = {"data": chunk(name), "clientGeneratedId": "ä" * 255, "completed": True}
        mapped.send(execution, body).gives(200)
        expect(1, counted(mapped.finish(execution))["entriesInSource"])


def test_8_3_a_repeated_completing_call_is_known_by_its_id(mapped: Site) -> None:
    """200 again, in whatever state; a bare one is a 400."""
    execution = mapped.start()
    last = {"data": chunk("a"), "clientGeneratedId": "z", "completed": True}
    mapped.send(execution, last).gives(200)
    mapped.send(execution, last).gives(200)
    mapped.finish(execution)
    mapped.send(execution, last).gives(200)
    mapped.send(execution, {"completed": True}).refuses(400)


def test_8_3_completion_without_any_chunk(mapped: Site) -> None:
    """Accepted; nothing came, nothing is counted."""
    execution = mapped.start()
    mapped.send(execution, {"completed": True}).gives(200)
    expect(0, mapped.finish(execution)["totalNumberEntriesInImport"])


def test_8_3_chunks_come_in_any_order_and_refer_to_each_other(site: Site) -> None:
    """A reference finds what a later chunk brings."""
    model = (
        Model(site.tag)
        .type("Host", {"Name": {}, "Owner": {"to": "Person"}})
        .type("Person", {"Name": {}})
    )
    query = {"Owner": "Name = ${owner}"}
    model.map("Host", "hosts", {"Name": "name", "Owner": "owner"}, identity=("Name",), iql=query)
    model.map("Person", "people", {"Name": "name"}, identity=("Name",))
    site.map(model.document())
    site.run({"hosts": [{"name": "h", "owner": "Ann"}]}, {"people": [{"name": "Ann"}]})
    (found,) = site.find(f'objectType = "{model.name("Host")}" AND Owner.Name = Ann')
    expect("h", found["label"])


@pytest.mark.parametrize(
    "body",
    [{}, {"steps": {"total": 1, "current": 1}}, {"objects": {"total": 5}}],
    ids=["neither half", "steps", "objects"],
)
def test_8_4_either_half_of_progress_may_be_absent(mapped: Site, body: Any) -> None:
    """200."""
    mapped.app("PUT", f"{mapped.start()}/progress", body).gives(200)


def test_8_5_the_result_appears_once_processed(mapped: Site) -> None:
    """Absent before; then with counters by object type."""
    execution = mapped.start()
    running = mapped.app("GET", f"{execution}/status").gives(200)
    expect({"status", "executionId"}, set(running))
    mapped.send(execution, {"data": chunk("a", "b"), "completed": True}).gives(200)
    result = mapped.finish(execution)
    expect(("IMPORT", "OK", "FINISHED"), (result["type"], result["result"], result["status"]))
    expect(mapped.source, result["importSourceId"])
    expect((2, 2), (counted(result)["entriesInSource"], counted(result)["objectsCreated"]))


def test_8_6_names_and_kinds_of_the_result(mapped: Site, model: Model) -> None:
    """The job is the execution; keys are ids as text, inside they are numbers; one is misspelt."""
    execution = mapped.start()
    mapped.send(execution, {"data": chunk("a", "a"), "completed": True}).gives(200)
    result = mapped.finish(execution)
    expect(execution.rpartition("/")[2], result["jobId"])
    expect(1, counted(result)["duplicateEnries"])
    ((key, one),) = [
        pair for pair in result["objectTypeResultMap"].items() if pair[1]["entriesInSource"]
    ]
    expect((int(key), model.name("Host")), (one["objectTypeId"], one["objectTypeName"]))


def test_8_6_failed_entries_make_the_result_an_error(mapped: Site) -> None:
    """With sentences in errorMessages; the good entries are written all the same."""
    result = mapped.run({"hosts": [{"name": "a"}, 5]})
    expect("ERROR", result["result"])
    expect((1, 1), (counted(result)["objectsCreated"], counted(result)["errorCount"]))
    expect(1, len(result["errorMessages"]))


def test_8_7_cancel_again_is_harmless(mapped: Site) -> None:
    """200, and the state stays; a new execution can start."""
    execution = mapped.start()
    for _ in range(2):
        mapped.app("DELETE", execution).gives(200)
    expect("CANCELLED", state(mapped, execution))
    mapped.start()


def test_8_8_a_recorded_failure_does_not_end_the_execution(mapped: Site) -> None:
    """It stays INGESTING, and takes data."""
    execution = mapped.start()
    reason = {"failureReason": "x"}
    mapped.app("POST", f"{execution}/history/failed", reason).gives(204)
    mapped.send(execution, {"data": chunk("a")}).gives(200)


@pytest.mark.local
def test_6_running_tells_where_to_watch_and_to_cancel(mapped: Site) -> None:
    """Extra links while RUNNING."""
    execution = mapped.start()
    links = mapped.app("GET", "configstatus").gives(200, keys=("links",))["links"]
    expect(
        {"getExecutionStatus": f"{mapped.url}{execution}/status", "cancel": mapped.url + execution},
        links,
    )

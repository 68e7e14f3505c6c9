"""What others' tests get: a server, import sources on it, and a way to empty it."""

import json
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from assetferry.testing import AssetsServer, ImportSource, Settings, assets_server
from local_documents import HOSTS


@pytest.fixture(scope="module")
def server() -> Iterator[AssetsServer]:
    with assets_server() as running:
        yield running


def post(url: str, body: Any, token: str) -> Any:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    request = urllib.request.Request(url, json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request) as answer:
        content = answer.read()
    return json.loads(content) if content else None


def run(source: ImportSource, names: list[str]) -> None:
    """Import hosts, as an app would."""
    links = post(f"{source.source_url}/executions", {}, source.token)["links"]
    data = {"data": {"hosts": [{"name": name} for name in names]}, "completed": True}
    post(links["submitResults"], data, source.token)


def test_an_app_can_import_at_once_and_its_objects_are_seen(server: AssetsServer) -> None:
    """A mapped source takes a start; result, objects and history are there for assertions."""
    source = server.mapped_source(HOSTS)
    run(source, [f"host {number}" for number in range(2_500)])
    assert source.wait_until_done()["result"] == "OK"
    assert len(source.objects("objectType = Host")) == 2_500
    (entry,) = source.history()
    assert entry["progressResult"]["totalNumberEntriesInImport"] == 2_500


def test_sources_do_not_see_each_other(server: AssetsServer) -> None:
    """Each has a workspace of its own, so tests can share a server."""
    first, second = server.mapped_source(HOSTS), server.mapped_source(HOSTS)
    run(first, ["a"])
    first.wait_until_done()
    assert second.objects() == []
    assert second.history() == []


def test_settings_reach_server_and_source() -> None:
    """Both kinds of settings can be chosen."""
    with assets_server(Settings(port=0, second_put="conflict")) as server:
        source = server.mapped_source(HOSTS, name="Clearing", emptyValues="CLEAR")
        with pytest.raises(urllib.error.HTTPError) as refused:
            source.map(HOSTS)
        refused.value.close()
        assert refused.value.code == 409


def test_waiting_says_what_it_waits_for(server: AssetsServer) -> None:
    """An import that was not started, or cancelled, is a TimeoutError that says so."""
    source = server.mapped_source(HOSTS)
    with pytest.raises(TimeoutError, match="no execution"):
        source.wait_until_done(seconds=0.05)
    links = post(f"{source.source_url}/executions", {}, source.token)["links"]
    with pytest.raises(TimeoutError, match="INGESTING"):
        source.wait_until_done(seconds=0.05)
    request = urllib.request.Request(
        links["cancel"], method="DELETE", headers={"Authorization": f"Bearer {source.token}"}
    )
    urllib.request.urlopen(request).close()
    with pytest.raises(TimeoutError, match="CANCELLED"):
        source.wait_until_done()


def test_secrets_are_not_shown(server: AssetsServer) -> None:
    """A source in an assertion's message does not carry its token into a log."""
    source = server.new_source()
    assert source.token not in repr(source)
    assert source.api_token not in repr(source)


def test_after_a_reset_nothing_is_left(server: AssetsServer) -> None:
    """Objects, credentials and faults are gone, ids do not come back, and the server works on."""
    source = server.mapped_source(HOSTS)
    run(source, ["a"])
    source.wait_until_done()
    server.local("POST", "faults", {"kind": "status", "route": "POST executions", "status": 503})
    (before,) = source.objects()
    server.reset()
    assert server.local("GET", "faults")["values"] == []
    with pytest.raises(urllib.error.HTTPError) as refused:
        source.objects()
    refused.value.close()
    assert refused.value.code == 401
    again = server.mapped_source(HOSTS)
    run(again, ["a"])
    again.wait_until_done()
    (after,) = again.objects()
    assert int(after["id"]) > int(before["id"])
    assert len(again.history()) == 1


def test_a_reset_in_the_middle_of_imports_is_clean(server: AssetsServer) -> None:
    """Imports that are being received and processed vanish; none comes back, none fails later."""
    begun = threading.Barrier(5)

    def import_some() -> None:
        source = server.mapped_source(HOSTS)
        run(source, [str(number) for number in range(20_000)])
        begun.wait()

    with ThreadPoolExecutor(4) as pool:
        running = [pool.submit(import_some) for _ in range(4)]
        begun.wait()
        server.reset()
        for one in running:
            one.result()
    source = server.mapped_source(HOSTS)
    run(source, ["a"])
    assert source.wait_until_done()["objectTypeResultMap"]
    assert [one["label"] for one in source.objects()] == ["a"]


def test_an_oauth_token_has_the_scopes_it_is_given(server: AssetsServer) -> None:
    """Made for asApp, it starts an import unless it lacks the scope."""
    source = server.mapped_source(HOSTS)
    with pytest.raises(urllib.error.HTTPError) as refused:
        post(f"{source.source_url}/executions", {}, server.oauth_token(scopes=[]))
    refused.value.close()
    assert refused.value.code == 401
    post(f"{source.source_url}/executions", {}, server.oauth_token("app"))
    (entry,) = source.history()
    assert entry["executedAs"] == "app"

"""Every link of every answer leads on under the prefix and origin that the caller came by."""

import json
import re
from collections.abc import Iterator
from typing import Any, cast
from urllib.parse import urlsplit

import pytest

from local_documents import HOSTS

WRITTEN = {
    "/jsm/assets": "/jsm/assets",
    "/jsm/insight": "/jsm/assets",
    "/ex/jira/some-cloud/jsm/assets": "/ex/jira/some-cloud/jsm/assets",
}
"""Each prefix that is served, and the one that links carry: the legacy name is never written."""


def links(body: Any) -> Iterator[str]:
    """Give every text in a body that is an address."""
    if isinstance(body, dict):
        for one in cast("dict[str, Any]", body).values():
            yield from links(one)
    elif isinstance(body, list):
        for one in cast("list[Any]", body):
            yield from links(one)
    elif isinstance(body, str) and re.match("https?://", body):
        yield body


@pytest.mark.parametrize("prefix", WRITTEN)
def test_links_stay_where_the_caller_is(api: Any, prefix: str) -> None:
    """Of the source, executions, mapping, schedules and objects; and they can be followed."""
    host = "assets.example:8443"
    base = f"{prefix}/workspace/{api.source['workspaceId']}/v1"
    here = f"{base}/importsource/{api.source['importSourceId']}"
    met: list[str] = []

    def call(method: str, path: str, body: Any = None, *, user: bool = False) -> Any:
        reply = api.call(method, path, body, user=user, headers={"Host": host})
        assert reply.status in (200, 204, 303), (path, reply)
        met.extend(links(reply.body))
        if "location" in reply.headers:
            met.append(reply.headers["location"])
        return reply.body

    call("GET", f"{prefix}/v1/imports/info")
    call("PUT", f"{here}/mapping?async=true", HOSTS)
    started: dict[str, str] = call("POST", f"{here}/executions")["links"]
    call("GET", f"{here}/configstatus")
    call("POST", urlsplit(started["submitResults"]).path, {"data": {"hosts": [{"name": "a"}]}})
    call("POST", urlsplit(started["submitResults"]).path, {"completed": True})
    api.result(urlsplit(started["cancel"]).path)
    schedule = {
        "runFrequency": "DAILY",
        "startTime": "2099-01-01T00:00:00Z",
        "callbackUrl": "http://127.0.0.1:9/",
    }
    call("POST", f"{here}/importschedule", schedule)
    call("GET", f"{here}/schedule")
    (found,) = call("POST", f"{base}/object/aql", {"qlQuery": ""}, user=True)["values"]
    call("GET", f"{base}/object/{found['id']}", user=True)
    assert len(met) >= 14, json.dumps(met, indent=1)
    for link in met:
        parts = urlsplit(link)
        assert (parts.scheme, parts.netloc) == ("http", host), link
        if not parts.path.startswith("/_local/"):
            assert parts.path.startswith(f"{WRITTEN[prefix]}/workspace/"), link
    for link in met:
        path = urlsplit(link).path
        if path.endswith(("/status", "/configstatus", "/schedule")) or "/progress/" in path:
            assert api.call("GET", path).status == 200, path
        if "/object/" in path:
            assert api.call("GET", path, user=True).status == 200, path

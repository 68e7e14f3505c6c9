"""Calls to an Assets site over plain HTTP, by an app and by a user.

Nothing here knows the local server's code; the same calls go to whatever address is given.
"""

import base64
import http.client
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast
from urllib.parse import urlsplit

from conformance import Answer, Difference, path_of

__all__ = ["Site"]

DEADLINE = 60
"""Seconds that an import of a few entries may take, also on a site far away."""


@dataclass
class Site:
    """One import source in one workspace, and the credentials for it."""

    url: str
    workspace: str
    source: str
    token: str = field(repr=False)
    email: str = ""
    api_token: str = field(default="", repr=False)
    schema: str = ""
    ours: bool = False
    tag: str = ""
    """Goes into every name and external id, so that tests do not meet each other's objects."""

    @property
    def base(self) -> str:
        return f"/jsm/assets/workspace/{self.workspace}/v1"

    @property
    def here(self) -> str:
        return f"{self.base}/importsource/{self.source}"

    def app(self, method: str, path: str = "", body: Any = None, **more: Any) -> Answer:
        """Call with the container token, below the import source."""
        return self.call(method, self._path(path), body, f"Bearer {self.token}", **more)

    def user(self, method: str, path: str = "", body: Any = None, **more: Any) -> Answer:
        """Call with the user's Basic credential, below the import source."""
        pair = base64.b64encode(f"{self.email}:{self.api_token}".encode()).decode()
        return self.call(method, self._path(path), body, f"Basic {pair}", **more)

    def view(self, method: str, path: str, body: Any = None, **more: Any) -> Answer:
        """Call with the user's credential, below the workspace."""
        return self.user(method, f"{self.base}/{path}", body, **more)

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        authorization: str | None = None,
        *,
        raw: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send one request on a connection of its own; redirects are not followed."""
        parts = urlsplit(self.url)
        secure = parts.scheme == "https"
        made = http.client.HTTPSConnection if secure else http.client.HTTPConnection
        connection = made(parts.netloc, timeout=DEADLINE)
        content = raw if raw is not None else None if body is None else json.dumps(body).encode()
        sent = {"Accept": "application/json"}
        if content is not None:
            sent["Content-Type"] = "application/json"
        if authorization is not None:
            sent["Authorization"] = authorization
        try:
            connection.request(method, path, content, {**sent, **(headers or {})})
            answer = connection.getresponse()
            return Answer(
                status=answer.status,
                body=_decoded(answer.read()),
                headers={name.lower(): value for name, value in answer.getheaders()},
                ours=self.ours,
            )
        finally:
            connection.close()

    def map(self, document: Mapping[str, Any]) -> None:
        """Submit a mapping, whether there is one already or not."""
        fresh = self.app("GET", "configstatus").gives(200)["status"] == "MISSING_MAPPING"
        self.app("PUT" if fresh else "PATCH", "mapping", document).gives(204)

    def start(self) -> str:
        """Start an execution; give its path."""
        links = self.app("POST", "executions").gives(200, keys=("links",))["links"]
        return path_of(links["cancel"])

    def send(self, execution: str, body: Mapping[str, Any]) -> Answer:
        """Submit a body; lists of entries get the tag, as the selectors of a model have it."""
        given: object = body.get("data")
        if isinstance(given, dict):
            data = cast("dict[str, Any]", given)
            body = {**body, "data": {f"{key}_{self.tag}": one for key, one in data.items()}}
        return self.app("POST", f"{execution}/data", body)

    def finish(self, execution: str) -> Any:
        """Wait until an execution is done; give its result, as far as this test's types go."""
        deadline, pause = time.monotonic() + DEADLINE, 0.01
        while time.monotonic() < deadline:
            status = self.app("GET", f"{execution}/status").gives(200)
            if status["status"] == "DONE":
                result = status["progressResult"]
                types: dict[str, Any] = result["objectTypeResultMap"]
                mine = {key: one for key, one in types.items() if self.tag in one["objectTypeName"]}
                return {**result, "objectTypeResultMap": mine}
            time.sleep(pause)
            pause = min(2 * pause, 2)
        raise Difference("DONE", f"not within {DEADLINE} s")

    def run(self, *chunks: Any) -> Any:
        """Import some chunks; give the result."""
        execution = self.start()
        for chunk in chunks:
            self.send(execution, {"data": chunk}).gives(200)
        self.send(execution, {"completed": True}).gives(200)
        return self.finish(execution)

    def find(self, query: str, parameters: str = "") -> list[Any]:
        """Search; give the objects."""
        found = self.view("POST", f"object/aql{parameters}", {"qlQuery": query})
        return found.gives(200, keys=("values",))["values"]

    def values(self, query: str, attribute_id: str) -> list[list[str]]:
        """Give the values of one attribute of each object that a query finds."""
        return [
            [
                value["displayValue"]
                for one in found["attributes"]
                if one["objectTypeAttributeId"] == attribute_id
                for value in one["objectAttributeValues"]
            ]
            for found in self.find(query)
        ]

    def settle(self) -> None:
        """End what is still running, so that the next test can start."""
        newest = self.app("GET", "executions/status")
        if newest.status == 200 and newest.body["status"] == "INGESTING":
            self.app("DELETE", f"executions/{newest.body['executionId']}")

    def _path(self, path: str) -> str:
        """Leave a path from the root as it is; put others below the import source."""
        return path if path.startswith("/") else f"{self.here}/{path}".removesuffix("/")


def _decoded(content: bytes) -> Any:
    if not content:
        return None
    try:
        return json.loads(content)
    except ValueError:
        return {"text": content[:200].decode(errors="replace")}

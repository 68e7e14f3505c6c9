"""Calls to a local Assets server, by a user with a token of every scope."""

import http.client
import json
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

__all__ = ["Reply", "Talk"]

DEADLINE = 30
"""Seconds that anything may take."""


@dataclass(frozen=True, kw_only=True)
class Reply:
    """An answer, decoded."""

    status: int
    body: Any
    headers: dict[str, str]


class Talk:
    """A workspace with one import source of its own, and somebody who may do everything there."""

    def __init__(self, url: str, **settings: Any) -> None:
        """Make the workspace on the server at ``url``."""
        self.url = url
        self.token = ""
        made = self.call("POST", "/_local/importsource", {"name": "Hosts", **settings}).body
        self.workspace_id: str = made["workspaceId"]
        self.source_id: str = made["importSourceId"]
        self.schema_id: str = made["objectSchemaId"]
        self.token = self.call("POST", "/_local/oauth-tokens", {}).body["token"]
        self._workspace = f"/jsm/assets/workspace/{self.workspace_id}/v1"

    def call(self, method: str, path: str, body: Any = None, *, token: str | None = None) -> Reply:
        """Call a path; a body is sent as JSON."""
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=DEADLINE)
        sent = {"Accept": "application/json", "Authorization": f"Bearer {token or self.token}"}
        content = None if body is None else json.dumps(body).encode()
        if content is not None:
            sent["Content-Type"] = "application/json"
        try:
            connection.request(method, path, content, sent)
            answer = connection.getresponse()
            received = answer.read()
            return Reply(
                status=answer.status,
                body=json.loads(received) if received else None,
                headers={name.lower(): value for name, value in answer.getheaders()},
            )
        finally:
            connection.close()

    def on(self, method: str, below: str, body: Any = None) -> Reply:
        """Call something below the import source."""
        path = f"{self._workspace}/importsource/{self.source_id}/{below}"
        return self.call(method, path.removesuffix("/"), body)

    def get(self, below: str) -> Reply:
        return self.on("GET", below)

    def put(self, below: str, body: Any) -> Reply:
        return self.on("PUT", below, body)

    def patch(self, below: str, body: Any) -> Reply:
        return self.on("PATCH", below, body)

    def post(self, below: str, body: Any = None) -> Reply:
        return self.on("POST", below, body)

    def read(self, below: str, method: str = "GET", body: Any = None) -> Reply:
        """Call something below the workspace."""
        return self.call(method, f"{self._workspace}/{below}", body)

    def search(self, query: str) -> Reply:
        return self.read("object/aql", "POST", {"qlQuery": query})

    def follow(self, link: str, method: str = "GET", body: Any = None) -> Reply:
        """Call a link that an answer contained."""
        return self.call(method, urlsplit(link).path, body)

    def until_done(self, status_link: str) -> None:
        """Wait for the end of an execution."""
        deadline = time.monotonic() + DEADLINE
        while time.monotonic() < deadline:
            if self.follow(status_link).body["status"] == "DONE":
                return
            time.sleep(0.01)
        raise TimeoutError(status_link)

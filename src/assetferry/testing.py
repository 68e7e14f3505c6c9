"""A local Assets for the tests of whoever writes import apps.

    with assets_server() as server:
        source = server.mapped_source(MAPPING)
        ...                                   # let the app import with source.token
        assert source.wait_until_done()["result"] == "OK"
        assert len(source.objects("objectType = Laptop")) == 2

Needs no pytest and nothing but this package; what it does, any language can do over HTTP, under
``/_local/``. docs/testing-your-import-app.md has fixtures, and the same for other languages.
"""

import base64
import json
import time
import urllib.request
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from assetferry.local_assets.server import LocalAssets
from assetferry.local_assets.settings import Settings, SourceSettings

__all__ = ["AssetsServer", "ImportSource", "Settings", "SourceSettings", "assets_server"]

PAGE = 1_000
"""Objects looked up at once; what a search gives at most by default."""


@contextmanager
def assets_server(settings: Settings | None = None) -> Generator["AssetsServer"]:
    """Run a server in a thread, on a free port and in a temporary folder unless told otherwise.

    Everything is gone at the end. Starting takes some tens of milliseconds, a new import source
    about one: share the server among tests, and give each its own source.
    """
    with LocalAssets(settings or Settings(port=0)) as running:
        yield AssetsServer(running.url)


@dataclass(frozen=True, slots=True)
class AssetsServer:
    """A running server: make import sources on it, and empty it."""

    url: str

    def new_source(self, name: str = "Hardware", **settings: Any) -> "ImportSource":
        """Make a workspace of its own with an object schema, an import source and its token.

        ``settings`` are those of an import source as JSON names them: ``emptyValues="CLEAR"``.
        """
        made = self.local("POST", "importsource", {"name": name, **settings})
        return ImportSource(
            url=self.url,
            workspace_id=made["workspaceId"],
            object_schema_id=made["objectSchemaId"],
            import_source_id=made["importSourceId"],
            token=made["token"],
            email=made["email"],
            api_token=made["apiToken"],
        )

    def mapped_source(
        self, mapping: Mapping[str, Any], name: str = "Hardware", **settings: Any
    ) -> "ImportSource":
        """Make an import source that has a schema and mapping: an app can start at once."""
        made = self.new_source(name, **settings)
        made.map(mapping)
        return made

    def oauth_token(self, acting_as: str = "user", *, scopes: list[str] | None = None) -> str:
        """Make an access token, ``user`` for asUser or ``app`` for asApp; with all scopes."""
        asked: dict[str, Any] = {"as": acting_as}
        if scopes is not None:
            asked["scopes"] = scopes
        token: str = self.local("POST", "oauth-tokens", asked)["token"]
        return token

    def reset(self) -> None:
        """Drop everything: workspaces, credentials, schedules, faults, what is being processed."""
        self.local("POST", "reset")

    def local(self, method: str, path: str, body: Any = None) -> Any:
        """Call something under ``/_local/``: faults, the clock, and whatever else there is."""
        return _call(method, f"{self.url}/_local/{path}", body)


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportSource:
    """An import source in a workspace of its own, and the credentials for it."""

    url: str
    """Where the server is: what an app takes for https://api.atlassian.com."""
    workspace_id: str
    object_schema_id: str
    import_source_id: str
    token: str = field(repr=False)
    """The container token, as an app is given it."""
    email: str
    api_token: str = field(repr=False)
    """With the email, a user of everything else."""

    @property
    def workspace_url(self) -> str:
        return f"{self.url}/jsm/assets/workspace/{self.workspace_id}/v1"

    @property
    def source_url(self) -> str:
        return f"{self.workspace_url}/importsource/{self.import_source_id}"

    def map(self, mapping: Mapping[str, Any]) -> None:
        """Submit a schema-and-mapping document; raises urllib's HTTPError where it is refused."""
        _call("PUT", f"{self.source_url}/mapping", mapping, f"Bearer {self.token}")

    def objects(self, query: str = "") -> list[dict[str, Any]]:
        """Give all objects that an AQL query finds, with their attributes."""
        found: list[dict[str, Any]] = []
        while True:
            page = self._as_user(
                "POST",
                f"object/aql?startAt={len(found)}&maxResults={PAGE}",
                {"qlQuery": query},
            )
            found += page["values"]
            if page["isLast"]:
                return found

    def history(self) -> list[dict[str, Any]]:
        """Give the import history, newest first: who, when, what it came to, why it failed."""
        place = f"workspaces/{self.workspace_id}/importsources/{self.import_source_id}"
        entries: list[dict[str, Any]] = AssetsServer(self.url).local("GET", f"{place}/history")[
            "values"
        ]
        return entries

    def wait_until_done(self, seconds: float = 30) -> dict[str, Any]:
        """Wait until the newest execution has ended; give its result.

        Raises TimeoutError if it has not, or if none was started at all.
        """
        deadline = time.monotonic() + seconds
        state = "no execution"
        while time.monotonic() < deadline:
            newest = next((one for one in self.history() if "executionId" in one), None)
            if newest is not None:
                state = newest["state"]
                if state == "DONE":
                    result: dict[str, Any] = newest["progressResult"]
                    return result
                if state == "CANCELLED":
                    break
            time.sleep(0.01)
        raise TimeoutError(f"the newest import is not DONE: {state}")

    def _as_user(self, method: str, path: str, body: Any = None) -> Any:
        pair = base64.b64encode(f"{self.email}:{self.api_token}".encode()).decode()
        return _call(method, f"{self.workspace_url}/{path}", body, f"Basic {pair}")


def _call(method: str, url: str, body: Any = None, authorization: str | None = None) -> Any:
    request = urllib.request.Request(  # noqa: S310 - a server of our own
        url,
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Accept": "application/json", "Content-Type": "application/json"},
    )
    if authorization is not None:
        request.add_header("Authorization", authorization)
    with _OPENER.open(request, timeout=60) as answer:
        content = answer.read()
    return json.loads(content) if content else None


_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))
"""Goes to this machine whatever proxy the environment names."""

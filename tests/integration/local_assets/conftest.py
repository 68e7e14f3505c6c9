"""A real server on loopback and a client that knows nothing of the server's code."""

import base64
import http.client
import json
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest

from assetferry.assets.client import AssetsClient
from assetferry.local_assets.server import LocalAssets
from assetferry.outbound.client import Outbound
from local_assets_faults import FAULTS, HOSTS, Setter, client

DEADLINE = 30


@dataclass(frozen=True)
class Reply:
    status: int
    body: Any
    headers: dict[str, str]


@dataclass
class Api:
    """Calls a server as an import app and as a user, over real HTTP."""

    url: str
    source: dict[str, str] = field(default_factory=dict[str, str])

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        token: str | None = None,
        user: bool = False,
        raw: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> Reply:
        """Send a request; ``path`` may be absolute. Without a choice it is the app's token."""
        parts = urlsplit(path if path.startswith("http") else self.url + path)
        connection = http.client.HTTPConnection(parts.netloc, timeout=DEADLINE)
        sent = {"Accept": "application/json", **(headers or {})}
        payload = raw if raw is not None else None if body is None else json.dumps(body).encode()
        if payload is not None and "Content-Type" not in sent:
            sent["Content-Type"] = "application/json"
        if user:
            secret = f"{self.source['email']}:{self.source['apiToken']}".encode()
            sent["Authorization"] = "Basic " + base64.b64encode(secret).decode()
        elif token != "":
            sent["Authorization"] = f"Bearer {token or self.source.get('token', '')}"
        try:
            target = parts.path + (f"?{parts.query}" if parts.query else "")
            connection.request(method, target, payload, sent)
            answer = connection.getresponse()
            content = answer.read()
            return Reply(
                answer.status,
                json.loads(content) if content else None,
                {name.lower(): value for name, value in answer.getheaders()},
            )
        finally:
            connection.close()

    @property
    def workspace(self) -> str:
        return f"/jsm/assets/workspace/{self.source['workspaceId']}/v1"

    @property
    def here(self) -> str:
        return f"{self.workspace}/importsource/{self.source['importSourceId']}"

    def new_source(self, name: str = "Hardware", **settings: Any) -> None:
        made = self.call("POST", "/_local/importsource", {"name": name, **settings}, token="")
        assert made.status == 200, made
        self.source = made.body

    def put_mapping(self, document: dict[str, Any]) -> None:
        reply = self.call("PUT", f"{self.here}/mapping", document)
        assert reply.status == 204, reply

    def start(self) -> str:
        """Start an execution and give its address."""
        reply = self.call("POST", f"{self.here}/executions")
        assert reply.status == 200, reply
        link: str = reply.body["links"]["cancel"]
        return urlsplit(link).path

    def send(self, execution: str, data: dict[str, Any], **more: Any) -> None:
        reply = self.call("POST", f"{execution}/data", {"data": data, **more})
        assert reply.status == 200, reply

    def run(self, *chunks: dict[str, Any]) -> dict[str, Any]:
        """Import chunks in one execution and give its result."""
        execution = self.start()
        for number, chunk in enumerate(chunks):
            self.send(execution, chunk, clientGeneratedId=f"c{number}")
        done = self.call("POST", f"{execution}/data", {"completed": True})
        assert done.status == 200, done
        return self.result(execution)

    def result(self, execution: str) -> dict[str, Any]:
        """Wait until an execution is DONE."""
        deadline = time.monotonic() + DEADLINE
        while time.monotonic() < deadline:
            reply = self.call("GET", f"{execution}/status")
            assert reply.status == 200, reply
            if reply.body["status"] == "DONE":
                return reply.body["progressResult"]
            time.sleep(0.01)
        raise TimeoutError(execution)

    def search(self, query: str, parameters: str = "") -> list[dict[str, Any]]:
        reply = self.call(
            "POST", f"{self.workspace}/object/aql{parameters}", {"qlQuery": query}, user=True
        )
        assert reply.status == 200, reply
        return reply.body["values"]

    def count(self, query: str) -> int:
        reply = self.call(
            "POST", f"{self.workspace}/object/aql/totalcount", {"qlQuery": query}, user=True
        )
        assert reply.status == 200, reply
        return reply.body["totalCount"]


@pytest.fixture(scope="session")
def server() -> Iterator[LocalAssets]:
    with LocalAssets() as running:
        yield running


@pytest.fixture
def api(server: LocalAssets) -> Api:
    """Give a client with a workspace and an import source of its own."""
    client = Api(server.url)
    client.new_source()
    return client


@pytest.fixture
def faults(api: Any) -> Iterator[Setter]:
    """Faults on a mapped import source; all are gone afterwards."""
    api.put_mapping(HOSTS)
    yield Setter(api)
    assert api.call("DELETE", FAULTS, token="").status == 204


@pytest.fixture
async def outbound() -> AsyncIterator[Outbound]:
    async with Outbound(["127.0.0.1"]) as opened:
        yield opened


@pytest.fixture
def assets(api: Any, outbound: Outbound) -> AssetsClient:
    """The importer's own client, bound to the import source."""
    return client(api, outbound)

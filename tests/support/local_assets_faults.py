"""What tests of the local Assets server's faults share: setting them, and clients to see them."""

import asyncio
import socket
import time
from typing import Any
from urllib.parse import urlsplit

from assetferry.assets.answers import ExecutionStatus, Started
from assetferry.assets.client import AssetsClient
from assetferry.definition.secrets import Secret
from assetferry.outbound.client import Outbound

HOSTS: dict[str, Any] = {
    "schema": {
        "objectSchema": {
            "name": "S",
            "description": "d",
            "objectTypes": [
                {
                    "name": "Host",
                    "description": "d",
                    "attributes": [
                        {"name": "Name", "description": "d", "type": "text", "label": True}
                    ],
                }
            ],
        }
    },
    "mapping": {
        "objectTypeMappings": [
            {
                "objectTypeName": "Host",
                "selector": "hosts",
                "description": "d",
                "attributesMapping": [
                    {
                        "attributeName": "Name",
                        "attributeLocators": ["name"],
                        "externalIdPart": True,
                    }
                ],
            }
        ]
    },
}
"""A mapping of one type, Host, whose entries lie in ``hosts``."""
CHUNK = b'{"data":{"hosts":[{"name":"a"},{"name":"b"}]},"clientGeneratedId":"c1"}'
FAULTS = "/_local/faults"


class Setter:
    """Sets faults for one import source."""

    def __init__(self, api: Any) -> None:
        self.api = api

    def set(self, kind: str, **fields: Any) -> dict[str, Any]:
        body = {"kind": kind, "source": self.api.source["importSourceId"], **fields}
        reply = self.api.call("POST", FAULTS, body, token="")
        assert reply.status == 200, reply
        return reply.body

    def used(self) -> list[int]:
        """How often each was met, oldest first."""
        return [one["used"] for one in self.listed()]

    def listed(self) -> list[dict[str, Any]]:
        return self.api.call("GET", FAULTS, token="").body["values"]

    def remove(self, fault_id: str) -> int:
        return self.api.call("DELETE", f"{FAULTS}/{fault_id}", token="").status


def client(api: Any, outbound: Outbound, token: str | None = None) -> AssetsClient:
    made = AssetsClient(outbound, api.url, Secret(token or api.source["token"]))
    return made.at(api.source["workspaceId"], api.source["importSourceId"])


async def started(assets: AssetsClient) -> str:
    answer = await assets.start(scheduled=False)
    assert isinstance(answer, Started), answer
    return answer.execution_id


async def state(assets: AssetsClient, execution: str) -> str:
    answer = await assets.status(execution)
    assert isinstance(answer, ExecutionStatus), answer
    return answer.state


async def done(assets: AssetsClient, execution: str) -> Any:
    """Wait until an execution is DONE and give its result."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        answer = await assets.status(execution)
        assert isinstance(answer, ExecutionStatus), answer
        if answer.state == "DONE":
            return answer.result
        await asyncio.sleep(0.01)
    raise TimeoutError(execution)


def connected(url: str) -> socket.socket:
    parts = urlsplit(url)
    return socket.create_connection((parts.hostname or "", parts.port or 0), timeout=30)


def raw(api: Any, path: str) -> tuple[bytes, str]:
    """GET over a bare socket; give what arrived, and how the connection ended."""
    head = f"GET {path} HTTP/1.1\r\nHost: {urlsplit(str(api.url)).netloc}\r\n"
    return spoken(api.url, f"{head}Authorization: Bearer {api.source['token']}\r\n\r\n".encode())


def spoken(url: str, request: bytes) -> tuple[bytes, str]:
    """Send bytes and read until the connection ends."""
    with connected(url) as connection:
        connection.sendall(request)
        arrived = b""
        while True:
            try:
                part = connection.recv(65_536)
            except ConnectionResetError:
                return arrived, "reset"
            if not part:
                return arrived, "closed"
            arrived += part

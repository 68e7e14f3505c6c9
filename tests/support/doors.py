"""``assetferry serve`` within a test: real HTTP on loopback, and callers who know the way."""

import asyncio
import base64
import hashlib
import hmac
import http.client
import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Connection, select

from assetferry.definition.load import load
from assetferry.definition.secrets import Secret
from assetferry.engine.importer import Importer
from assetferry.equipment import equip
from assetferry.ledger.clock import instant
from assetferry.ledger.tables import metadata
from assetferry.ledger.transition import Ledger
from assetferry.ledger.triggers import Opened, add_scheduled, replace_trigger
from assetferry.outbound.signature import SigningKey
from assetferry.web.address import new_key
from assetferry.web.app import create_app
from assetferry.web.served import Served
from assetferry.web.serving import listening, serving
from assetferry.web.slot import Kept
from assetferry.web.triggers import Triggers

__all__ = ["SOURCE", "WORKSPACE", "Answer", "Door", "contents", "open_door"]

WORKSPACE = "11111111-1111-4111-8111-111111111111"
SOURCE = "22222222-2222-4222-8222-222222222222"
SECRET = "a secret of at least twenty-four bytes"


@dataclass(frozen=True)
class Answer:
    """What a caller got."""

    status: int
    headers: dict[str, str]
    body: Any


@dataclass(frozen=True, kw_only=True)
class Door:
    """A served definition, its key, and the ids it answers to."""

    url: str
    key: str
    served: Served
    ledger: Ledger
    importer: Importer
    workspace: str
    source: str

    @property
    def path(self) -> str:
        return f"/triggers/{self.key}"

    @property
    def body(self) -> bytes:
        """The body of a right call."""
        return json.dumps({"workspaceId": self.workspace, "importsourceId": self.source}).encode()

    async def headers(
        self, *, call: str = "call-1", late: float = 0.0, body: bytes | None = None
    ) -> dict[str, str]:
        """The headers of a right call, signed, made so many seconds ago."""
        time = str(int(await self.ledger.run(instant) - late))
        signed = b".".join((call.encode(), time.encode(), self.body if body is None else body))
        digest = hmac.new(SECRET.encode(), signed, hashlib.sha256).digest()
        return {
            "content-type": "application/json",
            "webhook-id": call,
            "webhook-timestamp": time,
            "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
        }

    async def call(
        self,
        *,
        method: str = "POST",
        path: str | None = None,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Answer:
        """Call over HTTP; without anything said it is a right call."""
        sent = self.body if body is None else body
        used = await self.headers(body=sent) if headers is None else headers
        return await asyncio.to_thread(_exchange, self.url, method, path or self.path, used, sent)


@asynccontextmanager
async def open_door(
    ledger: Ledger,
    text: str,
    *,
    workspace: str = WORKSPACE,
    source: str = SOURCE,
    signed: bool = True,
    schedule: Kept | None = None,
) -> AsyncGenerator[Door]:
    """Serve a definition's text, with a trigger for it: one that Assets has, with a schedule."""
    definition = load(text, origin="test.toml")
    key = new_key()
    opened = Opened(definition=definition.name, workspace_id=workspace, import_source_id=source)
    if schedule is None:
        await ledger.run(replace_trigger, key, opened)
    else:
        await ledger.run(add_scheduled, key, opened, schedule.stored())
    served = Served(
        definition=definition,
        text=text,
        origin="test.toml",
        key=SigningKey(Secret(SECRET)) if signed else None,
    )
    async with Importer(ledger, equip, locks=None) as importer:
        app = create_app(ledger, importer, Triggers(ledger, importer, {definition.name: served}))
        with listening("127.0.0.1", 0) as socket:
            async with serving(app, socket) as url:
                yield Door(
                    url=url,
                    key=key,
                    served=served,
                    ledger=ledger,
                    importer=importer,
                    workspace=workspace,
                    source=source,
                )


def contents(connection: Connection) -> dict[str, list[Any]]:
    """Everything the ledger has, but for signs of life: of its workers, and of its clock."""
    return {
        name: sorted(map(repr, connection.execute(select(table))))
        for name, table in metadata.tables.items()
        if name not in {"workers", "clock"}
    }


def _exchange(url: str, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
    try:
        connection.putrequest(method, path, skip_accept_encoding=True)
        for name, value in headers.items():
            connection.putheader(name, value)
        if not {"content-length", "transfer-encoding"} & {name.lower() for name in headers}:
            connection.putheader("content-length", str(len(body)))
        connection.endheaders(body or None)
        found = connection.getresponse()
        text = found.read()
        given = {name.lower(): value for name, value in found.getheaders()}
        return Answer(found.status, given, json.loads(text) if text else None)
    finally:
        connection.close()

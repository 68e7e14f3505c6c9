"""A call that meets faults, and what it would have answered."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from assetferry.local_assets.errors import Refusal
from assetferry.local_assets.processing.worker import Worker
from assetferry.local_assets.store.credentials import find
from assetferry.local_assets.store.database import Database
from assetferry.local_assets.store.sources import ImportSource, import_source, source_by_number

__all__ = ["Answer", "Call", "Inside", "Onward", "captured", "until_gone"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Inside:
    """What a fault works on that acts behind the client's back."""

    database: Database
    worker: Worker


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """One request to a named route, as ASGI gives it."""

    name: str
    """Method and route, such as ``POST data``."""
    scope: Scope
    receive: Receive
    send: Send
    inside: Inside

    def source(self) -> ImportSource | None:
        """Give the import source it is about: named in its path, else by its container token."""
        reader = self.inside.database.reader()
        named: str | None = self.scope["path_params"].get("source")
        if named is not None:
            return import_source(reader, named)
        scheme, _, value = Request(self.scope).headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        credential = find(reader, "container", value.strip())
        if credential is None or credential.source_number is None:
            return None
        return source_by_number(reader, credential.source_number)

    async def body(self) -> bytes:
        """Read the body whole; whoever comes next needs ``replaying``."""
        return b"".join([part async for part in Request(self.scope, self.receive).stream()])

    async def refuse(self, refusal: Refusal) -> None:
        """Answer in place of the server."""
        content = msgspec.json.encode(refusal.body)
        answer = Response(content, refusal.status, refusal.headers, "application/json")
        await answer(self.scope, self.receive, self.send)

    def replaying(self, body: bytes) -> "Call":
        """Give the same call with a body that was read already."""
        first = [True]

        async def receive() -> Message:
            if first:
                first.clear()
                return {"type": "http.request", "body": body, "more_body": False}
            return await self.receive()

        return replace(self, receive=receive)

    def sending(self, send: Send) -> "Call":
        """Give the same call with its answer going elsewhere."""
        return replace(self, send=send)


Onward: TypeAlias = Callable[[Call], Awaitable[None]]
"""Carries a call out, or lets it meet the next fault."""


@dataclass(kw_only=True, slots=True)
class Answer:
    """What a call was answered with, before any of it has left."""

    status: int = 0
    headers: list[tuple[bytes, bytes]] = field(default_factory=list[tuple[bytes, bytes]])
    body: bytes = b""

    async def take(self, message: Message) -> None:
        """Keep a message of ASGI."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = list(message.get("headers", ()))
        else:
            self.body += message.get("body", b"")


async def captured(call: Call, onward: Onward) -> Answer | None:
    """Carry a call out and keep its answer; None where another fault left it without one.

    The request is read whole first: closing a connection with unread bytes would reset it.
    """
    answer = Answer()
    await onward(call.replaying(await call.body()).sending(answer.take))
    return answer if answer.status else None


async def until_gone(call: Call) -> None:
    """Wait until the connection is gone; what is left of the request is thrown away."""
    message: dict[str, Any] = {}
    while message.get("type") != "http.disconnect":
        message = dict(await call.receive())

"""``token`` and ``close``: what somebody else does behind the client's back."""

import contextlib
from typing import Literal

from starlette.types import Message

from assetferry.local_assets.errors import General, Refusal
from assetferry.local_assets.faults.call import Call, Inside, Onward
from assetferry.local_assets.faults.fault import Fault, Kind
from assetferry.local_assets.settings import Settings
from assetferry.local_assets.store.chunks import accept
from assetferry.local_assets.store.credentials import fresh_container_token, put_container_token
from assetferry.local_assets.store.executions import (
    Execution,
    active_execution,
    cancel,
    execution,
)
from assetferry.local_assets.store.sources import ImportSource, import_source

__all__ = ["Close", "Token"]

_FIRST_REFUSAL = 400


class Token(Kind, frozen=True, kw_only=True, tag="token"):
    """The container token of an import source is replaced: at once, or before a call.

    The new one is told to who sets the fault, and is valid from the moment the old one is not.
    """

    def __post_init__(self) -> None:
        """One source, one new token."""
        if self.source is None:
            raise ValueError("source is required: the import source whose token is replaced")
        if self.times != 1:
            raise ValueError("a token is replaced once; leave times out")
        if self.route is None and self.skip:
            raise ValueError("without a route it happens at once; leave skip out, or add a route")

    async def on_set(self, fault: Fault, inside: Inside) -> dict[str, str]:
        fault.secret = fresh_container_token()
        if self.route is None and fault.take():
            await self._replace(fault, inside)
        return {"token": fault.secret}

    async def strike(self, fault: Fault, call: Call, onward: Onward) -> None:
        await self._replace(fault, call.inside)
        await onward(call)

    async def _replace(self, fault: Fault, inside: Inside) -> None:
        source = import_source(inside.database.reader(), self.source or "")
        if source is not None:
            await inside.database.writer.run(put_container_token, source.number, fault.secret)


class Close(Kind, frozen=True, kw_only=True, tag="close"):
    """The execution is cancelled or completed: at once, before a call, or after one.

    Meant for an execution that is INGESTING; a call on any other passes and is not counted.
    """

    end: Literal["cancelled", "completed"]
    when: Literal["before", "after"] = "before"
    """``after`` is once the call has succeeded, and before its answer leaves."""

    def __post_init__(self) -> None:
        """Without a route there is no call to come before or after."""
        if self.route is None and (self.source is None or self.skip or self.when == "after"):
            raise ValueError(
                "without a route it happens at once and needs a source, but no skip and no when"
            )

    async def on_set(self, fault: Fault, inside: Inside) -> dict[str, str]:
        if self.route is not None:
            return {}
        source = import_source(inside.database.reader(), self.source or "")
        found = None if source is None else active_execution(inside.database.reader(), source)
        if source is None or found is None or found.state != "INGESTING":
            raise General(409, "The import source has no execution that is INGESTING")
        if fault.take():
            await self._end(inside, source, found)
        return {}

    async def meet(self, fault: Fault, call: Call, onward: Onward) -> None:
        if self.when == "before":
            await self._close(fault, call)
            await onward(call)
            return

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] < _FIRST_REFUSAL:
                await self._close(fault, call)
            await call.send(message)

        await onward(call.sending(send))

    async def _close(self, fault: Fault, call: Call) -> None:
        source = call.source()
        found = None if source is None else _meant(call, source)
        if source is None or found is None or found.state != "INGESTING":
            return
        if fault.take():
            await self._end(call.inside, source, found)

    async def _end(self, inside: Inside, source: ImportSource, found: Execution) -> None:
        database = inside.database
        # Where the client was quicker, there is nothing left to close.
        with contextlib.suppress(Refusal):
            if self.end == "cancelled":
                await database.writer.run(cancel, source, found.id)
                database.spool.drop(found.number)
            else:
                await database.writer.run(
                    accept,
                    source,
                    found.id,
                    body=None,
                    client_id=None,
                    completed=True,
                    settings=Settings(),
                    spool=database.spool,
                )
                inside.worker.wake()


def _meant(call: Call, source: ImportSource) -> Execution | None:
    """Give the execution that a call names, else the one that runs."""
    reader = call.inside.database.reader()
    named: str | None = call.scope["path_params"].get("execution")
    if named is None:
        return active_execution(reader, source)
    with contextlib.suppress(Refusal):
        return execution(reader, source, named)
    return None

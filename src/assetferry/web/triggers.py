"""``POST /triggers/{key}``: a call that begins a run, verified before it has any effect."""

import asyncio
import logging
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from assetferry.engine.importer import Importer
from assetferry.errors import RetryLater
from assetferry.ledger.calling import Begun, Blocked, Called, Known
from assetferry.ledger.clock import instant
from assetferry.ledger.creation import NewRun
from assetferry.ledger.errors import LedgerBusy
from assetferry.ledger.transition import Ledger
from assetferry.ledger.triggers import Trigger, find_trigger
from assetferry.web.body import parsed, received
from assetferry.web.refusal import Refusal, answer
from assetferry.web.served import Served
from assetferry.web.verification import check_names, scheduled_slot, signed_slot, unauthorized

__all__ = ["Triggers"]

_log = logging.getLogger(__name__)
_TRIES = 5
_PAUSE_S = 0.2
_AT_ONCE = 16
"""Calls being verified; a crowd at the door must not keep lanes from the ledger."""


class Triggers:
    """The web triggers of the definitions that this process serves."""

    def __init__(self, ledger: Ledger, importer: Importer, doors: Mapping[str, Served]) -> None:
        """``doors`` are the served definitions by name."""
        self._ledger = ledger
        self._importer = importer
        self._doors = doors
        self._turns = asyncio.Semaphore(_AT_ONCE)

    async def endpoint(self, request: Request) -> Response:
        """Verify a call, then begin a run, then answer."""
        try:
            body = await received(request)
            async with self._turns:
                return await self._called(request, body)
        except Refusal as refusal:
            _log.warning("A call was refused: %s", refusal, extra={"action": refusal.word})
            raise
        except RetryLater as error:
            _log.warning("A call could not be taken: %s", error, extra={"action": error.code})
            raise Refusal(503, "unavailable", str(error)) from error

    async def _called(self, request: Request, body: bytes) -> Response:
        if self._importer.leaving:
            raise Refusal(503, "unavailable", "this process is about to leave")
        key: str = request.path_params["key"]
        trigger = await self._ledger.run(find_trigger, key)
        served = None if trigger is None else self._doors.get(trigger.definition)
        if trigger is None:
            raise unauthorized("its key opens nothing")
        try:
            return await self._begun_by(trigger, served, request, body)
        except Refusal as refusal:
            because = f"{trigger.definition}: {refusal}"
            raise Refusal(refusal.status, refusal.word, because) from None

    async def _begun_by(
        self, trigger: Trigger, served: Served | None, request: Request, body: bytes
    ) -> Response:
        if served is None:
            raise Refusal(503, "unavailable", "it is not served here")
        now = await self._ledger.run(instant)
        slot = (
            signed_slot(request.headers, body, key=served.key, now=now)
            if trigger.schedule is None
            else scheduled_slot(trigger.schedule, now=now)
        )
        check_names(parsed(body), trigger)
        called = await self._begun(served.new_run(trigger), slot)
        match called:
            case Begun(run=run):
                return answer({"result": "begun", "run": run.id})
            case Known(run=run):
                return answer({"result": "known", "run": run})
            case Blocked(by=run):
                raise Refusal(409, "busy", f"run {run.id} has not ended")

    async def _begun(self, new: NewRun, slot: str) -> Called:
        for _ in range(_TRIES):
            try:
                return await self._importer.begin_called(new, slot=slot)
            except LedgerBusy:
                await asyncio.sleep(_PAUSE_S)
        return await self._importer.begin_called(new, slot=slot)

"""Delivers notices in the background of a process, whoever wrote them; never harms a run."""

import asyncio
import logging
import random
from collections.abc import Mapping
from contextlib import suppress

from assetferry.definition.load import load
from assetferry.definition.problems import DefinitionError
from assetferry.definition.secrets import SecretMissing
from assetferry.errors import FerryError
from assetferry.ledger.clock import instant
from assetferry.ledger.errors import LeaseLost
from assetferry.ledger.notices import (
    Notice,
    claim_notice,
    delivered,
    give_up_notice,
    hand_back,
    retry_notice,
)
from assetferry.ledger.transition import Ledger
from assetferry.notices.sending import NotAsked, send
from assetferry.notices.verdict import (
    Delivered,
    GivenUp,
    Later,
    SoFar,
    Verdict,
    after_answer,
    after_error,
)
from assetferry.outbound.signature import WeakSecret

__all__ = ["Courier"]

_log = logging.getLogger(__name__)
_EVERY_S = 2.0
_PARTING_S = 3.0
"""How long a process that ends may go on delivering; what is left is for the next one."""


class Courier:
    """One per process. At least once: a notice whose answer was lost goes again, as it was."""

    def __init__(self, ledger: Ledger, environ: Mapping[str, str], worker: str) -> None:
        """``worker`` is this process's registration: what it holds is free when it dies."""
        self._ledger = ledger
        self._environ = environ
        self._worker = worker
        self._declined: set[str] = set()

    async def keep(self) -> None:
        """Deliver what is due, again and again."""
        while True:
            try:
                await self.deliver_due()
            except FerryError as error:
                # Where the ledger cannot be used, those who work on runs say so, and stop.
                _log.info("Notices wait: %s", error, extra={"action": error.code})
            except Exception:  # noqa: BLE001 # a bug here must not end what works on runs
                _log.exception("A notice broke.", extra={"action": "notice_broken"})
            await asyncio.sleep(_EVERY_S)

    async def part(self) -> None:
        """Deliver once more, for seconds: the last notice of a run is written at its end."""
        try:
            async with asyncio.timeout(_PARTING_S):
                await self.deliver_due()
        except (TimeoutError, FerryError):
            _log.info("A notice is left to the next process.", extra={"action": "notice_left"})
        except Exception:  # noqa: BLE001 # as above
            _log.exception("A notice broke.", extra={"action": "notice_broken"})

    async def deliver_due(self) -> None:
        """Deliver one notice after another until none is due."""
        while True:
            notice = await self._ledger.run(
                claim_notice, self._worker, without=sorted(self._declined)
            )
            if notice is None:
                return
            try:
                await self._deliver(notice)
            except LeaseLost as lost:
                _log.info("Dropped: %s", lost, extra={"action": lost.code})
            except asyncio.CancelledError:
                with suppress(FerryError):
                    await self._ledger.run(hand_back, notice)
                raise

    async def _deliver(self, notice: Notice) -> None:
        now = await self._ledger.run(instant)
        verdict = await self._attempt(notice, now)
        said = {"action": "notice", "notice": notice.id, "import": notice.definition}
        match verdict:
            case None:
                await self._ledger.run(hand_back, notice)
            case Delivered():
                await self._ledger.run(delivered, notice)
                _log.info("Told of %s: %s", notice.definition, notice.kind, extra=said)
            case Later(due_at=due_at, error=error):
                await self._ledger.run(retry_notice, notice, due_at=due_at, error=error)
                _log.warning("%s is not told yet: %s", notice.definition, error, extra=said)
            case GivenUp(error=error):
                await self._ledger.run(give_up_notice, notice, error=error)
                _log.error("%s is not told any more: %s", notice.definition, error, extra=said)

    async def _attempt(self, notice: Notice, now: float) -> Verdict | None:
        """Send it; None where this process cannot, and another one may."""
        so_far = SoFar(
            attempts=notice.attempts,
            created_at=notice.created_at,
            now=now,
            jitter=random.uniform(0.5, 1.5),  # noqa: S311 # spreads load, keeps no secret
        )
        try:
            response = await send(
                load(notice.definition_text, origin=notice.origin),
                self._environ,
                message_id=notice.id,
                body=notice.body.encode(),
                now=now,
            )
        except (SecretMissing, WeakSecret, DefinitionError, NotAsked) as error:
            self._declined.add(notice.id)
            _log.warning("Not told from here: %s", error, extra={"action": error.code})
            return None
        except (FerryError, OSError) as error:
            said = str(error) if isinstance(error, FerryError) else type(error).__name__
            return after_error(said, so_far)
        return after_answer(response, so_far)

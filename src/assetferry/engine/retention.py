"""How long a ledger keeps quarantines and runs, and who sees to it."""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Connection

from assetferry.definition.quantities import Seconds
from assetferry.errors import Fatal, FerryError
from assetferry.ledger.clearing import clear_piece
from assetferry.ledger.forgetting import expire_quarantine, expired_run, forget
from assetferry.ledger.run import load_run
from assetferry.ledger.transition import Ledger

__all__ = ["DurationUnclear", "Retention", "clear", "forget_older", "seconds"]

_log = logging.getLogger(__name__)
_EVERY_S = 3600.0
_BREATH_S = 0.01
_FOREVER = "forever"
_DURATION: TypeAdapter[float] = TypeAdapter(Seconds)


class DurationUnclear(Fatal):
    """A duration that was given outside of a definition cannot be read."""

    code = "duration_unclear"


def seconds(text: str, *, name: str) -> float:
    """Read a duration as definitions write it. Raises DurationUnclear, naming the setting."""
    try:
        return _DURATION.validate_python(text.strip())
    except ValidationError:
        raise DurationUnclear(
            f"{name} is no duration: write a number and s, min, h or d, such as 90d."
        ) from None


@dataclass(frozen=True, kw_only=True, slots=True)
class Retention:
    """Seconds after a run's end; None keeps for ever.

    It is a setting of the ledger and not of a definition: many definitions share a ledger, and
    a definition that is no longer used would never delete anything.
    """

    quarantine: float | None
    runs: float | None

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> "Retention":
        """Read ASSETFERRY_KEEP_QUARANTINE and ASSETFERRY_KEEP_RUNS. Raises DurationUnclear."""
        return cls(
            quarantine=_setting(environ, "ASSETFERRY_KEEP_QUARANTINE", "90 d"),
            runs=_setting(environ, "ASSETFERRY_KEEP_RUNS", "365 d"),
        )

    async def keep(self, ledger: Ledger) -> None:
        """Delete what is too old, now and every hour, for as long as this runs."""
        while True:
            with suppress(FerryError):  # the next round is that later
                await self.apply(ledger)
            await asyncio.sleep(_EVERY_S)

    async def apply(self, ledger: Ledger) -> None:
        """Delete what is too old, a piece in a transaction, so that others get their turn."""
        limit = self.quarantine
        if limit is not None:
            await _in_turns(ledger, partial(expire_quarantine, older_than=limit))
        if self.runs is not None:
            await forget_older(ledger, self.runs)
        await clear(ledger)


async def forget_older(ledger: Ledger, older_than: float) -> list[str]:
    """Forget the runs that ended so many seconds ago, and delete them; name them."""

    def next_one(connection: Connection) -> str | None:
        run = expired_run(connection, older_than=older_than)
        if run is not None:
            forget(connection, load_run(connection, run))
        return run

    gone: list[str] = []
    while (run := await ledger.run(next_one)) is not None:
        _log.info("Forgot run %s", run, extra={"action": "forgotten"})
        gone.append(run)
        await clear(ledger)
    return gone


async def clear(ledger: Ledger, *, stopped: Callable[[], bool] = lambda: False) -> None:
    """Delete what ended and forgotten runs have left behind, to the last piece."""
    await _in_turns(ledger, clear_piece, stopped)


async def _in_turns(
    ledger: Ledger,
    piece: Callable[[Connection], bool],
    stopped: Callable[[], bool] = lambda: False,
) -> None:
    """Delete pieces until there are none, with pauses as long as they took.

    SQLite knows no queue of those who want to write: who asks again at once is served first.
    """
    began = time.monotonic()
    while not stopped() and await ledger.run(piece):
        await asyncio.sleep(max(_BREATH_S, time.monotonic() - began))
        began = time.monotonic()


def _setting(environ: Mapping[str, str], name: str, default: str) -> float | None:
    text = environ.get(name, default)
    return None if text.strip() == _FOREVER else seconds(text, name=name)

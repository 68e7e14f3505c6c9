"""What a serving process looks after by itself: runs of its definitions that nobody works on."""

import logging
from collections.abc import Iterable

from assetferry.engine.importer import Importer
from assetferry.errors import FerryError
from assetferry.ledger.creation import unfinished_run
from assetferry.ledger.transition import Ledger

__all__ = ["Rounds"]

_log = logging.getLogger(__name__)
_EVERY_S = 5.0


class Rounds:
    """Takes up what a process that died has left; holds that are over the importer closes."""

    def __init__(self, ledger: Ledger, importer: Importer, definitions: Iterable[str]) -> None:
        """``definitions`` are the names of those that are served."""
        self._ledger = ledger
        self._importer = importer
        self._definitions = list(definitions)

    async def go(self) -> None:
        """Go round until this process leaves."""
        while not self._importer.leaving:
            for definition in self._definitions:
                try:
                    await self._look_after(definition)
                except FerryError as error:
                    _log.warning(
                        "%s could not be looked after: %s",
                        definition,
                        error,
                        extra={"action": error.code},
                    )
            await self._importer.pause(_EVERY_S)

    async def _look_after(self, definition: str) -> None:
        run = await self._ledger.run(unfinished_run, definition)
        if run is None or run.held:
            return
        working = self._importer.attending(run.id)
        if working is not None and not working.done():
            return
        if working is not None and (error := working.exception()) is not None:
            _log.error("Run %s broke off: %r", run.id, error, extra={"action": "broken_off"})
        if await self._importer.go_on(run.id):
            _log.info("Going on with run %s", run.id, extra={"action": "going_on"})

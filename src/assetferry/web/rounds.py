"""What a serving process looks after by itself: unfinished runs of its definitions."""

import logging
from collections.abc import Mapping

from assetferry.engine.importer import Importer
from assetferry.errors import FerryError
from assetferry.ledger.calling import missed
from assetferry.ledger.clock import instant
from assetferry.ledger.creation import unfinished_run
from assetferry.ledger.run import Run
from assetferry.ledger.transition import Ledger
from assetferry.ledger.triggers import Trigger, triggers_of
from assetferry.web.served import Served
from assetferry.web.slot import Kept, passed_slot

__all__ = ["Rounds"]

_log = logging.getLogger(__name__)
_EVERY_S = 5.0


class Rounds:
    """Takes up what a process that died has left; holds that are over the importer closes."""

    def __init__(self, ledger: Ledger, importer: Importer, doors: Mapping[str, Served]) -> None:
        """``doors`` are the served definitions by name."""
        self._ledger = ledger
        self._importer = importer
        self._doors = doors

    async def go(self) -> None:
        """Go round until this process leaves."""
        while not self._importer.leaving:
            for definition, served in self._doors.items():
                try:
                    await self.look_after(served)
                except FerryError as error:
                    _log.warning(
                        "%s could not be looked after: %s",
                        definition,
                        error,
                        extra={"action": error.code},
                    )
            await self._importer.pause(_EVERY_S)

    async def look_after(self, served: Served) -> None:
        """Take up the definition's unfinished run, or tell that it blocks a scheduled one."""
        name = served.definition.name
        run = await self._ledger.run(unfinished_run, name)
        if run is None:
            return
        for trigger in await self._ledger.run(triggers_of, name):
            if trigger.schedule is not None:
                await self._tell_missed(served, trigger, Kept.of(trigger.schedule))
        if not run.held:
            await self._take_up(run)

    async def _tell_missed(self, served: Served, trigger: Trigger, kept: Kept) -> None:
        passed = passed_slot(kept, await self._ledger.run(instant))
        if passed is not None:
            slot, due = passed
            await self._ledger.run(missed, served.new_run(trigger), slot=slot, due=due)

    async def _take_up(self, run: Run) -> None:
        working = self._importer.attending(run.id)
        if working is not None and not working.done():
            return
        if working is not None and (error := working.exception()) is not None:
            _log.error("Run %s broke off: %r", run.id, error, extra={"action": "broken_off"})
        if await self._importer.go_on(run.id):
            _log.info("Going on with run %s", run.id, extra={"action": "going_on"})

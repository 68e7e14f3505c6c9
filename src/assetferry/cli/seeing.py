"""Sees a run to its end on a terminal, whoever works on it."""

import asyncio

from assetferry.cli.exits import Exit, exit_of
from assetferry.cli.output import echo_json
from assetferry.cli.progress import Progress
from assetferry.engine.importer import Importer
from assetferry.engine.report import told
from assetferry.ledger.run import Run, load_run
from assetferry.ledger.sums import sums
from assetferry.ledger.transition import Ledger

__all__ = ["follow", "see_to_the_end"]


async def see_to_the_end(
    ledger: Ledger, importer: Importer, run: Run, shown: Progress, *, as_json: bool = False
) -> Exit:
    """Follow a run, tell how it stands then, and give the exit code."""
    run = await follow(ledger, importer, run, shown)
    summed = await ledger.run(sums, run.id)
    shown.close()
    if as_json:
        echo_json(told(run, summed) | {"exit": exit_of(run)})
    else:
        from assetferry.cli.narration import show_end  # noqa: PLC0415 # rich takes its time

        show_end(run, summed)
    return exit_of(run)


async def follow(ledger: Ledger, importer: Importer, run: Run, shown: Progress) -> Run:
    """Show a run's progress until it ends, is held, or this process leaves.

    Raises what broke the lanes of this process.
    """
    working = importer.attending(run.id)
    while True:
        # Before the run is looked at: what is done then shows in what is read.
        done = working is not None and working.done()
        run = await ledger.run(load_run, run.id)
        shown.update(run, await ledger.run(sums, run.id))
        if working is not None and done:
            working.result()
            if not (run.ended or run.held or importer.leaving):
                shown.say(f"This process cannot work on run {run.id}; it waits for one that can")
            working = None
        if working is None and (run.ended or run.held or importer.leaving):
            return run
        if working is None:
            await importer.pause(shown.every_s)
            # Whoever works on it may die: then this process takes it up.
            if await importer.go_on(run.id):
                shown.say(f"Nobody works on run {run.id} any more; going on with it here")
                working = importer.attending(run.id)
        else:
            await asyncio.wait([working], timeout=shown.every_s)

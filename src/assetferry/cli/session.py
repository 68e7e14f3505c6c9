"""What commands share: the ledger and the importer for as long as a command runs."""

import asyncio
import gc
import os
import signal
import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

from assetferry.cli.exits import Exit
from assetferry.cli.output import say
from assetferry.engine.importer import Importer
from assetferry.engine.retention import Retention
from assetferry.equipment import equip
from assetferry.ledger.opening import data_folder, is_shared, open_ledger
from assetferry.ledger.transition import Ledger
from assetferry.notices.courier import Courier

__all__ = ["importing", "interruptible", "with_ledger"]


@asynccontextmanager
async def with_ledger() -> AsyncGenerator[Ledger]:
    """Open the ledger that the environment names."""
    ledger = open_ledger(os.environ)
    try:
        yield ledger
    finally:
        await ledger.close()


@asynccontextmanager
async def importing(ledger: Ledger) -> AsyncGenerator[Importer]:
    """Enter the embedded engine, with a courier beside it."""
    # Decoded records hold no cycles, yet the collector looks through all of them again and
    # again: a third of a page's time, measured. It is asked less often, not switched off.
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
    retention = Retention.of(os.environ)
    locks = None if is_shared(os.environ) else data_folder(os.environ) / "workers"
    async with Importer(ledger, equip, locks=locks) as importer:
        courier = Courier(ledger, os.environ, importer.worker)
        beside = [
            asyncio.create_task(courier.keep(), name="courier"),
            asyncio.create_task(retention.keep(ledger), name="retention"),
        ]
        try:
            yield importer
        finally:
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)
            await courier.part()


@asynccontextmanager
async def interruptible(
    leave: Callable[[], None], *, stop: Callable[[], None] | None = None
) -> AsyncGenerator[None]:
    """Leave in order at the first SIGINT or SIGTERM, at once at the second.

    ``stop`` is how to stop at once; without it the process just ends, as if it were killed: the
    ledger is made for that, and nothing that hangs can keep it.
    """
    loop = asyncio.get_running_loop()
    asked = False

    def ask() -> None:
        nonlocal asked
        if asked:
            (stop or _end_at_once)()
            return
        asked = True
        say("Leaving: what is in hand is finished or given back. Once more stops at once.")
        leave()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ask)
    try:
        yield
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)


def _end_at_once() -> None:
    if sys.stderr.isatty():
        sys.stderr.write("\x1b[?25h")  # a progress bar hides the cursor
    sys.stderr.flush()
    os._exit(Exit.INTERRUPTED)

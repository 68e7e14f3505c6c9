"""One lane by itself, driven by hand: one request after the other, in a fixed order."""

import asyncio

from assetferry.engine.backoff import Backoff
from assetferry.engine.desk import Desk
from assetferry.engine.keeper import Keeper
from assetferry.engine.lane import Lane
from assetferry.engine.ports import Equip
from assetferry.ledger.chunk import Read, Send
from assetferry.ledger.claim import Ended, Held, Redefined, Step, Wait
from assetferry.ledger.run import Run, load_run
from assetferry.ledger.transition import Ledger

QUICK = Backoff(max_attempts=8, first_s=0.001, longest_s=0.01)


async def drive(
    ledger: Ledger, run: Run, equip: Equip, *, watching: bool = True, worker: str = "alone"
) -> Run:
    """Work on a run with a single lane until it ends or is held; the run as it is then.

    What Assets processes is watched on while it is held, unless not ``watching``.
    """
    async with equip(run.definition_text, run.origin) as equipment:
        desk = Desk(
            run=run, ledger=ledger, keeper=Keeper(ledger), equipment=equipment, backoff=QUICK
        )
        lane = Lane(desk, worker)
        while True:
            work = await lane.claim()
            match work:
                case Ended() | Held():
                    return await ledger.run(load_run, run.id)
                case Wait(seconds=seconds):
                    found = await ledger.run(load_run, run.id)
                    if found.held and not watching:
                        return found
                    await asyncio.sleep(min(seconds, 0.05))
                case Redefined():
                    run = await ledger.run(load_run, run.id)
                    return await drive(ledger, run, equip, watching=watching, worker=worker)
                case Read() | Send() | Step():
                    await lane.work(work)

"""One process of several that work on one run side by side, as the workers of a fleet do.

It says its name, waits for a line, and works on the named run with two lanes until that ends.
"""

import asyncio
import os
import sys

from alone import drive
from assetferry.equipment import equip
from assetferry.ledger.membership import Membership
from assetferry.ledger.opening import data_folder, is_shared, open_ledger
from assetferry.ledger.run import load_run

LANES = 2


async def work(run_id: str) -> None:
    """Work on a run beside others."""
    ledger = open_ledger(os.environ)
    locks = None if is_shared(os.environ) else data_folder(os.environ) / "workers"
    member = Membership(ledger, locks=locks)
    await member.join()
    print(member.worker, flush=True)  # noqa: T201 # for who has started it
    await asyncio.to_thread(sys.stdin.readline)
    run = await ledger.run(load_run, run_id)
    await asyncio.gather(
        *(drive(ledger, run, equip, worker=member.worker) for _ in range(LANES)),
    )
    await member.leave()
    await ledger.close()


if __name__ == "__main__":
    asyncio.run(work(sys.argv[1]))

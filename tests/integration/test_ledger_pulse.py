"""A lock of PostgreSQL's tells at once that a worker on any machine is dead."""

import asyncio
import signal
import subprocess
import sys

from sqlalchemy import Connection, text

from assetferry.ledger.claim import Wait, claim
from assetferry.ledger.membership import Membership
from assetferry.ledger.opening import open_ledger
from assetferry.ledger.workers import list_workers
from ledgers import ingesting, reading

# What another machine does: it joins, takes a row, says so, and works for ever.
WORKER = """
import asyncio, sys
from assetferry.ledger.claim import claim
from assetferry.ledger.membership import Membership
from assetferry.ledger.opening import open_ledger

async def main(url, run):
    ledger = open_ledger({"ASSETFERRY_DATABASE_URL": url})
    membership = Membership(ledger, locks=None)
    await membership.join()
    await ledger.run(claim, run, membership.worker)
    print(membership.worker, flush=True)
    await asyncio.Event().wait()

asyncio.run(main(sys.argv[1], sys.argv[2]))
"""


async def test_a_killed_worker_of_another_machine_is_known_dead_at_once(postgres_url: str) -> None:
    """Alive while its session lives; killed, its row is free without any clock running out."""
    ledger = open_ledger({"ASSETFERRY_DATABASE_URL": postgres_url})
    us = Membership(ledger, locks=None)
    await us.join()
    run = await ingesting(ledger)
    with subprocess.Popen(  # noqa: ASYNC220, S603 # our own interpreter
        [sys.executable, "-c", WORKER, postgres_url, run.id], stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        worker = (await asyncio.to_thread(other.stdout.readline)).strip()
        assert await us.bury_dead() == []
        assert isinstance(await ledger.run(claim, run.id, us.worker), Wait)
        other.send_signal(signal.SIGKILL)
        other.wait()
    async with asyncio.timeout(60):
        while not (dead := await us.bury_dead()):  # noqa: ASYNC110 # the server's to notice
            await asyncio.sleep(0.02)
    assert [one.id for one in dead] == [worker]
    assert (await reading(ledger, run)).losses == 1
    await us.leave()
    await ledger.close()


def cut(connection: Connection) -> None:
    """Break the connections that hold locks, as a network does."""
    connection.execute(
        text("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'")
    )


async def test_a_living_worker_whose_connection_broke_registers_anew(postgres_url: str) -> None:
    """Others may bury it meanwhile: its tokens are stale, and with its next beat it is back."""
    ledger = open_ledger({"ASSETFERRY_DATABASE_URL": postgres_url})
    us, them = Membership(ledger, locks=None), Membership(ledger, locks=None)
    await us.join()
    await them.join()
    assert await them.bury_dead() == []
    await ledger.run(cut)
    await them.beat()
    async with asyncio.timeout(60):
        while not (dead := await them.bury_dead()):  # noqa: ASYNC110 # the server's to notice
            await asyncio.sleep(0.02)
    assert [one.id for one in dead] == [us.worker]
    await us.beat()
    assert await them.bury_dead() == []
    known = {one.id for one in await ledger.run(list_workers)}
    assert known == {us.worker, them.worker}
    await us.leave()
    await them.leave()
    assert await ledger.run(list_workers) == []
    await ledger.close()

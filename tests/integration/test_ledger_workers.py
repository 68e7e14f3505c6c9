"""Leases and workers: renewed, given back, taken from the dead."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import pytest

from assetferry.ledger import membership as membership_module
from assetferry.ledger.chunk import Read
from assetferry.ledger.claim import LEASE_S, Wait, claim
from assetferry.ledger.errors import LeaseLost
from assetferry.ledger.leasing import ChunkLease, Lease, RunLease, release, release_all, renew
from assetferry.ledger.membership import Membership
from assetferry.ledger.opening import open_file
from assetferry.ledger.run import load_run
from assetferry.ledger.staging import stage
from assetferry.ledger.transition import Ledger
from assetferry.ledger.workers import SILENT_S, bury, list_workers, register, seen
from ledgers import HOUR, begun, gave, ingesting, later, reading, step

# What another process does: it joins, takes a run and a row of it, says so, and works for ever.
WORKER = """
import asyncio, sys
from pathlib import Path
from assetferry.ledger.claim import claim
from assetferry.ledger.creation import adopt
from assetferry.ledger.membership import Membership
from assetferry.ledger.opening import open_file

async def main(folder, run):
    ledger = open_file(folder / "ledger.db")
    membership = Membership(ledger, locks=folder / "workers")
    await membership.join()
    assert await ledger.run(adopt, run, membership.worker)
    work = await ledger.run(claim, run, membership.worker)
    print(membership.worker, type(work).__name__, flush=True)
    await asyncio.Event().wait()

asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
"""


class Other:
    """A second process that holds its lock and a row."""

    def __init__(self, folder: Path, run: str) -> None:
        self.process = subprocess.Popen(  # noqa: S603 # our own interpreter
            [sys.executable, "-c", WORKER, str(folder), run], stdout=subprocess.PIPE, text=True
        )

    def started(self) -> list[str]:
        assert self.process.stdout is not None
        return self.process.stdout.readline().split()

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        assert self.process.stdout is not None
        self.process.stdout.close()


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """Where a SQLite ledger and its locks lie."""
    yield tmp_path
    assert not list((tmp_path / "workers").glob("*.lock")), "a lock was left behind"


async def test_a_killed_process_is_found_dead_at_once(folder: Path) -> None:
    """SIGKILL: while it lives its row is its own, the moment it is dead the row is free.

    No clock is involved: the operating system lets go of the lock.
    """
    ledger = open_file(folder / "ledger.db")
    us = Membership(ledger, locks=folder / "workers")
    await us.join()
    run = await ingesting(ledger)
    with Other(folder, run.id) as other:
        worker, work = await asyncio.to_thread(other.started)
        assert work == "Read"
        assert await us.bury_dead() == []
        assert isinstance(await ledger.run(claim, run.id, us.worker), Wait)
        assert (await ledger.run(load_run, run.id)).owner == worker
        other.kill()
        assert [dead.id for dead in await us.bury_dead()] == [worker]
    again = await ledger.run(claim, run.id, us.worker)
    assert isinstance(again, Read)
    assert (again.token, again.losses) == (2, 1)
    assert (await ledger.run(load_run, run.id)).owner is None
    assert [one.id for one in await ledger.run(list_workers)] == [us.worker]
    await us.leave()
    await ledger.close()


async def test_a_stopped_process_is_alive_until_it_has_been_silent_for_long(folder: Path) -> None:
    """SIGSTOP: it holds its lock and does nothing. Then its row is free for others."""
    ledger = open_file(folder / "ledger.db")
    run = await ingesting(ledger)
    with Other(folder, run.id) as other:
        worker, _ = await asyncio.to_thread(other.started)
        other.process.send_signal(signal.SIGSTOP)
        for seconds, dead in ((SILENT_S - 10, []), (SILENT_S + 10, [worker])):
            async with later({"ASSETFERRY_DATA_DIR": str(folder)}, seconds) as then:
                them = Membership(then, locks=folder / "workers")
                await them.join()
                assert [one.id for one in await them.bury_dead()] == dead
                await them.leave()
    assert (await reading(ledger, run)).losses == 1
    await ledger.close()


async def test_who_stood_still_takes_a_new_lock_with_its_next_beat(folder: Path) -> None:
    """The file of the one it holds is gone; with another one it is seen alive again."""
    ledger = open_file(folder / "ledger.db")
    us, them = (Membership(ledger, locks=folder / "workers") for _ in range(2))
    await us.join()
    async with later({"ASSETFERRY_DATA_DIR": str(folder)}) as then:
        assert len(await Membership(then, locks=folder / "workers").bury_dead()) == 1
    await us.beat()
    assert await them.bury_dead() == []
    assert [one.id for one in await ledger.run(list_workers)] == [us.worker]
    await us.leave()
    await ledger.close()


async def test_who_was_taken_for_dead_says_so(
    ledger: Ledger, caplog: pytest.LogCaptureFixture
) -> None:
    """When it hears of it: at its next beat, or when it leaves. Who never was, says nothing."""
    us = Membership(ledger, locks=None)
    await us.join()
    for hears in (us.beat, us.leave):
        await us.beat()
        assert caplog.messages == []
        await ledger.run(bury, us.worker)
        await hears()
        assert len(caplog.messages) == 1
        assert "was taken for dead" in caplog.messages[0]
        caplog.clear()
    await us.join()
    await us.leave()
    assert caplog.messages == []


async def test_two_of_one_process_see_each_other_alive(folder: Path) -> None:
    """A lock is a worker's, not a process's; whoever leaves takes its lock along."""
    ledger = open_file(folder / "ledger.db")
    members = [Membership(ledger, locks=folder / "workers") for _ in range(2)]
    for member in members:
        await member.join()
    assert [await member.bury_dead() for member in members] == [[], []]
    await members[0].leave()
    assert [one.id for one in await ledger.run(list_workers)] == [members[1].worker]
    assert await members[1].bury_dead() == []
    await members[1].leave()
    await ledger.close()


async def test_the_locks_are_private(folder: Path) -> None:
    """The folder is for this user only, and a lock's name says whose it is."""
    ledger = open_file(folder / "ledger.db")
    us = Membership(ledger, locks=folder / "workers")
    await us.join()
    (lock,) = (folder / "workers").iterdir()
    assert lock.name == f"{us.worker}.lock"
    assert str(os.getpid()) in lock.name
    assert (folder / "workers").stat().st_mode & 0o777 == 0o700
    await us.leave()
    await ledger.close()


async def test_a_silent_machine_is_taken_for_dead(ledger: Ledger, database: dict[str, str]) -> None:
    """Where machines share the ledger only silence tells, and a beat breaks it."""
    us = Membership(ledger, locks=None)
    await us.join()
    for name in ("silent", "beating"):
        await ledger.run(register, name, host="elsewhere", pid=1)
    run = await ingesting(ledger)
    await reading(ledger, run, "silent")
    assert await us.bury_dead() == []
    async with later(database, SILENT_S - 10) as soon:
        await soon.run(seen, "beating")
        assert await Membership(soon, locks=None).bury_dead() == []
    async with later(database, SILENT_S + 10) as late:
        them = Membership(late, locks=None)
        buried = {dead.id for dead in await them.bury_dead()}
        assert buried == {"silent", us.worker}
        assert (await reading(late, run, "beating")).losses == 1


async def test_nobody_takes_itself_for_dead(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However long ago its last beat was: whoever asks, lives."""
    us, them = Membership(ledger, locks=None), Membership(ledger, locks=None)
    await us.join()
    await them.join()
    monkeypatch.setattr(membership_module, "SILENT_S", -HOUR)
    assert [dead.id for dead in await us.bury_dead()] == [them.worker]


async def test_who_was_taken_for_dead_and_lives_is_counted_again(ledger: Ledger) -> None:
    """A machine that slept comes back: with its next beat it is a worker as before."""
    us = Membership(ledger, locks=None)
    await us.join()
    await ledger.run(bury, us.worker)
    await us.beat()
    await us.beat()
    assert [one.id for one in await ledger.run(list_workers)] == [us.worker]


async def test_who_leaves_gives_everything_back(ledger: Ledger) -> None:
    """Its rows are free at once and nothing counts as lost; those of others stay theirs."""
    us = Membership(ledger, locks=None)
    await us.join()
    run = await ingesting(ledger, "a", "b", owner=us.worker)
    ours, theirs = await reading(ledger, run, us.worker), await reading(ledger, run, "them")
    await us.leave()
    again = await reading(ledger, run)
    assert (again.key, again.losses) == (ours.key, 0)
    assert isinstance(await ledger.run(claim, run.id, "w"), Wait)
    assert await ledger.run(renew, [ChunkLease(theirs.key, theirs.token)]) == []
    assert (await ledger.run(load_run, run.id)).owner is None


async def test_a_lease_runs_out_unless_it_is_renewed(
    ledger: Ledger, database: dict[str, str]
) -> None:
    """After LEASE_S anybody may claim the row, which counts as a worker lost on it."""
    run = await ingesting(ledger, "a", "b")
    renewed, left = await reading(ledger, run), await reading(ledger, run)
    async with later(database, LEASE_S - 5) as soon, later(database, LEASE_S + 5) as late:
        assert await soon.run(renew, [ChunkLease(renewed.key, renewed.token)]) == []
        taken = await reading(late, run)
        assert (taken.key, taken.losses, taken.token) == (left.key, 1, left.token + 1)
        assert isinstance(await late.run(claim, run.id, "w"), Wait)
    with pytest.raises(LeaseLost):
        await ledger.run(stage, left, gave(b"late"), send_on=True)
    await ledger.run(stage, renewed, gave(b"in time"), send_on=False)


async def test_only_lost_leases_are_named(ledger: Ledger) -> None:
    """Of runs and of chunks; one that was given back is not renewed either."""
    run = await ingesting(ledger, "a", "b")
    kept, given = await reading(ledger, run), await reading(ledger, run)
    other = await begun(ledger, "other")
    leased = await step(ledger, other)
    leases: list[Lease] = [
        ChunkLease(kept.key, kept.token),
        ChunkLease(kept.key, kept.token - 1),
        ChunkLease(given.key, given.token),
        RunLease(other.id, leased.token),
        RunLease(other.id, leased.token - 1),
        RunLease("unknown", 1),
    ]
    await ledger.run(release, leases[2])
    lost = await ledger.run(renew, leases)
    assert lost == [leases[1], leases[2], leases[4], leases[5]]
    # Giving back what somebody else holds by now takes nothing from them.
    await ledger.run(release, leases[1])
    await ledger.run(release, leases[4])
    assert await ledger.run(renew, [leases[0], leases[3]]) == []


async def test_the_losses_of_a_dead_workers_rows_are_counted_once(ledger: Ledger) -> None:
    """For chunks and for the run's own step; rows without a lease are not touched."""
    run = await begun(ledger)
    await step(ledger, run, "dead")
    for _ in range(2):
        await ledger.run(release_all, "dead", lost=True)
    assert (await ledger.run(load_run, run.id)).losses == 1
    assert (await step(ledger, run)).worker == "w"

"""The gate before requests: turns, pauses, and what is slept for and what is not."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from assetferry.engine.host_gate import HostGate, HostWaits
from assetferry.ledger.opening import open_file
from assetferry.ledger.pacing import pauses
from assetferry.ledger.sqlite import SqliteLedger
from assetferry.ledger.transition import Ledger

NOW = 1_000_000.0


class Sleeper:
    """Notes what is slept instead of sleeping."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.slept.append(seconds)


@pytest.fixture
async def sqlite_ledger(tmp_path: Path) -> AsyncIterator[Ledger]:
    """A ledger whose clock stands still."""
    file = tmp_path / "ledger.db"
    await open_file(file).close()
    opened = SqliteLedger(file, clock=lambda: NOW)
    yield opened
    await opened.close()


def budget(per_minute: int | None) -> Callable[[str, int], int | None]:
    return lambda _host, _port: per_minute


async def test_r10_turns_of_a_host_are_evenly_apart(sqlite_ledger: Ledger) -> None:
    """The first request goes at once, each later one a turn after the one before."""
    sleeper = Sleeper()
    gate = HostGate(sqlite_ledger, budget(600), sleep=sleeper)
    for _ in range(3):
        await gate.enter("inventory.example.com", 443, patient=False)
    assert sleeper.slept == [pytest.approx(0.1), pytest.approx(0.2)]


async def test_r10_a_far_turn_is_not_slept_for(sqlite_ledger: Ledger) -> None:
    """With one a minute the second request is put off, with the moment it may go."""
    gate = HostGate(sqlite_ledger, budget(1), sleep=Sleeper())
    await gate.enter("inventory.example.com", 443, patient=False)
    with pytest.raises(HostWaits, match="1 requests a minute") as caught:
        await gate.enter("inventory.example.com", 443, patient=False)
    assert caught.value.until == NOW + 60


async def test_r10_a_call_of_a_step_is_patient(sqlite_ledger: Ledger) -> None:
    """A step of five calls would begin anew for ever if each were put off: it waits its turn."""
    sleeper = Sleeper()
    gate = HostGate(sqlite_ledger, budget(1), sleep=sleeper)
    await gate.enter("assets.example.com", 443, patient=True)
    await gate.enter("assets.example.com", 443, patient=True)
    assert sleeper.slept == [60.0]


async def test_r10_even_a_patient_call_does_not_sleep_through_a_pause(
    sqlite_ledger: Ledger,
) -> None:
    """What the host asked for is a durable wait, however short the budget's own would be."""
    gate = HostGate(sqlite_ledger, budget(600), sleep=Sleeper())
    await gate.asked_to_wait("assets.example.com", 443, 60.0)
    with pytest.raises(HostWaits, match="asked to be left alone"):
        await gate.enter("assets.example.com", 443, patient=True)


@pytest.mark.parametrize("per_minute", [None, 600])
async def test_r10_a_pause_is_known_to_other_processes(
    sqlite_ledger: Ledger, per_minute: int | None
) -> None:
    """What one gate heard another keeps to, with a budget or without; other hosts are free."""
    first = HostGate(sqlite_ledger, budget(None), sleep=Sleeper())
    second = HostGate(sqlite_ledger, budget(per_minute), sleep=Sleeper())
    await first.asked_to_wait("inventory.example.com", 443, 60.0)
    with pytest.raises(HostWaits):
        await second.enter("inventory.example.com", 443, patient=False)
    await second.enter("inventory.example.com", 8443, patient=False)


async def test_r10_a_short_pause_is_slept(sqlite_ledger: Ledger) -> None:
    """A second or two need no detour through the ledger."""
    sleeper = Sleeper()
    gate = HostGate(sqlite_ledger, budget(None), sleep=sleeper, clock=lambda: 0.0)
    await gate.asked_to_wait("inventory.example.com", 443, 1.5)
    await gate.enter("inventory.example.com", 443, patient=False)
    assert sleeper.slept == [1.5]


async def test_r10_a_pause_of_more_than_a_day_is_for_a_person(sqlite_ledger: Ledger) -> None:
    """It holds the run that met it; once a person has settled it, nothing stands in the way."""
    gate = HostGate(sqlite_ledger, budget(None), sleep=Sleeper())
    await gate.asked_to_wait("inventory.example.com", 443, 25 * 3600.0)
    assert await sqlite_ledger.run(pauses) == []


async def test_r10_a_host_that_does_not_say_is_left_alone_ever_longer(
    sqlite_ledger: Ledger,
) -> None:
    """1 s, 2 s, 4 s … 15 min while it keeps on; answers to older requests do not count."""
    now = [100.0]
    gate = HostGate(sqlite_ledger, budget(None), clock=lambda: now[0])
    told: list[float] = []
    for _ in range(12):
        await gate.asked_to_wait("inventory.example.com", 443, None)
        await gate.asked_to_wait("inventory.example.com", 443, None)
        (pause,) = await sqlite_ledger.run(pauses)
        told.append(pause.left)
        now[0] += pause.left
    assert told == [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0, 900.0, 900.0]


async def test_r10_a_pause_after_which_the_host_answers_is_long_enough(
    sqlite_ledger: Ledger,
) -> None:
    """A host that throttles one request in twenty is not left alone for a quarter of an hour."""
    now = [100.0]
    gate = HostGate(sqlite_ledger, budget(None), clock=lambda: now[0])
    for _ in range(12):
        await gate.asked_to_wait("inventory.example.com", 443, None)
        gate.answered("inventory.example.com", 443)  # what was sent before the pause
        now[0] += 1.0
        gate.answered("inventory.example.com", 443)
    (pause,) = await sqlite_ledger.run(pauses)
    assert pause.left == 1.0


async def test_without_a_budget_the_ledger_is_looked_at_once_a_second(
    sqlite_ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hundred requests in one second cost one transition, not a hundred."""
    looked: list[object] = []
    run = sqlite_ledger.run

    async def counted(transition: object, *args: object, **kwargs: object) -> object:
        looked.append(transition)
        return await run(transition, *args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(sqlite_ledger, "run", counted)
    now = [100.0]
    gate = HostGate(sqlite_ledger, budget(None), clock=lambda: now[0])
    for _ in range(100):
        await gate.enter("inventory.example.com", 443, patient=False)
    assert len(looked) == 1
    now[0] += 1.0
    await gate.enter("inventory.example.com", 443, patient=False)
    assert len(looked) == 2

"""R11 through real processes: any one message is lost on the way, and the run has its true end."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from broken_network import Network, laptops, whatever

WHOLE = "FAULTS_WHOLE" in os.environ
AT_ONCE = 6
MESSAGES = {"source": 2, "assets": 11}
"""How often an import of two pages asks, until it looks how far Assets has come.

Each message is lost one way here, and both ways in `make faults`.
"""


def lost(folder: Path, kind: str, place: str, number: int) -> str | None:
    """Lose one message of an import, and give its end; None if there is no such message."""
    folder.mkdir(parents=True)
    network = Network(
        folder,
        kind,
        place,
        records=laptops(20),
        rate=0.0,
        certain=number,
        eligible=whatever,
        limits="chunk_records = 10\nmax_attempts = 3",
    )
    with network.up():
        end = network.judged(network.run(patience=60.0))
        struck = network.before[place].strikes
    return end if struck else None


@pytest.mark.parametrize(("kind", "parity"), [("reset-request", 0), ("lost", 1)])
def test_r11_any_one_message_may_be_lost_on_the_wire(
    tmp_path: Path, kind: str, parity: int
) -> None:
    """On the way there or on the way back, each in turn: DONE, and exactly what the source has."""
    turns = [
        (place, number)
        for place, messages in MESSAGES.items()
        for number in range(1, messages + 1)
        if WHOLE or number % 2 == parity
    ]

    def played(turn: tuple[str, int]) -> str | None:
        place, number = turn
        return lost(tmp_path / f"{place}-{number}", kind, place, number)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        ends = dict(zip(turns, pool.map(played, turns), strict=True))
    assert ends == dict.fromkeys(turns, "DONE")

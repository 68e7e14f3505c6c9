"""Imports by the real command line through a network that fails one exchange in twenty, or all.

Whatever fails, and wherever: a run that says DONE has brought exactly what the source has, and a
run that says anything else says why. `make faults` plays every kind at every place, with a server
that knows repeats and with one that does not; here each kind once.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from broken_network import NAMED, PLACES, Network, chunks_only, laptops, whatever
from fault_proxy import KINDS

WHOLE = "FAULTS_WHOLE" in os.environ
SEED = int(os.environ.get("FAULTS_SEED", "11"))
RECORDS = 2000 if WHOLE else 400
LONGEST_S = 600.0 if WHOLE else 100.0
SILENT = frozenset({"timeout", "drip"})
"""What only the deadline of a chunk ends; other calls would wait for minutes."""
CASES = [
    (kind, place, dedupe)
    for number, kind in enumerate(KINDS)
    for at, place in enumerate(PLACES)
    for with_, dedupe in enumerate(("first", "none"))
    # In the small form each kind once, every place and either server in turn.
    if WHOLE or (number % 3 == at and number % 2 == with_)
]
HARMLESS = {
    ("truncated-json", "assets"),  # the answer to a chunk has no body that could be cut
    ("refused", "assets"),  # nobody is there to be told of the end either
    ("empty-200", "assets"),  # held at last, and watched on: see test_faults_of_assets.py
}
LASTING = [
    (kind, place, ("hold", "abandon")[(number // 2 + at) % 2])
    for number, kind in enumerate(NAMED)
    for at, place in enumerate(PLACES[:2])
    if (WHOLE or number % 2 == at) and (kind, place) not in HARMLESS
]


def expected(kind: str, place: str) -> str:
    """Tell the one true end where one exchange in twenty fails."""
    if kind in ("429-days", "429-far-date"):
        return "HELD"
    # Something has answered "taken" in the place of Assets.
    return "PARTIAL" if kind == "empty-200" and place != "source" else "DONE"


@pytest.mark.timeout(1200 if WHOLE else 120)
@pytest.mark.parametrize(("kind", "place", "dedupe"), CASES)
def test_no_fault_makes_a_false_success(
    tmp_path: Path, kind: str, place: str, dedupe: Any, record_property: Callable[[str, Any], None]
) -> None:
    """What heals is healed: DONE, with everything. What does not is told as what it is."""
    network = Network(
        tmp_path,
        kind,
        place,
        dedupe,
        laptops(RECORDS),
        seed=SEED,
        eligible=chunks_only if kind in SILENT else whatever,
    )
    with network.up():
        end = network.judged(network.run(patience=LONGEST_S))
        if end == "HELD":
            network.cancel()
    assert network.struck(everywhere=end != "HELD"), network.strikes
    counts = [one.requests for one in network.before.values()]
    record_property("row", [kind, place, dedupe, *counts, *network.strikes.values(), end])
    assert end == expected(kind, place)


@pytest.mark.timeout(120)
@pytest.mark.parametrize(("kind", "place", "then"), LASTING)
def test_a_fault_that_stays_is_told_and_nothing_is_completed(
    tmp_path: Path, kind: str, place: str, then: str
) -> None:
    """Every chunk fails: held with the cure, or FAILED and told in the history of Assets."""
    network = Network(
        tmp_path,
        kind,
        place,
        records=laptops(30),
        rate=1.0,
        eligible=chunks_only,
        away_s=60.0,
        more=f'on_failure = {{ manual = "{then}" }}',
        limits='chunk_records = 10\nmax_attempts = 2\ntime_limit = "1 s"',
    )
    with network.up():
        end = network.judged(network.run(patience=LONGEST_S))
        if WHOLE and end == "HELD":
            network.cancel()
    assert network.struck(everywhere=True)
    assert end == lasting(kind, then)


def lasting(kind: str, then: str) -> str:
    """Tell the one true end where every chunk fails."""
    # A wait of days is always for a person to agree to.
    return "FAILED" if then == "abandon" and not kind.startswith("429") else "HELD"

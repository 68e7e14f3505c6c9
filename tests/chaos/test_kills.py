"""kill -9 of importer and Assets server, again and again, in one import.

`make chaos N=200` plays 200 kills in an import of 200,000 devices; here a few.
"""

import os
from pathlib import Path

import pytest

from repeating_service import repeats
from upheaval import Upheaval

KILLS = int(os.environ.get("CHAOS_KILLS", "6"))
DEVICES = int(os.environ.get("CHAOS_DEVICES", "2000"))
SEED = int(os.environ.get("CHAOS_SEED", "7"))


@pytest.mark.timeout(7200)
def test_r02_r05_an_import_under_fire_equals_an_undisturbed_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Same objects with the same values and references, one completed execution, no orphan.

    The source holds equal and conflicting repeats: of each the first place wins, both times.
    """
    calm = Upheaval(tmp_path / "calm", DEVICES, kills=0, seed=SEED)
    undisturbed = calm.play()
    fire = Upheaval(tmp_path / "fire", DEVICES, kills=KILLS, seed=SEED)
    end = fire.play()
    with capsys.disabled():
        print(told(fire, end))  # noqa: T201 # the counts are what a person plays this for
    assert (undisturbed["state"], end["state"]) == ("DONE", "DONE"), end["reason"]
    assert end["streams"][0]["records_read"] == DEVICES
    assert fire.contents() == calm.contents()
    assert tallied(end) == tallied(undisturbed)
    assert sum(one["conflicting"] for one in end["object_types"]) >= repeats(DEVICES)[1]
    assert [state for state in fire.states() if state != "CANCELLED"] == ["DONE"]
    # Only a start whose answer was lost leaves an execution behind, and it is empty.
    lost = sum(number for (_, state), number in fire.counted.items() if state == "STARTING")
    assert fire.states().count("CANCELLED") <= lost
    assert fire.counted.total() >= KILLS * 0.9


def tallied(story: dict[str, object]) -> object:
    """What a run says of its object types that no kill may change."""
    names = ("object_type", "mapped", "repeated", "conflicting", "sent", "quarantined")
    types: list[dict[str, object]] = story["object_types"]  # type: ignore[assignment]
    return [{name: one.get(name) for name in names} for one in types]


def told(fire: Upheaval, end: dict[str, object]) -> str:
    """What was done to the import, and what came of it."""
    kills = ", ".join(
        f"{number} {what}s in {state}" for (what, state), number in sorted(fire.counted.items())
    )
    streams: list[dict[str, object]] = end["streams"]  # type: ignore[assignment]
    return (
        f"\n{fire.killed('importer')} importers and {fire.killed('server')} servers killed "
        f"({kills}); {fire.cut_off} reads and sends cut off; {streams[0]['records_read']} "
        f"records, executions {fire.states()}, {len(fire.contents())} objects as undisturbed"
    )

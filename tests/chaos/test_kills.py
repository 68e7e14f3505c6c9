"""kill -9 of importer and Assets server, again and again, in one import.

`make chaos N=200` plays 200 kills in an import of 200,000 devices; here a few.
"""

import os
from pathlib import Path

import pytest

from upheaval import Upheaval

KILLS = int(os.environ.get("CHAOS_KILLS", "4"))
DEVICES = int(os.environ.get("CHAOS_DEVICES", "8000"))
SEED = int(os.environ.get("CHAOS_SEED", "7"))


@pytest.mark.timeout(3600)
def test_an_import_under_fire_equals_an_undisturbed_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Same objects with the same values and references, one completed execution, no orphan."""
    calm = Upheaval(tmp_path / "calm", DEVICES, kills=0, seed=SEED)
    assert calm.play()["state"] == "DONE"
    fire = Upheaval(tmp_path / "fire", DEVICES, kills=KILLS, seed=SEED)
    end = fire.play()
    with capsys.disabled():
        print(  # noqa: T201 # the counts are what a person plays this for
            f"\n{fire.counted['importer']} importers and {fire.counted['server']} servers killed; "
            f"{end['streams'][0]['records_read']} records, executions {fire.states()}"
        )
    assert end["state"] == "DONE"
    assert end["streams"][0]["records_read"] == DEVICES
    assert fire.contents() == calm.contents()
    assert [state for state in fire.states() if state != "CANCELLED"] == ["DONE"]
    assert fire.counted["importer"] + fire.counted["server"] >= min(KILLS, 3)

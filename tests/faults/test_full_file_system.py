"""A file system that really is full in the middle of an import. Needs root, for the mount.

Played by `make faults`; tests/integration/test_full_disk.py tries every transition without it.
"""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from commands import Ferry
from definitions import definition, source
from imports import Site
from third_party import ThirdParty

pytestmark = pytest.mark.skipif(
    not os.environ.get("FAULTS_WHOLE") or os.geteuid() != 0, reason="opt-in, and mounts"
)


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A disk of 16 MiB."""
    folder = tmp_path / "small"
    folder.mkdir()
    subprocess.run(["/bin/mount", "-t", "tmpfs", "-o", "size=16m", "small", folder], check=True)  # noqa: S603 # a folder of ours
    yield folder
    subprocess.run(["/bin/umount", folder], check=True)  # noqa: S603 # ditto


def fill(file: Path) -> None:
    """Take all the space that is left."""
    with file.open("wb", buffering=0) as opened:
        for size in (1 << 20, 1 << 12):
            try:
                while True:
                    opened.write(bytes(size))
            except OSError:
                continue


@pytest.mark.parametrize("request_", [1, 2, 5, 10])
def test_a_file_system_that_fills_up_stops_the_import_and_nothing_is_lost(
    small: Path,
    tmp_path: Path,
    site: Site,
    third_party: ThirdParty,
    third_party_url: str,
    request_: int,
) -> None:
    """One sentence with the cure and exit code 1; with room the same command imports all, once."""
    file = tmp_path / "hardware.toml"
    file.write_text(definition(site.url, source(third_party_url), service_url=third_party_url))
    ferry = Ferry(small / "data", {"ASSETS_TOKEN": site.made.token, "INVENTORY_TOKEN": "let-me-in"})

    def before() -> None:
        if len(third_party.asked) == request_:
            fill(small / "full")

    third_party.before = before
    stopped = ferry.run("run", str(file))
    assert stopped.code == 1, stopped
    assert "disk is full). Make free space" in stopped.err
    assert "Traceback" not in stopped.err
    # What has no room yet is refused before anything is opened.
    refused = ferry.run("run", str(file))
    assert (refused.code, "is full. Make free space" in refused.err) == (1, True)
    (small / "full").unlink()
    assert ferry.run("run", str(file)).code == 0
    assert site.objects("objectType = Laptop") == 100
    assert [state for state in site.states() if state != "CANCELLED"] == ["DONE"]

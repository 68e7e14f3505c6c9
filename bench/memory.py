"""P4: the importer's peak memory, which must not grow with what it imports."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from assetferry.demo.definition import ASSETS_TOKEN, INVENTORY_TOKEN, render
from bench.peak import peak_bytes
from bench.results import Result
from bench.rig import rig
from bench.sizes import Sizes

__all__ = ["memory"]

_MB = 1_000_000
_MOST, _GROWTH = 100, 10
_OF_AIM = (1_000_000, 10_000_000)
"""Records for which the aim is stated."""


async def memory(sizes: Sizes, folder: Path) -> Result:
    """Import the demo's inventory at several sizes, each in a process of its own."""
    peaks = {count: await asyncio.to_thread(_peak, count, folder) for count in sizes.records}
    growth = max(peaks.values()) - min(peaks.values())
    sizes_told = ", ".join(f"{count:,}" for count in peaks)
    return Result(
        name="P4",
        what=f"peak memory of the importer at {sizes_told} records",
        value=f"{', '.join(f'{peak:.0f}' for peak in peaks.values())} MB; +{growth:.0f} MB",
        aim=f"<= {_MOST} MB, +{_GROWTH} MB",
        reached=max(peaks.values()) <= _MOST and growth <= _GROWTH,
        numbers={
            "peak_mb": {str(count): peak for count, peak in peaks.items()},
            "difference_mb": growth,
            "at_the_sizes_of_the_aim": tuple(peaks) == _OF_AIM,
        },
    )


def _peak(records: int, folder: Path) -> float:
    """Give the largest resident set, in MB, of ``assetferry run`` with so many records."""
    with (
        TemporaryDirectory(dir=folder) as data,
        rig(pages=1) as assets_url,
        _inventory(records) as service_url,
    ):
        definition = Path(data) / "bench.toml"
        definition.write_text(render(assets_url, service_url), encoding="utf-8")
        environ = {"ASSETFERRY_DATA_DIR": data, ASSETS_TOKEN: "bench", INVENTORY_TOKEN: "bench"}
        command = [sys.executable, "-m", "assetferry", "run", str(definition)]
        return peak_bytes([*command, "--progress", "none"], environ) / _MB


@contextmanager
def _inventory(records: int) -> Generator[str]:
    """Run the demo's third-party service; give its address."""
    arguments = ["--devices", str(records), "--token-env", INVENTORY_TOKEN]
    with subprocess.Popen(  # noqa: S603 # our own module, no shell
        [sys.executable, "-m", "assetferry.demo.service", *arguments],
        env=os.environ | {INVENTORY_TOKEN: "bench"},
        stdout=subprocess.PIPE,
    ) as process:
        try:
            assert process.stdout is not None  # noqa: S101 # it is piped
            yield msgspec.json.decode(process.stdout.readline())["url"]
        finally:
            process.terminate()

"""What the numbers were measured on, without naming the machine."""

import os
import platform
import sqlite3
import statistics
import time
from pathlib import Path

__all__ = ["describe"]

_WRITES = 30


def describe(folder: Path) -> dict[str, str | int | float]:
    """Tell processor, system, versions, and how long the disk under ``folder`` takes to sync."""
    return {
        "cores": os.cpu_count() or 0,
        "processor": _processor(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "sync_ms": _sync_ms(folder),
        "load": os.getloadavg()[0],
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()


def _sync_ms(folder: Path) -> float:
    """Write a page and sync it, as a commit does; the median of some, in ms."""
    spent: list[float] = []
    with (folder / "sync").open("wb", buffering=0) as file:
        for _ in range(_WRITES):
            began = time.perf_counter()
            file.write(bytes(4096))
            os.fsync(file.fileno())
            spent.append(time.perf_counter() - began)
    return statistics.median(spent) * 1000

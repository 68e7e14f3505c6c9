"""P7: how long a person waits: for help, and for the first object of a demo."""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from bench.results import Result
from bench.sizes import Sizes

__all__ = ["startup"]

_HELP_MS, _DEMO_S = 150, 3.0
_OBJECT = "Found by AQL"


async def startup(sizes: Sizes, folder: Path) -> Result:
    """Time whole processes, from their start to their end."""
    turns = [
        (_timed(_HELP, folder), _timed(_PASS, folder), _timed(_CLICK, folder))
        for _ in range(sizes.starts)
    ]
    help_ms, pass_ms, click_ms = (
        statistics.median(each) * 1000 for each in zip(*turns, strict=True)
    )
    demo_s = statistics.median(_timed(_DEMO, folder, _OBJECT) for _ in range(sizes.demos))
    return Result(
        name="P7",
        what=f"--help; demo of 100 devices (an empty Python: {pass_ms:.0f} ms)",
        value=f"{help_ms:.0f} ms; {demo_s:.1f} s",
        aim=f"<= {_HELP_MS} ms; <= {_DEMO_S:.0f} s",
        reached=help_ms <= _HELP_MS and demo_s <= _DEMO_S,
        numbers={
            "help_ms": help_ms,
            "python_ms": pass_ms,
            "python_importing_click_ms": click_ms,
            "demo_s": demo_s,
        },
    )


_PASS = (sys.executable, "-c", "pass")
_CLICK = (sys.executable, "-c", "import click")
_SCRIPT = str(Path(sys.executable).with_name("assetferry"))
_HELP = (_SCRIPT, "--help")
_DEMO = (_SCRIPT, "demo", "--devices", "100")


def _timed(command: Sequence[str], folder: Path, telling: str = "") -> float:
    """Give a process's seconds; raise RuntimeError where it failed or did not tell what it must."""
    environ = os.environ | {"ASSETFERRY_DATA_DIR": str(folder / "data")}
    began = time.perf_counter()
    ended = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)  # noqa: S603 # ours
    spent = time.perf_counter() - began
    if ended.returncode != 0 or telling not in ended.stdout:
        raise RuntimeError(f"{command[0]} {command[1]} failed:\n{ended.stdout}\n{ended.stderr}")
    return spent

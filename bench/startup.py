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
_FOUND, _OBJECT = "Found by AQL", "    "


async def startup(sizes: Sizes, folder: Path) -> Result:
    """Time processes from their start, as a person does."""
    turns = [
        (_timed(_HELP, folder), _timed(_PASS, folder), _timed(_CLICK, folder))
        for _ in range(sizes.starts)
    ]
    help_ms, pass_ms, click_ms = (
        statistics.median(each) * 1000 for each in zip(*turns, strict=True)
    )
    demos = [_demo(folder) for _ in range(sizes.demos)]
    first_s, demo_s = (statistics.median(each) for each in zip(*demos, strict=True))
    return Result(
        name="P7",
        what=f"--help (empty Python: {pass_ms:.0f} ms); demo of 100 to its first object",
        value=f"{help_ms:.0f} ms; {first_s:.1f} s",
        aim=f"<= {_HELP_MS} ms; <= {_DEMO_S:.0f} s",
        reached=help_ms <= _HELP_MS and first_s <= _DEMO_S,
        numbers={
            "help_ms": help_ms,
            "python_ms": pass_ms,
            "python_importing_click_ms": click_ms,
            "demo_first_object_s": first_s,
            "demo_s": demo_s,
        },
    )


_PASS = (sys.executable, "-c", "pass")
_CLICK = (sys.executable, "-c", "import click")
_SCRIPT = str(Path(sys.executable).with_name("assetferry"))
_HELP = (_SCRIPT, "--help")
_DEMO = (_SCRIPT, "demo", "--devices", "100")


def _timed(command: Sequence[str], folder: Path) -> float:
    """Give the seconds of a process; raise CalledProcessError where it failed."""
    began = time.perf_counter()
    subprocess.run(command, env=_environ(folder), capture_output=True, check=True)  # noqa: S603 # ours
    return time.perf_counter() - began


def _demo(folder: Path) -> tuple[float, float]:
    """Give the seconds until a demo shows the first object that AQL found, and until its end."""
    first = None
    began = time.perf_counter()
    with subprocess.Popen(  # noqa: S603 # ours
        _DEMO, env=_environ(folder), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None  # noqa: S101 # it is piped
        found = False
        for line in process.stdout:
            found = found or line.startswith(_FOUND)
            if found and first is None and line.startswith(_OBJECT):
                first = time.perf_counter() - began
    if process.returncode != 0 or first is None:
        raise RuntimeError(f"The demo ended with {process.returncode} and showed {first=}.")
    return first, time.perf_counter() - began


def _environ(folder: Path) -> dict[str, str]:
    return os.environ | {"ASSETFERRY_DATA_DIR": str(folder / "data")}

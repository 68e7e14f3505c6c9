"""The peak memory of a command, asked from a process that is itself small.

Linux counts as a process's peak what its parent had when it was started, so the harness, which
has done much else, must not start it itself::

    python -m bench.peak COMMAND [ARGUMENT ...]

prints one line of JSON, ``{"exit": 0, "peak_bytes": 93000000}``.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence

__all__ = ["peak_bytes"]


def peak_bytes(command: Sequence[str], environ: Mapping[str, str]) -> int:
    """Run a command to its end; raise RuntimeError where it fails."""
    ended = subprocess.run(  # noqa: S603 # our own module, no shell
        [sys.executable, "-m", "bench.peak", *command],
        env=os.environ | environ,
        stdout=subprocess.PIPE,
        check=True,
    )
    told = json.loads(ended.stdout)
    if told["exit"] != 0:
        raise RuntimeError(f"{' '.join(command)} ended with exit code {told['exit']}.")
    return told["peak_bytes"]


def _run(command: Sequence[str]) -> None:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: S603 # as the caller says
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    unit = 1 if sys.platform == "darwin" else 1024
    told = {"exit": process.returncode, "peak_bytes": used.ru_maxrss * unit}
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    _run(sys.argv[1:])

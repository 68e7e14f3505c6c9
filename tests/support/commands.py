"""The real command line, as processes of its own."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PATIENCE_S = 60.0


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What it printed, as JSON."""
        return json.loads(self.out)


class Ferry:
    """Starts ``assetferry`` with a ledger of its own."""

    def __init__(
        self,
        data: Path,
        environ: Mapping[str, str],
        program: Sequence[str] = ("-m", "assetferry"),
    ) -> None:
        self._program = program
        inherited = {
            name: value for name, value in os.environ.items() if not name.startswith("ASSETFERRY_")
        }
        own = {"ASSETFERRY_DATA_DIR": str(data), "COLUMNS": "120"}
        self._environ: dict[str, str] = {**inherited, **own, **environ}

    def start(
        self, *arguments: str, out: int = subprocess.PIPE, err: int = subprocess.PIPE
    ) -> "subprocess.Popen[str]":
        """Start a command and do not wait for it."""
        return subprocess.Popen(  # noqa: S603 # our own command line
            [sys.executable, *self._program, *arguments],
            env=self._environ,
            stdout=out,
            stderr=err,
            text=True,
        )

    def run(self, *arguments: str) -> Ended:
        """Run a command to its end."""
        return ended(self.start(*arguments))


def ended(process: "subprocess.Popen[str]") -> Ended:
    """Wait for a command's end."""
    out, err = process.communicate(timeout=PATIENCE_S)
    return Ended(process.returncode, out, err)


def says(process: "subprocess.Popen[str]", what: str) -> None:
    """Wait until a command says something on stderr."""
    assert process.stderr is not None
    said = ""
    while what not in said:
        line = process.stderr.readline()
        assert line, said
        said += line


def until(condition: Callable[[], bool], what: str) -> None:
    """Wait for a condition, and say what did not come true."""
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.02)

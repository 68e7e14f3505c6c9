"""Runs the benchmarks that are named, or all: a table on stdout, ``results.json`` beside this."""

import argparse
import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.machine import describe
from bench.memory import memory
from bench.results import Result, document, table
from bench.server import local_server
from bench.sizes import DEFAULT, FULL, QUICK, Sizes
from bench.startup import startup
from bench.throughput import instant_source, slow_source

_HERE = Path(__file__).parent
_BENCHMARKS: Mapping[str, Callable[[Sizes, Path], Awaitable[Result]]] = {
    "P1a": instant_source,
    "P1b": slow_source,
    "P2": local_server,
    "P4": memory,
    "P7": startup,
}


def main() -> None:
    """Read the options, measure, and write down what was found."""
    given = _parser().parse_args()
    sizes = QUICK if given.quick else FULL if given.full else DEFAULT
    names = [name for name in _BENCHMARKS if not given.names or name in given.names]
    with TemporaryDirectory(prefix=".work-", dir=given.folder) as folder:
        machine = describe(Path(folder))
        results = [_measured(name, sizes, Path(folder)) for name in names]
    sys.stdout.write(f"{table(results)}\n\n{_told(machine)}\n")
    found = document(results) | {"machine": machine}
    given.output.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


def _measured(name: str, sizes: Sizes, folder: Path) -> Result:
    sys.stderr.write(f"{name} ...\n")
    return asyncio.run(_awaited(_BENCHMARKS[name](sizes, folder)))


async def _awaited(result: Awaitable[Result]) -> Result:
    return await result


def _told(machine: Mapping[str, object]) -> str:
    return ", ".join(
        f"{name} {value:.2f}" if isinstance(value, float) else f"{name} {value}"
        for name, value in machine.items()
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(_BENCHMARKS))
    sizes = parser.add_mutually_exclusive_group()
    sizes.add_argument("--quick", action="store_true", help="seconds; shows only that it runs")
    sizes.add_argument("--full", action="store_true", help="an hour; the sizes of the aims")
    parser.add_argument("--folder", type=Path, default=_HERE, help="on the disk to measure")
    parser.add_argument("--output", type=Path, default=_HERE / "results.json")
    return parser


if __name__ == "__main__":
    main()

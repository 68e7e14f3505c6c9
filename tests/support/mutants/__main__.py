"""Takes away one guard after the other, and sees that a test notices.

A guard whose text is no longer found, or that nobody misses, is a failure.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from mutants import of_engine, of_ledger, of_the_edge
from mutants.guard import Guard

ROOT = Path(__file__).parents[3]
ALL = (*of_ledger.GUARDS, *of_engine.GUARDS, *of_the_edge.GUARDS)


def main(words: list[str]) -> int:
    """Try the guards whose names hold one of the words, or all."""
    chosen = [one for one in ALL if not words or any(word in one.name for word in words)]
    with tempfile.TemporaryDirectory(prefix="assetferry-mutants-") as folder:
        copy = Path(folder)
        for name in ("src", "tests"):
            shutil.copytree(ROOT / name, copy / name)
        shutil.copy(ROOT / "pyproject.toml", copy)
        # What is red with all guards in place would tell nothing.
        already = {one for one in {guard.tests for guard in chosen} if _first_red(copy, one)}
        for one in already:
            print(f"{' '.join(one)}: red before anything is taken away")  # noqa: T201
        missed = [
            guard.name for guard in chosen if guard.tests in already or not _tried(copy, guard)
        ]
    print(f"{len(chosen) - len(missed)} of {len(chosen)} guards are missed when they are gone")  # noqa: T201
    return 1 if missed else 0


def _tried(copy: Path, guard: Guard) -> bool:
    """Tell whether a test turned red, and which was the first."""
    file = copy / "src" / "assetferry" / guard.file
    whole = file.read_text()
    if whole.count(guard.text) != 1:
        print(f"{guard.name}: its text stands {whole.count(guard.text)} times in {guard.file}")  # noqa: T201
        return False
    file.write_text(whole.replace(guard.text, guard.becomes))
    try:
        red = _first_red(copy, guard.tests)
    finally:
        file.write_text(whole)
    print(f"{guard.name}: {red or 'NO TEST NOTICES'}", flush=True)  # noqa: T201
    return red is not None


def _first_red(copy: Path, given: tuple[str, ...]) -> str | None:
    tests = [f"tests/{one}" if _is_path(one) else one for one in given]
    if "-k" not in tests:
        tests += ["-k", "not postgres"]
    ended = subprocess.run(  # noqa: S603 # our own tests
        [sys.executable, "-m", "pytest", "-x", "-p", "no:cacheprovider", *tests],
        cwd=copy,
        env=os.environ | {"PYTHONPATH": str(copy / "src"), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    found = re.search(r"^(?:FAILED|ERROR) (\S+)", ended.stdout, re.MULTILINE)
    return found[1] if found and ended.returncode == 1 else None


def _is_path(word: str) -> bool:
    return word.endswith(".py") or word in {"machine", "faults"}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
